"""A class of thirty: what each student did to exercise 04a, and the points that a teacher would give by hand."""

import os
from dataclasses import dataclass
from pathlib import Path

import colab
import exercises
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

NAME = "04a_psnr"
RIGHT = """def my_psnr(a, b):
    if a.ndim == 4:
        values = [my_psnr(p, q) for p, q in zip(a, b)]
        return sum(values) / len(values)
    top = 255.0 if a.dtype == np.uint8 else 1.0
    err = np.square(a.astype("float64") - b.astype("float64")).mean()
    return np.inf if err == 0 else 20 * np.log10(top) - 10 * np.log10(err)
"""
NO_BATCH = RIGHT.replace("a.ndim == 4", "False")
LIBRARY = "def my_psnr(a, b):\n    return srlib.psnr(a, b)\n"
ALIAS = """import skimage.metrics as sm

def helper(a, b, peak):
    return getattr(sm, "peak_signal_noise_ratio")(a, b, data_range=peak)

def my_psnr(a, b):
    if a.ndim == 4:
        return np.mean([my_psnr(p, q) for p, q in zip(a, b)])
    return np.inf if (a == b).all() else helper(a, b, 255 if a.dtype == np.uint8 else 1)
"""


@dataclass(frozen=True)
class Student:
    """What a student hands in, and what it is worth."""

    points: float
    answer: str = RIGHT
    change: object = None  # a function that changes the notebook
    cells: tuple = ()  # code put behind the answer
    file: str = f"{NAME}.ipynb"
    text: str | None = None  # instead of a notebook
    told: str = ""  # in what the check says, the remarks or the words
    twice: str | None = None  # an older notebook with this answer


def merged(notebook):
    notebook.cells[3].source += "\n" + notebook.cells[5].source
    del notebook.cells[4:6]


def without_metadata(notebook):
    for i, cell in enumerate(notebook.cells):
        cell.metadata, cell.id = nbformat.from_dict({}), f"cell-{i}"


def without_title_and_check(notebook):
    without_metadata(notebook)
    del notebook.cells[4:], notebook.cells[0]


def duplicated(notebook):
    copy = nbformat.from_dict(dict(notebook.cells[3], id="copy"))
    copy.source = "def my_psnr(a, b):\n    return 0"
    notebook.cells.insert(3, copy)


def check_changed(notebook):
    notebook.cells[5].source = "4"


def check_deleted(notebook):
    del notebook.cells[5]


def imports_first(notebook):
    notebook.cells[1].source += "\n%matplotlib inline\nimport numpy as np\nimport srlib"
    notebook.cells[2].source = "pass"


def only_text(notebook):
    notebook.cells = [new_markdown_cell("I did not understand the exercise."), notebook.cells[0]]


ENDLESS = "while True:\n    pass"
PRINTS = "line = 'x' * 999_999 + '\\n'\nfor _ in range(100):\n    print(line)"
STUB = "def my_psnr(a, b):\n    ...  # YOUR CODE HERE\n"
YES = "lambda *_: srlib.checks.Answer('my_psnr', ('all',), 1)"

CLASS = {
    "ada": Student(4),
    "ben": Student(2, NO_BATCH, told="a batch"),
    "cleo": Student(0, STUB, told="is not written yet"),
    "dan": Student(0, "def my_psnr(a, b) return 1", told="SyntaxError"),
    "eve": Student(0, f"def my_psnr(a, b):\n    {ENDLESS.replace(chr(10), chr(10) + '    ')}", told="did not end within"),
    "fay": Student(4, cells=(ENDLESS,), told="did not end within"),
    "gus": Student(4, cells=("import os", "os._exit(3)"), told="os._exit"),
    "hal": Student(0, "import os\ndef my_psnr(a, b):\n    os._exit(0)", told="os._exit"),
    "ida": Student(4, cells=(PRINTS,), told="100.0 million characters"),
    "jon": Student(4, RIGHT.replace("    top", "    print('here', a)\n    top")),
    "kim": Student(4, file=f"Copy of {NAME}.ipynb"),
    "lea": Student(4, file=f"{NAME} (1).ipynb"),
    "max": Student(4, file=f"homework/week 4/{NAME}_max.ipynb"),
    "nia": Student(4, change=duplicated),
    "oli": Student(4, change=merged),
    "pia": Student(0, STUB, cells=(f"srlib.checks.check_psnr = {YES}",), told="rebinds srlib.checks.check_psnr"),
    "quy": Student(0, STUB, cells=("srlib.checks.Answer.points = lambda self, of: of",), told="Answer.points"),
    "rob": Student(0, LIBRARY, told="uses srlib.psnr"),
    "sue": Student(0, ALIAS, told="uses skimage.metrics.peak_signal_noise_ratio"),
    "tom": Student(0, text='{"cells": [{"cell_type": "code", ', told="cannot be read as a notebook"),
    "uma": Student(0, change=only_text, told="my_psnr is not there"),
    "vic": Student(0, text="", told="is an empty file"),
    "wes": Student(4, cells=("import os\nif os.fork() == 0:\n    os._exit(0)\nos.wait();",), told="processes of its own"),
    "xia": Student(4, "# srlib.checks.check_psnr says this is right\n" + RIGHT),
    "yan": Student(4, RIGHT + "\nprint(srlib.psnr(hr, hr), srlib.checks.check_psnr(my_psnr))", change=check_deleted),
    "zoe": Student(0, STUB, change=check_changed, told="is not written yet"),
    "abe": Student(4, change=without_title_and_check, file="Untitled3.ipynb"),
    "bea": Student(4, change=imports_first),
    "cal": Student(4, twice=STUB, told="the best of 2 notebooks"),
    "dot": Student(0, "def my_psnr(a, b):\n    raise KeyboardInterrupt", told="KeyboardInterrupt"),
}  # fmt: skip


def notebook_of(student: Student, answer: str | None = None):
    notebook = exercises.student(NAME, colab.address())
    assert notebook.cells[3].source.startswith("def my_psnr") and "check_psnr" in notebook.cells[5].source
    notebook.cells[3].source = student.answer if answer is None else answer
    if student.change:
        student.change(notebook)
    notebook.cells[4:4] = [new_code_cell(source) for source in student.cells]
    return notebook


def hand_in(folder: Path, students=None) -> None:
    """Write what the class hands in, a folder for each student."""
    for who, student in (CLASS if students is None else students).items():
        file = folder / who / student.file
        file.parent.mkdir(parents=True)
        if student.text is not None:
            file.write_text(student.text)
        else:
            nbformat.write(notebook_of(student), file)
        if student.twice:
            older = file.with_name("first try.ipynb")
            nbformat.write(notebook_of(student, student.twice), older)
            os.utime(older, (1e9, 1e9))
