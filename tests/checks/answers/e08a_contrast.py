"""Right and wrong answers to exercise 08a."""

import numpy as np
from skimage.draw import disk

import srlib


def scaled(image):
    return image / 255.0 if image.dtype == np.uint8 else image.astype(np.float64)


def contrast(
    inner=2, outer=3, disc=1, distance=np.hypot, grey=lambda image: image.mean(-1), of=np.mean, at=lambda p: p
):
    """A family of answers; with its defaults, the right one."""

    def answer(image, place, radius):
        values = grey(scaled(image))
        far = distance(*np.abs(np.indices(values.shape) - np.array(at(place))[:, None, None]))
        ring = (far > inner * radius) & (far <= outer * radius)
        return of(values[far <= disc * radius]) - values[ring].mean()

    return answer


def contrast_by_skimage(image, place, radius):
    grey = scaled(image).mean(-1)
    inside = [np.zeros(grey.shape, bool) for _ in range(3)]
    for mask, r in zip(inside, (radius, 2 * radius, 3 * radius)):
        mask[disk(place, r + 1e-9, shape=grey.shape)] = True
    return grey[inside[0]].mean() - grey[inside[2] & ~inside[1]].mean()


def contrast_by_loops(image, place, radius):
    disc, ring = [], []
    for y, row in enumerate(scaled(image).mean(-1)):
        for x, value in enumerate(row):
            far = ((y - place[0]) ** 2 + (x - place[1]) ** 2) ** 0.5
            if far <= radius:
                disc.append(value)
            elif 2 * radius < far <= 3 * radius:
                ring.append(value)
    return sum(disc) / len(disc) - sum(ring) / len(ring)


def contrast_in_a_window(image, place, radius):
    """Cuts a window out first, and so meets the border with negative indices."""
    r, (y, x) = 3 * int(radius), place
    window = scaled(image)[np.arange(y - r, y + r + 1) % image.shape[0]][
        :, np.arange(x - r, x + r + 1) % image.shape[1]
    ]
    return contrast()(window.astype(np.float32), (r, r), radius)


def contrast_by_the_largest(image, place, radius):
    return contrast()((image / (255 if image.max() > 1 else 1)).astype(np.float32), place, radius)


def contrast_without_types(image, place, radius):
    return contrast()(image.astype(np.float32), place, radius)


def contrast_that_wraps(image, place, radius):
    if image.dtype == np.uint8:
        grey = (image[..., 0] + image[..., 1] + image[..., 2]) / 3 / 255
        image = np.repeat(grey[..., None], 3, -1).astype(np.float32)
    return contrast()(image, place, radius)


right = contrast()
MASKS: dict = {}


def contrast_of_the_first_place(image, place, radius):
    """Keeps the masks of the first place for all images of one size."""
    place = MASKS.setdefault((image.shape, radius), place)
    return contrast()(image, place, radius)


check = srlib.checks.check_contrast

RIGHT = [
    right,
    contrast_by_skimage,
    contrast_by_loops,
    lambda image, place, radius: round(float(contrast()(image, place, radius)), 4),
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (lambda image, place, radius: -right(image, place, radius), "a bright spot", "the sign"),
    (lambda image, place, radius: abs(right(image, place, radius)), "a dark spot", "without its sign"),
    (contrast(at=lambda p: p[::-1]), "a bright spot", "row, column"),
    (lambda image, place, radius: scaled(image).mean(-1)[place], "a bright spot", "mostly noise"),
    (contrast(disc=0), "a bright spot", "middle pixel"),
    (contrast(inner=1), "a bright spot", "the gap"),
    (contrast(inner=-1), "a bright spot", "both limits"),
    (contrast(outer=np.inf), "a bright spot", "outer limit"),
    (contrast(distance=np.maximum), "a bright spot", "squares, not disc"),
    (contrast(distance=np.add), "a bright spot", "diamonds"),
    (contrast(disc=0.5), "a bright spot", "diameter"),
    (contrast(disc=0.5, inner=1, outer=1.5), "a bright spot", "disc and ring have half"),
    (contrast_of_the_first_place, "another", "outlive a call|of that call"),
    (contrast(of=np.median), "a bright spot", "median"),
    (contrast(of=np.std), "a bright spot", "count by hand"),
    (contrast(of=np.max), "a bright spot", "brightest pixel"),
    (contrast(grey=lambda image: image[..., 1]), "a bright spot", "green channel"),
    (contrast(grey=lambda image: image.sum(-1)), "a bright spot", "were added"),
    (lambda image, place, radius: right(image, place, 3), "radius 2", "depends on the radius"),
    (contrast_in_a_window, "near the border", "other side"),
    (contrast_without_types, "a uint8 image", "the type tells"),
    (contrast_by_the_largest, "zeros and ones", "its type says"),
    (contrast_that_wraps, "a uint8 image", "start again at 0"),
    (lambda image, place, radius: contrast()(image, place, int(radius)), "radius 2.5", "cut to a whole number"),
    (contrast(distance=lambda y, x: np.rint(np.hypot(y, x))), "bright spot", "rounded to whole pixels"),
    (contrast(disc=1 - 1e-6), "bright spot", "exactly `radius` away"),
    (lambda image, place, radius: str(contrast()(image, place, radius)), "expected one number", "text"),
]  # fmt: skip
