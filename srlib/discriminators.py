"""A network that is asked of a patch whether it was photographed or computed.

:func:`srlib.detectability` trains a fresh one to measure how well that can be told, and :func:`srlib.fit_adversarial` trains
one against a network. Lesson 09 (``09_sharp_or_true``) builds one by hand.
"""

import numpy as np

from .backend import keras, keras_serializable
from .images import check_count, check_seed
from .layers.initial import draw_kernel

layers, ops = keras.layers, keras.ops
_BINOMIAL = np.array([1, 4, 6, 4, 1]) / 16
_GAIN = 16.0  # what is left of a photograph without its low frequencies is small
REACH = 12  # pixels on either side that decide an answer


@keras_serializable
class HighPass(layers.Layer):
    """What a binomial filter of 5x5 takes away: (N, h, w, C) -> (N, h-4, w-4, C); without borders, which would tell."""

    def call(self, x):
        kernel = -np.outer(_BINOMIAL, _BINOMIAL)
        kernel[2, 2] += 1
        kernel = np.tile(kernel[:, :, None, None], (1, 1, x.shape[-1], 1)) * _GAIN
        return ops.depthwise_conv(x, ops.convert_to_tensor(kernel, x.dtype), padding="valid")

    def compute_output_shape(self, shape):
        n, h, w, c = shape
        return n, h and h - 4, w and w - 4, c


def build_discriminator(width: int = 32, *, seed: int = 0):
    """A patch discriminator [1]_ of fine detail: one answer for every place of an image, from the 25x25 pixels around it.

    Parameters
    ----------
    width : int
        Channels of the first convolution; the others have up to four times as many.
    seed : int
        Of the first weights.

    Returns
    -------
    keras.Model
        (N, h, w, 3) -> the list of what its convolutions give, the last of which are the answers (N, h', w', 1): logits,
        positive for "photographed". Both sides of the image must have at least 25 pixels.

    References
    ----------
    .. [1] P. Isola, J.-Y. Zhu, T. Zhou, A. A. Efros, "Image-to-image translation with conditional adversarial networks",
       CVPR 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from srlib.discriminators import build_discriminator
    >>> *features, answers = build_discriminator(8)(np.zeros((1, 32, 32, 3), "float32"))
    >>> len(features), tuple(answers.shape)
    (5, (1, 2, 2, 1))
    """
    width, rng = check_count(width, "width"), np.random.default_rng(check_seed(seed))
    image = keras.Input((None, None, 3), name="image")
    x, found = HighPass()(image), []
    for channels, stride in ((width, 1), (2 * width, 2), (2 * width, 1), (4 * width, 2), (4 * width, 1)):
        x = layers.Conv2D(channels, 3, strides=stride)(x)  # no padding: a border would tell
        x = layers.LeakyReLU(0.2)(x)
        found.append(x)
    model = keras.Model(image, [*found, layers.Conv2D(1, 1)(x)], name="discriminator")
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            draw_kernel(layer, rng)
    return model
