"""Exercise 02b: upscale by two, by linear interpolation at half-pixel centres.

The inside of an image is checked before its border, so that a mistake at the border does not hide what is right.
"""

import numpy as np

from ..resampling import interpolate
from ._helpers import array, call, compare_images, keeps_nothing, near
from ._inputs import drawn, fresh, photograph
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
            "the inside": (lambda f: _photograph(f, slice(2, -2)), _without_memory),
            "the border": lambda f: _photograph(f, slice(None)),
            "a single pixel": (_single_pixels, _any_image),
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


def _framed(x, mode: str):
    """Linear upscaling of an image that goes on beyond its border in another way."""
    if min(x.shape[:2]) < 2:
        return np.inf
    sides = ((1, 1), (1, 1), (0, 0))
    larger = np.pad(x, sides, "reflect", reflect_type="odd") if mode == "linear" else np.pad(x, sides, mode)
    return _both_ways(larger, _centres)[2:-2, 2:-2]


def _weighted(x, far: float):
    """Each new pixel by another weight of its neighbour than a quarter."""
    return _both_ways(x, lambda n: np.arange(2 * n) // 2 + np.resize([-far, far], 2 * n))


def _halves(right):
    """Linear upscaling with the new pixels sorted by the side that they lean to."""
    return np.concatenate([part for part in (right[::2], right[1::2])])[
        :, [*range(0, right.shape[1], 2), *range(1, right.shape[1], 2)]
    ]


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
        ("near and far have changed places: a new pixel is three quarters of the old one it lies in, and a quarter of that one's neighbour.", _weighted(x, 0.75)),
        ("two thirds and one third are the weights of pixels that lie a third of the way along; how far is it here?", _weighted(x, 1 / 3)),
        ("the new pixels stand one after another, first those that lean to one side and then the others; they belong side by side, in turn.", _halves(right)),
        ("one new pixel lies on an old one, at the lower right, and the others lie half way: that shifts the image. How far is the middle of a new pixel from the middle of the old one?", _both_ways(x, lambda n: np.arange(2 * n) / 2 - 0.5)),
        ("this is smoother than linear interpolation: which kernel did you use?", interpolate(x.astype(np.float32), 2, kernel="bicubic")),
        ("beyond the border you take zeros, so that the image gets a dark frame; the pixel itself takes the neighbour's place.", _framed(x, "constant")),
        ("beyond the border you take the second pixel of the image, as numpy.pad's `reflect` does; the pixel itself takes the neighbour's place.", _framed(x, "reflect")),
        ("beyond the last pixel your values go on rising or falling as steeply as before; the pixel itself takes the neighbour's place, so that the outermost new pixels have its value.", _framed(x, "linear")),
        ("the neighbour at the corner is missing: a new pixel takes something from three old ones beside its own, two at its sides and the one at the corner between them.",
         _along(x, 0, _centres(h)).repeat(2, 1) + _along(x, 1, _centres(w)).repeat(2, 0) - x.repeat(2, 0).repeat(2, 1)),
        ("every new pixel is a mean of two old ones, half and half; a new pixel lies nearer to one of them.", _both_ways(x, lambda n: np.repeat(np.arange(n) + 0.5, 2))),
        ("at the border your image continues on the opposite side, as numpy.roll does; here the edge should repeat itself.", _wrapped(x)),
    ]  # fmt: skip


def _photograph(my_upscale, part: slice) -> str | None:
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
    whole = part == slice(None)
    suspects = [(hint, value[part, part]) for hint, value in _suspects(x, right)]
    otherwise = "with a pencil, upscale an image of 4x4 whose rows, columns and channels differ, first along its rows and then along its columns, and compare; lesson 02 gives the four values that a row of 0 and 100 becomes."
    if whole and near(result[2:-2, 2:-2], right[2:-2, 2:-2], 6e-4):
        otherwise = "only the border is off: where a neighbour is missing, and only there, the pixel's own value takes its place. In the first row only the neighbour above is missing; those at the left and right exist."
    where = f"{case}, {'at' if whole else 'inside'} its border"
    return compare_images(result[part, part], right[part, part], where, suspects, otherwise)


def _without_memory(my_upscale) -> None:
    one, other = photograph(7, 10, 1), photograph(7, 10, 2)
    keeps_nothing(my_upscale, lambda: (one,), lambda: (other,), "an image of 7x10")


def _single_pixels(my_upscale) -> str | None:
    dot, case = np.full((1, 1, 3), 0.5, np.float32), "an image of one pixel"
    if not near(array(call(my_upscale, dot, case=case), (2, 2, 3), case), 0.5, 6e-4):
        raise Wrong(
            "changes an image of a single pixel.", "it has no neighbours, so nothing but its own value can count."
        )
    remark = None
    for h, w in ((1, 4), (4, 1)):
        row, case = photograph(h, w, 3), f"an image of {h}x{w}"
        hint = "along the side of one pixel nobody has a neighbour, along the other one they do."
        result = array(call(my_upscale, row, case=case, hint=hint), (2 * h, 2 * w, 3), case)
        right = _both_ways(row.astype(np.float64), _centres)
        remark = compare_images(result, right, case, (), hint) or remark
    return remark


def _any_image(my_upscale) -> str | None:
    rng, remark = fresh(), None
    for image, case in (found for _ in range(2) for found in drawn(rng, lambda: rng.integers(1, 14, 2))):
        height, width, _ = image.shape
        result = array(call(my_upscale, image, case=case), (2 * height, 2 * width, 3), case)
        otherwise = (
            "it is right for other images: what does your program take for granted, of the size or of the values?"
        )
        remark = compare_images(result, _both_ways(image.astype(np.float64), _centres), case, (), otherwise) or remark
    return remark
