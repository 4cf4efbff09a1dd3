"""D4-equivariant convolutions, with intensity inversion beside: by shared weights [1]_.

D4, the dihedral group of the square, has eight elements: four quarter turns, and the same after a reflection. A layer is
equivariant to it if turning or mirroring its input does the same to its output and changes nothing else. Intensity
inversion (the negative of an image) doubles the group to sixteen elements. Lesson 06 (``06_benchmark``) shows what that means.

The convolutions stay ordinary ones. A constraint shares their weights: after each step of the optimizer it projects them
onto the equivariant ones, by averaging over the group.

.. [1] T. Cohen, M. Welling, "Group equivariant convolutional networks", ICML 2016.
"""

from dataclasses import replace

import numpy as np

from ..backend import keras, keras_serializable
from ..images import check_choice
from .initial import draw_kernel
from .padding import Mirrored
from .traits import convolution_traits

ops = keras.ops
ORDERS = {"d4": 8, "d4_inversion": 16}  # how many elements each group has
CHANNELS = ("image", "features", "pixels")
_GRID = {"strides": (1, 1), "padding": "same", "groups": 1}  # of a convolution whose grid a turn keeps
# Group element 4 m + t is: mirrored m times, left to right, then turned t times; 8 is added for the inverted ones. Three
# generators make the group: what each does to a square, and which element it sends to the place of each. All three are
# their own inverses, so that the mean of a weight and its image is the same number in both places, to the last bit; with
# a quarter turn it would not be
_GENERATORS = (
    (lambda a: np.rot90(a, 2), np.array([2, 3, 0, 1, 6, 7, 4, 5])),  # half a turn
    (lambda a: a[:, ::-1], np.array([4, 7, 6, 5, 0, 3, 2, 1])),  # left to right
    (np.transpose, np.array([5, 4, 7, 6, 1, 0, 3, 2])),  # along the diagonal
)


def _permuted(side: int, move) -> np.ndarray:
    """Which pixel of a square comes to the place of each, row by row."""
    return move(np.arange(side**2).reshape(side, side)).ravel()


@keras_serializable
class Equivariant(keras.constraints.Constraint):
    """Makes a convolution equivariant, as the constraint of its kernel and of its bias.

    Of a kernel from or to features, one weight in `order` is free and the others are its copies. What the layer computes,
    and what that costs, is that of an ordinary convolution.

    Parameters
    ----------
    inputs, outputs : {"image", "features", "pixels"}
        What the channels of the input and of the output are. ``image``: colours or luminance, which the group leaves in
        their places (the trivial representation). ``features``: each feature is `order` channels in a row, one for each
        group element (the regular representation). ``pixels``: the squares of pixels that
        :class:`srlib.layers.PixelShuffle` lays out, which turn with the image.
    symmetry : {"d4", "d4_inversion"}
        The group, of 8 or 16 elements. With inversion the negative of the input gives the negative of the output: colours
        and pixels change their sign, so they count from mid-grey.
    scale : int, optional
        Side of the squares of ``pixels``; needed for them.

    Raises
    ------
    ValueError
        Another kind of channels or symmetry, ``pixels`` without a scale; when called, a number of channels that cannot be
        divided so.

    Examples
    --------
    >>> import numpy as np
    >>> from srlib.layers import Equivariant
    >>> kernel = Equivariant("image", "image")(np.arange(9.0).reshape(3, 3, 1, 1))
    >>> np.asarray(kernel)[..., 0, 0]
    array([[4., 4., 4.],
           [4., 4., 4.],
           [4., 4., 4.]])
    """

    def __init__(self, inputs: str, outputs: str, *, symmetry: str = "d4", scale: int | None = None):
        check_choice(inputs, CHANNELS, "inputs")
        check_choice(outputs, CHANNELS, "outputs")
        check_choice(symmetry, ORDERS, "symmetry")
        if scale is None and "pixels" in (inputs, outputs):
            raise ValueError(
                "scale is None; expected the side of the squares of pixels: give the scale of PixelShuffle."
            )
        self.inputs, self.outputs, self.symmetry, self.scale = inputs, outputs, symmetry, scale

    @property
    def order(self) -> int:
        """How many elements the group has, and so how many channels are one feature."""
        return ORDERS[self.symmetry]

    def __call__(self, weights):
        shape = tuple(weights.shape)
        ends = (self.outputs,) if len(shape) == 1 else (self.inputs, self.outputs)
        flat = ops.reshape(weights, (-1,))
        for move, elements, sign in self._generators():
            image = self._sent(self.outputs, shape[-1], move, elements)
            if len(shape) > 1:
                places, inputs = _permuted(shape[0], move), self._sent(self.inputs, shape[2], move, elements)
                image = (places[:, None, None] * shape[2] + inputs[:, None]) * shape[3] + image
            moved = ops.take(flat, image.ravel().astype("int32"))
            flat = (flat + sign ** sum(kind != "features" for kind in ends) * moved) / 2
        return ops.reshape(flat, shape)

    def _generators(self):
        """What a square becomes, which group element comes to the place of each, and the sign of what is no feature."""
        for move, elements in _GENERATORS:
            yield move, np.concatenate([elements + first for first in range(0, self.order, 8)]), 1
        if self.symmetry == "d4_inversion":
            yield np.asarray, np.roll(np.arange(self.order), 8), -1

    def _sent(self, kind, count, move, elements):
        """Which channel comes to the place of each."""
        together = {"image": 1, "features": self.order, "pixels": (self.scale or 1) ** 2}[kind]
        if count % together:
            raise ValueError(
                f"There are {count} channels of {kind}; expected a multiple of {together}: choose another width."
            )
        if kind == "features":
            return (np.arange(0, count, together)[:, None] + elements).ravel()
        if kind == "pixels":
            colours = count // together
            return (_permuted(self.scale, move)[:, None] * colours + np.arange(colours)).ravel()
        return np.arange(count)

    def free(self, weights):
        """The weights that the others follow from: those of each feature's first group element.

        Parameters
        ----------
        weights : array
            (k, k, inputs, outputs) or (outputs,), as a call of this constraint gives them.

        Returns
        -------
        array
            Of the output channels one in `order`, or of the input channels where the output has no features; all where
            neither has.
        """
        return weights[self._first(weights.shape)]

    def expand(self, free, shape):
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
        # all others are zero, and the mean is over the whole group
        return some if first == () else self.order * self(some)

    def _first(self, shape):
        """Where the first group element of each feature is, as an index."""
        if self.outputs == "features":
            return (..., slice(None, None, self.order))
        if self.inputs == "features" and len(shape) > 1:
            return (..., slice(None, None, self.order), slice(None))
        return ()

    def get_config(self):
        return {"inputs": self.inputs, "outputs": self.outputs, "symmetry": self.symmetry, "scale": self.scale}


@keras_serializable
class EquivariantConv2D(keras.layers.Conv2D):
    """A convolution with an :class:`Equivariant` constraint, of which files hold only the free weights.

    Parameters
    ----------
    *args, **kwargs
        Those of Keras' own; the kernel a square of an odd side, with the padding ``same``, without strides and groups, and
        dilated alike in both directions: any other grid lies elsewhere in a turned image.
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
        if uneven or grid != grid | _GRID:
            raise ValueError(
                f"The convolution has {', '.join(f'{name} {value!r}' for name, value in grid.items())}; expected a square of an odd side without strides or groups, and padding 'same': another grid lies elsewhere in a turned image."
            )
        super().build(input_shape)

    def draw_weights(self, rng):
        draw_kernel(self, rng)
        # the mean over a group of n elements has an n-th of the variance
        self.kernel.assign(np.sqrt(self.kernel_constraint.order) * self.kernel_constraint(self.kernel))

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
            variable.assign(constraint.expand(np.asarray(store[str(i)], np.float32), variable.shape))

    def _with_constraints(self):
        return ((self.kernel, self.kernel_constraint), (self.bias, self.bias_constraint))[: 1 + self.use_bias]

    def _arrays(self):
        for variable, constraint in self._with_constraints():
            yield np.asarray(ops.convert_to_numpy(variable), np.float32), constraint

    def srlib_traits(self):
        return replace(convolution_traits(self), label="D4-equivariant convolution")


@keras_serializable
class MirroredEquivariantConv2D(Mirrored, EquivariantConv2D):
    """The same with mirrored borders, which turn with the image."""
