"""Dead leaves: images made of nothing but overlapping discs, as many as one likes.

Lesson 01 (``01_dataset``) draws one by hand.
"""

import numpy as np

from ..extras import brought_by
from ..images import check_choice, check_seed, to_uint8
from ..resampling import downscale
from .image_set import ImageSet
from .provenance import Provenance, Source
from .sample import SPLITS, load_sample

_PURE = 0.15  # of the discs: colours that photographs seldom have; a network learns to leave those, too, as they are


def dead_leaves(split: str | None = None, *, count: int = 100, size: int = 128, seed: int = 0) -> ImageSet:
    """Images of overlapping discs, whose edges and sizes are distributed as in photographs.

    Radii follow a power law with exponent -3, so that the image looks alike at every magnification. The colours are
    pixels of the ``sample`` training photographs; about one in seven is a pure colour instead. Drawn at twice the size
    and downscaled, which smooths the edges; then each image is seen through a lens of its own, a Gaussian of standard
    deviation 0 to 1 pixel. Without the lens all edges are perfectly sharp, and a network that learns from them for long
    learns to sharpen too much.

    Parameters
    ----------
    split : {"train", "validation", "test"}, optional
        Each draws other images; those of ``train`` unless given.
    count : int
        How many. The first k of n images are the same for every n.
    size : int
        Side of an image in pixels.
    seed : int

    Returns
    -------
    ImageSet
        `images` of shape (count, size, size, 3).

    Raises
    ------
    ValueError
        An unknown split, a count or size below 1.

    References
    ----------
    .. [1] A. B. Lee, D. Mumford, J. Huang, "Occlusion models for natural images: a statistical study of a scale-invariant
       dead leaves model", International Journal of Computer Vision 41, 2001.

    Examples
    --------
    >>> dead_leaves("test", count=2, size=16, seed=1)
    <ImageSet dead_leaves/test, 2 images, 16x16>
    """
    split = check_choice("train" if split is None else split, SPLITS, "split")
    for name, value in (("count", count), ("size", size)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(
                f"{name} is {value!r}; expected a whole number of at least 1: the usual {name} is {100 if name == 'count' else 128}."
            )
    seed = check_seed(seed)
    with brought_by("course", "SciPy", "drawing dead leaves"):
        from scipy.ndimage import gaussian_filter

    palette = load_sample("train").images.reshape(-1, 3)
    images = np.empty((count, size, size, 3), np.uint8)
    for i in range(count):
        rng = np.random.default_rng([seed, i, SPLITS.index(split)])  # the 0 of train changes nothing
        sharp = downscale(_draw_leaves(2 * size, palette, rng), 2, kernel="area")
        blur = rng.random()  # pixels
        images[i] = to_uint8(np.clip(gaussian_filter(sharp, (blur, blur, 0)), 0, 1))
    names = [f"dead_leaves-{split}-{seed}-{i}" for i in range(count)]
    return ImageSet(images, names, provenance=Provenance([Source("dead_leaves", split=split)]))


def _draw_leaves(side: int, palette: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    smallest, largest = 2.0, side / 2
    # Enough discs to cover the canvas four times over: their mean area is 2 pi a^2 ln(b/a) / (1 - (a/b)^2)
    mean_area = (
        2 * np.pi * smallest**2 * np.log(largest / smallest) / (1 - (smallest / largest) ** 2)
        if largest > smallest
        else np.pi * smallest**2
    )
    n = max(8, round(4 * side**2 / mean_area))
    u = rng.random(n)
    largest = max(largest, smallest)
    radius = 1 / np.sqrt(u / largest**2 + (1 - u) / smallest**2)  # the inverse of the cumulative power law
    y, x = rng.random((2, n)) * side
    colours = palette[rng.integers(len(palette), size=n)]
    pure = rng.random(n) < _PURE
    # half of their channels are wholly dark or wholly bright
    colours = np.where(pure[:, None], to_uint8(np.clip(2 * rng.random((n, 3)) - 0.5, 0, 1)), colours)
    leaf = np.zeros((side, side), np.int32)  # which disc is on top, per pixel
    places = np.arange(side, dtype=np.float32)
    top, bottom = (np.clip(v, 0, side).astype(int) for v in (np.floor(y - radius), np.ceil(y + radius) + 1))
    left, right = (np.clip(v, 0, side).astype(int) for v in (np.floor(x - radius), np.ceil(x + radius) + 1))
    for i in range(n):
        rows, columns = slice(top[i], bottom[i]), slice(left[i], right[i])
        inside = ((places[rows] - y[i]) ** 2)[:, None] + (places[columns] - x[i]) ** 2 <= radius[i] ** 2
        leaf[rows, columns][inside] = i
    return colours[leaf]  # (side, side, 3)
