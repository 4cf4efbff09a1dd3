"""The exercises: students' copies, solutions, a course for nbgrader, and grading, all from one source each.

The sources are the scripts in notebooks/exercises/source; nothing else of an exercise is edited by hand.

    python tools/exercises.py                                   make the students' copies again
    python tools/exercises.py --check                           change nothing; fail where a copy is out of date
    python tools/exercises.py copies FOLDER --variant 7         copies whose numbers differ, elsewhere
    python tools/exercises.py solutions FOLDER                  notebooks with the solutions, for the teacher
    python tools/exercises.py grade SUBMISSIONS -o points.csv   grade SUBMISSIONS/STUDENT/... without nbgrader
    python tools/exercises.py course COURSE                     lay out a course for nbgrader, solutions included
    python tools/exercises.py prepare HANDED_IN SUBMITTED       make what came in ready for `nbgrader autograde`

A source marks its cells by tags: `answer` (holds the solution, between two marks), `check` (tells the points), `free`
(answered in words, graded by a person), `quiz` (a list of questions, which the copy holds without showing the answers),
`variant` (what a variant changes; in no copy). An answer that is also tagged `numpy-only` earns nothing if it uses another package.
"""

import argparse
import ast
import copy
import random
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
TIMEOUT = 120  # seconds for one cell, when nbgrader grades

CONFIG = f"""# A course made by tools/exercises.py; nbgrader reads this file in the folder where it is run.
c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "srlib"
c.ClearSolutions.begin_solution_delimeter = "BEGIN SOLUTION"
c.ClearSolutions.end_solution_delimeter = "END SOLUTION"
c.ClearSolutions.code_stub = {{"python": "{STUB}"}}
c.ClearSolutions.text_stub = "{FREE_STUB}"
c.Execute.timeout = {TIMEOUT}  # seconds for one cell
c.OverwriteCells.add_missing_cells = True  # a check cell that was deleted is put back
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


def source(name: str, variant: int | None = None):
    """The cells of a source, with their tags; those of a variant where a seed is given.

    A variant replaces texts, in all cells, as the cell tagged `variant` says: `variant_texts` is a dict of what stands in the
    source and what stands in a variant, where VALUE is one of `variant_values`. Few exercises have such a cell.
    """
    notebook = jupytext.reads((SOURCES / f"{name}.py").read_text("utf-8"), fmt="py:percent")
    told = [cell for cell in notebook.cells if "variant" in cell.metadata.get("tags", [])]
    notebook.cells = [cell for cell in notebook.cells if cell not in told]
    if variant is None or not told:
        return notebook
    values, texts = (ast.literal_eval(statement.value) for statement in ast.parse(told[0].source).body)
    value = random.Random(f"{variant} {name}").choice(values)
    for old, new in texts.items():
        if not any(old in cell.source for cell in notebook.cells):
            raise ValueError(f"the variant of {name} replaces {old!r}, which the exercise does not hold; put it right.")
        for cell in notebook.cells:
            cell.source = cell.source.replace(old, new.replace("VALUE", str(value)))
    return notebook


def variable(name: str) -> bool:
    """Whether an exercise has variants."""
    return 'tags=["variant"]' in (SOURCES / f"{name}.py").read_text("utf-8")


def numpy_only(name: str) -> bool:
    """Whether an exercise's answer may use NumPy only."""
    tags = [cell.metadata.get("tags", []) for cell in source(name).cells]
    return any("answer" in tag and "numpy-only" in tag for tag in tags)


def instructor(name: str, url: str, variant: int | None = None):
    """The notebook with its solution, as nbgrader wants it.

    Parameters
    ----------
    name : str
        Of the exercise, such as ``04a_psnr``.
    url : str
        The repository's address, for badge and installing cell.
    variant : int, optional
        A seed, for copies whose numbers differ.

    Returns
    -------
    nbformat.NotebookNode
    """
    notebook = source(name, variant)
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


def cell_of(notebook, kind: str):
    """The cell of a notebook that is its `answer`, its `check` or its `free` answer; None where it has none."""
    ids = ((cell, str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))) for cell in notebook.cells)
    return next((cell for cell, grade_id in ids if grade_id.endswith(f"-{kind}")), None)


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


def student(name: str, url: str, variant: int | None = None):
    """The students' copy: no solutions, no outputs, the cell with the check locked.

    Parameters
    ----------
    name, url, variant
        As for :func:`instructor`.

    Returns
    -------
    nbformat.NotebookNode
    """
    notebook = copy.deepcopy(instructor(name, url, variant))
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


def _new(folder: Path) -> Path:
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} exists and is not empty; expected a new folder: choose another name.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def course(folder: Path, variant: int | None = None) -> int:
    """Lay out a course for nbgrader; the exit status."""
    _new(folder)
    for name in names():
        if name != "quiz":
            place = folder / "source" / assignment_of(name)
            place.mkdir(parents=True, exist_ok=True)
            nbformat.write(instructor(name, colab.address(), variant), place / f"{name}.ipynb")
    (folder / "nbgrader_config.py").write_text(CONFIG, "utf-8", newline="\n")
    print(f"{folder}: a course with {', '.join(sorted(p.name for p in (folder / 'source').iterdir()))}")
    return 0


def lay_out(folder: Path, of, variant: int | None = None) -> int:
    """Write every exercise into a folder, as :func:`student` or :func:`instructor` makes it; the exit status."""
    _new(folder)
    for name in names():
        nbformat.write(of(name, colab.address(), variant), folder / f"{name}.ipynb")
    if variant is not None:
        told = ", ".join(name for name in names() if variable(name))
        print(f"variant {variant}: these differ from the copies of the repository: {told}", file=sys.stderr)
    print(folder)
    return 0


def main(argv: list[str] | None = None) -> int:
    """The command; its exit status."""
    args = _parser().parse_args(argv)
    try:
        if args.job == "copies":
            return lay_out(args.folder, student, args.variant)
        if args.job == "solutions":
            return lay_out(args.folder, instructor, args.variant)
        if args.job == "course":
            return course(args.folder, args.variant)
        if args.job == "prepare":
            import prepare

            return prepare.prepare(args.handed_in, args.submitted, args.variant)
        if args.job == "grade":
            import grading

            limits = grading.Limits(args.seconds, args.memory)
            return grading.grade(args.submissions, args.out, limits, args.jobs, args.variant, args.format)
        return make(args.check)
    except (ValueError, OSError) as error:
        print(f"exercises: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; fail where a copy is out of date")
    jobs = parser.add_subparsers(dest="job")
    for job, place, told in (
        ("copies", "FOLDER", "make students' copies in another folder"),
        ("solutions", "FOLDER", "make notebooks with the solutions, for the teacher"),
        ("course", "COURSE", "lay out a course for nbgrader"),
    ):
        jobs.add_parser(job, help=told).add_argument("folder", type=Path, metavar=place)
    ready = jobs.add_parser("prepare", help="make what came in ready for nbgrader")
    ready.add_argument(
        "handed_in", type=Path, metavar="HANDED_IN", help="a folder for each student in it; stays as it is"
    )
    ready.add_argument("submitted", type=Path, metavar="SUBMITTED", help="the course's folder `submitted`")
    graded = jobs.add_parser("grade", help="grade submitted notebooks without nbgrader")
    graded.add_argument("submissions", type=Path, metavar="SUBMISSIONS", help="a folder for each student in it")
    graded.add_argument(
        "-o", "--out", type=Path, default=Path("points.csv"), help="the table to write, or to go on with"
    )
    graded.add_argument(
        "--seconds", type=float, default=60, help="of computing, for one cell or the check (%(default)g)"
    )
    graded.add_argument("--memory", type=float, default=4, help="GB for one notebook (%(default)g)")
    graded.add_argument("--jobs", type=int, default=2, help="notebooks at a time (%(default)s)")
    graded.add_argument("--format", choices=("canvas", "moodle"), help="also a table that this system imports")
    for job in jobs.choices.values():
        job.add_argument(
            "--variant", type=int, metavar="SEED", help="the numbers of this variant, where an exercise varies"
        )
    return parser


if __name__ == "__main__":
    sys.exit(main())
