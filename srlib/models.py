"""Build a network by name, clone it, collapse it, make a self-ensemble of it.

What a network is made of stands in :mod:`srlib.networks`; what it costs, in :mod:`srlib.costs`. Weights
are drawn by NumPy from a seed, so that one seed starts the same network on every backend.
"""

from dataclasses import replace

import numpy as np

from .backend import check_process, keras
from .costs import free_parameters, gmacs, receptive_field  # noqa: F401 (they are found here, too)
from .images import check_seed
from .layers import SelfEnsemble, WideConv2D, traits_of
from .layers.initial import draw_kernel
from .layouts import count_weights, laid_out  # noqa: F401 (the first is found here, too)
from .networks import NETWORKS
from .recipe import ModelCard

layers = keras.layers


def build_model(name: str, scale: int = 2, *, seed: int = 0, **options):
    """A network with fresh weights.

    Parameters
    ----------
    name : {"autoencoder", "residual_autoencoder", "subpixel", "srcnn", "fsrcnn", "espcn", "edsr"}
        Or a network of your own, registered with :func:`srlib.networks.register_network`.
    scale : int
    seed : int
        Of the first weights (Glorot uniform, drawn by NumPy).
    **options
        Keywords of the builder: `width` for all; `kernel` (the interpolation inside) where there is one; `blocks` for
        ``subpixel`` and ``edsr``; `expand`, `channels` (3, or 1 for luminance alone), `symmetry` (``"none"``, ``"d4"``
        or ``"d4_inversion"``), `border` (``"zeros"`` or ``"mirror"``) and `wide` for ``subpixel``; `shrinking` and
        `mapping` for ``fsrcnn``.

    Returns
    -------
    keras.Model
        (N, h, w, 3) -> (N, scale*h, scale*w, 3), for any h and w; not clipped. It can also be saved with
        `model.save`, but then the `card` is lost, which :func:`srlib.fit` needs. Before `keras.models.load_model`, import
        `srlib.training`, so that Keras knows our layers, losses and optimizers.

    Raises
    ------
    ValueError
        An unknown name or scale, a negative seed, an option that the builder does not have or cannot use.
    RuntimeError
        The process was forked from one that had loaded Keras: the backend would hang in it.
    ImportError
        Keras is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> import srlib
    >>> model = srlib.build_model("subpixel", 3, width=8, blocks=1)
    >>> tuple(model(np.zeros((1, 5, 7, 3), "float32")).shape)
    (1, 15, 21, 3)
    """
    check_process()
    model = laid_out(name, scale, **options)
    _draw_weights(model, np.random.default_rng(check_seed(seed)))
    return model


def _draw_weights(model, rng) -> None:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            _draw_weights(layer, rng)
        elif hasattr(layer, "draw_weights"):
            layer.draw_weights(rng)
        elif isinstance(layer, (layers.Conv2D, layers.Conv2DTranspose)):
            draw_kernel(layer, rng)


def known_card(model, otherwise: str) -> ModelCard:
    """The card of a network that srlib built.

    Parameters
    ----------
    model : keras.Model
    otherwise : str
        What to do with a network that srlib did not build, for the error.

    Returns
    -------
    ModelCard

    Raises
    ------
    ValueError
        Another network, or a self-ensemble.

    Examples
    --------
    >>> from srlib.models import build_model, known_card
    >>> print(known_card(build_model("espcn", width=8), "build it with srlib").architecture)
    espcn x2
    """
    card = getattr(model, "card", None)
    if card is None or card.architecture.builder not in NETWORKS:
        raise ValueError(
            f"model {getattr(model, 'name', model)!r} was not made by srlib; expected one from srlib.build_model or srlib.load_model: {otherwise}."
        )
    if card.architecture.ensemble:
        raise ValueError(
            f"model {model.name!r} is a self-ensemble, the mean of a network's results for eight turns; expected the network itself: give that."
        )
    return card


def clone_model(model, policy: str = "float32"):
    """The same network with the same weights, whose layers compute under another dtype policy of Keras.

    Parameters
    ----------
    model : keras.Model
        From :func:`build_model` or :func:`srlib.load_model`.
    policy : str
        A dtype policy of Keras, such as ``"mixed_bfloat16"``. The global policy is ignored.

    Returns
    -------
    keras.Model
        Not compiled. Layers that are frozen in `model` are frozen in it.

    Raises
    ------
    ValueError
        A model that no builder made, or a self-ensemble.

    Examples
    --------
    >>> from srlib.models import build_model, clone_model
    >>> clone_model(build_model("subpixel", width=8, blocks=1), "mixed_bfloat16").layers[1].compute_dtype
    'bfloat16'
    """
    card, usual = known_card(model, "use keras.models.clone_model for others"), keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        clone = build_model(card.architecture.builder, card.scale, **card.architecture.options)
    finally:
        keras.config.set_dtype_policy(usual)
    clone.set_weights(model.get_weights())
    for layer, like in zip(clone.layers, model.layers):
        layer.trainable = like.trainable
    clone.card = card
    return clone


def collapse(model):
    """The same network with an ordinary convolution in the place of every one that was trained wide.

    Parameters
    ----------
    model : keras.Model
        From :func:`build_model` or :func:`srlib.load_model`.

    Returns
    -------
    keras.Model
        It gives the same images; the model itself where nothing in it is wide.

    Raises
    ------
    ValueError
        A model that no builder made, or a self-ensemble.

    Examples
    --------
    >>> from srlib.models import build_model, collapse
    >>> wide = build_model("subpixel", blocks=1, wide=4)
    >>> wide.count_params(), collapse(wide).count_params()
    (86348, 22860)
    """
    card = known_card(model, "collapse others yourself")
    built = card.architecture
    if built.options.get("wide", 1) == 1:
        return model
    narrow = build_model(built.builder, built.scale, **built.options | {"wide": 1})
    for layer, like in zip(narrow.layers, model.layers, strict=True):
        layer.set_weights([like.kernel, like.bias] if isinstance(like, WideConv2D) else like.get_weights())
        layer.trainable = like.trainable
    narrow.card = replace(card, architecture=narrow.card.architecture)
    return narrow


def self_ensemble(model):
    """The geometric self-ensemble (x8): upscale an image in all eight turns and reflections, and take the mean [1]_.

    What is true of the image stays, and what depends on how it lies averages out. Papers put a plus behind the name. It
    costs eight times as much and has no parameters of its own; it is for upscaling and judging, not for training.

    Parameters
    ----------
    model : keras.Model
        From :func:`build_model` or :func:`srlib.load_model`; it goes on being used, not copied.

    Returns
    -------
    keras.Model
        (N, h, w, 3) -> (N, scale*h, scale*w, 3), as `model`.

    Raises
    ------
    ValueError
        A model that no builder made, or one with pooling: its windows fall on other pixels once the image is rotated.

    References
    ----------
    .. [1] R. Timofte, R. Rothe, L. Van Gool, "Seven ways to improve example-based single image super resolution", CVPR
       2016, section 3.5.

    Examples
    --------
    >>> import srlib
    >>> from srlib.models import gmacs
    >>> model = srlib.build_model("espcn", width=8)
    >>> round(gmacs(srlib.self_ensemble(model)) / gmacs(model), 6)
    8.0
    """
    card = known_card(model, "turn the images yourself for others")
    stride = traits_of(model).stride
    if stride > 1:
        raise ValueError(
            f"{card.architecture.builder} works on a grid of {stride} LR pixels; expected a network without pooling: use subpixel, espcn, fsrcnn, srcnn or edsr."
        )
    lr = keras.Input((None, None, 3), name="lr")
    ensemble = keras.Model(lr, SelfEnsemble(model, card.scale)(lr), name=f"{model.name}_ensemble")
    ensemble.card = replace(card, architecture=replace(card.architecture, ensemble=True))
    return ensemble
