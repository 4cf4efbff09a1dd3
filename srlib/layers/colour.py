"""From colours to luminance.

Networks of one channel work on luminance alone, as most papers do, and so do the losses that ignore colour.
"""

import numpy as np

from ..backend import keras, keras_serializable
from ..metrics import LUMA
from .onnx_nodes import convolved
from .traits import Traits


def luminance(x):
    """The luminance of a tensor of colours, a weighted mean of red, green and blue (ITU-R BT.601).

    Parameters
    ----------
    x : tensor, (.., 3)

    Returns
    -------
    tensor, (.., 1)
        From 0 (black) to 1 (white) if the colours are.

    Examples
    --------
    >>> import numpy as np
    >>> from srlib.layers import luminance
    >>> luminance(np.array([[1.0, 0, 0], [0, 1.0, 0], [1.0, 1.0, 1.0]])).round(3).ravel()
    array([0.299, 0.587, 1.   ])
    """
    red, green, blue = LUMA
    return (red * x[..., :1] + green * x[..., 1:2] + blue * x[..., 2:]) / sum(LUMA)


@keras_serializable
class Luminance(keras.layers.Layer):
    """The luminance of an image: (N, h, w, 3) -> (N, h, w, 1)."""

    def __init__(self, dtype="float32", **kwargs):  # the image itself: exact, whatever the policy
        super().__init__(dtype=dtype, **kwargs)

    def call(self, x):
        return luminance(x)

    def compute_output_shape(self, shape):
        return *shape[:-1], 1

    def srlib_onnx(self, graph, x):
        return convolved(graph, x, np.reshape(LUMA, (1, 1, 3, 1)) / sum(LUMA))

    def srlib_traits(self):
        return Traits(label="luminance", colour="#8a9099")
