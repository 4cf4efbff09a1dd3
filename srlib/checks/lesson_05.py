"""Checks of the exercises on lesson 05: the sub-pixel step, tiles, and tables that may be compared.

Enters: a function, or a choice. Leaves: an answer.
"""

import re

import numpy as np

from ..degradation import interpolate
from .answer import UNWRITTEN, Answer, Wrong, _array, _call, _first_match, _judge, _near, _photograph


def check_shuffle(my_shuffle) -> Answer:
    """Check exercise 05a: the sub-pixel step by hand.

    Parameters
    ----------
    my_shuffle : callable
        (array (h, w, scale*scale*c), scale) -> array (scale*h, scale*w, c).

    Returns
    -------
    Answer
    """
    return _judge(
        "my_shuffle",
        my_shuffle,
        {
            "one place": lambda f: _shuffled(f, 1, 1, 2, 1, "one place with four channels"),
            "a small image": lambda f: _shuffled(f, 3, 4, 2, 1, "3x4 places with four channels"),
            "three colours": lambda f: _shuffled(f, 3, 4, 2, 3, "3x4 places with twelve channels"),
            "scale 3": lambda f: _shuffled(f, 2, 3, 3, 3, "2x3 places with 27 channels"),
            "scale 3, one colour": lambda f: _shuffled(f, 2, 3, 3, 1, "2x3 places with nine channels"),
        },
    )


def _shuffled(my_shuffle, h: int, w: int, s: int, c: int, case: str) -> None:
    x = (np.arange(h * w * s * s * c, dtype=np.float64) / 3).reshape(h, w, s * s * c)
    hints = {
        (s * h, s * w): "the last axis is lost; the answer has one for the colours, even if there is only one.",
        (s * w, s * h, c): "rows and columns have changed places.",
        (h, w, s * s * c): "nothing has changed its shape.",
        (
            s * h,
            s * w,
            s * s * c,
        ): "the image is large, and the channels are still all there: they should be used up.",
    }
    if s != 2:
        hints[(2 * h, 2 * w, x.size // (4 * h * w))] = "the 2 is written into your program; use `scale`."
    result = _array(_call(my_shuffle, x, s, case=case), (s * h, s * w, c), case, hints)
    six = x.reshape(h, w, s, s, c)
    right = six.transpose(0, 2, 1, 3, 4).reshape(s * h, s * w, c)
    if _near(result, right):
        return
    last = x.reshape(h, w, c, s, s)  # the order of PyTorch
    suspects = {
        "the channels of one place end up in one row of the image: that is a reshape alone. Which two axes have to change places first, so that the rows of a block stand with the rows of the image?": x.reshape(
            s * h, s * w, c
        ),
        "each block is turned at its diagonal: the second channel belongs to the right of the first, not below it.": six.transpose(
            0, 3, 1, 2, 4
        ).reshape(s * h, s * w, c),
        "colours and places in the block have changed roles: here the colour changes fastest, so that the first c channels are one pixel. (PyTorch orders them the other way.)": last.transpose(
            0, 3, 1, 4, 2
        ).reshape(s * h, s * w, c),
        "the image consists of s by s small copies: block and place have changed roles.": six.transpose(
            2, 0, 3, 1, 4
        ).reshape(s * h, s * w, c),
        "each block is upside down.": six[:, :, ::-1].transpose(0, 2, 1, 3, 4).reshape(s * h, s * w, c),
        "each block is mirrored.": six[:, :, :, ::-1].transpose(0, 2, 1, 3, 4).reshape(s * h, s * w, c),
        "every block holds its first pixel only, repeated.": np.repeat(np.repeat(x[..., :c], s, 0), s, 1),
    }
    raise Wrong(
        f"puts values into other places than expected, for {case}.",
        _first_match(result, suspects)
        or "number the channels of one place 0, 1, 2, 3, and write down where each should land.",
    )


def check_tiles(my_tiles) -> Answer:
    """Check exercise 05b: upscaling by tiles, with the same result as for the whole image.

    Parameters
    ----------
    my_tiles : callable
        (small image, method, tile, margin) -> image twice as large. The method takes a small image and gives one
        twice as large; it looks no further than `margin` small pixels.

    Returns
    -------
    Answer
    """
    return _judge(
        "my_tiles",
        my_tiles,
        {
            "tiles that fit": lambda f: _tiled(f, 16, 24, 8, 3, "an image of 16x24 in tiles of 8"),
            "a remainder": lambda f: _tiled(f, 19, 29, 8, 3, "an image of 19x29 in tiles of 8"),
            "other tiles": lambda f: _tiled(f, 17, 11, 5, 2, "an image of 17x11 in tiles of 5"),
            "a method with an edge": lambda f: _tiled(f, 19, 29, 8, 3, "a method that notices the edge", _means),
            "an image smaller than a tile": lambda f: _tiled(f, 5, 13, 8, 3, "an image of 5x13 in tiles of 8", _means),
            "a margin wider than a tile": lambda f: _tiled(f, 9, 12, 2, 3, "tiles of 2 with a margin of 3", _means),
        },
    )


def _means(part, reach: int):
    """Twice as large: of each pixel the mean of those within `reach` that there are, in four grades of brightness.

    Like a network it looks as far as it may, and at the edge of what it is given it does something of its own.
    """
    width = 2 * reach + 1

    def total(values):
        padded = np.pad(values, ((reach, reach), (reach, reach), (0, 0)))
        return np.lib.stride_tricks.sliding_window_view(padded, (width, width), axis=(0, 1)).sum((-2, -1))

    mean = total(part.astype(np.float64)) / total(np.ones((*part.shape[:2], 1)))
    return np.kron(mean, np.array([[1, 0.9], [0.8, 0.7]])[..., None]).astype(np.float32)


def _bicubic(part, reach: int):
    return interpolate(part, 2, kernel="bicubic")


def _tiled(my_tiles, height: int, width: int, tile: int, margin: int, case: str, large=_bicubic) -> None:
    small, seen = _photograph(height, width, 11), []

    def method(part):
        part = np.asarray(part, np.float32)
        if part.ndim != 3:
            raise Wrong(
                f"hands a part of shape {part.shape} to the method, for {case}.",
                "the method takes one part of an image, of the shape (height, width, 3).",
            )
        if 0 in part.shape:
            raise Wrong(
                f"hands a part of shape {part.shape} to the method, for {case}.",
                "where a slice begins before the image does, Python counts from its other end; the margin has to stop at the edge.",
            )
        seen.append(part.shape[:2])
        return large(part, margin)

    def learner(image, tile, margin):
        return my_tiles(image, method, tile, margin)

    if not callable(my_tiles):
        _call(my_tiles, case=case)
    returned = _call(learner, small, tile, margin, case=case)
    hints = {(height, width, 3): "the answer is as large as the small image: where does it become twice as large?"}
    result = _array(returned, (2 * height, 2 * width, 3), case, hints)
    right = np.asarray(large(small, margin), np.float64)
    most = tile + 2 * margin
    if not seen:
        raise Wrong("never uses the method.", "each tile, with its margin, goes through method(..).")
    if max(max(shape) for shape in seen) > most:
        raise Wrong(
            f"hands a part of {max(seen)} to the method, for {case}; expected at most {most}x{most}.",
            "the point of tiles is that the method never sees more than one of them, and a margin on each side.",
        )
    if _near(result, right):
        return
    off = np.abs(result - right).max(axis=-1)
    rows, columns = (np.arange(n) for n in off.shape)
    whole = (height // tile * tile * 2, width // tile * tile * 2)
    untouched = off.copy()
    untouched[: whole[0], : whole[1]] = 0
    near = lambda place, n: np.minimum(place % (2 * tile), -(place + 1) % (2 * tile)) < n
    beside_seams = near(rows, 4)[:, None] | near(columns, 4)[None, :]
    if max(max(shape) for shape in seen) <= tile and off[~beside_seams].max(initial=0) < 1e-4:
        hint = "the tiles meet in seams: at the edge of a tile, the method does not know what comes next. What should a tile bring along?"
    elif whole != off.shape and off[: whole[0], : whole[1]].max(initial=0) < 1e-4 and untouched.max() > 0.02:
        hint = "the last row or column of tiles is missing: what happens where the tile does not divide the image?"
    elif (longest := max(map(max, seen))) < min(most, max(height, width)):
        hint = f"no part that you hand over is longer than {longest}, where a tile and its two margins are {most}; the method looks `margin` pixels far, in all directions."
    elif tile > margin and off[: 2 * (tile - margin), : 2 * (tile - margin)].max() < 1e-4:
        hint = "the first tile is right, and then things shift. The margin is counted in small pixels: how wide is it in the upscaled part, and is there one at every side of every tile?"
    elif off[2 * margin : -2 * margin, 2 * margin : -2 * margin].max(initial=0) < 1e-4:
        hint = "only the border is off: at the edge of the image there is no margin to bring, and none to cut away."
    else:
        hint = "upscale one tile with its margin, and mark in a drawing which part of it belongs to the answer, in large pixels."
    raise Wrong(f"differs from the upscaling of the whole by up to {off.max():.3f}, for {case}.", hint)


def check_tables(my_choice) -> Answer:
    """Check exercise 05c: which tables may be compared. The reasons are for the teacher to read.

    Parameters
    ----------
    my_choice : str
        The letters of the tables, such as "AB".

    Returns
    -------
    Answer
    """
    return _judge("my_choice", my_choice, {"which tables may be compared": _chosen})


# What the tables of exercise 05c differ in, pair by pair; the third pair differs in nothing that matters.
_PAIRS = {
    frozenset(
        "AB"
    ): "look at the bicubic rows first: the same method, the same five images, and yet two numbers. Something was measured in two ways.",
    frozenset(
        "BC"
    ): "one of these was measured on the colours and with the border, the other was not; how would bicubic upscaling know?",
    frozenset("AD"): "these two are not about the same images.",
    frozenset("CD"): "these two are not about the same images.",
    frozenset("BD"): "these two are neither about the same images nor measured in the same way.",
}
_RIGHT_TABLES = frozenset("AC")


def _chosen(my_choice) -> None:
    if isinstance(my_choice, (list, tuple, set)) and my_choice:
        raise Wrong(
            f"is a {type(my_choice).__name__}; expected one word.",
            'write the letters between one pair of quotation marks, such as "AB".',
        )
    if not isinstance(my_choice, str) or not my_choice.strip():
        raise Wrong(f"{UNWRITTEN}.", 'write the letters between quotation marks, such as "AB".')
    letters = frozenset(c for c in re.sub("TABLES?|AND", "", my_choice.upper()) if c.isalpha())
    if not letters or not letters <= frozenset("ABCD"):
        raise Wrong(f"is {my_choice!r}; expected letters from A to D.", 'write only the letters, such as "AB".')
    if letters == _RIGHT_TABLES:
        return
    if len(letters) == 1:
        raise Wrong(
            f"is {my_choice!r}, one table.", "it takes two to compare; which other one was made in the same way?"
        )
    if len(letters) > 2:
        raise Wrong(
            f"is {my_choice!r}, {len(letters)} tables.",
            "one that is downscaled, cropped or measured differently cannot stand beside the others; put the small print of all four side by side.",
        )
    raise Wrong(f"is {my_choice!r}.", _PAIRS[letters])
