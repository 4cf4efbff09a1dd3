"""How a check answers: with a tick, or with what is wrong, in words, and a hint.

A check is a list of steps, and :func:`judge` puts a learner's work through them in order. Nothing that the work does,
short of never ending, stops a check: what it raises becomes part of the answer.
"""

import contextlib
import io
import sys
import textwrap
from dataclasses import dataclass

TICK, CROSS = "\N{CHECK MARK}", "\N{BALLOT X}"
UNWRITTEN = "is not written yet"


class Wrong(Exception):
    """What a step says of work that it does not accept: what is wrong, and a hint."""

    def __init__(self, told: str, hint: str):
        super().__init__(told)
        self.told, self.hint = told, hint


class Prints(io.TextIOBase):
    """What a learner's function prints in its last call, up to a length; a check calls it many times."""

    MOST = 2000

    def __init__(self):
        self.text = ""

    def write(self, text: str) -> int:
        """Take what is printed."""
        if len(self.text) <= self.MOST:
            self.text += text
        return len(text)

    def begin(self) -> None:
        """Forget the calls before."""
        self.text = ""

    def __str__(self) -> str:
        return self.text[: self.MOST].rstrip() + (" ..." if len(self.text) > self.MOST else "")


@dataclass(frozen=True)
class Answer:
    """What a check says.

    Attributes
    ----------
    name : str
        What was checked.
    passed : tuple of str
        The steps that it passed, in order.
    of : int
        How many steps there are.
    told, hint : str
        What is wrong, and where to look; empty where all is right.
    note : str
        What else is worth knowing, such as a score, or what a rounding costs.
    """

    name: str
    passed: tuple[str, ...]
    of: int
    told: str = ""
    hint: str = ""
    note: str = ""

    @property
    def right(self) -> bool:
        """Whether every step was passed."""
        return not self.told

    def __bool__(self) -> bool:
        return self.right

    def points(self, of: float) -> float:
        """The points that this earns: all where it is right, else the share of the steps before the first wrong one.

        Parameters
        ----------
        of : float
            The points of the whole exercise.

        Returns
        -------
        float
            Rounded down to half points, so that only what is right throughout earns them all.
        """
        return of if self.right else int(2 * of * len(self.passed) / self.of) / 2

    def __repr__(self) -> str:
        tick, cross = _marks()
        lines = [f"{tick} {self.name} is right: {', '.join(self.passed)}."] if self.right else []
        if not self.right:
            lines.append(f"{cross} {self.name} {self.told}")
            lines.append(f"  Hint: {self.hint}")
            if self.passed:
                lines.append(f"  Right so far: {', '.join(self.passed)}.")
        return "\n".join(lines + ([self.note] if self.note else []))


def _marks() -> tuple[str, str]:
    """Tick and cross, or plain letters where the console cannot print them."""
    try:
        (TICK + CROSS).encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return "[right]", "[wrong]"
    return TICK, CROSS


def judge(name: str, work, steps: dict) -> Answer:
    """Put a learner's work through steps, in order, up to the first that it does not pass.

    Parameters
    ----------
    name : str
        What the learner calls it, such as ``my_psnr``.
    work : object
        What the learner hands in: a function, a choice, a folder.
    steps : dict
        Name of a step -> a function of the work, or a tuple of functions. Each raises :class:`Wrong` if it does not accept
        the work; what it returns, if anything, is a remark on work that is right.

    Returns
    -------
    Answer

    Examples
    --------
    >>> def is_short(word):
    ...     if len(word) > 3:
    ...         raise Wrong("is too long.", "count the letters.")
    >>> judge("my_word", "cat", {"few letters": is_short})
    ✓ my_word is right: few letters.
    """
    prints = Prints()
    with contextlib.redirect_stdout(prints):
        answer = _judged(name, work, steps)
    if str(prints):
        print(f"({name} printed, when it was last called:)\n{prints}")
    return answer


def _judged(name: str, work, steps: dict) -> Answer:
    passed: list[str] = []
    remarks: list[str] = []
    for step, tests in steps.items():
        try:
            for test in tests if isinstance(tests, tuple) else (tests,):
                if (remark := test(work)) and not remarks:
                    remarks.append(remark)
        except Wrong as wrong:
            return Answer(name, tuple(passed), len(steps), wrong.told, wrong.hint)
        except Exception as error:  # what no step foresaw
            told = f"gives what cannot be judged ({type(error).__name__}: {first_line(error)})."
            return Answer(name, tuple(passed), len(steps), told, "look at the type and the shape of what you return.")
        passed.append(step)
    return Answer(name, tuple(passed), len(steps), note="".join(f"  Note: {remark}" for remark in remarks))


def first_line(error: BaseException) -> str:
    """The first line of an error's message, cut between two words where it is long.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    str
        At most 300 characters.
    """
    lines = str(error).strip().splitlines()
    return textwrap.shorten(lines[0], 300, placeholder=" ...") if lines else "(it says nothing more)"
