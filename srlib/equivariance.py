"""Networks to which it is all the same how an image lies, and whether it is a negative: shared weights.

Enters: the weights of a convolution. Leaves: the nearest ones with which a turned input gives the turned output, and the
negative of an input the negative of the output. Lesson 05 (``05_better_networks``) uses it.

A square can be laid down in eight ways: four quarter turns, of the image or of its mirror image. Here they are numbered
4 m + t: mirrored m times, left to right, then turned t times; 8 is added where light and dark have changed places.
"""

import numpy as np

from ._backend import keras, known_to_keras
from .images import check_choice
from .layers import SelfEnsemble

ops = keras.ops
ORIENTATIONS, POLARITIES = 8, 2
CHANNELS = ("image", "features", "pixels")
_UPRIGHT = {"strides": (1, 1), "padding": "same", "groups": 1}  # of a convolution whose grid a turn keeps
# What a square and each of the eight become in three moves that make all of the group. Each undoes itself, so that the mean
# of a weight and its image is the same number in both places, to the last bit; with a quarter turn it would not be
_TURNS = (
    (lambda a: np.rot90(a, 2), np.array([2, 3, 0, 1, 6, 7, 4, 5])),  # half a turn
    (lambda a: a[:, ::-1], np.array([4, 7, 6, 5, 0, 3, 2, 1])),  # left to right
    (np.transpose, np.array([5, 4, 7, 6, 1, 0, 3, 2])),  # along the diagonal
)


def _places(side: int, move) -> np.ndarray:
    """Which pixel of a square comes to the place of each, row by row."""
    return move(np.arange(side**2).reshape(side, side)).ravel()


@known_to_keras
class Equivariant(keras.constraints.Constraint):
    """Makes a convolution indifferent to how the image lies, as the constraint of its kernel and of its bias [1]_.

    After every step of the optimiser the weights are replaced by their mean over all positions. Of a kernel from or to
    features one in as many as there are positions is left free; what the layer computes, and what that costs, is that of
    an ordinary convolution.

    Parameters
    ----------
    into, out : {"image", "features", "pixels"}
        What the channels of the input and of the output are. ``image``: colours or brightness, which a turn leaves as
        they are. ``features``: as many channels after one another as there are positions are one feature in all of them.
        ``pixels``: the squares of pixels that :class:`srlib.layers.PixelShuffle` lays out, whose places turn with the
        image.
    orientations : {8, 1}
        All positions of a square, or only the one.
    polarities : {1, 2}
        With two, the negative is a position as well: colours and pixels change their sign, so they count from the middle
        grey, and features change places. Sixteen positions, with eight orientations.
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

    def __init__(self, into: str, out: str, *, orientations: int = ORIENTATIONS, polarities: int = 1, scale: int = 1):
        check_choice(into, CHANNELS, "into")
        check_choice(out, CHANNELS, "out")
        check_positions(orientations, polarities)
        if scale == 1 and "pixels" in (into, out):
            raise ValueError("scale is 1; expected the side of the squares of pixels: give the scale of PixelShuffle.")
        self.into, self.out = into, out
        self.orientations, self.polarities, self.scale = orientations, polarities, scale

    @property
    def positions(self) -> int:
        """How many channels are one feature."""
        return self.orientations * self.polarities

    def __call__(self, weights):
        shape = tuple(weights.shape)
        ends = (self.out,) if len(shape) == 1 else (self.into, self.out)
        flat = ops.reshape(weights, (-1,))
        for move, channels, sign in self._moves():
            there = self._moved(self.out, shape[-1], move, channels)
            if len(shape) > 1:
                places, into = _places(shape[0], move), self._moved(self.into, shape[2], move, channels)
                there = (places[:, None, None] * shape[2] + into[:, None]) * shape[3] + there
            moved = ops.take(flat, there.ravel().astype("int32"))
            flat = (flat + sign ** sum(kind != "features" for kind in ends) * moved) / 2
        return ops.reshape(flat, shape)

    def _moves(self):
        """What a square becomes, which position comes to the place of each, and the sign of what is not a feature."""
        if self.orientations > 1:
            for move, channels in _TURNS:
                yield move, np.concatenate([channels + self.orientations * p for p in range(self.polarities)]), 1
        if self.polarities > 1:
            yield np.asarray, np.roll(np.arange(self.positions), self.orientations), -1

    def _moved(self, kind, count, move, channels):
        """Which channel comes to the place of each."""
        together = {"image": 1, "features": self.positions, "pixels": self.scale**2}[kind]
        if count % together:
            raise ValueError(
                f"There are {count} channels of {kind}; expected a multiple of {together}: choose another width."
            )
        if kind == "features":
            return (np.arange(0, count, together)[:, None] + channels).ravel()
        if kind == "pixels":
            colours = count // together
            return (_places(self.scale, move)[:, None] * colours + np.arange(colours)).ravel()
        return np.arange(count)

    def free(self, weights):
        """The weights that the others follow from: those of each feature in its first position.

        Parameters
        ----------
        weights : array
            (k, k, into, out) or (out,), as a call of this constraint gives them.

        Returns
        -------
        array
            Every so many channels of the output, or of the input where the output has no features; all where neither has.
        """
        return weights[self._first(weights.shape)]

    def whole(self, free, shape):
        """All weights, from those that :meth:`free` gave.

        Parameters
        ----------
        free : array
        shape : tuple of int
            That of all weights.

        Returns
        -------
        array

        Raises
        ------
        ValueError
            Not as many as there should be.
        """
        some, first = np.zeros(shape, np.float32), self._first(shape)
        if some[first].shape != tuple(free.shape):
            raise ValueError(f"shape {tuple(free.shape)} instead of {some[first].shape}")
        some[first] = free
        # all others are zero, and the mean is over as many as there are positions
        return some if first == () else self.positions * self(some)

    def _first(self, shape):
        """Where the first position of each feature is, as an index."""
        if self.out == "features":
            return (..., slice(None, None, self.positions))
        if self.into == "features" and len(shape) > 1:
            return (..., slice(None, None, self.positions), slice(None))
        return ()

    def get_config(self):
        return {
            "into": self.into,
            "out": self.out,
            "orientations": self.orientations,
            "polarities": self.polarities,
            "scale": self.scale,
        }


@known_to_keras
class EquivariantConv2D(keras.layers.Conv2D):
    """A convolution with an :class:`Equivariant` constraint, of which files hold only the free weights.

    Parameters
    ----------
    *args, **kwargs
        Those of Keras' own; the kernel a square of an odd side, with the padding ``same``, without strides and groups, and
        dilated alike in both directions, for else its grid lies elsewhere in a turned image.
    kernel_constraint, bias_constraint : Equivariant
        The same for both; the second where there is a bias.

    Raises
    ------
    ValueError
        When built: no such constraint, or a grid that turns do not keep. When saved: weights that are not shared, as after
        ``set_weights`` with others.
    """

    def build(self, input_shape):
        names = ("kernel_constraint", "bias_constraint")[: 1 + self.use_bias]
        for name in names:
            if not isinstance(getattr(self, name), Equivariant):
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}; expected an Equivariant one: give it, or use Keras' own Conv2D."
                )
        kernel, *bias = (getattr(self, name).get_config() for name in names)
        if bias and bias != [kernel]:
            raise ValueError(
                f"kernel_constraint is Equivariant with {kernel}, and bias_constraint with {bias[0]}; expected the same: give one to both."
            )
        grid = {name: getattr(self, name) for name in ("kernel_size", "strides", "dilation_rate", "padding", "groups")}
        uneven = len(set(self.kernel_size)) > 1 or len(set(self.dilation_rate)) > 1 or self.kernel_size[0] % 2 == 0
        if uneven or grid != grid | _UPRIGHT:
            raise ValueError(
                f"The convolution has {', '.join(f'{name} {value!r}' for name, value in grid.items())}; expected a square of an odd side without strides or groups, and padding 'same': another grid lies elsewhere in a turned image."
            )
        super().build(input_shape)

    @property
    def free_parameters(self) -> int:
        """How many weights the others follow from."""
        return sum(int(constraint.free(weights).size) for weights, constraint in self._arrays())

    def save_own_variables(self, store):
        """What Keras calls to fill a layer's part of a file."""
        for i, (weights, constraint) in enumerate(self._arrays()):
            apart = np.abs(ops.convert_to_numpy(constraint(weights)) - weights).max()
            if not apart <= 1e-3 * np.abs(weights).max():  # a file would hold another network
                raise ValueError(
                    f"The weights of {self.name} differ from what its constraints make of them by up to {apart:.2g}; expected shared ones: assign kernel_constraint(kernel) and bias_constraint(bias) before you save."
                )
            store[str(i)] = constraint.free(weights)

    def load_own_variables(self, store):
        """What Keras calls to read it back."""
        for i, (variable, constraint) in enumerate(self._with_constraints()):
            variable.assign(constraint.whole(np.asarray(store[str(i)], np.float32), variable.shape))

    def _with_constraints(self):
        return ((self.kernel, self.kernel_constraint), (self.bias, self.bias_constraint))[: 1 + self.use_bias]

    def _arrays(self):
        for variable, constraint in self._with_constraints():
            yield np.asarray(ops.convert_to_numpy(variable), np.float32), constraint


def free_parameters(model) -> int:
    """How many weights of a network are not copies of others: what there is to learn, and what its file holds.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    int
    """
    count = 0
    for layer in model.layers:
        if isinstance(layer, SelfEnsemble):
            count += free_parameters(layer.network)
        else:
            count += layer.free_parameters if isinstance(layer, EquivariantConv2D) else layer.count_params()
    return count


def check_positions(orientations: int, polarities: int) -> int:
    """How many positions a feature has, if there can be so many."""
    for what, count, all_of in (
        ("orientations", orientations, ORIENTATIONS),
        ("polarities", polarities, POLARITIES),
    ):
        if count not in (1, all_of):
            raise ValueError(
                f"{what} is {count}; expected {all_of} for all, or 1 for an ordinary network: choose one of the two."
            )
    return orientations * polarities
