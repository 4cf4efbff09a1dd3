"""The sub-pixel step: channels become pixels.

A network can then work at the size of the LR image, where each layer costs a fraction, and upscale at its end.
"""

from ..backend import keras, keras_serializable
from .traits import Traits

ops = keras.ops


@keras_serializable
class PixelShuffle(keras.layers.Layer):
    """The sub-pixel step: s*s channels become s*s pixels, (N, h, w, s*s*C) -> (N, s*h, s*w, C) [1]_.

    Parameters
    ----------
    scale : int

    References
    ----------
    .. [1] W. Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional
       neural network", CVPR 2016, equation 4.
    """

    def __init__(self, scale, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, x):
        s = self.scale
        n, h, w, c = ops.shape(x)
        x = ops.reshape(x, (n, h, w, s, s, c // (s * s)))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))  # (N, h, s, w, s, C)
        return ops.reshape(x, (n, s * h, s * w, c // (s * s)))

    def compute_output_shape(self, shape):
        s = self.scale
        n, h, w, c = shape
        return n, h and h * s, w and w * s, c // (s * s)

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}

    def srlib_onnx(self, graph, x):
        return graph.node("DepthToSpace", x, blocksize=self.scale, mode="DCR")  # depth, then column, then row

    def srlib_traits(self):
        return Traits(self.scale, label="pixel shuffle", colour="#d9822b")
