"""Exercise 05b: upscale by tiles, with the result of the whole image.

The learner's function is given methods that record what they are handed: bicubic upscaling, and one that, like a network,
does something of its own at the edge.
"""

import numpy as np

from ..resampling import interpolate
from ._helpers import BY_HAND, array, call, keeps_nothing, near, relation, short
from ._inputs import fresh, photograph
from .answer import Answer, Wrong, judge


def check_tiles(my_tiles) -> Answer:
    """Check exercise 05b: upscaling by tiles, with the same result as for the whole image.

    Parameters
    ----------
    my_tiles : callable
        (LR image, method, tile, margin) -> image twice as large. The method takes an LR image and gives one twice as
        large; it looks no further than `margin` LR pixels.

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_tiles(lambda lr, method, tile, margin: method(lr))
    ✗ my_tiles hands a part of shape (16, 24) to the method, for an image of 16x24 in tiles of 8; expected at most 14x14.
      Hint: the point of tiles is that the method never sees more than one of them, with its margin on each side.
    """
    return judge(
        "my_tiles",
        my_tiles,
        {
            "tiles that fit": (lambda f: _tiled(f, 16, 24, 8, 3, "an image of 16x24 in tiles of 8"), _without_memory),
            "a remainder": lambda f: _tiled(f, 19, 29, 8, 3, "an image of 19x29 in tiles of 8"),
            "other tiles": lambda f: _tiled(f, 17, 11, 5, 2, "an image of 17x11 in tiles of 5"),
            "a method with an edge": lambda f: _tiled(f, 19, 29, 8, 3, "a method that notices the edge", _means),
            "an image smaller than a tile": (
                lambda f: _tiled(f, 5, 13, 8, 3, "an image of 5x13 in tiles of 8", _means),
                lambda f: _tiled(f, 40, 3, 8, 3, "an image of 40x3 in tiles of 8", _means),
                lambda f: _tiled(f, 4, 5, 8, 3, "an image of 4x5 in tiles of 8", _means),
            ),
            "a margin wider than a tile": lambda f: _tiled(f, 9, 12, 2, 3, "tiles of 2 with a margin of 3", _means),
            "no margin": (
                lambda f: _tiled(f, 7, 12, 4, 0, "tiles of 4 with a margin of 0", _means),
                _any_values,
                _any_tiles,
            ),
        },
    )


def _means(part, reach: int):
    """Twice as large: of each pixel the mean of those within `reach` that there are, in four grades of brightness, one of them negative.

    Like a network it looks as far as it may, does something of its own at the edge of what it is given, and runs beyond
    0 and 1.
    """
    width = 2 * reach + 1

    def total(values):
        padded = np.pad(values, ((reach, reach), (reach, reach), (0, 0)))
        return np.lib.stride_tricks.sliding_window_view(padded, (width, width), axis=(0, 1)).sum((-2, -1))

    mean = total(part.astype(np.float64)) / total(np.ones((*part.shape[:2], 1)))
    return np.kron(mean, np.array([[1.8, 0.9], [-0.4, 0.7]])[..., None]).astype(np.float32)


def _bicubic(part, reach: int):
    return interpolate(part, 2, kernel="bicubic")


def _recorded(upscale, margin: int, case: str, seen: list):
    """The method that a learner's function is given: it notes the size of each part, and refuses what is no part."""

    def method(part):
        try:
            part = np.array(part, np.float32)
        except (TypeError, ValueError):
            raise Wrong(
                f"hands {short(part)} to the method, for {case}.", "the method takes one part of an image."
            ) from None
        told = f"hands a part of shape {part.shape} to the method, for {case}."
        if part.ndim != 3:
            raise Wrong(told, "the method takes one part of an image, of the shape (height, width, 3).")
        if part.shape[2] != 3:
            raise Wrong(told, "the method takes all three colours of a part at once, as the last axis.")
        if 0 in part.shape:
            raise Wrong(
                told,
                "where a slice begins before the image does, Python counts from its other end; the margin has to stop at the edge.",
            )
        seen.append(part.shape[:2])
        return upscale(part, margin)

    return method


def _tiled(my_tiles, height: int, width: int, tile: int, margin: int, case: str, upscale=_bicubic, lr=None) -> None:
    lr, seen = photograph(height, width, 11) if lr is None else lr, []
    method = _recorded(upscale, margin, case, seen)
    if not callable(my_tiles):
        call(my_tiles, case=case)
    zero = "a slice that ends at -0 is empty: count from the other end." if margin == 0 else BY_HAND
    returned = call(lambda lr, tile, margin: my_tiles(lr, method, tile, margin), lr, tile, margin, case=case, hint=zero)
    hints = {(height, width, 3): "the answer is as large as the LR image: where does it become twice as large?"}
    result = array(returned, (2 * height, 2 * width, 3), case, hints)
    right = np.asarray(upscale(lr, margin), np.float64)
    most = tile + 2 * margin
    if not seen:
        raise Wrong(
            f"does not use the method, for {case}.",
            "each tile, with its margin, goes through method(..): does your program call it at all, and if so, which values do its loops run through for this input?",
        )
    longest, extent = max(map(max, seen)), tuple(max(sides) for sides in zip(*seen))
    if longest > most:
        raise Wrong(
            f"hands a part of shape {max(seen)} to the method, for {case}; expected at most {most}x{most}.",
            "the point of tiles is that the method never sees more than one of them, with its margin on each side.",
        )
    if not near(result, right, 6e-4):
        off = np.abs(result - right).max(axis=-1)
        raise Wrong(
            f"differs from the upscaling of the whole image by up to {off.max():.3f}, for {case}.",
            _hint(result, right, tile, margin, longest, extent),
        )


def _without_memory(my_tiles) -> None:
    one, other = photograph(16, 24, 1), photograph(16, 24, 2)
    tiled = lambda lr, tile, margin: my_tiles(
        lr, lambda part: _bicubic(np.asarray(part, np.float32), margin), tile, margin
    )
    keeps_nothing(tiled, lambda: (one, 8, 3), lambda: (other, 8, 3), "an image of 16x24")


def _any_values(my_tiles) -> None:
    """Images that hold more than fractions between 0 and 1, and one that is flat in places."""
    shape, grain = (19, 29), photograph(19, 29, 11)
    beyond = 1.6 * grain - 0.3
    flat = np.kron(photograph(3, 4, 5).mean(-1, keepdims=True), np.ones((8, 8, 3), np.float32))[: shape[0], : shape[1]]
    for lr, told in (
        (beyond, "an image with values below 0 and above 1"),
        (flat, "a grey image of flat squares of 8x8"),
        (np.round(255 * grain).astype(np.uint8), "a uint8 image"),
    ):
        _tiled(my_tiles, *shape, 8, 3, told, _means, lr)


def _any_tiles(my_tiles) -> None:
    rng = fresh()
    for upscale in (_bicubic, _means, _means, _means):
        height, width, tile, margin = (int(n) for n in rng.integers((1, 1, 1, 2), (22, 22, 9, 5)))
        case = f"an image of {height}x{width}, tiles of {tile} with a margin of {margin}"
        _tiled(my_tiles, height, width, tile, margin, case, upscale)


def _hint(result, right, tile: int, margin: int, longest: int, extent: tuple[int, ...]) -> str:
    """What is wrong, by where the result is off, and by the longest part that the method was given."""
    off = np.abs(result - right).max(axis=-1)

    def agrees(part):
        return part.max(initial=0) < 1e-4

    height, width = whole = tuple(n // (2 * tile) * (2 * tile) for n in off.shape)  # what whole tiles cover
    remainder = off.copy()
    remainder[:height, :width] = 0
    rows, columns = (np.arange(n) for n in off.shape)
    by_a_seam = lambda place, far: np.minimum(place % (2 * tile), -(place + 1) % (2 * tile)) < far
    beside_seams = by_a_seam(rows, 4)[:, None] | by_a_seam(columns, 4)[None, :]
    near_one = lambda place: np.abs(place[:, None] + 0.5 - np.arange(2 * tile, len(place), 2 * tile)).min(
        1, initial=np.inf
    )
    within_a_margin = (near_one(rows) < 2 * margin)[:, None] | (near_one(columns) < 2 * margin)[None, :]
    most, start = tile + 2 * margin, 2 * (tile - margin)
    low, high = result.min(), result.max()
    empty = (off > 0.01) & (result == 0).all(-1)
    if near(result, np.rint(result), 1e-9):
        return "the answer holds whole numbers only: of which type is the array that you fill?"
    if near(result, right.clip(low, high), 1e-4):
        return f"all is right between {low:.3g} and {high:.3g}, and what lies beyond is cut off: what the method gives must come out unchanged."
    if longest <= tile and agrees(off[~beside_seams]):
        return "the tiles meet in seams: at the edge of a tile, the method does not know what comes next. What should a tile bring along?"
    if margin and min(extent) <= tile < max(extent) and min(off.shape) > 2 * tile:
        return f"your parts are at most {extent[0]} high and {extent[1]} wide, where a tile is {tile}: does it bring neighbours along in both directions?"
    if 0 in whole:
        return "the image is smaller than a tile here: where does your tile begin, where does it end, and which part of the answer does it fill?"
    if whole != off.shape and agrees(off[:height, :width]) and remainder.max() > 0.02:
        return "all whole tiles are right, and the last row or column of tiles is not: what happens where the tile does not divide the image?"
    if empty.sum() >= min(8, off.size // 4):
        return f"{100 * empty.mean():.0f} % of the answer stays black, as if nothing had been put there. At which pixels do your tiles begin, in both directions, and how much of the answer does each of them fill?"
    if longest < min(most, max(off.shape) // 2):
        return f"the longest part that you hand over is {longest} pixels long, and a tile with both margins is {most}: the method looks as far as `margin` pixels, in all directions."
    four = (near_one(rows) < 2 * margin)[:, None] & (near_one(columns) < 2 * margin)[None, :]
    if (~four).any() and agrees(off[~four]):
        return "only the places where four tiles meet are off: what does the method see at the corners of a tile?"
    if (~within_a_margin).any() and agrees(off[~within_a_margin]):
        return "what is off lies within a margin of where tiles meet. There the method has to see the neighbours' pixels, and afterwards the margin has to go: all of it, and no more. It is not averaged or added, and where the image ends there is less of it."
    if tile > margin and agrees(off[:start, :start]):
        return "the first tile is right, and others are not. Mark in a drawing where the second one begins with its margin, and which part of what the method makes of it belongs to the answer: LR pixels here, twice as many there."
    if agrees(off[2 * margin : -2 * margin, 2 * margin : -2 * margin]):
        return (
            "only the border is off: at the edge of the image there is no margin to bring along, and none to cut away."
        )
    if margin > tile:
        return "the margin is wider than a tile here, so that less than a margin lies before the second tile, or behind the last but one: cut away as much as you handed over, which is not always `margin`."
    if agrees(off[2 * tile :, 2 * tile :]):
        return "tiles with neighbours above and to the left are right, and those at the upper or left edge of the image are not: how much margin is there to cut away?"
    return (
        relation(result, right)
        or "upscale one tile with its margin, and mark in a drawing which part of it belongs to the answer, in pixels of the answer."
    )
