"""The part of a stream of image files that is in memory at a step: a window that moves on over the files, decoded ahead.

What is in it depends on seed and step alone, so neither on how many threads decode nor on whether the run was interrupted.
Of a large image one tile is kept, another one when its turn comes again, so that the memory is bounded, whatever the files.
"""

import warnings
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

import numpy as np

from .images import to_float, to_uint8
from .recipe import Recipe
from .safe_files import printable

TILE = 512  # pixels: the side of what is kept of a large image, as the field cuts its large photographs
PATCHES = 32  # that are cut from an image, on average, before it leaves the window
_MARGIN = 64  # pixels around a tile that are kept where the degradation is drawn for every patch
_BLOCKS = 8  # LR pixels: tiles begin at multiples of the blocks of JPEG, as those of the whole image do
_AHEAD = 16  # files that are decoded before the step that needs them
_TRIES = 100


class Tile(NamedTuple):
    """What is kept of an image.

    Attributes
    ----------
    hr : ndarray of uint8, (H, W, 3)
    lr : ndarray of uint8 or None
        None where the degradation is drawn for every patch.
    rows, columns : (int, int)
        Where patches may lie, in LR pixels.
    """

    hr: np.ndarray
    lr: np.ndarray | None
    rows: tuple[int, int]
    columns: tuple[int, int]


class Window:
    """The tiles from which the patches of a step are drawn.

    Parameters
    ----------
    stream : srlib.data.ImageStream
    recipe : Recipe
        Resolved; its `window` is the memory that the tiles may take, in MB.
    workers : int
        Threads that decode.

    Attributes
    ----------
    slots : int
        How many tiles there are at each step.
    """

    def __init__(self, stream, recipe: Recipe, workers: int):
        self.stream, self.recipe, self.scale = stream, recipe, recipe.degradation.scale
        self.side = max(TILE, recipe.patch_size)
        random = recipe.degradation.random
        pixels = (self.side + 2 * _MARGIN) ** 2 if random else self.side**2 * (1 + 1 / self.scale**2)
        self.slots = min(len(stream), max(1, int(recipe.window * 1e6 / (3 * pixels))))
        self._pool, self._lock = ThreadPoolExecutor(max(1, workers)), Lock()
        self._tiles: dict[int, Future] = {}  # by their place in the order in which files come
        self._whole: dict[int, Tile] = {}  # of a set that fits, the images that need no second reading
        self._refused: dict[int, str] = {}  # file -> why
        self._order = lru_cache(2)(lambda epoch: self._random(epoch, 2).permutation(len(stream)))

    def first(self, step: int) -> int:
        """The place of the oldest tile at a step."""
        return step * self.recipe.batch_size // PATCHES

    def tile(self, step: int, slot: int) -> Tile:
        """One of the tiles at a step; waits until it is decoded."""
        first = self.first(step)
        return self._future(first + (slot - first) % self.slots).result()

    def look_ahead(self, step: int, until: int) -> None:
        """Let go of what is older than a step, and begin to decode what comes up to another one."""
        first, last = self.first(step), self.first(until) + self.slots + _AHEAD
        with self._lock:
            for place in [place for place in self._tiles if place < first]:
                del self._tiles[place]
        for place in range(first, last):
            self._future(place)

    def close(self) -> None:
        """End the threads and let go of the tiles."""
        self._pool.shutdown(cancel_futures=True)
        self._tiles, self._whole = {}, {}

    def _random(self, *key: int) -> np.random.Generator:
        return np.random.default_rng([self.recipe.seed, key[0], 0, *key[1:]])  # patches have shorter keys

    def _future(self, place: int) -> Future:
        with self._lock:
            if place not in self._tiles:
                self._tiles[place] = self._pool.submit(self._read, place)
            return self._tiles[place]

    def _read(self, place: int) -> Tile:
        """The tile at a place in the order; where its file cannot be read, one of another file."""
        rng = self._random(place, 1)
        epoch, i = divmod(place, len(self.stream))
        if self.slots < len(self.stream):  # else all are there at all times, in the order of their names
            i = int(self._order(epoch)[i])
        for _ in range(_TRIES):
            if i in self._whole:
                return self._whole[i]
            try:
                if i not in self._refused:
                    return self._cut(i, rng)
            except (OSError, ValueError) as error:
                self._pass_over(i, str(error))
            i = int(rng.integers(len(self.stream)))
        raise OSError(
            f"None of {_TRIES} files that were tried can be learnt from ({next(iter(self._refused.values())).partition('; expected')[0]}); expected images with room for a patch of {self.recipe.patch_size}: look at what the folder holds."
        )

    def _pass_over(self, i: int, why: str) -> None:
        with self._lock:  # another thread may have met the same file
            if i in self._refused:
                return
            self._refused[i] = why
        warnings.warn(printable(f"passed over: {why}"), stacklevel=3)

    def _cut(self, i: int, rng: np.random.Generator) -> Tile:
        """The tile of a file, at random where the image is larger."""
        hr, lr = self.stream.read(i)
        s, side, degradation = self.scale, self.side // self.scale, self.recipe.degradation
        height, width = (n // s for n in hr.shape[:2])
        if min(height, width) * s < self.recipe.patch_size:
            raise ValueError(
                f"{self.stream.files[i]} is {hr.shape[0]}x{hr.shape[1]}; expected room for a patch of {self.recipe.patch_size}: take it out, or choose a smaller patch size."
            )
        hr, whole = hr[: height * s, : width * s], max(height, width) <= side
        corner = [0 if n <= side else _BLOCKS * int(rng.integers((n - side) // _BLOCKS + 1)) for n in (height, width)]
        box = tuple(slice(start, min(start + side, n)) for start, n in zip(corner, (height, width)))
        if lr is None and degradation.random:
            margin = -(-_MARGIN // (s * _BLOCKS)) * _BLOCKS
            kept = tuple(slice(max(0, part.start - margin), part.stop + margin) for part in box)
        else:
            kept = box
            if lr is not None:
                lr = lr[box]
            else:  # from the whole image, so that the borders of the tile are none of the image
                lr = to_uint8(degradation.apply(to_float(hr), rng) if whole else degradation.apply_part(hr, box, rng))
        tile = hr[tuple(slice(part.start * s, part.stop * s) for part in kept)]
        rows, columns = ((part.start - near.start, part.stop - near.start) for part, near in zip(box, kept))
        if not whole:  # the rest of the image goes
            tile, lr = tile.copy(), None if lr is None else lr.copy()
        result = Tile(tile, lr, rows, columns)
        if whole and self.slots == len(self.stream):
            self._whole[i] = result
        return result
