"""SRCNN, the first convolutional network for super-resolution.

It upscales by interpolation first, so all its work is done at the size of the SR image.
"""

from ..layers import Interpolation
from .blocks import EXACT, conv, relu_conv
from .registry import register_network


@register_network
def srcnn(lr, scale, *, width: int = 64, kernel: str = "bicubic"):
    """Upscale, then three convolutions, 9-5-5 [1]_.

    Parameters
    ----------
    lr : tensor, (N, h, w, 3)
    scale : int
    width : int
        Channels of the first convolution; the second has half as many.
    kernel : str
        The interpolation.

    Returns
    -------
    tensor, (N, scale*h, scale*w, 3)

    References
    ----------
    .. [1] C. Dong, C. C. Loy, K. He, X. Tang, "Image super-resolution using deep convolutional networks", IEEE Transactions
       on Pattern Analysis and Machine Intelligence 38(2), 2016, section 4.3.1 (the 9-5-5 network).

    Examples
    --------
    >>> import srlib
    >>> srlib.build_model("srcnn").count_params()
    69251
    """
    x = Interpolation(scale, kernel)(lr)  # (N, sh, sw, 3)
    x = relu_conv(width, 9)(x)
    x = relu_conv(max(1, width // 2), 5)(x)
    return conv(3, 5, **EXACT)(x)
