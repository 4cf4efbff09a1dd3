"""How a check answers: with a tick, or with what is wrong, in words, and a hint.

Enters: a learner's function and the steps that it has to pass. Leaves: an :class:`Answer`. Nothing that a learner's
function does, short of never ending, stops a check: what it raises becomes part of the answer.
"""

import contextlib
import copy
import io
import sys
import warnings
from dataclasses import dataclass

import numpy as np

TICK, CROSS = "\N{CHECK MARK}", "\N{BALLOT X}"
UNWRITTEN = "is not written yet"
BY_TYPE = (
    "a dark uint8 image is still on the scale of 255: which scale it is, its type says, and not its largest value."
)


class Wrong(Exception):
    """What a step says of an answer that it does not accept: what is wrong, and a hint."""

    def __init__(self, told: str, hint: str):
        super().__init__(told)
        self.told, self.hint = told, hint


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
        What else is worth knowing, such as a score.
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


def _judge(name: str, answer, steps: dict) -> Answer:
    """Put an answer through steps, in order, up to the first that it does not pass.

    Each step takes the answer, returns nothing, and raises :class:`Wrong` if it does not accept it.
    """
    passed: list[str] = []
    for step, test in steps.items():
        try:
            test(answer)
        except Wrong as wrong:
            return Answer(name, tuple(passed), len(steps), wrong.told, wrong.hint)
        except Exception as error:  # what no step foresaw, such as lists of unequal length
            told = f"gives what cannot be judged ({type(error).__name__}: {_first_line(error)})."
            return Answer(name, tuple(passed), len(steps), told, "look at the type and the shape of what you return.")
        passed.append(step)
    return Answer(name, tuple(passed), len(steps))


def _call(
    function, *arguments, case: str, hint: str = "run it by hand on such an input, and read the last line of the error."
):
    """What a learner's function returns; what it raises, or spoils, as :class:`Wrong`."""
    if not callable(function):
        raise Wrong(
            f"is a {type(function).__name__}, not a function.", "hand over the function itself, without calling it."
        )
    given = [copy.deepcopy(a) if isinstance(a, (np.ndarray, list, dict)) else a for a in arguments]
    try:
        # what is written to standard error would cost all points under nbgrader, a mere warning too
        with np.errstate(all="ignore"), warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            result = function(*given)
    except Wrong:  # from what the check itself handed over to be called
        raise
    except NotImplementedError:
        raise Wrong(f"{UNWRITTEN}.", "begin with the line that says YOUR CODE HERE.") from None
    except (Exception, SystemExit) as error:
        raise Wrong(f"stops at {case} with {type(error).__name__}: {_first_line(error)}", hint) from None
    for before, after in zip(arguments, given):
        if isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=True):
            raise Wrong(
                "changes the array that it is given.",
                "an array is handed over by reference: what you assign to its elements changes the caller's image.",
            )
    if result is None:
        raise Wrong(
            f"returns nothing: it {UNWRITTEN}, or its `return` is missing.",
            "begin with the line that says YOUR CODE HERE; the value of a function's last line is not returned by itself.",
        )
    return result


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0][:160] if str(error) else "nothing more"


def _array(result, shape: tuple[int, ...], case: str, shape_hints: dict | None = None) -> np.ndarray:
    """A learner's result as an array of the shape that it should have; `shape_hints`: shape -> hint."""
    try:
        array = np.asarray(result, dtype=np.float64)
    except (TypeError, ValueError):
        raise Wrong(
            f"gives a {type(result).__name__} for {case}; expected an array of numbers.",
            "look at the type of what you return.",
        ) from None
    if array.shape != shape:
        hint = (shape_hints or {}).get(array.shape, "follow the shape through your lines, one by one, with print.")
        raise Wrong(f"gives an array of shape {array.shape} for {case}; expected {shape}.", hint)
    if not np.isfinite(array).all():
        raise Wrong(f"gives values that are no finite numbers for {case}.", "look for a division by zero.")
    return array


def _number(result, case: str) -> float:
    """A learner's result as one number; infinity counts as one."""
    try:
        array = np.asarray(result, dtype=np.float64)
    except (TypeError, ValueError):
        array = np.empty(0)
    if array.size != 1:
        raise Wrong(
            f"gives {_short(result)} for {case}; expected one number.",
            "which axes does your mean go over, and which are left?",
        )
    return float(array.reshape(()))


def _short(value) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    text = repr(value)
    return text if len(text) <= 40 else f"a {type(value).__name__}"


def _near(a, b, tolerance: float = 1e-4) -> bool:
    """Whether two arrays of one shape agree, or an array and a number, or two numbers."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return (a.shape == b.shape or 0 in (a.ndim, b.ndim)) and bool(np.allclose(a, b, rtol=0, atol=tolerance))


def _first_match(result, suspects: dict, tolerance: float = 1e-4) -> str | None:
    """The hint of the first known wrong value that a result agrees with; `suspects`: hint -> value."""
    return next((hint for hint, value in suspects.items() if _near(result, value, tolerance)), None)


def _photograph(height: int, width: int, seed: int = 0) -> np.ndarray:
    """A float32 image in [0, 1] of soft patches and grain, different in every row, column and colour."""
    rng = np.random.default_rng([seed, height, width])
    y, x = np.mgrid[:height, :width]
    waves = [0.5 + 0.3 * np.sin(0.5 * (c + 1) * x / 2 + 0.37 * y + rng.uniform(0, 6)) for c in range(3)]
    return np.clip(np.stack(waves, -1) + rng.normal(0, 0.08, (height, width, 3)), 0.02, 0.98).astype(np.float32)
