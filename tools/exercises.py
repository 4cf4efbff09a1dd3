"""The exercises: students' copies, a course for nbgrader, and grading without it, all from one source each.

The sources are the scripts in notebooks/exercises/source; nothing else of an exercise is edited by hand.

    python tools/exercises.py                                   make the students' copies again
    python tools/exercises.py --check                           change nothing; fail where a copy is out of date
    python tools/exercises.py course COURSE                     lay out a course for nbgrader, solutions included
    python tools/exercises.py grade SUBMISSIONS -o points.csv   grade SUBMISSIONS/STUDENT/04a_psnr.ipynb and so on

A source marks its cells by tags: `answer` (holds the solution, between two marks), `check` (tells the points), `free`
(answered in words, graded by a person), `quiz` (a list of questions, which the copy holds without showing the answers).
"""

import argparse
import copy
import csv
import re
import sys
from pathlib import Path

import colab
import jupytext
import nbformat
import quiz

ROOT = Path(__file__).parents[1]
EXERCISES = ROOT / "notebooks" / "exercises"
SOURCES = EXERCISES / "source"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = "...  # YOUR CODE HERE"
FREE_STUB = "YOUR ANSWER HERE"
TIMEOUT = 600  # seconds for one cell, when grading

CONFIG = f"""# A course made by tools/exercises.py; nbgrader reads this file in the folder where it is run.
c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "srlib"
c.ClearSolutions.begin_solution_delimeter = "BEGIN SOLUTION"
c.ClearSolutions.end_solution_delimeter = "END SOLUTION"
c.ClearSolutions.code_stub = {{"python": "{STUB}"}}
c.ClearSolutions.text_stub = "{FREE_STUB}"
c.ExecutePreprocessor.timeout = {TIMEOUT}
"""


def names() -> list[str]:
    """The exercises, and the quiz, by file name."""
    return sorted(path.stem for path in SOURCES.glob("*.py"))


def assignment_of(name: str) -> str:
    """The assignment of nbgrader that an exercise belongs to: one for each lesson, and one for the project."""
    return "project" if "project" in name else f"lesson_{name[:2]}"


def points_of(cell) -> int:
    """The points of a cell: what its last line asks for, or what its tag says."""
    found = re.search(r"\.points\((\d+)\)", cell.source) if cell.cell_type == "code" else None
    return int(found[1]) if found else int(next(t for t in cell.metadata.tags if t.startswith("points-"))[7:])


def instructor(name: str, url: str):
    """The notebook with its solution, as nbgrader wants it.

    Parameters
    ----------
    name : str
        Of the exercise, such as ``04a_psnr``.
    url : str
        The repository's address, for badge and installing cell.

    Returns
    -------
    nbformat.NotebookNode
    """
    notebook = jupytext.reads((SOURCES / f"{name}.py").read_text("utf-8"), fmt="py:percent")
    notebook.metadata = nbformat.from_dict({"kernelspec": dict(notebook.metadata.kernelspec)})
    notebook.nbformat_minor = 5
    for i, cell in enumerate(notebook.cells):
        cell.id = f"{name}-{i}"
        tags = cell.metadata.pop("tags", [])
        kind = next((t for t in tags if t in ("answer", "check", "free", "quiz")), None)
        if kind == "quiz":
            cell.source = quiz.cell(cell.source)
        elif kind is not None:
            cell.metadata.tags = tags
            cell.metadata = nbformat.from_dict(_metadata(name, cell, kind))
    return colab.stamp_notebook(notebook, f"notebooks/exercises/{name}.ipynb", url)


def _metadata(name: str, cell, kind: str) -> dict:
    grade, solution = kind in ("check", "free"), kind in ("answer", "free")
    nbgrader = {
        "cell_type": cell.cell_type, "grade": grade, "grade_id": f"{name}-{kind}", "locked": kind == "check",
        "schema_version": 3, "solution": solution, "task": False,
    }  # fmt: skip
    if grade:
        nbgrader["points"] = points_of(cell)
    return {"nbgrader": nbgrader}


def without_solution(source: str) -> str:
    """A cell's source with each solution, marks included, replaced by the stub at the same depth."""
    out, inside = [], False
    for line in source.split("\n"):
        if line.strip() == BEGIN:
            inside = True
            out.append(line[: line.index("#")] + STUB)
        elif line.strip() == END:
            inside = False
        elif not inside:
            out.append(line)
    if inside or END in source and BEGIN not in source:
        raise ValueError(
            f"the marks {BEGIN} and {END} do not come in pairs in a cell that begins {source[:40]!r}; put them back."
        )
    return "\n".join(out)


def student(name: str, url: str):
    """The students' copy: no solutions, no outputs, the cell with the check locked.

    Parameters
    ----------
    name, url : str
        As for :func:`instructor`.

    Returns
    -------
    nbformat.NotebookNode
    """
    notebook = copy.deepcopy(instructor(name, url))
    for cell in notebook.cells:
        nbgrader = cell.metadata.get("nbgrader")
        if nbgrader and nbgrader["solution"]:
            cell.source = without_solution(cell.source) if cell.cell_type == "code" else FREE_STUB
        if nbgrader and nbgrader["locked"]:
            cell.metadata.update(deletable=False, editable=False)
    return notebook


def copies(url: str | None = None) -> dict[Path, str]:
    """The text of every students' copy."""
    url = colab.address() if url is None else url
    return {EXERCISES / f"{name}.ipynb": nbformat.writes(student(name, url)) + "\n" for name in names()}


def make(check: bool) -> int:
    """Write the students' copies, or look whether they are up to date; the exit status."""
    texts = copies()
    old = [file for file, text in texts.items() if not file.exists() or file.read_text("utf-8") != text]
    left = [file for file in sorted(EXERCISES.glob("*.ipynb")) if file not in texts]
    for file in [*old, *left]:
        print(file.relative_to(ROOT))
        if not check and file in texts:
            file.write_text(texts[file], "utf-8", newline="\n")
        elif not check:
            file.unlink()
    if check and (old or left):
        print("exercises: these copies are out of date; run python tools/exercises.py", file=sys.stderr)
        return 1
    return 0


def course(folder: Path) -> int:
    """Lay out a course for nbgrader; the exit status."""
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(
            f"{folder} exists and is not empty; expected a new folder for the course: choose another name."
        )
    url = colab.address()
    for name in names():
        if name == "quiz":
            continue
        place = folder / "source" / assignment_of(name)
        place.mkdir(parents=True, exist_ok=True)
        nbformat.write(instructor(name, url), place / f"{name}.ipynb")
    (folder / "nbgrader_config.py").write_text(CONFIG, "utf-8", newline="\n")
    print(f"{folder}: a course with {', '.join(sorted(p.name for p in (folder / 'source').iterdir()))}")
    return 0


def grade(submissions: Path, out: Path) -> int:
    """Run every submitted notebook, check its answer with the check of the source, and write the points; the exit status.

    The learner's own check cell is not trusted: it is left out, and the source's is run in its place. What is answered in
    words is copied into the table, for a person to read.
    """
    if not submissions.is_dir():
        raise NotADirectoryError(
            f"There is no folder {submissions}; expected one with a folder for each student in it."
        )
    files = sorted(p for p in submissions.glob("*/*.ipynb") if p.stem in names() and p.stem != "quiz")
    if not files:
        raise FileNotFoundError(
            f"{submissions} holds no exercise; expected STUDENT/{names()[0]}.ipynb and so on: keep the names of the files."
        )
    url, rows = colab.address(), []
    for file in files:
        points, of, told, words = _graded(file, instructor(file.stem, url))
        rows.append([file.parent.name, file.stem, points, of, told, words])
        print(f"{file.parent.name} {file.stem}: {points:g} of {of}")
    with out.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["student", "exercise", "points", "of", "the check says", "to read (not in the points)"])
        writer.writerows(rows)
    print(out)
    return 0


def _graded(file: Path, source) -> tuple[float, int, str, str]:
    """Points, points to be had, what the check printed, and what was answered in words."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    check = next(c for c in source.cells if c.metadata.get("nbgrader", {}).get("grade_id", "").endswith("-check"))
    of = points_of(check)
    try:
        submitted = nbformat.read(file, as_version=4)
    except Exception as error:  # nbformat raises many kinds for what is no notebook
        return 0.0, of, f"cannot be read as a notebook: {type(error).__name__}", ""
    given = {c.source for c in source.cells if c.cell_type == "markdown"}
    words = "\n\n".join(
        c.source
        for c in submitted.cells
        if c.cell_type == "markdown" and c.source not in given and c.source != FREE_STUB
    )
    has_words = any(c.metadata.get("nbgrader", {}).get("grade_id", "").endswith("-free") for c in source.cells)
    own = lambda cell: cell.cell_type == "code" and "srlib.checks.check_" in cell.source
    submitted.cells = [c for c in submitted.cells if not own(c) and not c.source.startswith(colab.FIRST_LINE)]
    submitted.cells.append(nbformat.v4.new_code_cell(check.source))
    submitted.metadata["kernelspec"] = source.metadata.kernelspec
    client = NotebookClient(
        submitted, timeout=TIMEOUT, allow_errors=True, resources={"metadata": {"path": str(file.parent)}}
    )
    try:
        client.execute()
    except (CellTimeoutError, DeadKernelError, CellExecutionError) as error:
        return 0.0, of, f"did not run to its end: {type(error).__name__}", words if has_words else ""
    points, told = 0.0, ""
    for output in submitted.cells[-1].outputs:
        if output.output_type == "execute_result":
            points = float(output.data["text/plain"])
        elif output.output_type == "stream" and output.name == "stdout":
            told += output.text
        elif output.output_type == "error":
            told += f"{output.ename}: {output.evalue}"
    return points, of, told.strip(), words if has_words else ""


def main(argv: list[str] | None = None) -> int:
    """The command; its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail where a copy is out of date")
    jobs = parser.add_subparsers(dest="job")
    laid = jobs.add_parser("course", help="lay out a course for nbgrader")
    laid.add_argument("folder", type=Path, metavar="COURSE")
    graded = jobs.add_parser("grade", help="grade submitted notebooks without nbgrader")
    graded.add_argument("submissions", type=Path, metavar="SUBMISSIONS")
    graded.add_argument("-o", "--out", type=Path, default=Path("points.csv"), help="the table to write")
    args = parser.parse_args(argv)
    try:
        if args.job == "course":
            return course(args.folder)
        if args.job == "grade":
            return grade(args.submissions, args.out)
        return make(args.check)
    except (ValueError, OSError) as error:
        print(f"exercises: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
