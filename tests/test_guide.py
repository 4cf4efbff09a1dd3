"""The teacher's guide: plans that add up, in an order that can be taught, and every exercise where it belongs."""

import re
from pathlib import Path

import exercises
import pytest

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "notebooks" / "exercises" / "README.md").read_text("utf-8")
NAMES = {name[:3]: name for name in exercises.names() if name != "quiz"}
PLANNED = 75  # of the 90 minutes of a meeting
CORE = {"00", "01", "02", "03", "04", "07"}


def section(text, title):
    """What stands under a heading, up to the next one of its depth."""
    depth = title.split(" ")[0]
    return re.search(rf"(?ms)^{re.escape(title)}$\n(.*?)(?=^#{{2,{len(depth)}}} |\Z)", text)[1]


def minutes_of(name):
    """Minutes that an exercise or a lesson says it takes; none for a lesson that is not there."""
    files = [*ROOT.glob(f"notebooks/exercises/source/{name}_*.py"), *ROOT.glob(f"notebooks/{name}_*.py")]
    return int(re.search(r"(\d+) minutes", files[0].read_text("utf-8"))[1]) if files else None


def needs(exercise):
    """The lessons that an exercise belongs to and says that it needs."""
    text = (ROOT / "notebooks" / "exercises" / "source" / f"{NAMES[exercise]}.py").read_text("utf-8")
    return {exercise[:2], *re.findall(r"\d\d", re.search(r"Needs lessons? ([^.]*)\.", text)[1])}


def meetings(plan):
    """The meetings of a plan: each a list of (minutes, what) in class, and a list of the same at home."""
    listed = lambda text: [(int(n), what.strip()) for what, n in re.findall(r"([^|,]*?) \((\d+)\)", text)]
    found, open_table = [], False
    for line in plan.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("At home: "):
            found[-1][1].extend(listed(line.removeprefix("At home: ")))
        elif not line.startswith("|") or cells[0] in ("meeting", "---"):
            open_table = False if not line.startswith("|") else open_table
        elif cells[0] == "minutes":
            found.append(([], []))
            open_table = True
        elif open_table and cells[0].isdigit():
            found[-1][0].append((int(cells[0]), re.split(r"[.,:]| together", cells[1])[0]))
        elif not open_table:
            found.append((listed(", ".join(cells[1:-1])), listed(cells[-1])))
    return found


def faults(plan, taught=()):
    """What is wrong with a plan, in sentences; `taught` are the lessons that come before it."""
    taught, set_before, wrong = set(taught), set(), []
    for number, (in_class, at_home) in enumerate(meetings(plan), 1):
        if (total := sum(minutes for minutes, _ in in_class)) != PLANNED:
            wrong.append(f"meeting {number} plans {total} of {PLANNED} minutes")
        for minutes, what in [*in_class, *at_home]:
            found = re.fullmatch(r"(?:[Ll]esson |[Ee]xercise )?(\d\d[a-z]?)", what)
            if found is None:
                continue
            name = found[1]
            if name in NAMES:
                wrong += [f"{name} needs lesson {lesson}" for lesson in sorted(needs(name) - taught)]
                wrong += [f"{name} has {minutes} minutes and takes {minutes_of(name)}"] * (minutes != minutes_of(name))
                wrong += [f"{name} is set twice"] * (name in set_before)
                set_before.add(name)
            elif name.isdigit():
                taught.add(name)
                wrong += [f"lesson {name} does not fit"] * (minutes < (minutes_of(name) or 0))
            else:
                wrong.append(f"there is no exercise {name}")
    return wrong


PLANS = section(GUIDE, "## Plans")
FIVE = section(PLANS, "### Five meetings, or a week")
FURTHER = section(PLANS, "### Further meetings")


@pytest.mark.parametrize("title, count", [("One meeting", 1), ("Two meetings", 2), ("Five meetings, or a week", 5)])
def test_a_plan_adds_up(title, count):
    plan = section(PLANS, f"### {title}")
    assert len(meetings(plan)) == count and all(in_class for in_class, _ in meetings(plan))
    assert faults(plan) == []


def test_the_slides_keep_to_the_plan_of_the_one_meeting():
    ((planned, _),) = meetings(section(PLANS, "### One meeting"))
    text = (ROOT / "notebooks" / "exercises" / "slides.md").read_text("utf-8")
    told = re.findall(r"(?m)^# ((?:Lesson|Exercise) \w+)[^\n]*\n\n(\d+) minutes", text)
    assert len(told) >= 2 and {(int(minutes), what) for what, minutes in told} <= set(planned)


def test_five_meetings_hold_the_core_and_the_further_ones_the_rest():
    assert faults(FURTHER, taught={"00", "01", "02", "03", "04"}) == []
    held = lambda plan: {what for meeting in meetings(plan) for part in meeting for _, what in part}
    assert {what for what in held(FIVE) if what.isdigit()} == CORE
    assert {what for what in held(FURTHER) if what.isdigit()} == {"05", "06", "08", "09", "10"}
    assert set(NAMES) <= held(FIVE) | held(FURTHER)


FAULTS = {
    "1 | 00 (10), 02 (40) | 02a (15) | talk (9)": "meeting 1 plans 74 of 75 minutes",
    "1 | 00 (10) | 02a (15) | talk (50)": "02a needs lesson 02",
    "1 | 02 (40) | 02b (10) | talk (25)": "02b has 10 minutes and takes 25",
    "1 | 02 (5) | 02a (15) | talk (55)": "lesson 02 does not fit",
    "1 | 02 (40) | 02x (15) | talk (20)": "there is no exercise 02x",
    "1 | 02 (40) | 02a (15), 02a (15) | talk (5)": "02a is set twice",
}


@pytest.mark.parametrize("row", FAULTS)
def test_a_fault_of_a_plan_is_seen(row):
    assert faults(f"| meeting | lessons | in class | beside | at home |\n| --- |\n| {row} | |") == [FAULTS[row]]


def test_the_other_form_of_a_plan_is_read_as_well():
    plan = "| minutes | what |\n| ---: | --- |\n| 40 | Lesson 02, in pairs. |\n| 20 | Exercise 03b: why? |\n\nAt home: 04a (25).\n"
    assert meetings(plan) == [([(40, "Lesson 02"), (20, "Exercise 03b")], [(25, "04a")])]
    assert len(faults(plan)) == 4  # 60 minutes, 03b and 04a before their lessons, and 03b takes 10


def test_the_syllabus_has_a_row_for_every_lesson_and_names_every_exercise_once():
    rows = [
        line.strip("|").split("|") for line in section(GUIDE, "## Syllabus").splitlines() if re.match(r"\| \d\d", line)
    ]
    assert {cells[0].strip() for cells in rows} == CORE | {"05", "06", "08", "09", "10"}
    shown = {cells[0].strip(): re.findall(r"\d\d[a-z]", cells[2]) for cells in rows}
    assert sorted(sum(shown.values(), [])) == sorted(NAMES)
    assert all(name[:2] == lesson for lesson, names in shown.items() for name in names)


def test_every_exercise_has_a_common_wrong_answer():
    told = section(GUIDE, "## Common wrong answers, and what they show")
    assert {line[2:5] for line in told.splitlines() if re.match(r"\| \d\d", line)} == set(NAMES)


def test_the_rubric_of_words_gives_the_points_of_the_notebook():
    row = next(line for line in GUIDE.splitlines() if line.startswith("| 06a, 5 points"))
    assert "points-5" in (ROOT / "notebooks" / "exercises" / "source" / "06a_tables.py").read_text("utf-8")
    for line in GUIDE.splitlines():
        if found := re.match(r"\| [^|]*, (\d) points \|(.*)\|$", line):
            assert len(found[2].split(";")) == int(found[1]), line
    assert row
