"""(seed, step) -> a batch of aligned LR and HR patches, prepared in workers ahead of the step.

Everything random is keyed: the patches of step 700 are the same whether or not the run was interrupted before it, and
however many workers prepare them.
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from .backend import keras
from .degradation import paired
from .images import to_float, to_uint8
from .recipe import Recipe
from .resampling import crop_to_multiple
from .windows import Tile, Window


class Patches(keras.utils.PyDataset):
    """Batches of random patches, flipped and turned, for `Model.fit` with ``shuffle=False``.

    A fixed degradation is applied once, to whole images. One that draws at random is applied to every patch anew, with a
    margin of its surroundings, so that the border of an LR patch is that of the whole image. LR images are rounded to
    8 bits, as a file would be.

    Parameters
    ----------
    images : ImageSet, ImageStream, ndarray or list
        HR images. Those that have LR images of their own are taken with them; of a stream, a part is in memory.
    recipe : Recipe
        Resolved: with a degradation.
    start : int
        The step of the first batch.
    workers : int
        Threads that prepare batches ahead; below two, none.
    places : range, optional
        Which patches of every batch are wanted; all unless given.

    Raises
    ------
    ValueError
        No images, an image smaller than the scale, a patch size that does not fit.

    Examples
    --------
    >>> import numpy as np, srlib
    >>> from srlib.patches import Patches
    >>> recipe = srlib.Recipe(steps=5, batch_size=2, patch_size=8).resolved(scale=2)
    >>> lr, hr = Patches(np.zeros((3, 16, 16, 3), np.uint8), recipe)[0]
    >>> lr.shape, hr.shape
    ((2, 4, 4, 3), (2, 8, 8, 3))
    """

    def __init__(self, images, recipe: Recipe, *, start: int = 0, workers: int = 1, places=None):
        super().__init__()
        self.recipe, self.start, self.scale = recipe, start, recipe.degradation.scale
        self.places = range(recipe.batch_size) if places is None else places
        self.hr, self.lr, self._window = [], None, None
        if hasattr(images, "read"):
            _check_multiple(recipe)
            self._window = Window(images, recipe, workers)
        else:
            self._hold(images)
        # A pool of our own: with Keras' workers a training on JAX begins with stale batches, and an interrupted one
        # leaves threads behind that hold the images
        self._pool, self._ahead, self._depth = ThreadPoolExecutor(workers) if workers > 1 else None, {}, workers + 2

    def _hold(self, images) -> None:
        """Keep all images, in 8 bits: a quarter of the memory of float32."""
        _check_sizes(images, self.recipe)
        degradation, lr = self.recipe.degradation, getattr(images, "lr", None)
        self.hr = [to_uint8(crop_to_multiple(image, self.scale)) for image in getattr(images, "images", images)]
        if lr is not None and degradation == paired(self.scale):
            self.lr = list(lr)
        elif not degradation.random:
            rng = np.random.default_rng(0)  # from which nothing is drawn
            self.lr = [to_uint8(degradation.apply(to_float(image), rng)) for image in self.hr]

    def sha256(self) -> str:
        """A checksum of the images; of a stream, of the names and sizes of its files."""
        if self._window:
            return self._window.stream.sha256()
        own = self.lr if self.recipe.degradation == paired(self.scale) else []
        return sha256_of([*self.hr, *own])

    def __len__(self) -> int:
        return self.recipe.steps - self.start

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """The batch of step ``start + index``: LR (N, p/s, p/s, 3) and HR (N, p, p, 3), ``float32`` in [0, 1]."""
        if self._window:
            step = self.start + index
            self._window.look_ahead(step, min(step + self._depth, self.recipe.steps))
        if self._pool is None:
            return self._batch(index)
        for i in range(index, min(index + self._depth, len(self))):
            if i not in self._ahead:
                self._ahead[i] = self._pool.submit(self._batch, i)
        return self._ahead.pop(index).result()

    def _batch(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        step = self.start + index
        rng = np.random.default_rng([self.recipe.seed, step])
        drawn = [self._draw(rng, step) for _ in range(self.recipe.batch_size)]  # all, as they come from one stream
        lr, hr = zip(*(self._pair(step, place, *drawn[place]) for place in self.places))
        return to_float(np.stack(lr)), to_float(np.stack(hr))

    def _draw(self, rng, step: int) -> tuple:
        """What a patch is cut from, where, whether it is flipped, and how often it is turned."""
        side, tile = self.recipe.patch_size // self.scale, self._tile(rng, step)
        y, x = (rng.integers(start, stop - side + 1) for start, stop in (tile.rows, tile.columns))
        return tile, y, x, rng.integers(2), rng.integers(4)

    def _pair(self, step: int, place: int, tile: Tile, y: int, x: int, flip: int, turns: int):
        s, side = self.scale, self.recipe.patch_size // self.scale
        hr = tile.hr[y * s : (y + side) * s, x * s : (x + side) * s]
        lr = (
            self._degraded(tile.hr, y, x, side, step, place) if tile.lr is None else tile.lr[y : y + side, x : x + side]
        )
        if not self.recipe.augment:
            return lr, hr
        return tuple(np.rot90(patch[:, ::-1] if flip else patch, turns) for patch in (lr, hr))

    def _tile(self, rng, step: int) -> Tile:
        """What the next patch is cut from."""
        if self._window:
            return self._window.tile(step, rng.integers(self._window.slots))
        i = rng.integers(len(self.hr))
        height, width = (n // self.scale for n in self.hr[i].shape[:2])
        return Tile(self.hr[i], self.lr and self.lr[i], (0, height), (0, width))

    def _degraded(self, hr, y: int, x: int, side: int, step: int, place: int) -> np.ndarray:
        """One LR patch, degraded with what is around it by a random stream of its own."""
        rng = np.random.default_rng([self.recipe.seed, step, place])
        box = slice(y, y + side), slice(x, x + side)
        return to_uint8(self.recipe.degradation.apply_part(hr, box, rng))

    def close(self) -> None:
        """End the workers and let go of the images."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        if self._window:
            self._window.close()
        self._pool, self._ahead, self.hr, self.lr = None, {}, [], None


def _check_sizes(images, recipe: Recipe) -> None:
    pixels, scale, patch = getattr(images, "images", images), recipe.degradation.scale, recipe.patch_size
    if len(pixels) == 0:
        raise ValueError("There are no images to train on; expected at least one: look at how they were loaded.")
    smallest = min(range(len(pixels)), key=lambda i: min(pixels[i].shape[:2]))
    shortest = min(pixels[smallest].shape[:2])
    name = getattr(images, "names", range(len(pixels)))[smallest]
    if shortest < scale:
        raise ValueError(
            f"The shortest side of image {name} is {shortest}, less than the scale {scale}; expected room for a patch: leave the smallest images out."
        )
    if patch > shortest or patch % scale:
        nearest = min(max(1, round(patch / scale)), shortest // scale) * scale
        raise ValueError(
            f"patch_size is {patch}, the shortest side of image {name} {shortest} and the scale {scale}; expected a multiple of the scale no longer than that side: choose patch_size={nearest}."
        )


def _check_multiple(recipe: Recipe) -> None:
    """Whether a patch is a multiple of the scale; whether it fits into an image is seen when that is read."""
    patch, scale = recipe.patch_size, recipe.degradation.scale
    if patch % scale:
        raise ValueError(
            f"patch_size is {patch} and the scale {scale}; expected a multiple of the scale: choose patch_size={max(1, round(patch / scale)) * scale}."
        )


def sha256_of(arrays) -> str:
    """SHA-256 of arrays, in hexadecimal: two runs with the same sums had the same images, or the same first weights."""
    total = hashlib.sha256()
    for array in arrays:
        array = np.ascontiguousarray(array)
        total.update(repr((array.shape, array.dtype.str)).encode())
        total.update(array.tobytes())  # bfloat16 has no buffer that others can read
    return total.hexdigest()
