"""A made-up class of thirty is graded as one would by hand, whatever its notebooks do and whoever stops the grader."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import grading
import nbformat
import points_table
import psutil
import pytest
from _made_up_class import CLASS, NAME, RIGHT, STUB, Student, hand_in

import srlib
from srlib.checkpoints import save_model
from srlib.recipe import Run

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks, signals and alarms are those of POSIX")


def command(*words):
    return [sys.executable, str(ROOT / "tools" / "exercises.py"), "grade", *map(str, words)]


def rows_of(table):
    with table.open(newline="", encoding="utf-8") as handle:
        return {row["student"]: row for row in csv.DictReader(handle)}


def stopped_at(rows, how, words, table):
    """Start grading, stop it by a signal when the table has so many rows; the rows."""
    process = subprocess.Popen(
        command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # what runs in the background does not hear Ctrl-C
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not (table.exists() and table.read_text("utf-8").count(f",{NAME},") >= rows):
        assert process.poll() is None and time.monotonic() < deadline, process.stderr.read()
        time.sleep(0.05)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(how)
    told = process.communicate(timeout=30)[1]
    psutil.wait_procs(children, timeout=10)
    assert not [child for child in children if child.is_running()]  # no notebook goes on alone
    return rows_of(table), told, process.returncode


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The class, graded with a kill -9 and a Ctrl-C in the middle."""
    place = tmp_path_factory.mktemp("class")
    hand_in(place / "in")
    table = place / "points.csv"
    words = (place / "in", "-o", table, "--seconds", "2", "--format", "canvas")
    killed, _, _ = stopped_at(3, signal.SIGKILL, words, table)
    with table.open("a") as handle:
        handle.write('kim,04a_psnr,4,4,"torn')  # as a full disk might leave it
    interrupted, told, code = stopped_at(8, signal.SIGINT, words, table)
    assert code == 130 and "the same command goes on" in told and "Traceback" not in told
    done = subprocess.run(command(*words), capture_output=True, text=True)
    return place, killed, interrupted, rows_of(table), done


def test_everybody_has_the_points_that_one_would_give_by_hand(graded):
    rows = graded[3]
    assert sorted(rows) == sorted(CLASS) and len(CLASS) == 30
    assert {who: float(row["points"] or 0) for who, row in rows.items()} == {who: s.points for who, s in CLASS.items()}
    assert {row["of"] for row in rows.values()} == {"4"}


@pytest.mark.parametrize("who", [who for who, student in CLASS.items() if student.told])
def test_the_row_says_what_happened(graded, who):
    row = graded[3][who]
    assert CLASS[who].told in row["the check says"] + row["remarks"], row


def test_nothing_is_lost_when_the_grader_is_killed(graded):
    _, killed, interrupted, rows, done = graded
    assert len(killed) >= 3 and len(interrupted) >= 8
    for earlier in (killed, interrupted):
        assert {who: rows[who] for who in earlier} == earlier
    assert f"{len(interrupted)} of 30 were graded before" in done.stderr


def test_what_could_not_be_graded_is_listed_with_its_reason(graded):
    place, _, _, rows, done = graded
    assert done.returncode == 1 and rows["tom"]["points"] == rows["vic"]["points"] == ""
    assert f"not graded: vic/{NAME}.ipynb is an empty file" in done.stderr
    with (place / "points-not-graded.csv").open(newline="") as handle:
        listed = {row["student"]: row["to do"] for row in csv.DictReader(handle)}
    assert listed == {"tom": "look at it", "vic": "look at it"}
    assert all(len(",".join(row.values())) < 10_000 for row in rows.values())


def test_a_student_can_read_the_feedback(graded):
    files = (graded[0] / "points-feedback").glob(f"*/{NAME}.html")
    pages = {path.parent.name: path.read_text("utf-8") for path in files}
    assert sorted(pages) == sorted(CLASS)
    assert "2 of 4 points" in pages["ben"] and "Right so far: two images, 8-bit images" in pages["ben"]
    assert "not graded yet" in pages["vic"] and "this exercise is for NumPy only" in pages["rob"]


def test_canvas_imports_the_points(graded):
    with (graded[0] / "points-canvas.csv").open(newline="") as handle:
        head, possible, *students = csv.reader(handle)
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", NAME]
    assert possible == ["    Points Possible", "", "", "", "", "4"]
    assert students[0] == ["abe", "", "", "abe", "", "4"] and len(students) == 30


# -- one at a time ----------------------------------------------------------------------------------------------------------------


def grade(place, students, system=None, **limits):
    """Hand in, grade in this process, and read the table."""
    hand_in(place / "in", students)
    code = grading.grade(place / "in", place / "points.csv", grading.Limits(**limits), 2, system=system)
    return rows_of(place / "points.csv"), code


def test_memory_and_processes_have_a_limit_and_a_rebinding_during_the_check_earns_nothing(tmp_path):
    during = (
        "def my_psnr(a, b):\n    srlib.checks.answer.Answer.__bool__ = lambda self: True\n" + RIGHT.partition("\n")[2]
    )
    students = {
        "bob": Student(0, cells=("import os, time\nfor _ in range(80):\n    if os.fork() == 0:\n        time.sleep(60)\ntime.sleep(60)",)),
        "col": Student(0, during),
        "dee": Student(0, cells=("import numpy\nnumpy.allclose = lambda *_, **__: True\nimport builtins\nbuiltins.abs = print",)),
    }  # fmt: skip
    large = Student(0, cells=("import time\nblock = b'x' * 800_000_000\ntime.sleep(60)",))
    rows, code = grade(tmp_path / "large", {"ann": large}, memory=0.5)
    assert code == 0 and "takes more than 0.5 GB of memory" in rows["ann"]["the check says"]
    rows, code = grade(tmp_path, students, memory=20)  # where memory that processes share is counted more than once
    assert "starts more than 50 processes" in rows["bob"]["the check says"]
    assert rows["col"]["points"] == "0" and "Answer.__bool__ while it is checked" in rows["col"]["the check says"]
    assert rows["dee"]["points"] == "4" and "rebinds" in rows["dee"]["remarks"]
    assert "numpy.allclose" in rows["dee"]["remarks"] and "builtins.abs" in rows["dee"]["remarks"]


def test_a_notebook_that_changes_is_graded_again_and_others_are_not(tmp_path, capsys):
    rows, _ = grade(tmp_path, {"ann": Student(0, STUB), "=1+1": Student(0, STUB)}, "moodle")
    assert {who: row["points"] for who, row in rows.items()} == {"ann": "0", "'=1+1": "0"}
    before = (tmp_path / "points.csv").read_bytes()
    capsys.readouterr()
    hand_in(tmp_path / "new", {"ann": Student(4)})
    (tmp_path / "new" / "ann" / f"{NAME}.ipynb").replace(tmp_path / "in" / "ann" / f"{NAME}.ipynb")
    rows, code = grade(tmp_path, {}, "moodle")
    assert code == 0 and rows["ann"]["points"] == "4" and rows["'=1+1"]["points"] == "0"
    assert "1 of 2 were graded before" in capsys.readouterr().err and (tmp_path / "points.csv").read_bytes() != before
    assert (tmp_path / "points-moodle.csv").read_text() == f"Username,{NAME}\n'=1+1,0\nann,4\n"


def test_the_project_is_never_trained_and_every_file_left_out_has_a_reason(tmp_path, capsys):
    import colab
    import exercises

    project = exercises.instructor("06b_project", colab.address())  # its answer trains for five minutes
    place = tmp_path / "in"
    (place / "ann" / "deep").mkdir(parents=True)
    nbformat.write(project, place / "ann" / "deep" / "my project.ipynb")
    nbformat.write(nbformat.v4.new_notebook(), place / "ann" / "notes.ipynb")
    (place / "bob").mkdir()
    (place / "bob" / "all.zip").write_bytes(b"PK")
    (place / "col").mkdir()
    (place / "dee" / ".ipynb_checkpoints").mkdir(parents=True)
    (place / "dee" / ".ipynb_checkpoints" / f"{NAME}-checkpoint.ipynb").write_text("{}")
    (place / f"{NAME}.ipynb").write_text("{}")
    rows, code = grade(tmp_path, {})
    assert code == 1 and rows["ann"]["points"] == "" and "hand in the folder" in rows["ann"]["the check says"]
    told = capsys.readouterr().err
    for line in (
        "ann/notes.ipynb holds no exercise", "bob/all.zip is an archive: unpack it", "col handed in no exercise",
        "dee handed in no exercise", f"{NAME}.ipynb lies in no student's folder",
    ):  # fmt: skip
        assert f"not graded: {line}" in told


@pytest.mark.slow
def test_a_network_is_graded_from_its_folder_alone(tmp_path):
    """As a short training leaves it: within the budget, and behind bicubic upscaling or ahead of it, by luck."""
    model = srlib.build_model("subpixel", width=8, blocks=1)
    run = Run(srlib.Recipe(steps=3).resolved(2), srlib.load_images("sample", split="train").provenance, seconds=1.0)
    folder = save_model(model, tmp_path / "in" / "ann" / "my-network", card=model.card.after(run))
    told = {"architecture": asdict(model.card.architecture), "run": run.to_dict()}
    (folder / "recipe.json").write_text(json.dumps(told))
    (folder / "history.csv").write_text("step,loss,psnr,seconds\n3,0.1,nan,1\n")
    rows, code = grade(tmp_path, {})
    answer = srlib.checks.check_project(folder)
    assert code == 0 and rows["ann"]["exercise"] == "06b_project" and rows["ann"]["points"] == f"{answer.points(10):g}"
    assert answer.points(10) >= 6 and repr(answer) in rows["ann"]["the check says"]


def test_another_table_is_not_overwritten(tmp_path):
    (tmp_path / "points.csv").write_text("name,age\n")
    with pytest.raises(ValueError, match="is another table"):
        points_table.Table(tmp_path / "points.csv", {})
    assert (tmp_path / "points.csv").read_text() == "name,age\n"


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@a", "\n =1", "\t=1", "\r=1"])
def test_no_text_of_a_student_is_a_formula(text):
    assert points_table.field(text).startswith("'") or points_table.field(text)[0] == "\\"  # written as \\t, \\r
    assert len(points_table.field("x" * 20_000_000)) < 5000
