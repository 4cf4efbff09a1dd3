"""Loss functions by name.

A loss is a function of two tensors (N, H, W, 3), the HR patches and the SR patches. It gives the loss of each pixel
(N, H, W, ..) or of each patch (N,); Keras averages it. Nothing here loads Keras before a loss is computed, so that a
recipe can be checked without it.
"""

import numpy as np

_BEST = 50.0  # dB; a patch that is better than that, such as one of plain sky, has no more to teach

LOSSES = {"mae": "mean_absolute_error", "mse": "mean_squared_error"}  # name -> function, or Keras' name of it


def register_loss(loss):
    """Make a loss known by its name, so that a recipe may use it; a decorator.

    Examples
    --------
    >>> from srlib.losses import LOSSES, register_loss
    >>> @register_loss
    ... def charbonnier(hr, sr):
    ...     from keras import ops
    ...     return ops.sqrt(ops.square(sr - hr) + 1e-6)
    >>> LOSSES.pop("charbonnier").__name__
    'charbonnier'
    """
    LOSSES[loss.__name__] = loss
    return loss


@register_loss
def mae_y(hr, sr):
    """The absolute error of the luminance, which is all that protocol ``y`` measures; colours are left free."""
    from .backend import keras
    from .layers import luminance

    return keras.ops.abs(luminance(sr - hr))


@register_loss
def psnr_y(hr, sr):
    """The decibels by which PSNR-Y of a patch falls short of 50; for the last steps of a training, on large patches."""
    from .backend import keras
    from .layers import luminance

    ops = keras.ops
    error = ops.mean(ops.square(luminance(sr - hr)), axis=(1, 2, 3))  # of each patch, as PSNR is of each image
    return ops.log(1 + error * 10 ** (_BEST / 10)) * (10 / np.log(10))
