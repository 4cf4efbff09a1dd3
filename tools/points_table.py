"""The table of points: rows that are written as they come and survive whatever ends the program, and what is made of them.

Beside the table lie a page of feedback for each student and exercise, the list of what was not graded, and on demand the table
that Canvas or Moodle imports. Texts of students are cut, and none of them is a formula to a spreadsheet.

    python tools/points_table.py points.csv    the table as Markdown, for a page of GitHub
"""

import csv
import html
import io
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from srlib.safe_files import printable, write_text

COLUMNS = [
    "student",
    "exercise",
    "points",
    "of",
    "the check says",
    "to read (not in the points)",
    "remarks",
    "file",
    "state",
]
LONGEST = 4000  # characters of one field


@dataclass(frozen=True)
class Grade:
    """What a notebook earned.

    Attributes
    ----------
    points : float or None
        None where it could not be graded.
    told : str
        What the check says, or why there is nothing to check.
    words : str
        What was answered in words.
    remarks : tuple of str
        What a teacher should know: tampering, limits, other notebooks.
    file : str
        The name of the notebook.
    """

    points: float | None
    told: str
    words: str = ""
    remarks: tuple[str, ...] = ()
    file: str = ""


def cut(text) -> str:
    """A text of a student's in at most four thousand characters, without those that steer a terminal."""
    text = "\n".join(printable(line) for line in str(text)[: LONGEST + 1].split("\n"))
    return f"{text[:LONGEST]} ... (cut)" if len(text) > LONGEST else text


def field(text) -> str:
    """A text as it is safe in a table: cut, without characters that steer, and no formula.

    Parameters
    ----------
    text : object

    Returns
    -------
    str

    Examples
    --------
    >>> print(field('=HYPERLINK("x")'))
    '=HYPERLINK("x")
    >>> field(2.5), len(field("a" * 10_000))
    ('2.5', 4010)
    """
    text = cut(text)
    return f"'{text}" if text.lstrip()[:1] in tuple("=+-@") else text


def _csv(rows: list[list]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def lines(rows: list[list]) -> str:
    """Rows as CSV, each field safe."""
    return _csv([[field(value) for value in row] for row in rows])


def write(path: Path, rows: list[list]) -> None:
    """Write a table whole or not at all."""
    write_text(path, lines(rows))


class Table:
    """The table of points.

    Parameters
    ----------
    path : Path
        Rows of a table that is there are read, and kept where their state is the present one.
    states : dict
        (student, exercise) -> what changes when that has to be graded again.

    Raises
    ------
    ValueError
        The file is another table.
    """

    def __init__(self, path: Path, states: dict[tuple[str, str], str]):
        self.path = path
        self._states = {(field(student), exercise): state for (student, exercise), state in states.items()}
        self.rows = [row for row in self._read() if self._states.get((row[0], row[1])) == row[-1]]
        write_text(path, self._text())  # without what was torn or has changed

    def _read(self) -> list[list[str]]:
        if not self.path.exists():
            return []
        try:
            read = list(csv.reader(io.StringIO(self.path.read_text("utf-8", "replace"))))
        except csv.Error:
            read = []
        if read and read[0] != COLUMNS:
            raise ValueError(
                f"{self.path} is another table; expected one that this command wrote: choose another name."
            )
        return [row for row in read[1:] if len(row) == len(COLUMNS)]

    def _text(self) -> str:
        return _csv([COLUMNS, *self.rows])

    def has(self, student: str, exercise: str) -> bool:
        """Whether there is a row for a student and an exercise."""
        return (field(student), exercise) in {(row[0], row[1]) for row in self.rows}

    def add(self, student: str, exercise: str, grade: Grade, of: int) -> None:
        """Write a row to the end of the table, on the disk before anything else happens, and the page of feedback."""
        points = "" if grade.points is None else f"{grade.points:g}"
        told = [student, exercise, points, of, grade.told, grade.words, "; ".join(grade.remarks), grade.file]
        row = [*map(field, told), self._states[field(student), exercise]]
        page = self.beside("feedback") / student / f"{exercise}.html"
        write_text(page, feedback(student, exercise, grade, of))
        with self.path.open("ab") as handle:
            handle.write(_csv([row]).encode())
            handle.flush()
            os.fsync(handle.fileno())
        self.rows.append(row)
        print(f"{printable(student)} {exercise}: {points or 'no points,'} of {of}", flush=True)

    def sort(self) -> None:
        """Write the rows in the order of students and exercises."""
        self.rows.sort(key=lambda row: row[:2])
        write_text(self.path, self._text())

    def beside(self, ending: str) -> Path:
        """The place beside the table with a name such as ``points-feedback``."""
        return self.path.with_name(f"{self.path.stem}-{ending}")


def feedback(student: str, exercise: str, grade: Grade, of: int) -> str:
    """A page for the student: points, what the check says, what happened, the answer in words."""
    points = "not graded yet" if grade.points is None else f"{grade.points:g} of {of} points"
    parts = [("What the check says", grade.told), ("Remarks", "\n".join(grade.remarks)), ("Your words", grade.words)]
    body = "\n".join(f"<h2>{title}</h2>\n<pre>{html.escape(cut(text))}</pre>" for title, text in parts if text)
    title = html.escape(printable(f"{exercise}: {student}"))
    style = "body{font:1rem/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap}"
    head = f'<meta charset="utf-8"><title>{title}</title><style>{style}</style>'
    return f'<!doctype html>\n<html lang="en">{head}\n<h1>{title}</h1>\n<p>{points}</p>\n{body}\n</html>\n'


def export(table: Table, system: str, of: dict[str, int]) -> Path:
    """Write the table that Canvas or Moodle imports: a row for each student, a column for each exercise.

    The name of a student's folder is taken for the login ("SIS Login ID" in Canvas, "Username" in Moodle).

    Parameters
    ----------
    table : Table
    system : str
        "canvas" or "moodle".
    of : dict
        Exercise -> its points.

    Returns
    -------
    Path
        The file.
    """
    points = {(row[0], row[1]): row[2] for row in table.rows}
    students, names = sorted({who for who, _ in points}), sorted({name for _, name in points})
    earned = lambda who: [points.get((who, name), "") for name in names]
    if system == "canvas":
        rows = [
            ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *names],
            ["    Points Possible", "", "", "", "", *(of[name] for name in names)],
            *([who, "", "", who, "", *earned(who)] for who in students),
        ]
    else:
        rows = [["Username", *names], *([who, *earned(who)] for who in students)]
    out = table.beside(f"{system}.csv")
    write(out, rows)
    return out


def markdown(path: Path) -> str:
    """The table as Markdown: points, and below each exercise what the check says."""
    with path.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    found = ["| exercise | points | of |", "| --- | ---: | ---: |"]
    found += [f"| {row['exercise']} | {row['points'] or 'not graded'} | {row['of']} |" for row in rows]
    for row in rows:
        told = "\n".join(filter(None, (row["the check says"], row["remarks"]))).replace("`", "'")
        found += ["", f"**{row['exercise']}**", "", "```", told, "```"]
    return "\n".join(found) + "\n"


if __name__ == "__main__":
    sys.stdout.write(markdown(Path(sys.argv[1])))
