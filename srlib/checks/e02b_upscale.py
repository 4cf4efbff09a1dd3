"""Exercise 02b: upscale by two, by linear interpolation at half-pixel centres.

The inside of an image is checked before its border, so that a mistake at the border does not hide what is right.
"""

import numpy as np

from ..resampling import interpolate
from ._helpers import array, call, first_match, near, off_by, photograph
from .answer import Answer, Wrong, judge


def check_upscale(my_upscale) -> Answer:
    """Check exercise 02b: linear upscaling by two, by hand.

    Parameters
    ----------
    my_upscale : callable
        LR image -> image twice as high and as wide, both in [0, 1].

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_upscale(lambda lr: srlib.upscale(lr, "bilinear", 2))
    ✓ my_upscale is right: the inside, the border, a single pixel.
    """
    return judge(
        "my_upscale",
        my_upscale,
        {
            "the inside": lambda f: _photograph(f, slice(2, -2)),
            "the border": lambda f: _photograph(f, slice(None)),
            "a single pixel": _single_pixels,
        },
    )


def _along(x, axis: int, position):
    """Values of x at fractional positions along an axis, by linear interpolation, the ends repeated."""
    x = np.moveaxis(x, axis, 0)
    position = np.clip(position, 0, len(x) - 1)
    low = np.minimum(position.astype(int), len(x) - 1)
    high = np.minimum(low + 1, len(x) - 1)
    share = (position - low).reshape(-1, *[1] * (x.ndim - 1))
    return np.moveaxis((1 - share) * x[low] + share * x[high], 0, axis)


def _both_ways(x, positions):
    return _along(_along(x, 0, positions(x.shape[0])), 1, positions(x.shape[1]))


def _centres(n: int):
    """Where the new pixels of a row of n lie between the old ones."""
    return (np.arange(2 * n) + 0.5) / 2 - 0.5


def _swapped(right):
    """Linear upscaling with the two new pixels of each old one exchanged."""
    h, w, c = right.shape
    return right.reshape(h // 2, 2, w // 2, 2, c)[:, ::-1, :, ::-1].reshape(h, w, c)


def _wrapped(x):
    """Linear upscaling that continues on the opposite side."""
    for axis in (0, 1):
        x = np.moveaxis(x, axis, 0)
        pair = np.stack([0.75 * x + 0.25 * np.roll(x, 1, 0), 0.75 * x + 0.25 * np.roll(x, -1, 0)], 1)
        x = np.moveaxis(pair.reshape(-1, *x.shape[1:]), 0, axis)
    return x


def _suspects(x, right) -> list:
    h, w, _ = x.shape
    return [
        ("every pixel is copied into a block of four: that is nearest-neighbour upscaling. What should a new pixel take from its neighbour?",
         x.repeat(2, 0).repeat(2, 1)),
        ("your first new pixel lies exactly on the first old one, and the last on the last; but a pixel is a small square, and what should meet are the edges of the image, not the middles of its corner pixels.",
         _both_ways(x, lambda n: np.linspace(0, n - 1, 2 * n))),
        ("every second new pixel is an old one and the others lie half way: that shifts the image by half a new pixel. How far is the middle of a new pixel from the middle of the old one?",
         _both_ways(x, lambda n: np.arange(2 * n) / 2)),
        ("the two new pixels of each old one have changed places: the left one should lean to the left neighbour.", _swapped(right)),
        ("rows are interpolated, columns are only copied.", _along(x, 0, _centres(h)).repeat(2, 1)),
        ("columns are interpolated, rows are only copied.", _along(x, 1, _centres(w)).repeat(2, 0)),
        ("this is smoother than linear interpolation: which kernel did you use?", interpolate(x.astype(np.float32), 2, kernel="bicubic")),
        ("at the border your image continues on the opposite side, as numpy.roll does; here the edge should repeat itself.", _wrapped(x)),
    ]  # fmt: skip


def _photograph(my_upscale, part: slice) -> None:
    lr, case = photograph(7, 10, 2), "an image of 7x10"
    hints = {
        (14, 10, 3): "there are twice as many rows; what about the columns?",
        (7, 20, 3): "there are twice as many columns; what about the rows?",
        (13, 19, 3): "between n pixels lie n - 1 new ones; but the image should become twice as large, so old pixels are replaced rather than kept.",
        (20, 14, 3): "rows and columns have changed places.",
        (14, 20): "the colours are lost.",
    }  # fmt: skip
    result = array(call(my_upscale, lr, case=case), (14, 20, 3), case, hints)
    x = lr.astype(np.float64)
    right = _both_ways(x, _centres)
    mine, expected = result[part, part], right[part, part]
    if near(mine, expected):
        return
    whole = part == slice(None)
    hint = first_match(mine, ((hint, value[part, part]) for hint, value in _suspects(x, right)))
    if hint is None and whole and near(result[2:-2, 2:-2], right[2:-2, 2:-2]):
        hint = "only the border is off: a pixel there has no neighbour on one side, and its own value takes the neighbour's place."
    raise Wrong(
        off_by(mine, expected, case).replace(" for ", " at the border of " if whole else " inside "),
        hint or "upscale a single row of two pixels, 0 and 100, with a pencil; lesson 02 tells the four values.",
    )


def _single_pixels(my_upscale) -> None:
    dot, case = np.full((1, 1, 3), 0.5, np.float32), "an image of one pixel"
    if not near(array(call(my_upscale, dot, case=case), (2, 2, 3), case), 0.5):
        raise Wrong(
            "changes an image of a single pixel.", "it has no neighbours, so nothing but its own value can count."
        )
    for h, w in ((1, 4), (4, 1)):
        row, case = photograph(h, w, 3), f"an image of {h}x{w}"
        hint = "along the side of one pixel nobody has a neighbour, along the other one they do."
        result = array(call(my_upscale, row, case=case, hint=hint), (2 * h, 2 * w, 3), case)
        right = _both_ways(row.astype(np.float64), _centres)
        if not near(result, right):
            raise Wrong(off_by(result, right, case), hint)
