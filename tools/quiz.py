"""The quiz as one piece of HTML: radio buttons in a fieldset, and what is said of an answer under a fold.

There is no script in it, so it works wherever a notebook shows HTML, by mouse, by keyboard and with a screen reader, and
asks nothing of the network. The questions are in notebooks/exercises/source/quiz.py; `tools/exercises.py` makes the copy.
"""

import ast
import base64
from html import escape

# A fold shows what belongs to the chosen answer, or the request to choose. Colours are given for ground and text alike,
# as notebooks come light and dark; every contrast is 7 or more.
STYLE = """
.srlib-quiz { max-width: 44rem; padding: 0.5rem 1rem; background: #fff; color: #1a1a1a; color-scheme: light; font: 16px/1.5 system-ui, sans-serif }
.srlib-quiz fieldset { margin: 1rem 0; padding: 0.5rem 1rem; border: 1px solid #767676; border-radius: 4px }
.srlib-quiz legend { padding: 0 0.4rem; font-weight: 600 }
.srlib-quiz label { display: block; padding: 0.2rem 0; cursor: pointer }
.srlib-quiz summary { width: fit-content; padding: 0.2rem 0; color: #0b4f8a; cursor: pointer }
.srlib-quiz :focus-visible { outline: 3px solid #0b4f8a; outline-offset: 2px }
.srlib-quiz p { display: none; margin: 0.2rem 0 }
.srlib-quiz .right { color: #0b5a1d }
.srlib-quiz .wrong { color: #8f1d1d }
.srlib-quiz fieldset:not(:has(:checked)) p:first-child { display: block }
"""
_CHOSEN = ".srlib-quiz fieldset:has(label:nth-of-type({n}) :checked) p:nth-child({m}) {{ display: block }}\n"

CELL = """# The quiz, encoded so that nobody reads the answers in passing. It needs no network, and nothing installed.
import base64

from IPython.display import HTML

HTML(base64.b64decode("{coded}").decode())"""


def cell(source: str) -> str:
    """The cell of the students' copy.

    Parameters
    ----------
    source : str
        Of the cell with the questions: it says ``questions = [...]``, and nothing is run.

    Returns
    -------
    str
    """
    return CELL.format(coded=base64.b64encode(html(questions_of(source)).encode()).decode())


def questions_of(source: str) -> list[dict]:
    """The questions that a cell holds.

    Parameters
    ----------
    source : str
        As for :func:`cell`; other lines before it may be comments only.

    Returns
    -------
    list of dict
        As for :func:`html`.
    """
    (assigned,) = ast.parse(source).body
    return ast.literal_eval(assigned.value)


def html(questions: list[dict]) -> str:
    """The quiz, styles included.

    Parameters
    ----------
    questions : list of dict
        Each with ``lesson``, ``question``, ``right`` (an answer, and what is said of it) and ``wrong`` (a list of such).
        Answers are shown in the order of the alphabet, which gives nothing away.

    Returns
    -------
    str

    Examples
    --------
    >>> asked = {"lesson": "02", "question": "1 < 2?", "right": ("Yes", "So it is."), "wrong": [("No", "Count.")]}
    >>> print(html([asked]).splitlines()[-2])
    <p class="right">Right. So it is.</p></div></details></fieldset>
    """
    most = max(1 + len(question["wrong"]) for question in questions)
    style = STYLE + "".join(_CHOSEN.format(n=n, m=n + 1) for n in range(1, most + 1))
    asked = "\n".join(_fieldset(number, question) for number, question in enumerate(questions, 1))
    return f'<div class="srlib-quiz">\n<style>{style}</style>\n{asked}\n</div>'


# Without it on the element that has the focus, JupyterLab takes the arrow keys for itself.
_OWN_KEYS = 'data-lm-suppress-shortcuts="true"'


def _fieldset(number: int, question: dict) -> str:
    answers = sorted([(*question["right"], True), *((*wrong, False) for wrong in question["wrong"])])
    choices = "\n".join(
        f'<label><input type="radio" name="srlib-quiz-{number}" {_OWN_KEYS}> {escape(answer)}</label>'
        for answer, _, _ in answers
    )
    told = "\n".join(
        f'<p class="right">Right. {escape(word)}</p>' if right else f'<p class="wrong">Not this one. {escape(word)}</p>'
        for _, word, right in answers
    )
    return (
        f"<fieldset><legend>{number}. {escape(question['question'])} (lesson {question['lesson']})</legend>\n{choices}\n"
        f"<details><summary {_OWN_KEYS}>Check answer {number}</summary>"
        f'<div role="status"><p>Choose an answer first.</p>\n'
        f"{told}</div></details></fieldset>"
    )
