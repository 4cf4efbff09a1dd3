"""A network laid out from its name and its options, before it has weights that mean anything."""

from concurrent.futures import ThreadPoolExecutor

from .backend import keras
from .images import check_scale
from .networks import NETWORKS, complete_options
from .recipe import Architecture, ModelCard


def laid_out(name: str, scale: int = 2, **options):
    """A network whose weights are to come from somewhere else; where there is no Keras, the outline of one.

    Parameters
    ----------
    name, scale, **options
        As for :func:`srlib.build_model`.

    Returns
    -------
    keras.Model or srlib.outline.Model

    Raises
    ------
    ValueError
        As for :func:`srlib.build_model`.

    Examples
    --------
    >>> from srlib.layouts import laid_out
    >>> laid_out("espcn").count_params()
    26796
    """
    architecture = Architecture(name, check_scale(scale), complete_options(name, options))
    lr = keras.Input((None, None, 3), name="lr")
    sr = NETWORKS[name](lr, architecture.scale, **architecture.options)
    model = keras.Model(lr, sr, name=name)
    model.card = ModelCard(architecture)
    return model


def count_weights(name: str, scale: int, **options) -> int:
    """How many weights a network would have; it takes no memory for them.

    Parameters
    ----------
    name, scale, **options
        As for :func:`srlib.build_model`.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        As for :func:`srlib.build_model`.

    Examples
    --------
    >>> from srlib.layouts import count_weights
    >>> count_weights("edsr", 2, width=100_000)
    3330009200003
    """

    def count():
        with keras.StatelessScope(initialize_variables=False):
            return laid_out(name, scale, **options).count_params()

    with ThreadPoolExecutor(1) as thread:  # Keras remembers there which variables it has yet to initialise, and forgets
        return thread.submit(count).result()
