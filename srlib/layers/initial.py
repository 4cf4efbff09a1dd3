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
    if not isinstance(layer.kernel_initializer, keras.initializers.Zeros):
        draw_glorot(layer.kernel, rng)


def draw_glorot(kernel, rng: np.random.Generator) -> None:
    """Draw one kernel, Glorot uniform.

    Parameters
    ----------
    kernel : keras.Variable, (h, w, C, D)
    rng : numpy.random.Generator

    Examples
    --------
    >>> import numpy as np
    >>> from srlib.backend import keras
    >>> from srlib.layers.initial import draw_glorot
    >>> kernel = keras.Variable(np.zeros((1, 1, 3, 3), "float32"))
    >>> draw_glorot(kernel, np.random.default_rng(0))
    >>> bool(0.5 < abs(np.asarray(kernel)).max() <= 1)
    True
    """
    height, width, inputs, outputs = kernel.shape
    limit = np.sqrt(6 / (height * width * (inputs + outputs)))
    kernel.assign(rng.uniform(-limit, limit, kernel.shape).astype(np.float32))
