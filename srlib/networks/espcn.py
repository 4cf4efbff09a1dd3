"""ESPCN, the network that introduced the sub-pixel step.

Everything before that step is done at the size of the LR image.
"""

from ..layers import PixelShuffle
from .blocks import EXACT, conv
from .registry import register_network


@register_network
def espcn(lr, scale, *, width: int = 64):
    """Three convolutions at the size of the LR image and the sub-pixel step [1]_.

    Parameters
    ----------
    lr : tensor, (N, h, w, 3)
    scale : int
    width : int
        Channels of the first convolution; the second has half as many.

    Returns
    -------
    tensor, (N, scale*h, scale*w, 3)

    References
    ----------
    .. [1] W. Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional
       neural network", CVPR 2016, figure 1.

    Examples
    --------
    >>> import srlib
    >>> srlib.build_model("espcn").count_params()
    26796
    """
    x = conv(width, 5, activation="tanh")(lr)
    x = conv(max(1, width // 2), 3, activation="tanh")(x)
    x = conv(3 * scale**2, 3, **EXACT)(x)  # (N, h, w, 3 s s)
    return PixelShuffle(scale, **EXACT)(x)
