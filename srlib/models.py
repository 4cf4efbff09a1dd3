"""The networks: one short builder each, and the weights that travel with the package.

Enters: a name and a scale. Leaves: a Keras model that maps small images (N, h, w, 3) in [0, 1] to large ones
(N, scale*h, scale*w, 3), for any h and w. Lesson 03 (``03_autoencoder``) builds the autoencoder by hand.

Every builder takes the small image and returns the large one, and reads like the figure of its paper. Weights are
drawn by NumPy from a seed, so that the same seed starts the same network on every backend.
"""

from functools import partial

import numpy as np

from ._backend import keras
from .equivariance import Equivariant, EquivariantConv2D, check_positions
from .geometry import geometry
from .images import check_choice, check_scale, check_seed
from .layers import CropLike, Interpolation, Luminance, PadToMultiple, PixelShuffle, SelfEnsemble

layers = keras.layers
WHAT_IT_IS = ("builder", "scale", "options")
_ENSEMBLE = "self_ensemble of "


# -- builders -----------------------------------------------------------------------------------------------------------

_conv = partial(layers.Conv2D, padding="same")
_relu = partial(layers.Conv2D, padding="same", activation="relu")
# A residual that starts at nothing: the first output is the upscaling itself
_zeros = {"kernel_initializer": "zeros"}
# Layers that hold the image itself stay exact when the others are trained in bfloat16: its eight bits are enough for
# what is added to an image, and too few for the image
_exact = {"dtype": "float32"}


def _in_all_positions(orientations, polarities, scale):
    """Convolutions from the image, between features and to the pixels, which do not mind how the image lies."""

    def conv(into, out, filters, **more):
        constraint = Equivariant(into, out, orientations=orientations, polarities=polarities, scale=scale)
        return EquivariantConv2D(
            filters, 3, padding="same", kernel_constraint=constraint, bias_constraint=constraint, **more
        )

    return [partial(conv, *ends) for ends in (("image", "features"), ("features", "features"), ("features", "pixels"))]


def _autoencoder_body(large, width):
    """Encoder, code and decoder of the reference; all that is left after it is the last convolution."""
    conv = partial(_relu, kernel_size=3, kernel_regularizer=keras.regularizers.L1(10e-10))
    x = conv(width)(large)
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


def autoencoder(small, scale, *, width: int = 64, kernel: str = "bilinear"):
    """The reference: upscale, then rebuild the whole image through a code of a quarter of its height and width.

    References
    ----------
    .. [1] X.-J. Mao, C. Shen, Y.-B. Yang, "Image restoration using very deep convolutional encoder-decoder networks with
       symmetric skip connections", NIPS 2016 (the idea of the added skips).
    """
    large = Interpolation(scale, kernel)(small)
    x = _autoencoder_body(PadToMultiple(4)(large), width)
    x = _relu(3, 3, kernel_regularizer=keras.regularizers.L1(10e-10), **_exact)(x)
    return CropLike(**_exact)([x, large])


def residual_autoencoder(small, scale, *, width: int = 64, kernel: str = "bilinear"):
    """The same network, asked only for what the upscaling lacks."""
    large = Interpolation(scale, kernel)(small)
    x = _autoencoder_body(PadToMultiple(4)(large), width)
    x = _conv(3, 3, **_zeros)(x)
    return layers.Add(**_exact)([large, CropLike()([x, large])])


def subpixel(
    small,
    scale,
    *,
    width: int = 32,
    blocks: int = 3,
    expand: int = 1,
    channels: int = 3,
    orientations: int = 1,
    polarities: int = 1,
    kernel: str = "bilinear",
):
    """All the work in small space: residual blocks, a sub-pixel step, and the upscaling added at the end.

    A block is `expand` times as wide inside as what goes from block to block. With one of `channels` instead of three the
    network sees the luminance alone, and adds the same to red, green and blue: colours are then those of the upscaling,
    and only brightness is restored, as most papers do it. With eight `orientations` instead of one, to turn or mirror the
    image turns or mirrors the result, and changes nothing else [4]_; with two `polarities`, the negative of the image
    gives the negative of the result. `width`, a multiple of eight, two or sixteen, then counts every feature so many times,
    and one in so many of the parameters is free.

    References
    ----------
    .. [1] W. Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional
       neural network", CVPR 2016 (the sub-pixel step).
    .. [2] B. Lim et al., "Enhanced deep residual networks for single image super-resolution", CVPR Workshops 2017 (residual
       blocks without normalisation).
    .. [3] J. Yu et al., "Wide activation for efficient and accurate image super-resolution", CVPR Workshops 2018 (blocks
       that are wider inside).
    .. [4] T. Cohen, M. Welling, "Group equivariant convolutional networks", ICML 2016 (orientations and polarities).
    """
    if channels not in (1, 3):
        raise ValueError(
            f"channels is {channels}; expected 3 for the colours, or 1 for luminance alone: leave it out for 3."
        )
    positions = check_positions(orientations, polarities)
    if width % positions:
        raise ValueError(
            f"width is {width} with {positions} positions of every feature; expected a multiple of {positions}: choose width={max(1, width // positions) * positions}."
        )
    first = within = last = partial(_conv, kernel_size=3)
    if positions > 1:
        first, within, last = _in_all_positions(orientations, polarities, scale)
    x = Luminance()(small) if channels == 1 else small
    if polarities > 1:
        x = layers.Rescaling(1.0, offset=-0.5, **_exact)(x)  # the negative of middle grey is itself
    x = first(width, activation="relu")(x)  # (N, h, w, width)
    for _ in range(blocks):
        block = within(width)(within(expand * width, activation="relu")(x))
        x = layers.Add()([x, block])
    x = last(channels * scale**2, **_zeros)(x)  # (N, h, w, channels s s)
    return layers.Add(**_exact)([Interpolation(scale, kernel)(small), PixelShuffle(scale)(x)])  # (N, sh, sw, 3)


def srcnn(small, scale, *, width: int = 64, kernel: str = "bicubic"):
    """The first of its kind: upscale, then three convolutions, 9-5-5.

    References
    ----------
    .. [1] C. Dong, C. C. Loy, K. He, X. Tang, "Image super-resolution using deep convolutional networks", IEEE Transactions
       on Pattern Analysis and Machine Intelligence 38(2), 2016, section 4.3.1 (the 9-5-5 network).
    """
    x = Interpolation(scale, kernel)(small)  # (N, sh, sw, 3): everything happens at the large size
    x = _relu(width, 9)(x)
    x = _relu(max(1, width // 2), 5)(x)
    return _conv(3, 5, **_exact)(x)


def fsrcnn(small, scale, *, width: int = 56, downscaled: int = 12, maps: int = 4):
    """The same idea in small space: extract, downscale the channels, map, expand, and one transposed convolution at the end.

    References
    ----------
    .. [1] C. Dong, C. C. Loy, X. Tang, "Accelerating the super-resolution convolutional neural network", ECCV 2016,
       figure 2; FSRCNN(d=56, s=12, m=4).
    """

    def conv(x, channels, size):
        x = _conv(channels, size)(x)
        return layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2])(x)

    x = conv(small, width, 5)  # extract: (N, h, w, width)
    x = conv(x, downscaled, 1)  # downscale
    for _ in range(maps):
        x = conv(x, downscaled, 3)
    x = conv(x, width, 1)  # expand
    return layers.Conv2DTranspose(3, 9, strides=scale, padding="same", **_exact)(x)  # (N, sh, sw, 3)


def espcn(small, scale, *, width: int = 64):
    """Three convolutions in small space and the sub-pixel step.

    References
    ----------
    .. [1] W. Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional
       neural network", CVPR 2016, figure 1.
    """
    x = _conv(width, 5, activation="tanh")(small)
    x = _conv(max(1, width // 2), 3, activation="tanh")(x)
    x = _conv(3 * scale**2, 3, **_exact)(x)  # (N, h, w, 3 s s)
    return PixelShuffle(scale, **_exact)(x)


def edsr(small, scale, *, width: int = 64, blocks: int = 16):
    """Many residual blocks without normalisation, one long skip, sub-pixel steps; the baseline size unless told otherwise.

    Left out: the shift by the mean colour of the training images.

    References
    ----------
    .. [1] B. Lim, S. Son, H. Kim, S. Nah, K. M. Lee, "Enhanced deep residual networks for single image super-resolution",
       CVPR Workshops 2017, figures 2 and 3.
    """
    x = first = _conv(width, 3)(small)
    for _ in range(blocks):
        x = layers.Add()([x, _conv(width, 3)(_relu(width, 3)(x))])
    x = layers.Add()([_conv(width, 3)(x), first])  # (N, h, w, width)
    for step in _prime_factors(scale):
        x = PixelShuffle(step)(_conv(width * step**2, 3)(x))
    return _conv(3, 3, **_exact)(x)  # (N, sh, sw, 3)


def _prime_factors(n: int) -> list[int]:
    """2 for 2, 3 for 3, 2 and 2 for 4: the steps in which EDSR upscales."""
    for p in range(2, n):
        if n % p == 0:
            return [p, *_prime_factors(n // p)]
    return [n]


BUILDERS = {
    builder.__name__: builder for builder in (autoencoder, residual_autoencoder, subpixel, srcnn, fsrcnn, espcn, edsr)
}


def build_model(name: str, scale: int = 2, *, seed: int = 0, **options):
    """A network with fresh weights.

    Parameters
    ----------
    name : {"autoencoder", "residual_autoencoder", "subpixel", "srcnn", "fsrcnn", "espcn", "edsr"}
    scale : int
    seed : int
        Of the first weights (Glorot uniform, drawn by NumPy): the same on every backend.
    **options
        Those of the builder, by keyword: `width` for all; `kernel` (the interpolation inside) where there is one;
        `blocks` for ``subpixel`` and ``edsr``; `expand`, `channels` (3, or 1 for luminance alone), `orientations` (1 or
        8) and `polarities` (1 or 2; `width` is a multiple of their product) for ``subpixel``; `downscaled` and `maps` for ``fsrcnn``.

    Returns
    -------
    keras.Model
        (N, h, w, 3) -> (N, scale*h, scale*w, 3), for any h and w; not clipped. :func:`save_model` keeps it; Keras' own
        files keep it as well, but without `srlib_config`, which :func:`srlib.fit` asks for; who reads one, imports
        `srlib.training` first, so that Keras knows our layers, losses and optimisers.

    Raises
    ------
    ValueError
        An unknown name, a scale below 2, a negative seed, an option that the builder does not have or cannot use.
    """
    check_choice(name, BUILDERS, "model")
    scale, seed = check_scale(scale), check_seed(seed)
    known = BUILDERS[name].__kwdefaults__
    for option, value in options.items():
        check_choice(option, known, f"option of {name}")
        if option != "kernel" and (isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1):
            raise ValueError(
                f"{option} is {value!r}; expected a whole number of at least 1: the usual {option} is {known[option]}."
            )
    options = {k: v if k == "kernel" else int(v) for k, v in {**known, **options}.items()}
    small = keras.Input((None, None, 3), name="small")
    model = keras.Model(small, BUILDERS[name](small, scale, **options), name=name)
    _draw_weights(model, seed)
    model.srlib_config = {"builder": name, "scale": scale, "options": options}
    return model


def _draw_weights(model, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if isinstance(layer, (layers.Conv2D, layers.Conv2DTranspose)) and not isinstance(
            layer.kernel_initializer, keras.initializers.Zeros
        ):
            height, width, into, out = layer.kernel.shape
            limit = np.sqrt(6 / (height * width * (into + out)))  # Glorot and Bengio, 2010
            layer.kernel.assign(rng.uniform(-limit, limit, layer.kernel.shape).astype(np.float32))
            constraint = layer.kernel_constraint
            if isinstance(constraint, Equivariant):  # a mean of sixteen has a sixteenth of their variance
                layer.kernel.assign(np.sqrt(constraint.positions) * constraint(layer.kernel))


def self_ensemble(model):
    """A network that upscales an image eight times, turned and mirrored, and takes the mean.

    What is true of the image stays, what came from its position averages out. Papers put a plus behind the name. It
    costs eight times as much and has no parameters of its own; it is for upscaling and judging, not for training.

    Parameters
    ----------
    model : keras.Model
        From :func:`build_model` or :func:`load_model`; it goes on being used, not copied.

    Returns
    -------
    keras.Model
        (N, h, w, 3) -> (N, scale*h, scale*w, 3), as `model`.

    Raises
    ------
    ValueError
        A model that no builder made, or one that pools: its grid would lie elsewhere in an image that is turned.

    References
    ----------
    .. [1] R. Timofte, R. Rothe, L. Van Gool, "Seven ways to improve example-based single image super resolution", CVPR
       2016, section 3.5.
    """
    config = config_of(model, "turn the images yourself for others")
    stride = geometry(model).stride
    if stride > 1:
        raise ValueError(
            f"{config['builder']} works on a grid of {stride} small pixels; expected a network without pooling: use subpixel, espcn, fsrcnn, srcnn or edsr."
        )
    small = keras.Input((None, None, 3), name="small")
    whole = keras.Model(small, SelfEnsemble(model, config["scale"])(small), name=f"{model.name}_ensemble")
    whole.srlib_config = {**config, "builder": f"{_ENSEMBLE}{config['builder']}"}
    return whole


def config_of(model, otherwise: str) -> dict:
    """What srlib knows of a network that one of its builders made."""
    config = getattr(model, "srlib_config", None)
    if config is not None and config["builder"].startswith(_ENSEMBLE):
        raise ValueError(
            f"model {model.name!r} is a self-ensemble, the mean of a network with the geometric self-ensemble; expected the network itself: give that."
        )
    if config is None or config["builder"] not in BUILDERS:
        raise ValueError(
            f"model {getattr(model, 'name', model)!r} was not made by srlib; expected one from srlib.build_model or srlib.load_model: {otherwise}."
        )
    return config


def twin(model, policy: str = "float32"):
    """The same network with the same weights, whose layers compute under another policy of Keras.

    Parameters
    ----------
    model : keras.Model
        From :func:`build_model` or :func:`load_model`.
    policy : str
        As for ``keras.config.set_dtype_policy``, whose present setting does not matter.

    Returns
    -------
    keras.Model
        Not compiled.
    """
    config, usual = model.srlib_config, keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        other = build_model(config["builder"], config["scale"], **config["options"])
    finally:
        keras.config.set_dtype_policy(usual)
    other.set_weights(model.get_weights())
    for layer, like in zip(other.layers, model.layers):
        layer.trainable = like.trainable
    return other
