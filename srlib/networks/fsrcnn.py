"""FSRCNN: SRCNN's idea at the size of the LR image.

It upscales by a transposed convolution at its end.
"""

from ..backend import keras
from .blocks import EXACT, conv
from .registry import register_network

layers = keras.layers


@register_network
def fsrcnn(lr, scale, *, width: int = 56, shrinking: int = 12, mapping: int = 4):
    """Feature extraction, shrinking, mapping, expanding, and a transposed convolution [1]_.

    Parameters
    ----------
    lr : tensor, (N, h, w, 3)
    scale : int
    width, shrinking, mapping : int
        The paper's d, s and m: channels of the features, channels after shrinking, and how many convolutions map.

    Returns
    -------
    tensor, (N, scale*h, scale*w, 3)

    References
    ----------
    .. [1] C. Dong, C. C. Loy, X. Tang, "Accelerating the super-resolution convolutional neural network", ECCV 2016,
       figure 2; FSRCNN(d=56, s=12, m=4).

    Examples
    --------
    >>> import srlib
    >>> srlib.build_model("fsrcnn").count_params()
    24683
    """

    def prelu_conv(x, channels, size):
        x = conv(channels, size)(x)
        return layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2])(x)

    x = prelu_conv(lr, width, 5)  # feature extraction: (N, h, w, width)
    x = prelu_conv(x, shrinking, 1)
    for _ in range(mapping):
        x = prelu_conv(x, shrinking, 3)
    x = prelu_conv(x, width, 1)  # expanding
    return layers.Conv2DTranspose(3, 9, strides=scale, padding="same", **EXACT)(x)  # (N, sh, sw, 3)
