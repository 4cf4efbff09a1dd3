"""The images that the checks hand over: some always the same, some drawn anew at every start.

What is always the same is made so that each mistake gives a result of its own. What is drawn covers the rest of what a task
allows: any size, black, white, flat and dark images, and arrays that are views of others.
"""

import numpy as np


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


_CONTENTS = {
    "black": lambda rng, shape: np.zeros(shape),
    "white": lambda rng, shape: np.ones(shape),
    "flat": lambda rng, shape: np.broadcast_to(rng.uniform(0.1, 0.9, 3), shape),
    "dark": lambda rng, shape: rng.integers(0, 3, shape) / 255,
    "black and white": lambda rng, shape: rng.integers(0, 2, shape),
    "red": lambda rng, shape: rng.uniform(0, 1, shape) * (1, 0, 0),
    "random": lambda rng, shape: rng.uniform(0, 1, shape),
}


def drawn(rng, sizes, dtype=np.float32):
    """An image of each content, in a size and a layout that are drawn.

    Yields
    ------
    image : ndarray
    words : str
        What it is, such as "a black float32 image of 3x5".
    """
    for name, content in _CONTENTS.items():
        height, width = sizes()
        values = content(rng, (height, width, 3))
        image = (np.rint(255 * values) if dtype == np.uint8 else values).astype(dtype)
        image = laid_out(rng, image)
        yield image, f"a {name} {np.dtype(dtype)} image of {height}x{width}{told_of(image)}"


def told_of(array: np.ndarray) -> str:
    """How an array lies in memory, where that is not as usual."""
    return "" if array.flags.c_contiguous else ", a view of another array"


def laid_out(rng, image: np.ndarray) -> np.ndarray:
    """The same values in another order in memory: arrays are often views of others."""
    kind = rng.integers(4)
    if kind == 0:
        return np.ascontiguousarray(image)
    if kind == 1:
        return np.ascontiguousarray(image[::-1])[::-1]
    if kind == 2:
        return np.asfortranarray(image)
    larger = np.zeros((*image.shape[:-2], 2 * image.shape[-2] + 1, image.shape[-1]), image.dtype)
    larger[..., 1::2, :] = image
    return larger[..., 1::2, :]


def fresh() -> np.random.Generator:
    """A generator that draws something else at every start, so that no answer can be written for what is drawn."""
    return np.random.default_rng()
