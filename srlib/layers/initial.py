"""The first weights, drawn by NumPy, so that one seed starts the same network on every backend.

:func:`srlib.build_model` draws the kernels of all convolutions of Keras with :func:`draw_kernel`. A layer with a method
``draw_weights(rng)`` draws its own.
"""

import numpy as np

from ..backend import keras


def draw_kernel(layer, rng: np.random.Generator) -> None:
    """Draw the kernel of a convolution, Glorot uniform [1]_; one that is to begin at zero is left there.

    Parameters
    ----------
    layer : keras.layers.Conv2D or keras.layers.Conv2DTranspose
        Built.
    rng : numpy.random.Generator

    References
    ----------
    .. [1] X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010.

    Examples
    --------
    >>> import numpy as np
    >>> from srlib.backend import keras
    >>> from srlib.layers.initial import draw_kernel
    >>> layer = keras.layers.Conv2D(2, 3)
    >>> layer.build((None, None, None, 4))
    >>> draw_kernel(layer, np.random.default_rng(0))
    >>> bool(abs(layer.get_weights()[0]).max() <= (6 / (9 * (4 + 2))) ** 0.5)
    True
    """
    if isinstance(layer.kernel_initializer, keras.initializers.Zeros):
        return
    height, width, inputs, outputs = layer.kernel.shape
    limit = np.sqrt(6 / (height * width * (inputs + outputs)))
    layer.kernel.assign(rng.uniform(-limit, limit, layer.kernel.shape).astype(np.float32))
