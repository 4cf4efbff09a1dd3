"""The interpolations of :func:`srlib.upscale` as a layer, for networks that begin with one or add to one.

The filters are those of :mod:`srlib.resampling`; lesson 02 (``02_preprocessing``) builds them by hand.
"""

import numpy as np

from ..backend import keras, keras_serializable
from ..resampling import upscale_phases
from .onnx_nodes import convolved
from .padding import mirror
from .traits import Traits

ops = keras.ops


@keras_serializable
class Interpolation(keras.layers.Layer):
    """Upscaling by interpolation, not clipped: (N, h, w, C) -> (N, s*h, s*w, C).

    Parameters
    ----------
    scale : int
        From 1, which changes nothing.
    kernel : {"nearest", "bilinear", "bicubic", "lanczos"}
    """

    def __init__(self, scale, kernel, dtype="float32", **kwargs):  # the image itself: exact, whatever the policy
        super().__init__(dtype=dtype, **kwargs)
        self.scale, self.kernel, self.phases = scale, kernel, upscale_phases(scale, kernel)
        self.reach = max(abs(k) for taps in self.phases for k in taps)

    def call(self, x):
        for axis in (1, 2):
            n, shape = ops.shape(x)[axis], list(ops.shape(x))
            padded = mirror(x, self.reach, self.reach, axis)
            before = (slice(None),) * axis
            shifted = {
                k: padded[(*before, slice(self.reach + k, self.reach + k + n))]
                for k in range(-self.reach, self.reach + 1)
            }
            new = [sum(w * shifted[k] for k, w in taps.items()) for taps in self.phases]
            shape[axis] = n * self.scale
            x = ops.reshape(ops.stack(new, axis=axis + 1), shape)
        return x

    def compute_output_shape(self, shape):
        n, h, w, c = shape
        return n, h and h * self.scale, w and w * self.scale, c

    def get_config(self):
        return {**super().get_config(), "scale": self.scale, "kernel": self.kernel}

    def srlib_onnx(self, graph, x):
        reach, channels = self.reach, graph.channels[x]
        rows = np.array([[taps.get(k, 0) for k in range(-reach, reach + 1)] for taps in self.phases])
        kernel = np.einsum("ik,jl->klij", rows, rows).reshape(2 * reach + 1, 2 * reach + 1, 1, -1)
        kernel = np.tile(kernel, channels)  # every channel becomes the pixels of a square by itself
        x = convolved(graph, x, kernel, border="mirror", group=channels)
        return graph.node("DepthToSpace", x, blocksize=self.scale, mode="CRD")  # column, then row, then depth

    def srlib_traits(self):
        return Traits(self.scale, self.reach, border="mirror", label="interpolation", colour="#8c4a86")
