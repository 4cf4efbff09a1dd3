"""EDSR: many residual blocks without normalisation; the baseline size unless told otherwise.

The shift by the mean colour of the training images is left out.
"""

from ..backend import keras
from ..layers import PixelShuffle
from .blocks import EXACT, conv, relu_conv
from .registry import register_network

layers = keras.layers


@register_network
def edsr(lr, scale, *, width: int = 64, blocks: int = 16):
    """Residual blocks, one long skip, sub-pixel steps [1]_.

    Parameters
    ----------
    lr : tensor, (N, h, w, 3)
    scale : int
        Upscaled in prime steps: 4 as 2 and 2. With 1 there is none.
    width, blocks : int

    Returns
    -------
    tensor, (N, scale*h, scale*w, 3)

    References
    ----------
    .. [1] B. Lim, S. Son, H. Kim, S. Nah, K. M. Lee, "Enhanced deep residual networks for single image super-resolution",
       CVPR Workshops 2017, figures 2 and 3.

    Examples
    --------
    >>> import srlib
    >>> srlib.build_model("edsr").count_params()
    1369859
    """
    x = first = conv(width, 3)(lr)
    for _ in range(blocks):
        x = layers.Add()([x, conv(width, 3)(relu_conv(width, 3)(x))])
    x = layers.Add()([conv(width, 3)(x), first])  # (N, h, w, width)
    for step in _prime_factors(scale):
        x = PixelShuffle(step)(conv(width * step**2, 3)(x))
    return conv(3, 3, **EXACT)(x)  # (N, sh, sw, 3)


def _prime_factors(n: int) -> list[int]:
    """None of 1, 2 of 2, 3 of 3, 2 and 2 of 4."""
    for p in range(2, n + 1):
        if n % p == 0:
            return [p, *_prime_factors(n // p)]
    return []
