"""What students handed in: which notebook is which exercise, wherever it lies and whatever it is called.

A student is the first folder below the folder of submissions. Which exercise a notebook is, is read from the notebook: from
the title, from what nbgrader keeps of a cell, from the check that it calls, from the function that it defines.
"""

import functools
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

import answer_names
import colab
import exercises
import nbformat

from srlib.safe_files import printable

MOST_BYTES = 20 * 2**20  # of a notebook; with many figures it has one or two megabytes
MOST_COPIES = 5  # notebooks of one student for one exercise, of which the best counts
_NOT_SEARCHED = {"__MACOSX", "__pycache__", "node_modules"}
_ARCHIVES = {".zip", ".rar", ".7z", ".tar", ".gz", ".tgz"}


@dataclass(frozen=True)
class Exercise:
    """What grading knows of an exercise.

    Attributes
    ----------
    name : str
        Such as ``04a_psnr``.
    answer : str
        What a student calls the answer, such as ``my_psnr``.
    points : int
        Of the check.
    notebook : nbformat.NotebookNode
        With the solution.
    given : tuple of str
        The cells of the student's copy.
    numpy_only : bool
        Whether the answer may use NumPy only.
    """

    name: str
    answer: str
    points: int
    notebook: nbformat.NotebookNode
    given: tuple[str, ...]
    numpy_only: bool

    @property
    def check(self) -> str:
        """The source of the cell with the check."""
        return exercises.cell_of(self.notebook, "check").source


@functools.cache
def known(variant: int | None = None) -> dict[str, Exercise]:
    """All exercises that can be graded, by name."""
    found = {}
    for name in exercises.names():
        if name == "quiz":
            continue
        notebook = exercises.instructor(name, colab.address(), variant)
        check = exercises.cell_of(notebook, "check")
        answer = re.search(r"\bmy_\w+", check.source)[0]
        given = tuple(cell.source for cell in exercises.student(name, colab.address(), variant).cells)
        points = exercises.points_of(check)
        found[name] = Exercise(name, answer, points, notebook, given, exercises.numpy_only(name))
    return found


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one exercise.

    Attributes
    ----------
    folder : Path
        All that the student handed in; its name is the student's.
    exercise : str
        Such as ``04a_psnr``.
    files : tuple of Path
        The notebooks, the newest first, each with other contents.
    broken : tuple of str
        Why files that bear the name of this exercise cannot be read.
    """

    folder: Path
    exercise: str
    files: tuple[Path, ...]
    broken: tuple[str, ...] = ()

    @property
    def student(self) -> str:
        """The name of the student's folder."""
        return self.folder.name

    def digest(self) -> str:
        """Eight bytes that change with the contents: of the notebooks, and for the project of the networks as well."""
        total = hashlib.sha256("\n".join(self.broken).encode())
        networks = networks_in(self.folder) if is_project(self.exercise) else []
        files = [*self.files, *sorted(p for network in networks for p in network.iterdir() if p.is_file())]
        for file in files:
            total.update(file.read_bytes())
        return total.hexdigest()[:16]


@dataclass(frozen=True)
class Left:
    """A file that is not graded, and why; `fault`: whether somebody has to do something about it."""

    student: str
    file: str
    why: str
    fault: bool = True

    def __str__(self) -> str:
        return f"{printable('/'.join(filter(None, (self.student, self.file))))} {self.why}"


class Unreadable(Exception):
    """Why a file cannot be read as a notebook."""


def is_project(name: str) -> bool:
    """Whether an exercise is the project, of which the trained network is graded and no code is run."""
    return exercises.assignment_of(name) == "project"


def read(file: Path):
    """A notebook in today's format.

    Parameters
    ----------
    file : Path

    Returns
    -------
    nbformat.NotebookNode

    Raises
    ------
    Unreadable
        It is empty, too large, or no notebook.
    """
    size = file.stat().st_size
    if size == 0:
        raise Unreadable("is an empty file")
    if size > MOST_BYTES:
        raise Unreadable(f"has {size / 2**20:.0f} MB; expected at most {MOST_BYTES // 2**20}: clear its outputs")
    try:
        notebook = nbformat.read(file, as_version=4)
        for cell in notebook.cells:
            if not isinstance(cell.source, str) or cell.cell_type not in ("code", "markdown", "raw"):
                raise ValueError("a cell without a text")
            cell.metadata = nbformat.from_dict(dict(cell.get("metadata") or {}))
            if not isinstance(cell.metadata.get("nbgrader", {}), dict):
                del cell.metadata["nbgrader"]
    except Exception as error:  # nbformat raises many kinds for what is no notebook
        raise Unreadable(f"cannot be read as a notebook ({type(error).__name__})") from None
    return notebook


def exercises_in(notebook, variant: int | None = None) -> list[str]:
    """Which exercises a notebook holds: as a rule one, two where somebody merged them.

    Titles and what nbgrader keeps of a cell decide; without them, calls of a check, ids of cells and the names of functions.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    variant : int, optional

    Returns
    -------
    list of str
    """
    text = {kind: "\n".join(c.source for c in notebook.cells if c.cell_type == kind) for kind in ("markdown", "code")}
    titles = set(re.findall(r"(?m)^\s*#+\s*Exercise (\w+)\b", text["markdown"]))
    grade_ids = {
        str(cell.metadata.get("nbgrader", {}).get("grade_id", "")).rpartition("-")[0] for cell in notebook.cells
    }
    all_known = known(variant)
    if sure := [name for name in all_known if name[:3] in titles or name in grade_ids]:
        return sure
    ids = {str(cell.get("id", "")).rpartition("-")[0] for cell in notebook.cells}
    checks = set(re.findall(r"\bcheck_\w+", text["code"]))
    called = [name for name, e in all_known.items() if name in ids or checks & set(re.findall(r"\bcheck_\w+", e.check))]
    if called:
        return called
    bound = set().union(*(answer_names.bound_names(tree) for tree in answer_names.trees(code_of(notebook))))
    return [name for name, e in all_known.items() if e.answer in bound]


def code_of(notebook) -> list[str]:
    """The sources of a notebook's code cells."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def words_of(notebook, exercise: Exercise) -> str:
    """What a student answered in words, where the exercise asks for that: all text that was not handed out."""
    if exercises.cell_of(exercise.notebook, "free") is None:
        return ""
    given = {source.strip() for source in (*exercise.given, exercises.FREE_STUB)}
    texts = (cell.source.strip() for cell in notebook.cells if cell.cell_type == "markdown")
    plain = lambda text: re.sub(r"\[!\[Open in Colab\]\S*", "", text)  # a fork has badges of its own
    known_texts = {plain(text) for text in given}
    return "\n\n".join(text for text in texts if text and plain(text) not in known_texts)


def forbidden(notebook, exercise: Exercise) -> str:
    """A sentence on what the answer uses though the exercise forbids it; empty where it keeps to what is allowed."""
    if not exercise.numpy_only:
        return ""
    names = answer_names.beyond_numpy(answer_names.used(code_of(notebook), exercise.answer, list(exercise.given)))
    return f"{exercise.answer} uses {', '.join(names)}; this exercise is for NumPy only" if names else ""


# -- a folder of them ---------------------------------------------------------------------------------------------------------


def find(folder: Path, variant: int | None = None) -> tuple[list[Submission], list[Left]]:
    """Everything in a folder: what can be graded, by student and exercise, and what cannot, with the reason.

    Parameters
    ----------
    folder : Path
        It holds a folder for each student.
    variant : int, optional

    Returns
    -------
    list of Submission, list of Left

    Raises
    ------
    NotADirectoryError
        There is no such folder.
    FileNotFoundError
        It is empty.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"There is no folder {folder}; expected one with a folder for each student in it.")
    if not any(folder.iterdir()):
        raise FileNotFoundError(f"{folder} is empty; expected a folder for each student in it: look at the path.")
    found, left = [], []
    for place in sorted(folder.iterdir()):
        if place.is_symlink():
            left.append(Left("", place.name, "is a link, which is not followed"))
        elif place.is_dir() and not place.name.startswith(".") and place.name not in _NOT_SEARCHED:
            mine, others = _of_student(place, variant)
            found += mine
            left += others
            if not mine and not any(other.fault for other in others):
                left.append(Left(place.name, "", "handed in no exercise"))
        elif place.is_file() and not place.name.startswith("."):
            fault = place.suffix in {".ipynb", *_ARCHIVES}
            left.append(Left("", place.name, "lies in no student's folder", fault))
    return found, left


def _of_student(place: Path, variant: int | None) -> tuple[list[Submission], list[Left]]:
    """What one student handed in."""
    notebooks: dict[str, list[Path]] = {}
    broken: dict[str, list[str]] = {}
    left = []
    say = lambda file, why, fault=True: left.append(Left(place.name, file.relative_to(place).as_posix(), why, fault))
    for file in _files(place):
        if file.is_symlink():
            say(file, "is a link, which is not followed")
        elif file.suffix.lower() in _ARCHIVES:
            say(file, "is an archive: unpack it")
        elif file.suffix.lower() != ".ipynb":
            say(file, "is no notebook", False)
        else:
            try:
                inside = exercises_in(read(file), variant)
            except Unreadable as error:
                say(file, str(error))
                for name in _named(file, variant):
                    broken.setdefault(name, []).append(f"{file.name} {error}")
                continue
            if not inside:
                quiz = "quiz" in file.stem
                say(file, "is the quiz, which has no points" if quiz else "holds no exercise of this course", not quiz)
            for name in inside:
                notebooks.setdefault(name, []).append(file)
    if networks_in(place):  # the network is what is graded; its notebook may be missing
        notebooks.setdefault(next(filter(is_project, known(variant))), [])
    found = []
    for name in sorted({*notebooks, *broken}):
        files = _distinct(notebooks.get(name, []), say, name)
        found.append(Submission(place, name, files, () if files else tuple(broken.get(name, ()))))
    return found, left


def _files(place: Path):
    """All files below a folder, but for hidden ones and those in the folder of a trained network."""
    for folder, folders, files in os.walk(place):
        if "model.json" in files:
            folders.clear()
            files = [file for file in files if file.endswith(".ipynb")]
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _NOT_SEARCHED)
        yield from (Path(folder, file) for file in sorted(files) if not file.startswith("."))


def _named(file: Path, variant: int | None) -> list[str]:
    """The exercise that a file's name tells, for a file that cannot be read."""
    letters = set(re.findall(r"(?<![0-9a-z])\d\d[a-z](?![0-9a-z])", re.sub("_", " ", file.stem.lower())))
    return [name for name in known(variant) if name[:3] in letters]


def _distinct(files: list[Path], say, name: str) -> tuple[Path, ...]:
    """Notebooks without those whose code and words another has as well, the newest first."""
    kept, seen = [], {}
    for file in sorted(files, key=lambda file: (-file.stat().st_mtime, str(file))):
        contents = tuple((cell.cell_type, cell.source) for cell in read(file).cells)
        if contents in seen:
            say(file, f"is the same as {seen[contents].name}", False)
        elif len(kept) == MOST_COPIES:
            say(file, f"is one of more than {MOST_COPIES} notebooks for {name}; the newest {MOST_COPIES} were graded")
        else:
            kept.append(file)
            seen[contents] = file
    return tuple(kept)


def networks_in(folder: Path) -> list[Path]:
    """The folders of trained networks below a folder."""
    return sorted(Path(place) for place, _, files in os.walk(folder) if "model.json" in files)


def network_of(submission: Submission) -> Path | None:
    """The network that a student hands in for the project: the one that the notebook names, else the only one that is there.

    The notebook is read, not run, so that nothing is trained.
    """
    around = networks_in(submission.folder)
    for file in submission.files:
        code = "\n".join(code_of(read(file)))
        names = re.findall(r"""(?m)^\s*my_network\s*=\s*["']([^"'\n]+)["']""", code)
        if named := [place for place in around if names and place.name == Path(names[-1].replace("\\", "/")).name]:
            return named[0]
    return around[0] if len(around) == 1 else None
