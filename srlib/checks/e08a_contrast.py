"""Exercise 08a: the contrast of a spot, by which one finds out whether it is still there.

The images slope and are coloured, so that each of the usual mistakes gives another number: a ring that is no ring, a
square for a disc, rows for columns. At the end they are noise, in which every pixel counts. One spot lies near the border, where a negative index would fetch the other side.
"""

import numpy as np

from ._helpers import BY_TYPE, call_number, compare_number, keeps_nothing
from ._inputs import fresh, laid_out
from .answer import Answer, judge


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
    ✗ my_contrast gives 0.7555 for a bright spot; expected 0.2965.
      Hint: this is the value of the one pixel in the middle. A single pixel is mostly noise: average the disc, and subtract what surrounds it.
    """
    return judge(
        "my_contrast",
        my_contrast,
        {
            "a bright spot": (_bright, _without_memory),
            "a dark spot": _dark,
            "another radius": _radius,
            "near the border": (_border, _fraction),
            "8-bit images": (_eight_bit, _any_spot),
        },
    )


def _image(height: int, width: int, place, radius: float, height_of_spot: float) -> np.ndarray:
    """A coloured slope with one soft spot, float32."""
    y, x = np.mgrid[:height, :width]
    slope = 0.25 + 0.002 * x[..., None] + 0.004 * y[..., None] * np.array([1.0, 0.7, 0.2])
    far = np.hypot(y - place[0], x - place[1])
    spot = height_of_spot * np.exp(-((far / radius) ** 2) / 2)[..., None] * np.array([1.0, 0.8, 0.3])
    grain = np.random.default_rng([height, width, *map(int, place)]).normal(0, 0.04, slope.shape)  # every pixel counts
    return np.clip(slope + spot + grain, 0, 1).astype(np.float32)


def _means(image, place, radius, inner: float = 2, outer: float = 3, distance=np.hypot, edge: float = 0):
    """Means of the disc and of the ring; the ring from `inner` to `outer` radii."""
    grey = image.astype(np.float64).mean(-1)
    y, x = np.mgrid[: grey.shape[0], : grey.shape[1]]
    far = distance(np.abs(y - place[0]), np.abs(x - place[1]))
    ring = (far > inner * radius) & (far <= outer * radius)
    return grey[far <= radius + edge].mean(), grey[ring].mean() if ring.any() else np.nan


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
        ("the disc leaves out the pixels that are exactly `radius` away: at most `radius` includes them.", _contrast(image, place, radius, edge=-1e-9)),
        ("the ring takes in the pixels that are exactly 2 radii away, or leaves out those that are 3: more than 2, and at most 3.", _contrast(image, place, radius, inner=2 - 1e-9)),
        ("the ring takes in the pixels that are exactly 2 radii away, or leaves out those that are 3: more than 2, and at most 3.", _contrast(image, place, radius, outer=3 - 1e-9)),
        ("the ring takes in the pixels that are exactly 2 radii away, or leaves out those that are 3: more than 2, and at most 3.", _contrast(image, place, radius, inner=2 - 1e-9, outer=3 - 1e-9)),
        ("the radius is cut to a whole number; it may be a fraction.", _contrast(image, place, int(radius))),
        ("the limits of the ring are cut to whole numbers; they may be fractions.", _contrast(image, place, radius, inner=int(2 * radius) / radius, outer=int(3 * radius) / radius)),
        ("squared distances are compared with radii that are not squared.", _contrast(image, place, radius, distance=lambda y, x: y * y + x * x)),
        ("distances are rounded to whole pixels, or half a pixel is added to the radii; they are fractions.", _contrast(image, place, radius, distance=lambda y, x: np.rint(np.hypot(y, x)))),
        ("distances are cut to whole pixels first; they are fractions.", _contrast(image, place, radius, distance=lambda y, x: np.floor(np.hypot(y, x)))),
        ("the image was divided by its largest value first; it runs from 0 to 1 already.", (disc - ring) / image.max()),
        ("the image was stretched to its own range first; it runs from 0 to 1 already.", (disc - ring) / max(1e-9, np.ptp(image))),
        ("the middle value (the median) of the disc was taken; its mean is asked for.", np.median(grey[far <= radius]) - ring),
        ("the middle values (the medians) of disc and ring were taken; their means are asked for.", np.median(grey[far <= radius]) - np.median(grey[(far > 2 * radius) & (far <= 3 * radius)]) if ((far > 2 * radius) & (far <= 3 * radius)).any() else np.inf),
        ("this is divided by the sum of both means (the Michelson contrast): here the plain difference is asked for.", (disc - ring) / (disc + ring) if disc + ring else np.inf),
        ("the darkest pixel of the disc was taken, not its mean.", grey[far <= radius].min() - ring),
        ("the ring ends at 2 radii; it lies between 2 and 3.", _contrast(image, place, radius, inner=1, outer=2)),
        ("the ring reaches too far: it ends at 3 radii.", _contrast(image, place, radius, outer=4)),
        ("the median of the disc was taken, not its mean.", np.median(grey[far <= radius]) - ring),
        ("the median of the ring was taken, not its mean.", disc - np.median(grey[(far > 2 * radius) & (far <= 3 * radius)])),
        ("disc and ring were added up; their means are asked for.", grey[far <= radius].sum() - grey[(far > 2 * radius) & (far <= 3 * radius)].sum()),
        ("this is the ratio of disc and ring; here the plain difference is asked for.", disc / ring if ring else np.inf),
        ("grey is the luma Y here; the mean of the three channels is asked for.", _contrast((image @ np.array([0.299, 0.587, 0.114]))[..., None], place, radius)),
        ("the answer is on the scale of 255; it should be on the scale of 1.", 255 * (disc - ring)),
        ("this was divided by 255 once too often: a float32 image is on the scale of 1 already, and a uint8 image is divided once.", (disc - ring) / 255),
        ("the sign is lost: a dark spot has a negative contrast.", abs(disc - ring)),
        ("the ring has no outer limit: a mask for it needs both.", _contrast(image, place, radius, outer=np.inf)),
        ("these are squares, not disc and ring: the distance is the root of the squares' sum.", _contrast(image, place, radius, distance=np.maximum)),
        ("these are diamonds, not disc and ring: the distance is the root of the squares' sum.", _contrast(image, place, radius, distance=np.add)),
        ("the disc has half the radius asked for: was it taken for a diameter?", _contrast(image, place, radius / 2, inner=4, outer=6)),
        ("disc and ring have half the radius asked for: was it taken for a diameter?", _contrast(image, place, radius / 2)),
        ("this is divided by the surroundings (the Weber contrast): here the plain difference is asked for.", (disc - ring) / ring if ring else np.inf),
        ("this is the brightest pixel against the ring: of noise, the brightest pixel is always bright. Average.", grey[far <= radius].max() - ring),
        ("grey was rounded to whole levels; the mean of three channels has fractions.", _contrast(np.rint(255 * grey)[..., None] / 255, place, radius)),
        ("grey was cut down to whole levels; the mean of three channels has fractions.", _contrast(np.floor(255 * grey + 1e-9)[..., None] / 255, place, radius)),
        *((f"only the {name} channel was looked at; the mean of the three is asked for.", _contrast(image[..., c : c + 1], place, radius)) for c, name in enumerate(("red", "green", "blue"))),
        ("the three channels were added; their mean is asked for.", 3 * (disc - ring)),
        ("a square was cut out of the image, and averaged: the corners do not belong to the disc.", grey[max(0, row - r) : row + r + 1, max(0, column - r) : column + r + 1].mean() - ring),
    ]  # fmt: skip


def _compare(my_contrast, image, place, radius, case: str, first=(), otherwise: str = "") -> str | None:
    got = call_number(my_contrast, image, place, radius, case=case)
    exact = image / 255.0 if image.dtype == np.uint8 else image
    masks = "print the mean of the disc and the mean of the ring, each by itself, for an image small enough to count by hand; a mask can be looked at with plt.imshow. Grey is the mean of three channels, which differ here."
    suspects = [*first, *_mistakes(exact, place, radius)]
    return compare_number(got, _contrast(exact, place, radius), case, suspects, otherwise or masks)


def _bright(my_contrast) -> str | None:
    image = _image(48, 40, (20.7, 26.4), 3.0, 0.6)  # its brightest pixel is not at its place
    return _compare(my_contrast, image, (20, 27), 3, "a bright spot")


def _without_memory(my_contrast) -> None:
    one, other = _image(48, 40, (20, 27), 3.0, 0.6), _image(48, 40, (30, 9), 3.0, 0.3)
    keeps_nothing(my_contrast, lambda: (one, (20, 27), 3), lambda: (other, (30, 9), 3), "a bright spot")
    keeps_nothing(my_contrast, lambda: (other, (30, 9), 3), lambda: (one, (20, 27), 3), "a bright spot")
    _compare(
        my_contrast,
        other,
        (30, 9),
        3,
        "another place in an image of the same size",
        (),
        "it is right for the first place: does anything of that call stay?",
    )


def _dark(my_contrast) -> str | None:
    image, place = _image(40, 48, (17, 12), 2.5, -0.2), (17, 12)
    unsigned = "a dark spot has a negative contrast; without its sign, a star and a hole are the same."
    return _compare(my_contrast, image, place, 3, "a dark spot", [(unsigned, -_contrast(image, place, 3))])


def _radius(my_contrast) -> str | None:
    fixed, remark = (
        "for a radius of 3 your result was accepted: what in your program depends on the radius, and what should? Count the pixels of disc and ring.",
        None,
    )
    for radius in (2, 5):
        image = _image(56, 48, (25, 20), 0.8 * radius, 0.4)
        remark = _compare(my_contrast, image, (25, 20), radius, f"a spot of radius {radius}", (), fixed) or remark
    return remark


def _border(my_contrast) -> str | None:
    """Places at all four sides, so that both ends of both axes are met."""
    outside = "a part of the ring lies outside the image, and only the pixels inside count. A negative index fetches pixels from the other side; and in a window that is cut off, where is the place?"
    remark = None
    for place in ((2, 4), (37, 45), (20, 1), (0, 24)):
        image = _image(40, 48, place, 2.0, 0.5)
        case = f"a spot at {place}, near the border of an image of 40x48"
        remark = _compare(my_contrast, image, place, 3, case, (), outside) or remark
    return remark


def _fraction(my_contrast) -> str | None:
    whole = "it is right for whole radii: where does your program cut a fraction off?"
    image = _image(40, 48, (17, 22), 2.0, 0.5)
    return _compare(my_contrast, image, (17, 22), 2.5, "a spot of radius 2.5", (), whole)


def _eight_bit(my_contrast) -> str | None:
    scale = "the levels run from 0 to 255 there, and the answer should be on the scale of 1: the type tells the scale."
    wraps = "it is right for float32 images: what does your program do with the type? Sums and differences of 8-bit numbers start again at 0 after 255; and no pixel may be left out for its value."
    remark = None
    for most, case, hint in ((1.0, "a uint8 image", scale), (0.004, "a uint8 image of zeros and ones", BY_TYPE)):
        image = np.rint(255 * most * _image(40, 48, (17, 22), 3.0, 0.7)).astype(np.uint8)
        levels = 255 * _contrast(image / 255.0, (17, 22), 3)
        suspects = [(hint, levels), (f"{scale} The largest level is 255, not 256.", levels / 256)]
        remark = _compare(my_contrast, image, (17, 22), 3, case, suspects, wraps) or remark
    return remark


def _any_spot(my_contrast) -> str | None:
    rng, remark = fresh(), None
    for dtype in (np.float32, np.uint8):
        for radius in (1, 2, 3, 4, 1.5, 3.4):
            height, width = (int(n) for n in rng.integers(int(4 * radius) + 3, 60, 2))
            place = int(rng.integers(height)), int(rng.integers(width))
            values = rng.uniform(0, 1, (height, width, 3)) ** 2
            image = laid_out(rng, (255 * values if dtype == np.uint8 else values).astype(dtype))
            case = f"a spot of radius {radius} at {place}, in a noisy {np.dtype(dtype)} image of {height}x{width}"
            remark = _compare(my_contrast, image, place, radius, case) or remark
    return remark
