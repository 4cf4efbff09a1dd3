"""The reference autoencoder and its residual variant.

Both first upscale by interpolation, and then work at the size of the SR image. Lesson 03 (``03_autoencoder``) builds them
by hand.
"""

from functools import partial

from ..backend import keras
from ..layers import CropLike, Interpolation, PadToMultiple
from .blocks import EXACT, ZEROS, conv, mirrored_conv
from .registry import register_network

layers = keras.layers
_SPARSE = {"kernel_regularizer": keras.regularizers.L1(10e-10)}


def _encode_and_decode(x, width, conv):
    """Encoder, code and decoder of the reference: all but the last convolution."""
    conv = partial(conv, kernel_size=3, activation="relu", **_SPARSE)
    x = conv(width)(x)
    x = skip_a = conv(width)(x)  # (N, H, W, width)
    x = layers.MaxPooling2D()(x)
    x = conv(2 * width)(x)
    x = skip_b = conv(2 * width)(x)  # (N, H/2, W/2, 2 width)
    x = layers.MaxPooling2D()(x)
    x = conv(4 * width, name="code")(x)  # (N, H/4, W/4, 4 width)
    x = layers.UpSampling2D()(x)
    x = conv(2 * width)(x)
    x = conv(2 * width)(x)
    x = layers.Add()([x, skip_b])  # (N, H/2, W/2, 2 width)
    x = layers.UpSampling2D()(x)
    x = conv(width)(x)
    x = conv(width)(x)
    return layers.Add()([x, skip_a])  # (N, H, W, width)


@register_network
def autoencoder(lr, scale, *, width: int = 64, kernel: str = "bilinear"):
    """The reference: upscale, then rebuild the whole image through a code of a quarter of its height and width [1]_.

    Parameters
    ----------
    lr : tensor, (N, h, w, 3)
    scale : int
    width : int
        Channels of the outer convolutions; the inner ones have twice and four times as many.
    kernel : str
        The interpolation.

    Returns
    -------
    tensor, (N, scale*h, scale*w, 3)

    References
    ----------
    .. [1] X.-J. Mao, C. Shen, Y.-B. Yang, "Image restoration using very deep convolutional encoder-decoder networks with
       symmetric skip connections", NIPS 2016 (the idea of the added skips).

    Examples
    --------
    >>> import srlib
    >>> srlib.build_model("autoencoder").count_params()
    1110403
    """
    upscaled = Interpolation(scale, kernel)(lr)
    x = _encode_and_decode(PadToMultiple(4)(upscaled), width, conv)
    x = conv(3, 3, activation="relu", **_SPARSE, **EXACT)(x)
    return CropLike(**EXACT)([x, upscaled])


@register_network
def residual_autoencoder(lr, scale, *, width: int = 64, kernel: str = "bilinear"):
    """The same network, asked only for what the interpolation lacks.

    Its convolutions mirror their borders, where the reference pads with zeros: what is flat in the LR image then stays
    flat up to the corners of the SR image.

    Parameters
    ----------
    lr : tensor, (N, h, w, 3)
    scale : int
    width : int
    kernel : str
        The interpolation.

    Returns
    -------
    tensor, (N, scale*h, scale*w, 3)

    Examples
    --------
    >>> import srlib
    >>> srlib.build_model("residual_autoencoder").count_params()
    1110403
    """
    upscaled = Interpolation(scale, kernel)(lr)
    x = _encode_and_decode(PadToMultiple(4)(upscaled), width, mirrored_conv)
    x = mirrored_conv(3, 3, **ZEROS)(x)
    return layers.Add(**EXACT)([upscaled, CropLike()([x, upscaled])])
