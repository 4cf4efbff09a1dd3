"""Exercise 03c: a network's output as an image that can be saved.

Values inside the range are checked before those beyond it, so that rounding and clipping are told apart.
"""

import numpy as np

from ._helpers import array, call, first_match, near
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
    ✗ my_eight_bit is off by up to 1 grey levels for values from 0 to 1.
      Hint: every level is rounded down, which makes the image darker by half a level on the mean; a conversion to uint8 cuts the fraction off.
      Right so far: uint8.
    """
    return judge(
        "my_eight_bit",
        my_eight_bit,
        {
            "uint8": _is_eight_bit,
            "values inside the range": lambda f: _levels(f, 0.0, 1.0, "values from 0 to 1"),
            "values above 1": lambda f: _levels(f, 0.2, 1.3, "values up to 1.3"),
            "values below 0": lambda f: _levels(f, -0.3, 1.3, "values down to -0.3"),
        },
    )


def _levels(my_eight_bit, low: float, high: float, case: str) -> None:
    levels = np.round(np.linspace(255 * low, 255 * high, 6 * 8 * 3))
    # never half way between two levels, where rounding is a matter of taste
    output = np.clip((levels + np.resize([-0.3, 0.05, 0.3], levels.shape)) / 255, low, high)
    output = output.astype(np.float32).reshape(6, 8, 3)
    result = array(call(my_eight_bit, output, case=case), output.shape, case)
    x = output.astype(np.float64)
    right = np.clip(np.round(255 * x), 0, 255)
    if near(result, right, 0.01):
        return
    stretches, others = _suspects(x)
    hint = first_match(result, [*others, *stretches], 0.01) or first_match(result, stretches if high > 1 else [], 1.01)
    if hint is None:
        off = np.abs(result - right).reshape(-1)
        flat = x.reshape(-1)
        inside = (flat >= 0) & (flat <= 1)
        if off[inside].max() < 1.01 and off[~inside].max(initial=0) > 1:
            side = "above 1" if off[flat > 1].max(initial=0) > 1 else "below 0"
            hint = f"values {side} come out as if they had started again at the other end: 8 bits know nothing beyond 0 and 255. They have to be cut off before the conversion, not after it."
    raise Wrong(
        f"is off by up to {np.abs(result - right).max():.0f} grey levels for {case}.",
        hint or "try the five values -0.1, 0, 0.5, 1 and 1.1, and say beforehand what should come out.",
    )


def _suspects(x) -> tuple[list, list]:
    """What stretching the values gives, and what other mistakes give."""
    inside = np.clip(x, 0, 1)
    stretched = 255 * (x - x.min()) / (x.max() - x.min())
    cut = "Values outside the range are to be cut off, and all others left as they are."
    stretches = [
        (f"the image was stretched so that it spans all levels: a grey image would become black and white. {cut}", np.round(stretched)),
        (f"the image was stretched so that it spans all levels, and rounded down. {cut}", np.floor(stretched)),
        (f"the image was stretched, or squeezed, by its largest value: one bright spot darkens all the rest. {cut}", np.round(255 * np.clip(x / x.max(), 0, 1))),
    ]  # fmt: skip
    others = [
        ("every level is rounded down, which makes the image darker by half a level on the mean; a conversion to uint8 cuts the fraction off.", np.floor(255 * inside)),
        ("the largest level is 255; this multiplies by 256.", np.clip(np.floor(256 * x), 0, 255)),
        ("values below 0 come out bright: the sign is dropped. A pixel cannot be darker than black.", np.clip(np.round(255 * np.abs(x)), 0, 255)),
        ("every level is rounded up; which one is nearest?", np.ceil(255 * inside)),
        ("this is cut off at 1 after the multiplication; which limits belong before it, and which after it?", np.floor(np.clip(255 * x, 0, 1))),
        ("only 0 and 255: rounded before the multiplication, not after it.", 255 * np.round(inside)),
        ("only zeros and ones: was the multiplication forgotten?", np.round(inside)),
        ("almost all is black: was the multiplication forgotten?", np.floor(inside)),
    ]  # fmt: skip
    return stretches, others


def _is_eight_bit(my_eight_bit) -> None:
    output = np.full((2, 2, 3), 0.5, np.float32)
    result = call(my_eight_bit, output, case="a grey image")
    if getattr(result, "dtype", None) != np.uint8:
        raise Wrong(
            f"gives {getattr(result, 'dtype', type(result).__name__)}; expected uint8.",
            "image files hold whole numbers of 8 bits.",
        )
