"""Grade a folder of submissions without nbgrader: a table, a page of feedback for each student and exercise, and what was left out.

Each notebook is run in a process of its own (`grading_process`), with limits on time and memory. A row is written as soon as
a notebook is graded; the same command again keeps the rows of what has not changed since, and goes on.
"""

import ast
import contextlib
import hashlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import points_table
import submissions
from points_table import Grade
from submissions import Exercise, Left, Submission

import srlib
from srlib.checks import Answer
from srlib.safe_files import printable

MOST_PROCESSES = 50  # of one notebook
PROJECT_SECONDS = 900


@dataclass(frozen=True)
class Limits:
    """What one notebook may take.

    Attributes
    ----------
    seconds : float
        Of computing, for one cell, and for the check. The whole notebook has four times as many on the clock, and thirty more.
    memory : float
        In GB, all processes of the notebook together.
    """

    seconds: float = 60
    memory: float = 4

    @property
    def in_all(self) -> float:
        """Seconds for the whole notebook."""
        return 4 * self.seconds + 30


# -- one notebook ---------------------------------------------------------------------------------------------------------------


def grade_submission(submission: Submission, limits: Limits, variant: int | None, stop: threading.Event) -> Grade:
    """The grade of one student for one exercise: that of the best notebook, of equal ones the newest."""
    exercise = submissions.known(variant)[submission.exercise]
    if submissions.is_project(submission.exercise):
        return _grade_project(submission, exercise, limits, stop)
    if not submission.files:
        return Grade(None, f"not graded: {'; '.join(submission.broken)}")
    grades = [_grade_notebook(file, exercise, limits, stop) for file in submission.files]
    best = max(grades, key=lambda grade: grade.points)
    if len(grades) == 1:
        return best
    others = ", ".join(f"{grade.file} ({grade.points:g})" for grade in grades if grade is not best)
    remark = f"the best of {len(grades)} notebooks; not counted: {others}"
    return Grade(best.points, best.told, best.words, (*best.remarks, remark), best.file)


def _grade_notebook(file: Path, exercise: Exercise, limits: Limits, stop: threading.Event) -> Grade:
    notebook = submissions.read(file)
    words = submissions.words_of(notebook, exercise)
    if used := submissions.forbidden(notebook, exercise):  # whatever it does
        return Grade(0.0, f"{used}.", words, file=file.name)
    handed_out = {e.check.strip() for e in submissions.known().values()} | {exercise.check.strip()}
    # the student's own check would take its time twice; what follows a check that is not passed is short
    cells = ["answer = False" if s.strip() in handed_out else s for s in submissions.code_of(notebook)]
    check = ast.unparse(ast.parse(exercise.check).body[0].value)
    job = {"cells": cells, "check": check, "answer": exercise.answer, "seconds": limits.seconds}
    told, remarks = _run(job, file.parent, limits.in_all, limits.memory, stop)
    make = lambda points, says: Grade(points, says, words, tuple(remarks), file.name)
    if told is None:
        return make(0.0, f"{exercise.answer} was not checked: the notebook {remarks[0]}.")
    if told.get("missing"):
        reason = told["stopped"][0] if told["stopped"] else "no cell defines it"
        return make(0.0, f"{exercise.answer} is not there: {reason}.")
    if told["says"] is None:
        return make(
            0.0, f"{exercise.answer} was not judged: it {told['told'][-1] if told['told'] else 'gives no answer'}."
        )
    return make(*_judgement(told, exercise))


def _judgement(told: dict, exercise: Exercise) -> tuple[float, str]:
    """The points, and what the check says, of what the process told."""
    answer = Answer(**{**told["says"], "passed": tuple(told["says"]["passed"])})
    return float(answer.points(exercise.points)), repr(answer)


def _grade_project(submission: Submission, exercise: Exercise, limits: Limits, stop: threading.Event) -> Grade:
    file = submission.files[0].name if submission.files else ""
    network = submissions.network_of(submission)
    if network is None:
        there = len(submissions.networks_in(submission.folder))
        why = (
            f"of {there} networks, none has the name in my_network" if there else "the folder of the network is missing"
        )
        return Grade(None, f"not graded: {why}; hand in the folder that the training wrote.", file=file)
    told, remarks = _run({"network": str(network.resolve())}, None, PROJECT_SECONDS, limits.memory, stop)
    if told is None:
        return Grade(0.0, f"the network was not checked: the process {remarks[0]}.", remarks=tuple(remarks), file=file)
    return Grade(*_judgement(told, exercise), remarks=(f"network: {network.name}",), file=file)


def _run(job: dict, folder: Path | None, seconds: float, memory: float, stop: threading.Event):
    """What the process tells of a job, or None; and remarks on what happened."""
    with tempfile.TemporaryDirectory(prefix="srlib-grading-", ignore_cleanup_errors=True) as scratch:
        place = Path(scratch, "work")
        if folder is None:
            place.mkdir()
        else:  # so that nothing that a notebook writes changes what was handed in
            shutil.copytree(folder, place, ignore=_not_copied)
        secret, result = secrets.token_hex(), Path(scratch, "result.json")
        job |= {"secret": secret, "result": str(result), "package": str(Path(srlib.__file__).parents[1])}
        ended = _watched(job, place, seconds, memory, stop)
        try:
            told = json.loads(result.read_text("utf-8"))
            if told.pop("secret") != secret:
                raise ValueError
        except (OSError, ValueError, KeyError, AttributeError, RecursionError):
            return None, [ended or "ended its own process"]
    remarks = [printable(remark) for remark in told["told"]]
    if told["printed"] > 100_000:
        remarks.append(f"prints {told['printed'] / 1e6:.1f} million characters, which were dropped")
    return told, [*remarks, *(printable(text) for text in told["stopped"][:3])]


def _not_copied(folder: str, names: list[str]) -> list[str]:
    """Links, hidden files, and what is too large to lie beside a notebook."""
    files = {name: Path(folder, name) for name in names}
    large = lambda file: file.is_file() and file.stat().st_size > 50e6
    return [name for name, file in files.items() if name.startswith(".") or file.is_symlink() or large(file)]


def _watched(job: dict, place: Path, seconds: float, memory: float, stop: threading.Event) -> str:
    """Run the process to its end, or to that of its limits; why it was ended, or how it ended by itself."""
    import psutil

    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("grading_process.py"))], cwd=place,
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ | {"MPLBACKEND": "Agg"}, start_new_session=os.name == "posix",
    )  # fmt: skip
    family, deadline = {process.pid: psutil.Process(process.pid)}, time.monotonic() + seconds
    why = ""
    try:
        process.stdin.write(json.dumps(job).encode() + b"\n")
        process.stdin.flush()
        while not why:
            try:
                process.wait(0.1)
                break
            except subprocess.TimeoutExpired:
                why = _excess(process.pid, family, memory)
            if time.monotonic() > deadline:
                why = f"did not end within {seconds:g} seconds"
            if stop.is_set():
                why = "was interrupted by the teacher"
    except OSError:  # it ended before it read its job
        process.wait()
    finally:
        _end(process, family)
    code = process.returncode
    return why or (
        f"was ended by signal {signal.Signals(-code).name}" if code < 0 else f"ended its own process ({code})"
    )


def _excess(pid: int, family: dict, memory: float) -> str:
    """What a process and those that it started take too much of; `family` learns of all that were seen."""
    import psutil

    total = alive = 0
    try:
        family |= {child.pid: child for child in family[pid].children(recursive=True)}
    except psutil.Error:
        return ""
    for member in family.values():
        try:
            total += member.memory_info().rss
            alive += 1
        except psutil.Error:
            continue
    if total > memory * 1e9:
        return f"takes more than {memory:g} GB of memory"
    return f"starts more than {MOST_PROCESSES} processes" if alive > MOST_PROCESSES else ""


def _end(process, family: dict) -> None:
    """End a process and all that it started."""
    import psutil

    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    for member in family.values():
        try:
            member.kill()  # psutil looks first whether it is still the same process
        except psutil.Error:
            continue
    process.stdin.close()
    process.wait()


# -- all of them ------------------------------------------------------------------------------------------------------------------


def grade(
    folder: Path, out: Path, limits: Limits, jobs: int, variant: int | None = None, system: str | None = None
) -> int:
    """Grade a folder of submissions into a table; the exit status.

    Parameters
    ----------
    folder : Path
        It holds a folder for each student.
    out : Path
        The table. Rows of a table that is there are kept where nothing has changed since.
    limits : Limits
    jobs : int
        How many notebooks are run at a time.
    variant : int, optional
        The seed that the students' copies were made with.
    system : str, optional
        "canvas" or "moodle": also write the table that it imports.

    Returns
    -------
    int
        0 where everything was graded, 1 where something could not be, 130 after Ctrl-C.
    """
    found, left = submissions.find(folder, variant)
    rules = _rules(variant)
    table = points_table.Table(out, {(s.student, s.exercise): f"{s.digest()} {rules}" for s in found})
    waiting = [s for s in found if not table.has(s.student, s.exercise)]
    if len(waiting) < len(found):
        print(
            f"{len(found) - len(waiting)} of {len(found)} were graded before; {out} keeps their rows", file=sys.stderr
        )
    stop, of = threading.Event(), {name: e.points for name, e in submissions.known(variant).items()}
    try:
        with ThreadPoolExecutor(max(1, jobs)) as pool:
            try:
                running = {pool.submit(_safely, s, limits, variant, stop): s for s in waiting}
                for done in as_completed(running):
                    one = running[done]
                    table.add(one.student, one.exercise, done.result(), of[one.exercise])
            except BaseException:
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    except KeyboardInterrupt:
        print(
            f"interrupted: {out} keeps the {len(table.rows)} rows; the same command goes on from there", file=sys.stderr
        )
        return 130
    return _finish(table, left, of, system)


def _safely(submission: Submission, limits: Limits, variant: int | None, stop: threading.Event) -> Grade:
    """A grade, whatever goes wrong: a fault of the grader is told in the student's row, and stops nobody else."""
    if stop.is_set():
        raise KeyboardInterrupt
    try:
        return grade_submission(submission, limits, variant, stop)
    except Exception as error:
        return Grade(None, f"not graded: the grader stops with {type(error).__name__}: {error}")


def _rules(variant: int | None) -> str:
    """What changes when the checks or the exercises do: rows that were graded by others are graded again."""
    total = hashlib.sha256()
    for file in sorted(Path(srlib.checks.__file__).parent.glob("*.py")):
        total.update(file.read_bytes())
    for exercise in submissions.known(variant).values():
        total.update(f"{exercise.check} {exercise.numpy_only}".encode())
    return total.hexdigest()[:8]


def _finish(table: points_table.Table, left: list[Left], of: dict, system: str | None) -> int:
    """Put the table in order, list what was not graded, write what a system imports; the exit status."""
    table.sort()
    blank = [row for row in table.rows if row[2] == ""]
    listed = table.beside("not-graded.csv")
    points_table.write(listed, [["student", "file", "why", "to do"], *[_told(one) for one in left]])
    for one in left:
        if one.fault:
            print(f"not graded: {one}", file=sys.stderr)
    for row in blank:
        print(f"no points: {printable(row[0])} {row[1]}: {printable(row[4])}", file=sys.stderr)
    faults = sum(one.fault for one in left)
    print(f"{table.path}: {len(table.rows)} rows, {len(blank)} without points; {listed}: {faults} files to look at")
    if system:
        print(points_table.export(table, system, of))
    return 1 if blank or faults else 0


def _told(left: Left) -> list[str]:
    return [left.student, left.file, left.why, "look at it" if left.fault else ""]
