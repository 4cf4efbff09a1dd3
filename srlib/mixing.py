"""Networks on the line between two others: their weights mixed, and a network of luminance written as one of colours."""

import contextlib
from dataclasses import replace

import numpy as np

from .backend import keras
from .images import is_number
from .layouts import laid_out
from .metrics import LUMA
from .models import known_card
from .networks import complete_options
from .recipe import ModelCard


def in_colour(model):
    """The same network of colours: it gives the images of a network of luminance, and can learn to change colours, too.

    Parameters
    ----------
    model : keras.Model
        From :func:`build_model` or :func:`srlib.load_model`, of the option ``channels``, without a symmetry.

    Returns
    -------
    keras.Model
        The model itself where it is one of colours.

    Raises
    ------
    ValueError
        A network of another builder or with a symmetry.

    Examples
    --------
    >>> import srlib
    >>> from srlib.mixing import in_colour
    >>> model = srlib.build_model("subpixel", 4, width=8, blocks=1, channels=1)
    >>> model.count_params(), in_colour(model).count_params()
    (2416, 4896)
    """
    card = known_card(model, "write others anew")
    options = card.architecture.options
    if options.get("channels") == 3:
        return model
    if "channels" not in options or options["symmetry"] != "none":
        raise ValueError(
            f"model {model.name!r} has the options {options}; expected a network of luminance without a symmetry: build another."
        )
    options = complete_options(card.architecture.builder, options | {"channels": 3})
    colour = laid_out(card.architecture.builder, card.scale, **options)
    arrays = _values(model)
    arrays[0] = arrays[0] * (np.float32(LUMA) / np.float32(sum(LUMA)))[:, None]  # (h, w, 3, D) of (h, w, 1, D)
    for place in (-2, -1):  # red, green and blue of a pixel lie side by side
        arrays[place] = np.repeat(arrays[place], 3, axis=-1)
    return _filled(colour, arrays, replace(card, architecture=replace(card.architecture, options=options)))


def between(first, second, share: float):
    """A network whose weights are on the line from those of one to those of another.

    Two networks of which one was trained on from the other have much in common, and so has what lies between them [1]_.

    Parameters
    ----------
    first, second : keras.Model
        Of one architecture, but that one may be of luminance and the other :func:`in_colour`.
    share : float
        From 0, the first, to 1, the second.

    Returns
    -------
    keras.Model
        With the card of the second.

    Raises
    ------
    ValueError
        A share outside of that, networks of two kinds.

    References
    ----------
    .. [1] X. Wang et al., "ESRGAN: enhanced super-resolution generative adversarial networks", ECCV Workshops 2018, section
       3.4.

    Examples
    --------
    >>> import srlib
    >>> from srlib.mixing import between
    >>> first, second = (srlib.build_model("espcn", width=8, seed=seed) for seed in (0, 1))
    >>> half = between(first, second, 0.5)
    """
    if not (is_number(share) and 0 <= share <= 1):
        raise ValueError(f"share is {share!r}; expected a number from 0 to 1: choose one of these.")
    card = known_card(second, "mix others yourself")
    if known_card(first, "mix others yourself").architecture != card.architecture:
        with contextlib.suppress(ValueError):
            first, second = in_colour(first), in_colour(second)
    if first.card.architecture != second.card.architecture:
        raise ValueError(
            f"the networks are {first.card.architecture} and {card.architecture} with other options; expected two of one architecture: train one on from the other."
        )
    mixed = laid_out(card.architecture.builder, card.scale, **second.card.architecture.options)
    return _filled(mixed, [(1 - share) * a + share * b for a, b in zip(_values(first), _values(second))], second.card)


def _values(model) -> list[np.ndarray]:
    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in model.weights]


def _filled(model, values, card: ModelCard):
    """A network that was laid out, with its weights and its card."""
    for variable, value in zip(model.weights, values):
        variable.assign(value)
    model.card = card
    return model
