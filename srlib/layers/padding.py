"""Mirrored borders: continue an image beyond its edges, pad it to a multiple of a grid, and cut it back.

A convolution that pads with zeros sees a dark frame around every image, and a network has to learn to overlook it. One that
continues the image by its mirror image needs not: what is flat stays flat up to the corner. A network that pools needs
sides that its grid divides. :class:`PadToMultiple` adds what is missing, and :class:`CropLike` removes it from the result.
"""

from math import ceil

import numpy as np

from ..backend import keras, keras_serializable
from .onnx_nodes import activated, convolved, mirrored
from .traits import Traits

ops = keras.ops


def mirror(x, before: int, after: int, axis: int):
    """Continue a tensor beyond its edges by its mirror image, however short it is.

    Parameters
    ----------
    x : tensor
    before, after : int
        How many rows or columns to add at either end.
    axis : int

    Returns
    -------
    tensor

    Examples
    --------
    >>> import numpy as np
    >>> from srlib.layers.padding import mirror
    >>> np.asarray(mirror(np.array([1, 2, 3]), 2, 4, axis=0))
    array([2, 1, 1, 2, 3, 3, 2, 1, 1])
    """
    if (before, after) == (1, 1):  # without a look at the size, and faster
        return ops.pad(x, [(1, 1) if i == axis else (0, 0) for i in range(len(x.shape))], mode="symmetric")
    n = ops.shape(x)[axis]
    # twice, as what Keras writes as ONNX rounds towards zero where Python rounds down
    place = (ops.arange(-before, n + after, dtype="int32") % (2 * n) + 2 * n) % (2 * n)
    return ops.take(x, ops.minimum(place, 2 * n - 1 - place), axis=axis)


def convolve(x, kernel, border: str):
    """Convolve a tensor with a kernel of odd sides; the result is as large as the tensor.

    Parameters
    ----------
    x : tensor, (N, h, w, C)
    kernel : tensor, (k, l, C, D)
    border : {"zeros", "mirror"}
        What lies beyond the edges.

    Returns
    -------
    tensor, (N, h, w, D)

    Examples
    --------
    >>> import numpy as np
    >>> from srlib.layers.padding import convolve
    >>> row, mean = np.array([3, 6, 9], np.float32).reshape(1, 1, 3, 1), np.full((1, 3, 1, 1), 1 / 3, np.float32)
    >>> [np.asarray(convolve(row, mean, border)).ravel().round(1).tolist() for border in ("zeros", "mirror")]
    [[3.0, 6.0, 5.0], [4.0, 6.0, 8.0]]
    """
    if border == "zeros":
        return ops.conv(x, kernel, padding="same")
    for axis, side in zip((1, 2), kernel.shape):
        x = mirror(x, side // 2, side // 2, axis)
    return ops.conv(x, kernel, padding="valid")


@keras_serializable
class PadToMultiple(keras.layers.Layer):
    """Mirror rows at the bottom and columns at the right until `multiple` divides both sides."""

    def __init__(self, multiple, **kwargs):
        super().__init__(**kwargs)
        self.multiple = multiple

    def call(self, x):
        for axis in (1, 2):
            beyond = ops.shape(x)[axis] % self.multiple
            x = mirror(x, 0, (self.multiple - beyond) % self.multiple, axis)  # never % of a negative number, as above
        return x

    def compute_output_shape(self, shape):
        n, h, w, c = shape
        return n, h and ceil(h / self.multiple) * self.multiple, w and ceil(w / self.multiple) * self.multiple, c

    def get_config(self):
        return {**super().get_config(), "multiple": self.multiple}

    def srlib_onnx(self, graph, x):
        multiple = graph.constant(np.array(self.multiple))
        missing = [graph.node("Mod", graph.node("Neg", graph.size(x, axis)), multiple) for axis in (2, 3)]
        return mirrored(graph, x, *((0, after) for after in missing))

    def srlib_traits(self):
        return Traits(stride=self.multiple)


class Mirrored:
    """Makes a convolution of an odd kernel and the padding ``same`` mirror its borders; stands before it among the bases."""

    border = "mirror"

    def convolution_op(self, inputs, kernel):
        """What Keras calls to convolve."""
        return convolve(inputs, kernel, self.border)

    def srlib_onnx(self, graph, x):
        """What it is in an ONNX graph."""
        bias = self.bias if self.use_bias else None
        return activated(graph, self, convolved(graph, x, self.kernel, bias, self.border, group=self.groups))


@keras_serializable
class MirroredConv2D(Mirrored, keras.layers.Conv2D):
    """A convolution that continues its input by its mirror image, where Keras' own continues it by zeros.

    Parameters
    ----------
    *args, **kwargs
        Those of Keras' own; an odd kernel, the padding ``same``, and neither strides nor dilation.

    Examples
    --------
    >>> import numpy as np
    >>> from srlib.layers import MirroredConv2D
    >>> mean = MirroredConv2D(1, 3, padding="same", kernel_initializer=lambda *_, **__: np.full((3, 3, 1, 1), 1 / 9))
    >>> bool(np.allclose(mean(np.ones((1, 4, 5, 1), "float32")), 1))
    True
    """


@keras_serializable
class CropLike(keras.layers.Layer):
    """Cut the first input at the bottom and right to the size of the second."""

    def call(self, inputs):
        x, like = inputs
        return x[:, : ops.shape(like)[1], : ops.shape(like)[2]]

    def compute_output_shape(self, shapes):
        (n, _, _, c), (_, h, w, _) = shapes
        return n, h, w, c

    def srlib_onnx(self, graph, x, like):
        sides = graph.node("Shape", like, start=2, end=4)
        return graph.node("Slice", x, graph.constant(np.array([0, 0])), sides, graph.constant(np.array([2, 3])))

    def srlib_traits(self):
        return Traits()
