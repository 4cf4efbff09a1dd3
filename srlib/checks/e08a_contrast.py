"""Exercise 08a: the contrast of a spot, by which one finds out whether it is still there.

The images slope and are coloured, so that each of the usual mistakes gives another number: a ring that is no ring, a
square for a disc, rows for columns. One spot lies near the border, where a negative index would fetch the other side.
"""

import numpy as np

from ._helpers import BY_TYPE, call, first_match, near, number
from .answer import Answer, Wrong, judge

TOLERANCE = 1e-4


def check_contrast(my_contrast) -> Answer:
    """Check exercise 08a: how much brighter a spot is than its surroundings.

    Parameters
    ----------
    my_contrast : callable
        (image, place, radius) -> mean of the disc minus mean of the ring around it.

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_contrast(lambda image, place, radius: image[place].mean())
    ✗ my_contrast gives 0.7553 for a bright spot; expected 0.2931.
      Hint: this is the value of the one pixel in the middle. A single pixel is mostly noise: average the disc, and subtract what surrounds it.
    """
    return judge(
        "my_contrast",
        my_contrast,
        {
            "a bright spot": _bright,
            "a dark spot": _dark,
            "another radius": _radius,
            "near the border": _border,
            "8-bit images": _eight_bit,
        },
    )


def _image(height: int, width: int, place, radius: float, height_of_spot: float) -> np.ndarray:
    """A coloured slope with one soft spot, float32."""
    y, x = np.mgrid[:height, :width]
    slope = 0.25 + 0.002 * x[..., None] + 0.004 * y[..., None] * np.array([1.0, 0.7, 0.2])
    far = np.hypot(y - place[0], x - place[1])
    spot = height_of_spot * np.exp(-((far / radius) ** 2) / 2)[..., None] * np.array([1.0, 0.8, 0.3])
    return np.clip(slope + spot, 0, 1).astype(np.float32)


def _means(image, place, radius, inner: float = 2, outer: float = 3, distance=np.hypot):
    """Means of the disc and of the ring; the ring from `inner` to `outer` radii."""
    grey = image.astype(np.float64).mean(-1)
    y, x = np.mgrid[: grey.shape[0], : grey.shape[1]]
    far = distance(np.abs(y - place[0]), np.abs(x - place[1]))
    ring = (far > inner * radius) & (far <= outer * radius)
    return grey[far <= radius].mean(), grey[ring].mean() if ring.any() else np.nan


def _contrast(*arguments, **options) -> float:
    disc, ring = _means(*arguments, **options)
    return float(disc - ring)


def _mistakes(image, place, radius) -> list[tuple[str, float]]:
    """Hints, each with what becomes of the contrast by that mistake."""
    disc, ring = _means(image, place, radius)
    grey = image.astype(np.float64).mean(-1)
    row, column = place
    r = int(radius)
    turned = (column, row) if column < image.shape[0] and row < image.shape[1] else place
    far = np.hypot(*(np.indices(grey.shape) - np.array(place)[:, None, None]))
    return [
        ("the sign: a spot that is brighter than its surroundings has a positive contrast, a darker one a negative.", ring - disc),
        ("rows and columns have changed places: `place` is (row, column), as NumPy counts.", _contrast(image, turned, radius)),
        ("this is the value of the one pixel in the middle. A single pixel is mostly noise: average the disc, and subtract what surrounds it.", grey[row, column]),
        ("this is the middle pixel against the ring. A single pixel is mostly noise: average the disc.", grey[row, column] - ring),
        ("this is the mean of the disc alone. The same spot on a brighter ground would count as more: subtract what surrounds it.", disc),
        ("the whole image was subtracted; what surrounds the spot is the ring, and far away it may be lighter or darker.", disc - grey.mean()),
        ("all that is not disc was subtracted; what surrounds the spot is the ring.", disc - grey[far > radius].mean()),
        ("the ring begins right at the disc, where the spot is not over yet: leave the gap that the task asks for.", _contrast(image, place, radius, inner=1)),
        ("the ring is not empty inside: a mask for it needs both limits.", _contrast(image, place, radius, inner=-1)),
        ("the ring has no outer limit: a mask for it needs both.", _contrast(image, place, radius, outer=np.inf)),
        ("these are squares, not disc and ring: the distance is the root of the squares' sum.", _contrast(image, place, radius, distance=np.maximum)),
        ("these are diamonds, not disc and ring: the distance is the root of the squares' sum.", _contrast(image, place, radius, distance=np.add)),
        ("the disc has half the radius asked for: was it taken for a diameter?", _contrast(image, place, radius / 2, inner=4, outer=6)),
        ("disc and ring have half the radius asked for: was it taken for a diameter?", _contrast(image, place, radius / 2)),
        ("this is divided by the surroundings (the Weber contrast): here the plain difference is asked for.", (disc - ring) / ring),
        ("this is the brightest pixel against the ring: of noise, the brightest pixel is always bright. Average.", grey[far <= radius].max() - ring),
        *((f"only the {name} channel was looked at; the mean of the three is asked for.", _contrast(image[..., c : c + 1], place, radius)) for c, name in enumerate(("red", "green", "blue"))),
        ("the three channels were added; their mean is asked for.", 3 * (disc - ring)),
        ("a square was cut out of the image, and averaged: the corners do not belong to the disc.", grey[max(0, row - r) : row + r + 1, max(0, column - r) : column + r + 1].mean() - ring),
    ]  # fmt: skip


def _compare(my_contrast, image, place, radius, case: str, first=(), otherwise: str = "") -> None:
    got = number(call(my_contrast, image, place, radius, case=case), case)
    exact = image / 255.0 if image.dtype == np.uint8 else image
    right = _contrast(exact, place, radius)
    if near(got, right, TOLERANCE):
        return
    hint = first_match(got, [*first, *_mistakes(exact, place, radius)], TOLERANCE)
    raise Wrong(
        f"gives {got:.4g} for {case}; expected {right:.4f}.",
        hint or otherwise or "draw disc and ring as masks, and look at them with srlib.show.images or plt.imshow.",
    )


def _bright(my_contrast) -> None:
    image = _image(48, 40, (20.7, 26.4), 3.0, 0.6)  # its brightest pixel is not at its place
    _compare(my_contrast, image, (20, 27), 3, "a bright spot")


def _dark(my_contrast) -> None:
    image, place = _image(40, 48, (17, 12), 2.5, -0.2), (17, 12)
    unsigned = "a dark spot has a negative contrast; without its sign, a star and a hole are the same."
    _compare(my_contrast, image, place, 3, "a dark spot", [(unsigned, -_contrast(image, place, 3))])


def _radius(my_contrast) -> None:
    fixed = "it is right for a radius of 3; which number in your program belongs to that radius alone?"
    for radius in (2, 5):
        image = _image(56, 48, (25, 20), 0.8 * radius, 0.4)
        _compare(my_contrast, image, (25, 20), radius, f"a spot of radius {radius}", otherwise=fixed)


def _border(my_contrast) -> None:
    """Two places, so that both ends of both axes are met."""
    outside = "a part of the ring lies outside the image: only the pixels that exist count, and a negative index fetches them from the other side."
    for place in ((2, 4), (37, 45)):
        image = _image(40, 48, place, 2.0, 0.5)
        case = f"a spot at {place}, near the corner of an image of 40x48"
        _compare(my_contrast, image, place, 3, case, otherwise=outside)


def _eight_bit(my_contrast) -> None:
    scale = "the levels run from 0 to 255 there, and the answer should be on the scale of 1: the type tells."
    wraps = "sums of 8-bit numbers wrap around at 256: convert before you add."
    for most, case, hint in ((1.0, "a uint8 image", scale), (0.004, "a uint8 image of zeros and ones", BY_TYPE)):
        image = np.rint(255 * most * _image(40, 48, (17, 22), 3.0, 0.7)).astype(np.uint8)
        levels = 255 * _contrast(image / 255.0, (17, 22), 3)
        _compare(my_contrast, image, (17, 22), 3, case, [(hint, levels)], wraps)
