"""The exercises: one source each, students' copies without a solution, a solution that passes and a stub that does not."""

import contextlib
import csv
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
EXERCISES = ROOT / "notebooks" / "exercises"
sys.path.insert(0, str(ROOT / "tools"))

import colab  # noqa: E402
import exercises  # noqa: E402
import submissions  # noqa: E402
from exercises import cell_of  # noqa: E402

URL = colab.address()
NAMES = [name for name in exercises.names() if name != "quiz"]
KINDS = ("Fill in the body", "Find the mistake", "Choose and justify", "A small project")


def text_of(notebook):
    return "\n".join(cell.source for cell in notebook.cells)


def solutions(name):
    """The lines of a source between the marks, and the text that stands for an answer in words."""
    source = (EXERCISES / "source" / f"{name}.py").read_text("utf-8")
    regions = re.findall(f"{exercises.BEGIN}\n(.*?){exercises.END}", source, re.S)
    free = re.findall(r'# %% \[markdown\] tags=\["free".*?\n(.*?)(?=\n# %%|\Z)', source, re.S)
    lines = [line.strip() for region in regions for line in region.splitlines()]
    return lines + [line.removeprefix("# ").strip() for block in free for line in block.splitlines()]


def points(notebook, place, monkeypatch):
    """Run the code of a notebook in this process, cell by cell; the points that its last check gives, and what was printed."""
    monkeypatch.chdir(place)
    space, printed = {"__name__": "__main__"}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        for cell in notebook.cells:
            if cell.cell_type == "code":
                exec(compile(cell.source, cell.id, "exec"), space)
    of = exercises.points_of(cell_of(notebook, "check"))
    return space["answer"].points(of), of, printed.getvalue()


# -- what there is ---------------------------------------------------------------------------------------------------------


def test_there_are_enough_exercises_of_every_kind():
    assert len(NAMES) >= 12
    assert {name[:2] for name in NAMES} == {"01", "02", "03", "04", "05", "06", "07", "08", "09"}
    assert all(sum(name.startswith(lesson) for name in NAMES) >= 2 for lesson in {name[:2] for name in NAMES})
    first = {name: exercises.student(name, URL).cells[0].source for name in NAMES}
    assert all(sum(f"*{kind}. " in text for kind in KINDS) == 1 for text in first.values())
    for kind in KINDS:
        assert any(f"*{kind}. " in text for text in first.values()), kind


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_says_what_it_takes_and_what_it_earns(name):
    notebook = exercises.student(name, URL)
    first = notebook.cells[0].source
    assert first.startswith(f"# Exercise {name[:3]}: ") and re.search(r"\d+ minutes", first) and "lesson" in first
    graded = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]
    told = int(re.search(r"(\d+) points", first)[1])
    assert told == sum(c.metadata.nbgrader.points for c in graded)
    check = cell_of(notebook, "check").source
    assert re.search(r"srlib\.checks\.check_\w+\(my_\w+\)", check) and check.splitlines()[1:] == [
        "print(answer)",
        f"answer.points({cell_of(notebook, 'check').metadata.nbgrader.points})",
    ]


def test_the_guide_lists_every_exercise_with_its_minutes_and_points():
    guide = (EXERCISES / "README.md").read_text("utf-8")
    for name in NAMES:
        first = exercises.student(name, URL).cells[0].source
        title = re.search(r"# Exercise \w+: (.*)", first)[1]
        minutes, earned = re.search(r"(\d+) minutes", first)[1], re.search(r"(\d+) points", first)[1]
        row = next(line for line in guide.splitlines() if line.startswith(f"| [{name[:3]} "))
        assert f"({name}.ipynb)" in row and title.split(":")[0].lower() in row.lower(), row
        assert f"| {minutes} | {earned} |" in row, row
        assert colab.badge(f"notebooks/exercises/{name}.ipynb", URL) in row
    together = sum(int(n) for n in re.findall(r"\| \d+ \| (\d+) \| \[!\[Open", guide))
    assert f"All of them together are {together} points." in guide


# -- the students' copies ----------------------------------------------------------------------------------------------------


def test_the_copies_are_those_that_the_sources_make():
    made = exercises.copies()
    assert sorted(made) == sorted(EXERCISES.glob("*.ipynb"))
    for file, text in made.items():
        assert file.read_text("utf-8") == text, f"{file.name}: run python tools/exercises.py"


@pytest.mark.parametrize("name", NAMES)
def test_no_solution_is_left_in_a_copy(name):
    copy = text_of(nbformat.read(EXERCISES / f"{name}.ipynb", as_version=4))
    source = (EXERCISES / "source" / f"{name}.py").read_text("utf-8")
    given = {
        line.strip() for line in re.sub(f"{exercises.BEGIN}\n.*?{exercises.END}", "", source, flags=re.S).splitlines()
    }
    lines = [line for line in solutions(name) if len(line) > 12 and line not in given]
    assert lines
    assert [line for line in lines if line in {line.strip() for line in copy.splitlines()}] == []
    assert "SOLUTION" not in copy and "YOUR CODE HERE" in copy
    assert "SOLUTION" in text_of(exercises.instructor(name, URL))


@pytest.mark.parametrize("name", NAMES)
def test_no_hint_holds_a_line_of_a_solution(name):
    told = "".join(p.read_text("utf-8") for p in (ROOT / "srlib" / "checks").glob("*.py"))
    hints = "\n".join(re.findall(r'"([^"\n]{20,})"', told))
    assert len(hints) > 5000
    form = r"return \w+(, \w+)*"  # says what to return, not how to come to it
    lines = [line for line in solutions(name) if len(line) > 12 and not re.fullmatch(form, line)]
    assert [line for line in lines if line in hints] == []


def test_the_copies_hold_no_outputs_and_only_the_check_is_locked():
    for file in EXERCISES.glob("*.ipynb"):
        notebook = nbformat.read(file, as_version=4)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            assert cell.cell_type == "markdown" or not (cell.outputs or cell.execution_count)
            locked = cell.metadata.get("nbgrader", {}).get("locked", False)
            assert (cell.metadata.get("editable") is False) == locked


@pytest.mark.parametrize(
    "source, made",
    [
        ("def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION", "def f():\n    ...  # YOUR CODE HERE"),
        ("a = 1\n### BEGIN SOLUTION\nb\n### END SOLUTION\nc", "a = 1\n...  # YOUR CODE HERE\nc"),
        ("a = 1", "a = 1"),
    ],
)
def test_a_solution_is_cut_out(source, made):
    assert exercises.without_solution(source) == made


@pytest.mark.parametrize("source", ["### BEGIN SOLUTION\na", "a\n### END SOLUTION"])
def test_marks_that_are_no_pair_are_refused(source):
    with pytest.raises(ValueError, match="do not come in pairs"):
        exercises.without_solution(source)


# -- right and wrong -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in NAMES if "project" not in name])
def test_the_solution_earns_all_points(name, tmp_path, monkeypatch):
    earned, of, printed = points(exercises.instructor(name, URL), tmp_path, monkeypatch)
    assert earned == of, printed
    assert "\N{CHECK MARK}" in printed and "first the answer" not in printed


@pytest.mark.parametrize("name", NAMES)
def test_the_stub_runs_to_its_end_and_earns_nothing(name, tmp_path, monkeypatch):
    earned, _, printed = points(exercises.student(name, URL), tmp_path, monkeypatch)
    assert earned == 0
    assert re.search("is not written yet|is no folder yet", printed) and "Hint: " in printed


# -- NumPy only, and variants -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_text_of_an_exercise_says_numpy_only_where_its_tag_does(name):
    assert ("Use NumPy only" in exercises.student(name, URL).cells[0].source) == exercises.numpy_only(name)


@pytest.mark.parametrize("name", [name for name in NAMES if exercises.numpy_only(name)])
def test_the_solution_of_such_an_exercise_keeps_to_numpy(name):
    exercise = submissions.known()[name]
    assert submissions.forbidden(exercise.notebook, exercise) == ""


def test_some_exercises_have_variants():
    assert [name for name in NAMES if exercises.variable(name)] == ["02a_downscale", "04a_psnr", "04b_ssim"]


@pytest.mark.parametrize("name", [name for name in NAMES if exercises.variable(name)])
def test_a_variant_wants_another_answer_and_its_solution_earns_all_points(name, tmp_path, monkeypatch):
    made = {exercises.student(name, URL, seed).cells[0].source for seed in range(8)}
    assert 3 <= len(made) <= 8 and exercises.student(name, URL).cells[0].source not in made
    variant = exercises.instructor(name, URL, 7)
    earned, of, printed = points(variant, tmp_path, monkeypatch)
    assert earned == of, printed
    cell_of(variant, "answer").source = text_of_solution(name)  # the public one
    earned, _, printed = points(variant, tmp_path, monkeypatch)
    assert earned < of, printed
    earned, _, printed = points(exercises.student(name, URL, 7), tmp_path, monkeypatch)
    assert earned == 0 and "is not written yet" in printed


def test_solutions_are_written_for_the_teacher(tmp_path):
    assert exercises.main(["solutions", str(tmp_path / "all")]) == 0
    assert sorted(p.stem for p in (tmp_path / "all").iterdir()) == exercises.names()
    psnr = nbformat.read(tmp_path / "all" / "04a_psnr.ipynb", as_version=4)
    assert "np.log10" in cell_of(psnr, "answer").source


# -- the commands ---------------------------------------------------------------------------------------------------------------


def tool(*words, cwd=ROOT):
    command = [sys.executable, str(ROOT / "tools" / "exercises.py"), *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


def test_the_check_command_says_yes_or_names_what_is_out_of_date(monkeypatch, tmp_path, capsys):
    assert exercises.main(["--check"]) == 0 and capsys.readouterr().out == ""
    copies = exercises.copies() | {EXERCISES / "01a_split.ipynb": "{}\n"}
    monkeypatch.setattr(exercises, "copies", lambda: copies)
    before = (EXERCISES / "01a_split.ipynb").read_text("utf-8")
    assert exercises.main(["--check"]) == 1
    told = capsys.readouterr()
    assert Path(told.out.strip()) == Path("notebooks/exercises/01a_split.ipynb") and told.err.count("\n") == 1
    assert (EXERCISES / "01a_split.ipynb").read_text("utf-8") == before


def test_a_command_fails_in_one_line(tmp_path, capsys):
    (tmp_path / "full").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("keep")
    for words, told in (
        (["course", tmp_path / "full"], "is not empty"),
        (["solutions", tmp_path / "full"], "is not empty"),
        (["grade", tmp_path / "empty"], "is empty; expected a folder for each student"),
        (["grade", tmp_path / "nowhere"], "There is no folder"),
    ):
        assert exercises.main([*map(str, words)]) == 1
        error = capsys.readouterr().err
        assert error.startswith("exercises: ") and error.count("\n") == 1 and told in error
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["mine.txt"] and not Path("points.csv").exists()


def answered(name, source):
    """A student's copy with something written into its answer cell."""
    notebook = exercises.student(name, URL)
    cell_of(notebook, "answer").source = source
    return notebook


@pytest.mark.slow
def test_plain_files_are_graded_without_nbgrader(tmp_path):
    """Every kind of exercise, with a solution and with a blank copy; what is answered in words is there to be read."""
    names = ("01a_split", "03a_skip", "05b_tiles", "06a_tables", "08a_contrast")
    for name in names:
        for who, notebook in (("ada", exercises.instructor(name, URL)), ("ben", exercises.student(name, URL))):
            (tmp_path / "in" / who).mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, tmp_path / "in" / who / f"{name}.ipynb")
    done = tool("grade", tmp_path / "in", "-o", tmp_path / "points.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "points.csv").open(newline="", encoding="utf-8") as handle:
        rows = {(r["student"], r["exercise"]): r for r in csv.DictReader(handle)}
    of = {name: exercises.points_of(cell_of(exercises.student(name, URL), "check")) for name in names}
    assert {key: float(r["points"]) for key, r in rows.items()} == {
        (who, name): of[name] if who == "ada" else 0.0 for name in names for who in ("ada", "ben")
    }
    words = "to read (not in the points)"
    assert "1. The row of bicubic upscaling." in rows["ada", "06a_tables"][words]
    assert [key for key, r in rows.items() if r[words]] == [("ada", "06a_tables")]
    assert not [r["remarks"] for r in rows.values() if r["remarks"]]


# -- the whole round with nbgrader ------------------------------------------------------------------------------------------------


def nbgrader(place, *words):
    # nbgrader calls a program that is installed beside Python
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=place, capture_output=True, text=True, env=os.environ | {"PATH": path},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done


@pytest.mark.slow
def test_the_whole_round_with_nbgrader(tmp_path):
    """A course, its release, one submission that is right in half of it, autograding, feedback."""
    from nbgrader.api import Gradebook

    place = tmp_path / "course"
    done = tool("course", place)
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in (place / "source").iterdir()) == [
        *(f"lesson_{n}" for n in ("01", "02", "03", "04", "05", "06", "07", "08", "09")), "project",
    ]  # fmt: skip
    nbgrader(place, "generate_assignment", "lesson_04", "--create")
    inside = [name for name in NAMES if name.startswith("04")]
    for name in inside:  # what nbgrader hands out is what this repository hands out
        released = nbformat.read(place / "release" / "lesson_04" / f"{name}.ipynb", as_version=4)
        copy = exercises.student(name, URL)
        assert [(c.cell_type, c.source) for c in released.cells] == [(c.cell_type, c.source) for c in copy.cells]
        for ours, theirs in zip(copy.cells, released.cells):
            own = dict(theirs.metadata.get("nbgrader", {}))
            own.pop("checksum", None)
            assert own == ours.metadata.get("nbgrader", {})
            assert theirs.metadata.get("editable") == ours.metadata.get("editable")

    handed_in = place / "submitted" / "ada" / "lesson_04"
    handed_in.mkdir(parents=True)
    report = answered("04c_report", text_of_solution("04c_report"))  # right: 4 of 4
    psnr = answered("04a_psnr", text_of_solution("04a_psnr").replace("if a.ndim == 4", "if False"))  # no batch: 2 of 4
    ssim = exercises.student("04b_ssim", URL)  # not begun: 0 of 5
    cell_of(ssim, "check").source = "5"  # nor does it help to change the check
    for name, notebook in zip(inside, (psnr, ssim, report)):
        nbformat.write(notebook, handed_in / f"{name}.ipynb")
    nbgrader(place, "autograde", "lesson_04", "--create")
    nbgrader(place, "generate_feedback", "lesson_04")
    with Gradebook(f"sqlite:///{place / 'gradebook.db'}") as book:
        submission = book.find_submission("lesson_04", "ada")
        assert {n.name: (n.score, n.max_score) for n in submission.notebooks} == {
            "04a_psnr": (2.0, 4.0), "04b_ssim": (0.0, 5.0), "04c_report": (4.0, 4.0),
        }  # fmt: skip
        assert (submission.score, submission.max_score) == (6.0, 13.0)
    feedback = (place / "feedback" / "ada" / "lesson_04" / "04a_psnr.html").read_text("utf-8")
    assert "Which comes first" in feedback and "2.0" in feedback


def text_of_solution(name):
    return cell_of(exercises.instructor(name, URL), "answer").source
