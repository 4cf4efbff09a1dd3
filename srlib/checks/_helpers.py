"""What the checks share: calling a learner's function, reading what it gives, comparing it, telling mistakes apart.

A mistake is recognised by its result. A check computes what each plausible mistake would give (its suspects), and the one
that lies next to the learner's result names the hint.
"""

import contextlib
import copy
import math
import numbers
import sys
import warnings

import numpy as np

from .answer import UNWRITTEN, Prints, Wrong, first_line

BY_TYPE = "a dark uint8 image is still on the scale of 255: its type says which scale it is on, not its largest value."
FROM_0_TO_1 = "these are grey levels from 0 to 255, and the answer should run from 0 to 1."
BY_HAND = "run it by hand on such an input. The error tells where it stopped, and not always what to change: follow types, shapes and values up to that line."
BEGIN = "begin with the line that says YOUR CODE HERE"
IMAGE_TOLERANCE = 6e-4  # a seventh of a level of 255: takes three decimals, and half precision
_EXACT = 2e-5  # what single precision costs

BY_REFERENCE = "an array is handed over by reference: what you assign to its elements, or to its shape, changes the caller's array, and so does `a -= b`, where `a = a - b` makes a new one."
_CHANGES = {
    np.ndarray: BY_REFERENCE,
    list: "a list is handed over by reference: sort, shuffle, append and pop change the caller's list, where sorted(..) makes a new one.",
    dict: "a dict is handed over by reference: what you put into it or take out is changed for the caller, too.",
}


def call(function, *arguments, case: str, hint: str = BY_HAND):
    """What a learner's function returns; what it raises, or changes in its arguments, as :class:`Wrong`."""
    if not callable(function):
        raise Wrong(
            f"is a {type(function).__name__}, not a function.", "hand over the function itself, without calling it."
        )
    given = [copy.deepcopy(a) if isinstance(a, (list, dict)) or _plain_array(a) else a for a in arguments]
    before = [copy.deepcopy(a) if isinstance(a, tuple(_CHANGES)) else None for a in given]
    if isinstance(sys.stdout, Prints):
        sys.stdout.begin()
    try:
        # what is written to standard error would cost all points under nbgrader, a mere warning too
        with np.errstate(all="ignore"), warnings.catch_warnings(), contextlib.redirect_stderr(Prints()):
            warnings.simplefilter("ignore")
            result = function(*given)
    except Wrong:  # from what the check itself handed over to be called
        raise
    except NotImplementedError:
        raise Wrong(f"{UNWRITTEN}.", f"{BEGIN}.") from None
    except (Exception, SystemExit) as error:
        if "Cannot cast ufunc" in str(error):
            hint = "`a /= b` and its like write into the array a, whose type cannot hold what comes out: `a = a / b` makes a new one."
        raise Wrong(f"raises {type(error).__name__} for {case}: {first_line(error)}", hint) from None
    for old, new in zip(before, given):
        if old is not None and not _same(old, new):
            raise Wrong(
                f"changes the {'array' if isinstance(old, np.ndarray) else type(old).__name__} that it is given.",
                next(hint for kind, hint in _CHANGES.items() if isinstance(old, kind)),
            )
    if result is None:
        raise Wrong(
            f"returns nothing: it {UNWRITTEN}, or its `return` is missing.",
            f"{BEGIN}; the value of a function's last line is not returned by itself.",
        )
    return result


def keeps_nothing(function, first, second, case: str, hint: str = "") -> None:
    """Raise :class:`Wrong` if one call leaves a trace in another; `first` and `second` give the arguments of two calls."""
    result = call(function, *first(), case=case)
    before = copy.deepcopy(result)
    call(function, *second(), case=case)
    if not _equal(before, result):
        raise Wrong(
            "changes the result of an earlier call when it is called again.",
            "both results are one array, which is kept from call to call: make a new one in every call.",
        )
    if not _equal(before, call(function, *first(), case=case)):
        raise Wrong(
            f"gives another result for {case} when it is called once more, after a call with other values.",
            hint
            or "something is kept from one call to the next, or is drawn by chance: which names of your program outlive a call?",
        )


def _equal(a, b) -> bool:
    """Whether two results are the same, but for a last digit in which sums may differ from call to call."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(_equal, a, b))
    try:
        a, b = np.asarray(a), np.asarray(b)
        if a.dtype.kind == "f" and a.shape == b.shape:
            return bool(np.allclose(a, b, rtol=1e-5, atol=1e-8, equal_nan=True))
        return np.array_equal(a, b)
    except Exception:  # what is no array is judged by what follows
        return True


def _plain_array(value) -> bool:
    """Whether a copy of it is like itself; an array of another layout was made for this one call."""
    return isinstance(value, np.ndarray) and value.flags.c_contiguous


def _same(a, b) -> bool:
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    return a == b


# -- reading a result -----------------------------------------------------------------------------------------------------


def several(result, names: str, what: str):
    """A learner's result as a tuple of so many things; `names`: what they are called, with commas between them."""
    if not isinstance(result, (tuple, list)) or len(result) != names.count(",") + 1:
        many = f"{len(result)} things" if isinstance(result, (tuple, list)) else short(result)
        raise Wrong(f"returns {many}; expected {what}.", f"end with: return {names}")
    return result


def _numbers(result) -> np.ndarray | None:
    """Anything as an array of numbers in double precision; None for text, truth values, complex numbers and the like."""
    try:
        values = np.asarray(result)
        if values.dtype.kind == "O" and all(isinstance(v, numbers.Real) for v in values.flat):
            values = values.astype(np.float64)  # fractions, or integers of any size
        known = values.dtype.kind in "iuf" or values.dtype.name == "bfloat16"
        return values.astype(np.float64) if known else None
    except Exception:  # lists of unequal length, tensors without values
        return None


_FORMS = {
    str: "text cannot be compared: return the number itself, and round or format it when you print it.",
    list: "a list is no array yet: np.array(..) makes one of it, np.stack(..) of a list of images.",
    dict: "a dict holds what you want; which of its entries?",
    bool: "True and False are the answer to a question; here a number is asked for.",
    np.bool_: "True and False are the answer to a question; here a number is asked for.",
}


def _hint_of_form(result, otherwise: str) -> str:
    if hasattr(result, "__next__"):
        return "a generator, or a map, holds nothing yet: make a list of it, and write return where you wrote yield."
    return next((hint for kind, hint in _FORMS.items() if isinstance(result, kind)), otherwise)


def array(result, shape: tuple[int, ...], case: str, shape_hints: dict | None = None) -> np.ndarray:
    """A learner's result as an array of the shape that it should have; `shape_hints`: shape -> hint."""
    values = None if isinstance(result, (list, tuple)) else _numbers(result)
    if values is None:
        kind = f"an array of {result.dtype}" if isinstance(result, np.ndarray) else short(result)
        raise Wrong(
            f"gives {kind} for {case}; expected an array of numbers.",
            _hint_of_form(result, "look at the type of what you return."),
        )
    if values.shape != shape:
        hint = (shape_hints or {}).get(values.shape, "follow the shape through your lines, one by one, with print.")
        raise Wrong(f"gives an array of shape {values.shape} for {case}; expected {shape}.", hint)
    if not np.isfinite(values).all():
        what = "nan" if np.isnan(values).any() else "infinity"
        raise Wrong(
            f"gives values of {what} for {case}.",
            "look for a division by zero, such as by the largest value of a black image.",
        )
    return values


def number(result, case: str) -> float:
    """A learner's result as one number; infinity counts as one."""
    values = _numbers(result)
    if values is None or values.ndim:
        if values is not None and values.size == 1:
            hint = "the number is still wrapped in a list or an array: take it out, as by [0] or float(..)."
        elif isinstance(result, (list, tuple)):
            hint = "several values, where one is asked for: which one number is made of them?"
        elif values is None and not np.ndim(result):
            hint = _hint_of_form(
                result, "print it, and look at its type: where does the number come from that was meant?"
            )
        else:
            hint = "print the shape line by line: which line is the first to hold several values, where one was meant?"
            if np.shape(result) == (2, 2):
                hint += " (np.cov of two lists is a table of 2 by 2; their covariance stands at [0, 1].)"
        raise Wrong(f"gives {short(result)} for {case}; expected one number.", hint)
    if np.isnan(values):
        raise Wrong(
            f"gives nan, which is no number, for {case}.",
            "0 / 0, infinity minus infinity, the mean of nothing, and roots or logarithms of negative numbers are nan: print line by line.",
        )
    return float(values)


def call_number(function, *arguments, case: str, hint: str = BY_HAND) -> float:
    """The one number that a learner's function returns."""
    return number(call(function, *arguments, case=case, hint=hint), case)


def counted(count: int, what: str) -> str:
    """So many of something, such as "1 square" or "3 squares"."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def short(value) -> str:
    """A value in a few words."""
    if isinstance(value, np.ndarray) and value.size > 1:
        return f"an array of shape {value.shape}"
    try:
        text = repr(value)
    except Exception:  # a learner's own class
        text = ""
    if text and len(text) <= 40 and " at 0x" not in text:
        return text
    kind = type(value).__name__
    return f"an {kind}" if kind[0] in "aeiouAEIOU" else f"a {kind}"


# -- comparing ------------------------------------------------------------------------------------------------------------


def near(a, b, tolerance: float = 1e-4) -> bool:
    """Whether two arrays of one shape agree, or an array and a number, or two numbers."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return (a.shape == b.shape or 0 in (a.ndim, b.ndim)) and bool(np.allclose(a, b, rtol=0, atol=tolerance))


def first_match(result, suspects, tolerance: float = 1e-4) -> str | None:
    """The hint of the suspect next to a result, if one agrees with it; a suspect is a hint and a wrong value."""
    best, least = None, np.inf
    for hint, value in suspects:
        if near(result, value, tolerance):
            off = np.abs(np.subtract(result, value, dtype=np.float64)).max()
            if off < least - 1e-12:
                best, least = hint, off
    return best


def compare_number(
    got: float, right: float, case: str, suspects=(), otherwise="", *, tolerance=6e-4, exact=2e-5, digits=4, unit=""
) -> str | None:
    """Raise :class:`Wrong` for a wrong number; give a remark on one that was rounded.

    `otherwise` is the hint where no suspect fits, `exact` how near a suspect must lie unless the number was rounded,
    `digits` how many are told of both numbers, more where they agree.
    """
    if got == right or abs(got - right) <= tolerance:
        decimals = _decimals(got)
        if abs(got - right) > max(1e-9, 1e-7 * abs(right)) and decimals <= 5:
            return f"you round to {decimals} decimals, which costs up to {0.5 * 10.0**-decimals:.{decimals + 1}f}{unit}: round what you print, not what you compare."
        return None
    decimals = _decimals(got)
    rounded = 0.51 * 10.0**-decimals if 2 <= decimals <= 5 else 0
    hint = first_match(got, suspects, exact) or _hint_of_rounding(got, right, unit)
    hint = hint or first_match(got, suspects, rounded) or otherwise
    while digits < 9 and f"{got:.{digits}f}" == f"{right:.{digits}f}":
        digits += 1
    raise Wrong(f"gives {got:.{digits}f}{unit} for {case}; expected {right:.{digits}f}{unit}.", hint)


def _decimals(value: float) -> int:
    """How many decimals a number was rounded to."""
    return next((d for d in range(9) if abs(value - round(value, d)) < 1e-11), 9) if math.isfinite(value) else 9


def _hint_of_rounding(got: float, right: float, unit: str) -> str | None:
    for decimals in range(0 if abs(right) > 5 else 1, 4) if abs(got - right) < 0.1 * abs(right) else ():
        kept = f"{decimals} decimal{'s' if decimals != 1 else ''}" if decimals else "a whole number"
        if abs(got - round(right, decimals)) < 1e-9:
            return f"rounded to {kept}, the number loses up to {0.5 * 10.0**-decimals:.{decimals + 1}f}{unit}: return it as it is, and round when you print."
        if abs(got - np.trunc(right * 10**decimals) / 10**decimals) < 1e-9:
            return (
                f"cut down to {kept}, the number loses up to {10.0**-decimals:.{decimals}f}{unit}: return it as it is."
            )
    return None


def compare_images(result, right, case: str, suspects=(), otherwise="", *, digits=3):
    """Raise :class:`Wrong` for a wrong image on the scale of 1; give a remark on one that was rounded."""
    off = np.abs(result - right).max(initial=0)
    if off <= IMAGE_TOLERANCE:
        if off > _EXACT:
            return f"your values are off by up to {off:.5f}, or {255 * off:.2f} of a level of 255, as rounding to three decimals or half precision (float16) costs; single precision costs next to nothing."
        return None
    hint = first_match(result, suspects, IMAGE_TOLERANCE) or relation(result, right)
    if hint is None and off < 3e-3:
        hint = "it is off by very little: look for a rounding on the way, for a type that holds few digits, such as float16, and for a constant that is slightly wrong."
    hint = hint or otherwise
    raise Wrong(off_by(result, right, case, digits), hint)


def off_by(result, right, case: str, digits: int = 3, unit: str = "") -> str:
    """How far a result lies from the right one, as a sentence."""
    off = np.abs(result - right).max()
    while digits < 9 and float(f"{off:.{digits}f}") == 0:
        digits += 1
    return f"is off by up to {f'{off:.3g}' if off > 1e4 else f'{off:.{digits}f}'}{unit} for {case}."


def relation(result, right) -> str | None:
    """What a wrong image has to do with the right one, whatever it was computed by."""
    for decimals in range(4) if np.ptp(result) else ():
        if near(result, np.round(right, decimals), 1e-6):
            return f"all values are rounded to {decimals} decimals: that leaves {10**decimals + 1} levels, where a network needs every fraction. Round what you print, not what you compute with."
    if not np.any(result) and np.any(right):
        return "everything is black: was it converted to whole numbers too early, or never filled in?"
    if near(result, 255 * right, 1.01):
        return FROM_0_TO_1
    if np.ptp(right) and near(result, (right - right.min()) / np.ptp(right), 1e-3):
        return "the darkest value has become exactly 0, and the brightest exactly 1: that stretches every image by a different amount."
    if np.ptp(right) > 0.1 and (hint := first_match(result, _rearranged(right), 1e-3) or _only_the_end(result, right)):
        return hint
    times = float((result * right).sum() / (right * right).sum()) if np.any(right) and np.any(result) else 1.0
    if abs(times - 1) > 0.002 and near(result / times, right, 1e-3):
        return f"every value is {times:.4g} times what it should be: what is it multiplied by, or divided by?"
    if abs((result - right).mean()) > 2e-3 and near(result - right, (result - right).mean(), 1e-3):
        return f"every value is {(result - right).mean():+.4f} off: what is added, or taken away, that should not be?"
    return None


def _rearranged(right: np.ndarray) -> list:
    """What the right image becomes by some mistakes that any image can suffer."""
    ones = [right[..., c] for c in range(right.shape[-1])]
    grey = [right.mean(-1), right @ np.array([0.299, 0.587, 0.114])] if right.shape[-1] == 3 else []
    alike = [np.repeat(one[..., None], right.shape[-1], -1) for one in (ones + grey if len(ones) > 1 else [])]
    return [
        *(("all channels are alike: the colours are lost.", one) for one in alike),
        ("all values are rounded to whole levels, k/255; here the fractions count.", np.rint(255 * right) / 255),
        ("all values are cut down to whole levels, k/255; here the fractions count.", np.floor(255 * right) / 255),
        ("the image is upside down.", right[::-1]),
        ("the image is mirrored, left for right.", right[:, ::-1]),
        ("the image is turned by half a turn.", right[::-1, ::-1]),
        ("rows and columns have changed places.", right.swapaxes(0, 1) if right.shape[0] == right.shape[1] else np.inf),
        ("red and blue have changed places.", right[..., ::-1]),
        ("light and dark have changed places.", 1 - right),
    ]


def _only_the_end(result: np.ndarray, right: np.ndarray) -> str | None:
    """Whether loops end too early."""
    off = np.abs(result - right).max(-1) > IMAGE_TOLERANCE
    if min(off.shape) < 3 or off[:-1, :-1].any():
        return None
    lines = [told for told, line in (("row", off[-1, :-1]), ("column", off[:-1, -1])) if line.all()]
    verb = "is" if len(lines) == 1 else "are"
    return f"only the last {' and the last '.join(lines)} {verb} off: where does your loop end?" if lines else None
