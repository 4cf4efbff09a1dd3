"""Make what came in ready for nbgrader: every notebook under its own name, with the cells that nbgrader expects.

`nbgrader autograde` ends where a cell was duplicated or a file is empty, passes over a notebook that is called otherwise, and
believes a notebook that rebinds the check. So each notebook is written anew: the student's cells in their order, nbgrader's
metadata put on the right ones, the check as it was handed out, behind a cell that loads the installed package's checks afresh.
What was handed in stays as it is.
"""

import re
import shutil
import sys
from pathlib import Path

import answer_names
import colab
import exercises
import nbformat
import submissions
from nbformat.v4 import new_code_cell, new_markdown_cell
from submissions import Exercise, Submission

from srlib.safe_files import printable, write_text

FRESH = """# Put in before grading: the check is the one of the installed package, whatever was assigned to it.
import sys

for _module in [module for module in sys.modules if module.startswith("srlib.checks")]:
    del sys.modules[_module]
import srlib.checks"""

NO_EXIT = """# Put in before grading: a cell that ends Python would end the grading of all notebooks in this folder.
import os


def _no_exit(code=0, own=os.getpid(), really=os._exit):
    if os.getpid() != own:  # a process that the notebook started
        really(code)
    raise RuntimeError("this ends Python, which is not for notebooks")


os._exit = os.abort = _no_exit"""


def prepare(handed_in: Path, submitted: Path, variant: int | None = None) -> int:
    """Write submissions as `nbgrader autograde` wants them; the exit status.

    Parameters
    ----------
    handed_in : Path
        A folder for each student in it, notebooks under any name and at any depth.
    submitted : Path
        The folder `submitted` of the course, or a new one; it must be another folder.
    variant : int, optional
        The seed that the course was laid out with.

    Returns
    -------
    int
        0, or 1 where something has to be looked at.
    """
    if submitted.resolve() == handed_in.resolve() or handed_in.resolve() in submitted.resolve().parents:
        raise ValueError(
            f"{submitted} is in the folder that was handed in; expected another one, as that stays as it is: rename {handed_in} first."
        )
    found, left = submissions.find(handed_in, variant)
    for one in found:
        exercise = submissions.known(variant)[one.exercise]
        place = submitted / one.student / exercises.assignment_of(one.exercise)
        notebook, changes = _notebook(one, exercise, place, variant)
        write_text(place / f"{one.exercise}.ipynb", nbformat.writes(notebook) + "\n")
        if changes:
            print(f"{printable(one.student)} {one.exercise}: {'; '.join(map(printable, changes))}")
    for one in left:
        if one.fault:
            print(f"left out: {one}", file=sys.stderr)
    print(f"{submitted}: {len(found)} notebooks")
    return int(any(one.fault for one in left))


def _notebook(one: Submission, exercise: Exercise, place: Path, variant: int | None):
    """The notebook to grade, and what was done to it; the files that lie beside the student's are copied."""
    blank = exercises.student(exercise.name, colab.address(), variant)
    if not one.files:
        told = "; ".join(one.broken) or "There is a network, and no notebook"
        blank.cells.insert(1, new_markdown_cell(f"*This is an empty copy, put in before grading. {told}.*"))
        notebook, changes = blank, [f"an empty copy in its place ({told})"]
    else:
        _copy_files(one.files[0].parent, place)
        notebook, changes = cleaned(submissions.read(one.files[0]), exercise, blank)
        if one.files[0].name != f"{exercise.name}.ipynb":
            changes.insert(0, f"was called {one.files[0].name}")
        if len(one.files) > 1:
            changes.append(f"the newest of {len(one.files)}; left out: {', '.join(f.name for f in one.files[1:])}")
    if submissions.is_project(exercise.name):
        changes += _put_network(notebook, exercise, submissions.network_of(one), place)
    return notebook, changes


def _copy_files(folder: Path, place: Path) -> None:
    """Copy what a notebook may read: ordinary files beside it, other notebooks excepted."""
    place.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        if file.is_file() and not file.is_symlink() and file.suffix != ".ipynb" and not file.name.startswith("."):
            shutil.copy2(file, place / file.name)


def cleaned(notebook, exercise: Exercise, blank):
    """A notebook with nbgrader's cells in order, and what that took.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        As it was handed in.
    exercise : Exercise
    blank : nbformat.NotebookNode
        The student's copy.

    Returns
    -------
    nbformat.NotebookNode, list of str
    """
    check, free = exercises.cell_of(blank, "check"), exercises.cell_of(blank, "free")
    ids = [str(cell.metadata.get("nbgrader", {}).get("grade_id", "")) for cell in notebook.cells]
    changes = [f"{name} stands {ids.count(name)} times" for name in sorted({*ids} - {""}) if ids.count(name) > 1]
    answer, words, checks = _places(notebook, exercise, ids)
    if not checks:
        changes.append("the check is missing, and was put back")
    behind = min((i for i in checks if i > answer), default=len(notebook.cells))
    before, after = [], []
    for i, cell in enumerate(notebook.cells):
        if i in checks:
            continue
        kept = new_code_cell(cell.source) if cell.cell_type == "code" else new_markdown_cell(cell.source)
        if i == answer:
            kept.metadata = exercises.cell_of(blank, "answer").metadata
        elif i == words:
            kept.metadata = free.metadata
        (before if i < behind else after).append(kept)
    if answer < 0:
        before.append(exercises.cell_of(blank, "answer"))
        changes.append("the cell of the answer is missing")
    if free is not None and words < 0:
        free.source = submissions.words_of(notebook, exercise) or free.source
        after.append(free)
    code = submissions.code_of(notebook)
    if re.search(r"\b(_exit|abort)\b", "\n".join(code)):
        before.insert(0, new_code_cell(NO_EXIT))
        changes.append("calls os._exit or os.abort, which now only stop the cell")
    used = submissions.forbidden(notebook, exercise)
    changes += [f"rebinds {name}" for name in answer_names.rebound(code)] + [used] * bool(used)
    blank.cells = [*before, new_code_cell(FRESH + _refusal(exercise, used)), check, *after]
    for i, cell in enumerate(blank.cells):
        cell.id = f"prepared-{i}"
    return blank, changes


def _places(notebook, exercise: Exercise, ids: list[str]) -> tuple[int, int, set[int]]:
    """Where the answer stands (the last cell that defines it, else the one that was for it), the words, and checks to take out."""
    cells = list(enumerate(notebook.cells))
    defines = [i for i, cell in cells if exercise.answer in _bound(cell)]
    last = lambda kind, cell_type: max(
        (i for i, cell in cells if ids[i] == f"{exercise.name}-{kind}" and cell.cell_type == cell_type), default=-1
    )
    is_check = lambda i, cell: ids[i] == f"{exercise.name}-check" or cell.source.strip() == exercise.check
    checks = {i for i, cell in cells if cell.cell_type == "code" and i not in defines and is_check(i, cell)}
    return max(defines, default=last("answer", "code")), last("free", "markdown"), checks


def _bound(cell) -> set[str]:
    trees = answer_names.trees([cell.source]) if cell.cell_type == "code" else []
    return set().union(*map(answer_names.bound_names, trees))


def _refusal(exercise: Exercise, used: str) -> str:
    """Lines that put a refusal in the place of an answer that uses what the exercise forbids."""
    if not used:
        return ""
    return f"\n\n\ndef {exercise.answer}(*_, **__):\n    raise RuntimeError({used!r})"


def _put_network(notebook, exercise: Exercise, network: Path | None, place: Path) -> list[str]:
    """Hand over the network of the project by its name, and take out all code that could train; what was done."""
    answer = exercises.cell_of(notebook, "answer")
    given = {source.strip() for source in exercise.given}
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.strip() not in given and "srlib.checks" not in cell.source:
            cell.source = "\n".join(["# not run when graded:", *(f"# {line}" for line in cell.source.splitlines())])
    answer.source += f"\nmy_network = {(network.name if network else 'the-folder-was-not-handed-in')!r}"
    if network is None:
        return ["no network, or several and none with the name in my_network; ask for the folder"]
    shutil.copytree(network, place / network.name, dirs_exist_ok=True)
    return [f"the network is {network.name}"]
