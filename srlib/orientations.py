"""Networks to which it is all the same how a picture lies: every feature in eight orientations, with shared weights.

Enters: the weights of a convolution. Leaves: the nearest ones with which a turned input gives the turned output. Lesson 05
(``05_better_networks``) uses it.

A square can be laid down in eight ways: four quarter turns, of the picture or of its mirror image. Here they are numbered
4 m + t: mirrored m times, left to right, then turned t times.
"""

import numpy as np

from ._backend import keras
from .pictures import check_choice

ops = keras.ops
ORIENTATIONS = 8
CHANNELS = ("picture", "features", "pixels")
# What a square and each of the eight become in three moves that make all of the group. Each undoes itself, so that the mean
# of a weight and its image is the same number in both places, to the last bit; with a quarter turn it would not be
_MOVES = (
    (lambda a: np.rot90(a, 2), np.array([2, 3, 0, 1, 6, 7, 4, 5])),  # half a turn
    (lambda a: a[:, ::-1], np.array([4, 7, 6, 5, 0, 3, 2, 1])),  # left to right
    (np.transpose, np.array([5, 4, 7, 6, 1, 0, 3, 2])),  # along the diagonal
)


def _places(side: int, move) -> np.ndarray:
    """Which pixel of a square comes to the place of each, row by row."""
    return move(np.arange(side**2).reshape(side, side)).ravel()


@keras.saving.register_keras_serializable("srlib")
class Oriented(keras.constraints.Constraint):
    """Keeps a convolution indifferent to how the picture lies, as the constraint of its kernel and of its bias [1]_.

    After every step of the optimiser the weights are replaced by their mean over the eight orientations. Of a kernel from
    or to features an eighth is left free; what the layer computes, and what that costs, is that of an ordinary convolution.

    Parameters
    ----------
    into, out : {"picture", "features", "pixels"}
        What the channels of the input and of the output are. ``picture``: colours or brightness, which a turn leaves as
        they are. ``features``: eight channels after one another are one feature in its eight orientations. ``pixels``:
        the squares of pixels that :class:`srlib.layers.PixelShuffle` lays out, whose places turn with the picture.
    scale : int
        Side of the square of ``pixels``; needed for them.

    Raises
    ------
    ValueError
        Channels of another kind, ``pixels`` without a scale; when called, a number of channels that cannot be divided so.

    References
    ----------
    .. [1] T. Cohen, M. Welling, "Group equivariant convolutional networks", ICML 2016.
    """

    def __init__(self, into: str, out: str, scale: int = 1):
        check_choice(into, CHANNELS, "into")
        check_choice(out, CHANNELS, "out")
        if scale == 1 and "pixels" in (into, out):
            raise ValueError("scale is 1; expected the side of the squares of pixels: give the scale of PixelShuffle.")
        self.into, self.out, self.scale = into, out, scale

    def __call__(self, weights):
        shape = tuple(weights.shape)
        flat = ops.reshape(weights, (-1,))
        for move, channels in _MOVES:
            out = self._moved(self.out, shape[-1], move, channels)
            if len(shape) == 1:
                there = out
            else:
                places, into = _places(shape[0], move), self._moved(self.into, shape[2], move, channels)
                there = (places[:, None, None] * shape[2] + into[:, None]) * shape[3] + out
            flat = (flat + ops.take(flat, there.ravel().astype("int32"))) / 2
        return ops.reshape(flat, shape)

    def _moved(self, kind, count, move, channels):
        """Which channel comes to the place of each."""
        together = {"picture": 1, "features": ORIENTATIONS, "pixels": self.scale**2}[kind]
        if count % together:
            raise ValueError(
                f"There are {count} channels of {kind}; expected a multiple of {together}: choose another width."
            )
        if kind == "features":
            return (np.arange(0, count, ORIENTATIONS)[:, None] + channels).ravel()
        if kind == "pixels":
            colours = count // self.scale**2
            return (_places(self.scale, move)[:, None] * colours + np.arange(colours)).ravel()
        return np.arange(count)

    def get_config(self):
        return {"into": self.into, "out": self.out, "scale": self.scale}
