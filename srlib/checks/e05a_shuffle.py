"""Exercise 05a: the sub-pixel step by hand.

Every value of the input is another number, so that each is known again wherever it lands. Scales, sizes and numbers of
colours are drawn at the end: one of each can be right by chance.
"""

import numpy as np

from ._helpers import array, call, counted, first_match, keeps_nothing, near
from ._inputs import fresh, laid_out, told_of
from .answer import Answer, Wrong, judge


def check_shuffle(my_shuffle) -> Answer:
    """Check exercise 05a: the sub-pixel step by hand.

    Parameters
    ----------
    my_shuffle : callable
        (array (h, w, scale*scale*c), scale) -> array (scale*h, scale*w, c).

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_shuffle(lambda x, scale: x)
    ✗ my_shuffle gives an array of shape (1, 1, 4) for one pixel with four channels, scale 2; expected (2, 2, 1).
      Hint: nothing has changed its shape.
    """
    return judge(
        "my_shuffle",
        my_shuffle,
        {
            "one pixel": (lambda f: _shuffled(f, 1, 1, 2, 1, "one pixel with four channels"), _without_memory),
            "a whole image": lambda f: _shuffled(f, 3, 4, 2, 1, "3x4 pixels with four channels"),
            "three colours": lambda f: _shuffled(f, 3, 4, 2, 3, "3x4 pixels with twelve channels"),
            "scale 3": lambda f: _shuffled(f, 2, 3, 3, 3, "2x3 pixels with 27 channels"),
            "scale 3, one colour": (lambda f: _shuffled(f, 2, 3, 3, 1, "2x3 pixels with nine channels"), _any),
        },
    )


def _shuffled(my_shuffle, h: int, w: int, s: int, c: int, case: str) -> None:
    x = (1000 * (np.arange(h * w * s * s * c) + 0.2503)).reshape(h, w, s * s * c)
    _compare(my_shuffle, x, s, f"{case}, scale {s}")


def _without_memory(my_shuffle) -> None:
    one, other = 1000 * np.random.default_rng(0).normal(size=(2, 2, 3, 12))
    keeps_nothing(my_shuffle, lambda: (one, 2), lambda: (other, 2), "2x3 pixels with twelve channels")


def _any(my_shuffle) -> None:
    rng = fresh()
    kinds = 2 * [np.float32, np.float64, np.int64, np.uint8]
    for s, c in ((2, 3), (2, 2), (1, 3), (4, 1), (2, 5), (3, 2), (2, 8), (5, 4)):
        h, w = (int(n) for n in rng.integers(1, 6, 2))
        kind = kinds.pop(0)
        count = h * w * s * s * c
        draw = rng.normal(0, 100, count) if np.dtype(kind).kind == "f" else rng.integers(0, 256, count)
        if kind == np.int64:
            draw += 2**40
        x = laid_out(rng, draw.astype(kind).reshape(h, w, -1))
        _compare(
            my_shuffle,
            x,
            s,
            f"{h}x{w} pixels with {counted(s * s * c, 'channel')} of {np.dtype(kind)}, scale {s}, {counted(c, 'colour')}{told_of(x)}",
        )


def _compare(my_shuffle, x: np.ndarray, s: int, case: str) -> None:
    h, w, channels = x.shape
    c = channels // s**2
    hints = {
        (s * h, s * w): "the last axis is lost; the answer has one for the colours, even if there is only one.",
        (s * w, s * h, c): "rows and columns have changed places.",
        (h, w, s * s * c): "nothing has changed its shape.",
        (s * h, s * w, s * s * c): "the image is upscaled, and the channels are still all there: they should be used up.",
    }  # fmt: skip
    if s not in (1, 2) and x.size % (4 * h * w) == 0:
        hints[(2 * h, 2 * w, x.size // (4 * h * w))] = "the 2 is written into your program; use `scale`."
    result = array(call(my_shuffle, x, s, case=case), (s * h, s * w, c), case, hints)
    blocks = x.reshape(h, w, s, s, c)
    right = blocks.transpose(0, 2, 1, 3, 4).reshape(s * h, s * w, c)
    if np.array_equal(result, right):
        return
    if near(np.sort(result, axis=None), np.sort(right, axis=None), 1e-3 * np.abs(right).max()) and near(
        result, right, 1e-3 * np.abs(right).max()
    ):
        raise Wrong(f"changes values a little, for {case}.", "nothing is computed here: no rounding, and no conversion to a type that holds less.")  # fmt: skip
    large = (s * h, s * w, c)
    pytorch = x.reshape(h, w, c, s, s).transpose(0, 3, 1, 4, 2)
    suspects = [
        ("the channels of one LR pixel end up in one row of the image: that is a reshape alone. Which two axes have to change places first, so that the rows of a block stand with the rows of the image?", x.reshape(large)),
        ("each block is mirrored along its diagonal: the second channel belongs to the right of the first, not below it.", blocks.transpose(0, 3, 1, 2, 4).reshape(large)),
        ("colours and places in the block have changed roles: in this exercise the colour changes fastest, so that the first c channels are one pixel. (PyTorch orders them the other way.)", pytorch.reshape(large)),
        ("the image consists of s by s small copies: the place in the block and the place in the image have changed roles.", blocks.transpose(2, 0, 3, 1, 4).reshape(large)),
        ("each block is upside down.", blocks[:, :, ::-1].transpose(0, 2, 1, 3, 4).reshape(large)),
        ("each block is mirrored.", blocks[:, :, :, ::-1].transpose(0, 2, 1, 3, 4).reshape(large)),
        ("each block is turned by half a turn: the first colours belong to the upper left.", blocks[:, :, ::-1, ::-1].transpose(0, 2, 1, 3, 4).reshape(large)),
        ("the colours are in reverse order.", right[..., ::-1]),
        ("each block is mirrored along its diagonal, and PyTorch's order was taken, in which the place in the block changes fastest.", x.reshape(h, w, c, s, s).transpose(0, 4, 1, 3, 2).reshape(large)),
        ("the channels are taken for colour, column, row: the last axis runs fastest, so in a reshape the colour stands last.", x.reshape(h, w, c, s, s).reshape(h, w, s, c, s).transpose(0, 2, 1, 4, 3).reshape(large)),
        ("the image is upside down.", right[::-1]),
        ("the image is mirrored.", right[:, ::-1]),
        ("every block holds the mean of its pixels; each has its own value.", blocks.mean((2, 3)).repeat(s, 0).repeat(s, 1)),
        ("every block holds its first pixel only, repeated.", x[..., :c].repeat(s, 0).repeat(s, 1)),
    ]  # fmt: skip
    strange = np.setdiff1d(result, np.append(right, 0))
    if strange.size:
        hint = "nothing is computed here, and yet values come out that did not go in: look at each line that does more than move them."
        if near(result, right.clip(result.min(), result.max())):
            hint = f"all is right between {result.min():.4g} and {result.max():.4g}, and what lies beyond is cut off: nothing is computed here."
        elif np.array_equal(result, np.rint(result)) and not np.array_equal(right, np.rint(right)):
            hint = "the answer holds whole numbers only: nothing is to be rounded here, and of which type are the arrays that you make?"
        elif np.array_equal(result, right.astype(np.int64).astype(np.uint8)):
            hint = "values start again at 0 after 255: of which type are the arrays that you make?"
        raise Wrong(f"gives values that did not go in, such as {strange[0]:.6g}, for {case}.", hint)
    wrong = int((result != right).sum())
    raise Wrong(
        f"has other values than expected in {wrong} of {right.size} places, for {case}.",
        first_match(result, suspects)
        or "take an image of 1x2 pixels, number its channels 0, 1, 2 and so on through both pixels, and write down where each should land.",
    )
