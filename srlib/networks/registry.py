"""Which networks there are, by name, and the options of each.

The options of a network are the keywords of its builder; their defaults say what kind of value each takes.
"""

import inspect
from collections.abc import Callable

import numpy as np

from ..images import check_choice, is_number

NETWORKS: dict[str, Callable] = {}  # name -> builder


def register_network(builder: Callable) -> Callable:
    """Make a builder known to :func:`srlib.build_model` by its own name.

    Parameters
    ----------
    builder : function
        Called as ``builder(lr, scale, **options)`` with a Keras tensor (N, h, w, 3) in [0, 1]; returns the tensor of the
        SR image, (N, scale*h, scale*w, 3). Its options are keyword-only arguments with defaults: whole numbers from 1,
        numbers, strings or truth values.

    Returns
    -------
    function
        The same: it is a decorator.

    Raises
    ------
    ValueError
        A name that is taken, or an option without a default.

    Examples
    --------
    >>> import srlib
    >>> from srlib.backend import keras
    >>> from srlib.layers import Interpolation
    >>> from srlib.networks import register_network
    >>> @register_network
    ... def one_layer(lr, scale, *, size: int = 3):
    ...     sr = Interpolation(scale, "bicubic")(lr)
    ...     return keras.layers.Conv2D(3, size, padding="same")(sr)
    >>> srlib.build_model("one_layer", 4, size=5).count_params()
    228
    """
    name, known = builder.__name__, NETWORKS.get(builder.__name__)
    if known is not None and known.__module__ != builder.__module__:  # a cell of a notebook may run again
        raise ValueError(
            f"There is a network {name!r} already, in {known.__module__}; expected a new name: rename the builder function."
        )
    bare = [
        p.name
        for p in inspect.signature(builder).parameters.values()
        if p.kind is p.KEYWORD_ONLY and p.default is p.empty
    ]
    if bare:
        raise ValueError(
            f"Option {bare[0]} of {name!r} has no default; expected one, which says what it takes: add it."
        )
    NETWORKS[name] = builder
    return builder


def complete_options(name: str, options: dict) -> dict:
    """The options of a network: those that were given, checked, and the defaults of the others.

    Parameters
    ----------
    name : str
        Of a network.
    options : dict

    Returns
    -------
    dict
        In the order of the builder's keywords.

    Raises
    ------
    ValueError
        An unknown name, an option that the builder does not have, a value of another kind than its default.

    Examples
    --------
    >>> from srlib.networks import complete_options
    >>> complete_options("edsr", {"blocks": 4})
    {'width': 64, 'blocks': 4}
    """
    check_choice(name, NETWORKS, "model")
    known = NETWORKS[name].__kwdefaults__ or {}
    for option in options:
        check_choice(option, known, f"option of {name}")
    return {option: _read(option, options.get(option, usual), usual) for option, usual in known.items()}


def _read(option: str, value, usual):
    if isinstance(usual, bool):
        good, kind = isinstance(value, bool), "True or False"
    elif isinstance(usual, int):
        good = isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= 1
        kind = "a whole number of at least 1"
    elif isinstance(usual, float):
        good, kind = is_number(value), "a number"
    else:
        good, kind = isinstance(value, str), "a word"
    if not good:
        raise ValueError(f"{option} is {value!r}; expected {kind}: the usual {option} is {usual}.")
    return type(usual)(value)
