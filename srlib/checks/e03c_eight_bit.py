"""Exercise 03c: a network's output as an image that can be saved.

Values inside the range are checked before those beyond it, so that rounding and clipping are told apart.
"""

import numpy as np

from ._helpers import array, call, counted, first_match, keeps_nothing, near, relation, short
from ._inputs import fresh, laid_out
from .answer import Answer, Wrong, judge


def check_eight_bit(my_eight_bit) -> Answer:
    """Check exercise 03c: a network's output as an image that can be saved.

    Parameters
    ----------
    my_eight_bit : callable
        A float32 array with values around [0, 1] -> uint8.

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_eight_bit(lambda output: (255 * output).astype("uint8"))
    ✗ my_eight_bit is off by up to 1 grey level for values from 0 to 1.
      Hint: every level is rounded down, which makes the image darker by half a level on average; a conversion to uint8 cuts the fraction off.
      Right so far: uint8.
    """
    return judge(
        "my_eight_bit",
        my_eight_bit,
        {
            "uint8": _is_eight_bit,
            "values inside the range": (lambda f: _levels(f, 0.0, 1.0, "values from 0 to 1"), _without_memory),
            "values above 1": lambda f: _levels(f, 0.2, 1.3, "values up to 1.3"),
            "values below 0": (lambda f: _levels(f, -0.3, 1.3, "values down to -0.3"), _any_output),
        },
    )


def _levels(my_eight_bit, low: float, high: float, case: str) -> None:
    levels = np.round(np.linspace(255 * low, 255 * high, 6 * 8 * 3))
    # never half way between two levels, where rounding is a matter of taste
    output = np.clip((levels + np.resize([-0.45, -0.2, 0.05, 0.2, 0.45], levels.shape)) / 255, low, high)
    output = output.astype(np.float32).reshape(6, 8, 3)
    result = array(call(my_eight_bit, output, case=case), output.shape, case)
    x = output.astype(np.float64)
    right = np.clip(np.round(255 * x), 0, 255)
    if near(result, right, 0.01):
        return
    stretches, others = _suspects(x)
    hint = first_match(result, [*others, *stretches], 0.01) or first_match(result, stretches if high > 1 else [], 1.01)
    hint = hint or _hint_by_place(result, right, x)
    raise Wrong(
        f"is off by up to {counted(round(np.abs(result - right).max()), 'grey level')} for {case}.",
        hint
        or "print what 0, 0.25, 0.5 and 1 become, and compare each with 255 times the value: which level a value goes to depends on it alone.",
    )


def _hint_by_place(result, right, x) -> str | None:
    """What is off, and where, if no suspect fits."""
    off, inside = np.abs(result - right), (x >= 0) & (x <= 1)
    wrong = [name for c, name in enumerate(("red", "green", "blue")) if off[..., c].max() > 0.5]
    if len(wrong) < 3 and off.max() > 1.01:
        return f"only {' and '.join(wrong)} {'is' if len(wrong) == 1 else 'are'} off: what is done to one channel and not to the others?"
    for side, last, there in (("above 1", 255, x > 1), ("below 0", 0, x < 0)):
        if off[inside].max() < 1.01 < off[there].max(initial=0):
            if last and not result[there & (off > 1)].any():
                return f"values {side} should all come out as {last}, but come out as 0: what is too bright is cut off at the brightest level, not blackened."
            return f"values {side} should all come out as {last}, but some come out as {result[there][off[there].argmax()]:.0f}: 8 bits know nothing beyond 0 and 255, and start again at the other end. Whatever lies outside has to be cut off before the conversion. Print the smallest and the largest value just before it: on which scale are they, and has anything been cut off? (np.clip returns a new array.)"
    if hint := relation(result / 255, right / 255):
        return hint
    if off[inside].max() < 1.01:
        first = tuple(np.argwhere(off > 0.5)[0])
        return f"{counted(int((off > 0.5).sum()), 'value')} of {result.size} went to a level beside the nearest: {x[first]:.5f} times 255 is {255 * x[first]:.2f}, and came out as {result[first]:.0f}. Is it rounded, cut off, or held in a type that is too coarse?"
    return None


def _suspects(x) -> tuple[list, list]:
    """What stretching the values gives, and what other mistakes give."""
    inside = np.clip(x, 0, 1)
    stretched = 255 * (x - x.min()) / (x.max() - x.min())
    cut = "Values outside the range are to be cut off, and all others left as they are."
    stretches = [
        (f"the image was stretched so that it spans all levels: a grey image would be spread from black to white. {cut}", np.round(stretched)),
        (f"the image was stretched so that it spans all levels, and rounded down. {cut}", np.floor(stretched)),
        (f"the image was stretched, or squeezed, by its largest value: one bright spot darkens all the rest. {cut}", np.round(255 * np.clip(x / x.max(), 0, 1))),
    ]  # fmt: skip
    others = [
        ("every level is rounded down, which makes the image darker by half a level on average; a conversion to uint8 cuts the fraction off.", np.floor(255 * inside)),
        ("the largest level is 255; this multiplies by 256.", np.clip(np.floor(256 * x), 0, 255)),
        ("the largest level is 255; this multiplies by 256.", np.clip(np.round(256 * x), 0, 255)),
        ("the largest level is 255; values are cut off at 254.", np.minimum(np.round(255 * inside), 254)),
        ("the largest level is 255; this multiplies by 254.", np.clip(np.round(254 * x), 0, 255)),
        ("values below 0 come out bright: the sign is dropped. A pixel cannot be darker than black.", np.clip(np.round(255 * np.abs(x)), 0, 255)),
        ("every level is rounded up; which one is nearest?", np.ceil(255 * inside)),
        ("this is cut off at 1 after the multiplication; which limits belong before it, and which after it?", np.floor(np.clip(255 * x, 0, 1))),
        ("it was rounded to two decimals before the multiplication: that leaves 101 of 256 levels.", np.round(255 * np.round(inside, 2))),
        ("it was rounded to one decimal before the multiplication: that leaves 11 of 256 levels.", np.round(255 * np.round(inside, 1))),
        ("the largest level is 255; this multiplies by 256, and 1 starts again at 0.", np.round(256 * inside) % 256),
        ("the largest level is 255; this multiplies by 256, and 1 starts again at 0.", np.floor(256 * inside) % 256),
        ("only 0 and 255 are left: it was rounded before the multiplication; round after it.", 255 * np.round(inside)),
        ("only zeros and ones: was the multiplication forgotten?", np.round(inside)),
        ("almost all is black: was the multiplication forgotten?", np.floor(inside)),
    ]  # fmt: skip
    return stretches, others


def _is_eight_bit(my_eight_bit) -> None:
    output = np.full((2, 2, 3), 0.5, np.float32)
    result = call(my_eight_bit, output, case="a grey image")
    if getattr(result, "dtype", None) != np.uint8:
        raise Wrong(
            f"gives {getattr(result, 'dtype', None) or short(result)}; expected uint8.",
            "int8 has a sign and ends at 127; levels run from 0 to 255."
            if getattr(result, "dtype", None) == np.int8
            else "image files hold whole numbers of 8 bits, without a sign.",
        )


def _without_memory(my_eight_bit) -> None:
    one, other = np.random.default_rng(0).uniform(0, 1, (2, 6, 8, 3)).astype(np.float32)
    keeps_nothing(my_eight_bit, lambda: (one,), lambda: (other,), "an output of 6x8")


def _any_output(my_eight_bit) -> None:
    """What a network may give: nothing but one value, values far out, any size."""
    rng = fresh()
    sizes = [(1, 1), (1, 7), (5, 1), *rng.integers(1, 12, (5, 2)).tolist()]
    for low, high in ((0, 0), (1, 1), (0.4, 0.4), (-0.7, -0.1), (1.1, 1.9), (0.3, 0.5), (-40, 60), (-0.01, 1.01)):
        shape = (*sizes.pop(), 3)
        levels = np.round(rng.uniform(255 * low, 255 * high, shape)) + rng.uniform(-0.4, 0.4, shape)  # no halves
        output = laid_out(rng, np.clip(levels / 255, low, high).astype(np.float32))
        height, width, _ = shape
        case = f"an output of {height}x{width} with values from {output.min():.3g} to {output.max():.3g}"
        result = call(my_eight_bit, output, case=case)
        if getattr(result, "dtype", None) != np.uint8:
            raise Wrong(f"gives {getattr(result, 'dtype', None) or short(result)} for {case}; expected uint8.", "image files hold whole numbers of 8 bits, always.")  # fmt: skip
        off = np.abs(array(result, shape, case) - np.clip(np.round(255 * output.astype(np.float64)), 0, 255)).max()
        if off:
            raise Wrong(
                f"is off by up to {off:.0f} grey levels for {case}.",
                "what does your program make of an image that does not reach from 0 to 1, or reaches far beyond? Each value goes to its own level, whatever the others are.",
            )
