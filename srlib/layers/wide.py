"""A convolution that is trained wide and used narrow.

Two convolutions without anything between them are one: the product of their kernels. A network learns better through the
two, and computes with the one [1]_ [2]_. Lesson 05 (``05_subpixel``) measures by how much.

.. [1] K. Bhardwaj et al., "Collapsible linear blocks for super-efficient super resolution", MLSys 2022.
.. [2] X. Zhang, H. Zeng, L. Zhang, "Edge-oriented convolution block for real-time super resolution on mobile devices", ACM
   Multimedia 2021.
"""

from ..backend import keras, keras_serializable
from .initial import draw_glorot
from .onnx_nodes import activated, convolved
from .padding import convolve
from .traits import Traits

ops = keras.ops


@keras_serializable
class WideConv2D(keras.layers.Layer):
    """A convolution whose kernel is the product of two: k x k to `wide` times the channels, and 1 x 1 back.

    The product is made at every step, so that the image goes through one narrow convolution while the network is trained,
    too. :func:`srlib.models.collapse` puts an ordinary convolution in its place.

    Parameters
    ----------
    filters : int
        Channels of the output.
    kernel_size : int
        Odd.
    wide : int
        How many times as many channels as `filters` there are between the two kernels.
    activation : str, optional
    border : {"zeros", "mirror"}

    Examples
    --------
    >>> import numpy as np
    >>> from srlib.layers import WideConv2D
    >>> layer = WideConv2D(8, 3, wide=4)
    >>> x = np.random.default_rng(0).random((1, 5, 6, 8), np.float32)
    >>> tuple(layer(x).shape), layer.count_params(), tuple(layer.kernel.shape)
    ((1, 5, 6, 8), 2568, (3, 3, 8, 8))
    """

    def __init__(self, filters, kernel_size, wide=4, activation=None, border="zeros", **kwargs):
        super().__init__(**kwargs)
        self.filters, self.kernel_size, self.wide, self.border = filters, kernel_size, wide, border
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        k, between = self.kernel_size, self.wide * self.filters
        self.inner = self.add_weight(name="inner", shape=(k, k, input_shape[-1], between))
        self.outer = self.add_weight(name="outer", shape=(1, 1, between, self.filters))
        self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")

    @property
    def kernel(self):
        """The one kernel that the two are."""
        return ops.tensordot(self.inner, self.outer[0, 0], 1)

    def call(self, x):
        return self.activation(convolve(x, self.kernel, self.border) + ops.cast(self.bias, x.dtype))

    def compute_output_shape(self, shape):
        return *shape[:-1], self.filters

    def draw_weights(self, rng):
        for weights in (self.inner, self.outer):
            draw_glorot(weights, rng)

    def get_config(self):
        told = {name: getattr(self, name) for name in ("filters", "kernel_size", "wide", "border")}
        return {**super().get_config(), **told, "activation": keras.activations.serialize(self.activation)}

    def srlib_onnx(self, graph, x):
        return activated(graph, self, convolved(graph, x, self.kernel, self.bias, self.border))

    def srlib_traits(self):
        k, _, inputs, _ = self.inner.shape
        return Traits(
            reach=k // 2, macs=k * k * inputs * self.filters, label="convolution, trained wide", colour="#0b5c8a",
            border=self.border,
        )  # fmt: skip
