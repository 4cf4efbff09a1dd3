"""What came in is made ready for nbgrader, and nbgrader then gives the made-up class the points that one would give by hand."""

import os
import re
import subprocess
import sys
from pathlib import Path

import colab
import exercises
import nbformat
import prepare
import pytest
import submissions
from _made_up_class import CLASS, NAME, STUB, Student, hand_in, notebook_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The class as it handed in, and as it is prepared."""
    place = tmp_path_factory.mktemp("class")
    hand_in(place / "in")
    before = {path: path.read_bytes() for path in (place / "in").rglob("*.ipynb")}
    assert prepare.prepare(place / "in", place / "submitted") == 1  # one file is empty, one is no notebook
    assert {path: path.read_bytes() for path in (place / "in").rglob("*.ipynb")} == before
    return place / "submitted"


def kinds(notebook):
    return [cell.metadata.get("nbgrader", {}).get("grade_id", "").rpartition("-")[2] for cell in notebook.cells]


@pytest.mark.parametrize("who", CLASS)
def test_every_notebook_lies_where_nbgrader_looks_and_holds_its_cells_once(prepared, who):
    files = sorted(path.relative_to(prepared / who) for path in (prepared / who).rglob("*.ipynb"))
    assert files == [Path("lesson_04", f"{NAME}.ipynb")]
    notebook = nbformat.read(prepared / who / files[0], as_version=4)
    nbformat.validate(notebook)
    assert sorted(filter(None, kinds(notebook))) == ["answer", "check"]
    check = exercises.cell_of(notebook, "check")
    assert check == exercises.cell_of(exercises.student(NAME, colab.address()), "check") | {"id": check.id}
    if CLASS[who].text is None and "answer" not in CLASS[who].told and CLASS[who].points == 4:
        assert kinds(notebook).index("answer") < kinds(notebook).index("check")
        assert "np.log10" in exercises.cell_of(notebook, "answer").source


def test_what_was_done_is_told(tmp_path, capsys):
    hand_in(tmp_path / "in", {who: CLASS[who] for who in ("nia", "kim", "rob", "quy", "vic", "gus", "cal")})
    prepare.prepare(tmp_path / "in", tmp_path / "out")
    told = capsys.readouterr().out
    for line in (
        r"nia 04a_psnr: .*-answer stands 2 times", r"kim .*was called Copy of", r"rob .*uses srlib\.psnr",
        r"quy .*rebinds srlib\.checks\.Answer\.points", r"vic .*empty copy.*is an empty file", r"gus .*os\._exit",
        r"cal .*newest of 2; left out: first try",
    ):  # fmt: skip
        assert re.search(line, told), line


def test_words_and_merged_exercises_come_through(tmp_path):
    tables = exercises.student("06a_tables", colab.address())
    exercises.cell_of(tables, "answer").source = 'my_choice = "AC"'
    exercises.cell_of(tables, "free").source = "The row of bicubic tells."
    both = notebook_of(Student(4))
    both.cells += tables.cells
    for i, cell in enumerate(both.cells):
        cell.id = f"cell-{i}"
    (tmp_path / "in" / "ann").mkdir(parents=True)
    nbformat.write(both, tmp_path / "in" / "ann" / "all my work.ipynb")
    assert [s.exercise for s in submissions.find(tmp_path / "in")[0]] == [NAME, "06a_tables"]
    assert prepare.prepare(tmp_path / "in", tmp_path / "out") == 0
    made = nbformat.read(tmp_path / "out" / "ann" / "lesson_06" / "06a_tables.ipynb", as_version=4)
    assert sorted(filter(None, kinds(made))) == ["answer", "check", "free"]
    assert exercises.cell_of(made, "free").source == "The row of bicubic tells."
    assert exercises.cell_of(made, "answer").source == 'my_choice = "AC"'


def test_the_project_is_handed_over_by_name_and_trains_nothing(tmp_path):
    place = tmp_path / "in" / "ann"
    (place / "try-2").mkdir(parents=True)
    (place / "try-2" / "model.json").write_text("{}")
    nbformat.write(exercises.instructor("06b_project", colab.address()), place / "06b_project.ipynb")
    assert prepare.prepare(tmp_path / "in", tmp_path / "out") == 0
    made = nbformat.read(tmp_path / "out" / "ann" / "project" / "06b_project.ipynb", as_version=4)
    assert (tmp_path / "out" / "ann" / "project" / "try-2" / "model.json").exists()
    code = [line for cell in made.cells if cell.cell_type == "code" for line in cell.source.splitlines()]
    assert "my_network = 'try-2'" in code and not [line for line in code if line.startswith("train(")]


def test_the_folder_that_was_handed_in_is_not_written_to(tmp_path):
    hand_in(tmp_path / "in", {"ann": Student(0, STUB)})
    for place in (tmp_path / "in", tmp_path / "in" / "submitted"):
        with pytest.raises(ValueError, match="expected another one"):
            prepare.prepare(tmp_path / "in", place)


@pytest.mark.slow
def test_nbgrader_gives_the_class_the_points_that_one_would_give_by_hand(prepared, tmp_path):
    pytest.importorskip("nbgrader")
    from nbgrader.api import Gradebook

    place = tmp_path / "course"
    assert exercises.course(place) == 0
    for name in ("04b_ssim", "04c_report"):  # the class did one exercise
        (place / "source" / "lesson_04" / f"{name}.ipynb").unlink()
    config = place / "nbgrader_config.py"
    config.write_text(config.read_text().replace(f"timeout = {exercises.TIMEOUT}", "timeout = 6"))
    prepared.rename(place / "submitted")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for words in (["generate_assignment", "lesson_04", "--create"], ["autograde", "lesson_04", "--create"]):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *words],
            cwd=place, capture_output=True, text=True, env=os.environ | {"PATH": path},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-4000:]
    with Gradebook(f"sqlite:///{place / 'gradebook.db'}") as book:
        submitted = list(book.assignment_submissions("lesson_04"))
        assert {s.student.id: s.score for s in submitted} == {who: s.points for who, s in CLASS.items()}
        assert not [s.student.id for s in submitted if s.needs_manual_grade]
