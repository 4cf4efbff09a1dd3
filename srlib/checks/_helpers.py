"""What the checks share: calling a learner's function, reading what it gives, telling mistakes apart, test images.

A mistake is recognised by its result. A check computes what each plausible mistake would give (its suspects), and the
first that agrees with the learner's result names the hint.
"""

import contextlib
import copy
import io
import warnings

import numpy as np

from .answer import UNWRITTEN, Wrong, first_line

BY_TYPE = "a dark uint8 image is still on the scale of 255: its type says which scale it is on, not its largest value."
FROM_0_TO_1 = "these are grey levels from 0 to 255, and the answer should run from 0 to 1."
BY_HAND = "run it by hand on such an input, and read the last line of the error."
BEGIN = "begin with the line that says YOUR CODE HERE"


def call(function, *arguments, case: str, hint: str = BY_HAND):
    """What a learner's function returns; what it raises, or changes in its arguments, as :class:`Wrong`."""
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
        raise Wrong(f"{UNWRITTEN}.", f"{BEGIN}.") from None
    except (Exception, SystemExit) as error:
        raise Wrong(f"stops at {case} with {type(error).__name__}: {first_line(error)}", hint) from None
    for before, after in zip(arguments, given):
        if isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=True):
            raise Wrong(
                "changes the array that it is given.",
                "an array is handed over by reference: what you assign to its elements changes the caller's image.",
            )
    if result is None:
        raise Wrong(
            f"returns nothing: it {UNWRITTEN}, or its `return` is missing.",
            f"{BEGIN}; the value of a function's last line is not returned by itself.",
        )
    return result


def several(result, names: str, what: str):
    """A learner's result as a tuple of so many things; `names`: what they are called, with commas between them."""
    if not isinstance(result, (tuple, list)) or len(result) != names.count(",") + 1:
        raise Wrong(f"returns a {type(result).__name__}; expected {what}.", f"end with: return {names}")
    return result


def array(result, shape: tuple[int, ...], case: str, shape_hints: dict | None = None) -> np.ndarray:
    """A learner's result as an array of the shape that it should have; `shape_hints`: shape -> hint."""
    try:
        values = np.asarray(result, dtype=np.float64)
    except (TypeError, ValueError):
        raise Wrong(
            f"gives a {type(result).__name__} for {case}; expected an array of numbers.",
            "look at the type of what you return.",
        ) from None
    if values.shape != shape:
        hint = (shape_hints or {}).get(values.shape, "follow the shape through your lines, one by one, with print.")
        raise Wrong(f"gives an array of shape {values.shape} for {case}; expected {shape}.", hint)
    if not np.isfinite(values).all():
        raise Wrong(f"gives values that are no finite numbers for {case}.", "look for a division by zero.")
    return values


def number(result, case: str) -> float:
    """A learner's result as one number; infinity counts as one."""
    try:
        values = np.asarray(result, dtype=np.float64)
    except (TypeError, ValueError):
        values = np.empty(0)
    if values.size != 1:
        raise Wrong(
            f"gives {short(result)} for {case}; expected one number.",
            "which axes does your mean go over, and which are left?",
        )
    return float(values.reshape(()))


def call_number(function, *arguments, case: str, hint: str = BY_HAND) -> float:
    """The one number that a learner's function returns."""
    return number(call(function, *arguments, case=case, hint=hint), case)


def short(value) -> str:
    """A value in a few words."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    text = repr(value)
    return text if len(text) <= 40 else f"a {type(value).__name__}"


def near(a, b, tolerance: float = 1e-4) -> bool:
    """Whether two arrays of one shape agree, or an array and a number, or two numbers."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return (a.shape == b.shape or 0 in (a.ndim, b.ndim)) and bool(np.allclose(a, b, rtol=0, atol=tolerance))


def first_match(result, suspects, tolerance: float = 1e-4) -> str | None:
    """The hint of the first suspect that a result agrees with; a suspect is a hint and a wrong value."""
    return next((hint for hint, value in suspects if near(result, value, tolerance)), None)


def off_by(result, right, case: str, digits: int = 3) -> str:
    """How far a result lies from the right one, as a sentence."""
    return f"is off by up to {np.abs(result - right).max():.{digits}f} for {case}."


def photograph(height: int, width: int, seed: int = 0) -> np.ndarray:
    """A float32 image in [0, 1] of waves and grain, different in every row, column and colour."""
    rng = np.random.default_rng([seed, height, width])
    y, x = np.mgrid[:height, :width]
    waves = [0.5 + 0.3 * np.sin(0.5 * (c + 1) * x / 2 + 0.37 * y + rng.uniform(0, 6)) for c in range(3)]
    return np.clip(np.stack(waves, -1) + rng.normal(0, 0.08, (height, width, 3)), 0.02, 0.98).astype(np.float32)


def block_means(image, scale: int) -> np.ndarray:
    """An image downscaled by the mean of each block, in double precision and on its own scale."""
    h, w, c = image.shape
    return image.astype(np.float64).reshape(h // scale, scale, w // scale, scale, c).mean((1, 3))
