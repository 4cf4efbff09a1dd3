"""Optimizers by name: how the weights follow the gradient.

A recipe names its optimizer. The functions here load Keras when they are called, and this module does not, so that a
recipe is checked without it. The ablation of lesson 05 (``05_subpixel``), printed whole, says what the choice was worth.
"""

from collections.abc import Callable

OPTIMIZERS: dict[str, Callable] = {}  # name -> function of a learning rate, which returns a Keras optimizer


def register_optimizer(name: str) -> Callable:
    """Make an optimizer known to :func:`srlib.fit` by a name.

    Parameters
    ----------
    name : str
        One that is taken is replaced.

    Returns
    -------
    function
        A decorator for a function of the learning rate, a number or a schedule of Keras, that returns a Keras optimizer.

    Examples
    --------
    >>> from srlib.optimizers import OPTIMIZERS, register_optimizer
    >>> @register_optimizer("sgd")
    ... def sgd(learning_rate):
    ...     from srlib.backend import keras
    ...     return keras.optimizers.SGD(learning_rate, momentum=0.9)
    >>> OPTIMIZERS.pop("sgd")(0.1).momentum
    0.9
    """

    def register(make):
        OPTIMIZERS[name] = make
        return make

    return register


@register_optimizer("adam")
def _adam(learning_rate):
    from ..backend import keras

    return keras.optimizers.Adam(learning_rate)


@register_optimizer("muon")
def _muon(learning_rate):
    from .muon import Muon

    return Muon(learning_rate)
