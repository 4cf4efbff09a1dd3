"""The networks: one short builder each, and the weights that travel with the package.

Enters: a name and a scale. Leaves: a Keras model that maps small pictures (N, h, w, 3) in [0, 1] to large ones
(N, scale*h, scale*w, 3), for any h and w. Lesson 03 (``03_autoencoder``) builds the autoencoder by hand.

Every builder takes the small picture and returns the large one, and reads like the figure of its paper. Weights are
drawn by NumPy from a seed, so that the same seed starts the same network on every backend.
"""

import json
import os
import tempfile
import warnings
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import ceil, lcm
from pathlib import Path

import numpy as np

from ._backend import keras
from .degradation import enlarge_phases
from .pictures import check_choice, check_scale, check_seed

ops, layers = keras.ops, keras.layers
WEIGHTS = Path(__file__).parent / "weights"
_CONFIG, _WEIGHTS_FILE = "model.json", "model.weights.h5"


# -- layers that Keras does not have ------------------------------------------------------------------------------------


def _mirror(x, before, after, axis):
    """Continue a tensor beyond its edges by its mirror image, however short it is."""
    n = ops.shape(x)[axis]
    place = ops.arange(-before, n + after, dtype="int32") % (2 * n)
    return ops.take(x, ops.minimum(place, 2 * n - 1 - place), axis=axis)


class Enlarge(layers.Layer):
    """Interpolation as a layer, equal to :func:`srlib.enlarge` but not clipped: (N, h, w, C) -> (N, s*h, s*w, C)."""

    def __init__(self, scale, kernel, **kwargs):
        super().__init__(**kwargs)
        self.scale, self.kernel, self.phases = scale, kernel, enlarge_phases(scale, kernel)
        self.reach = max(abs(k) for taps in self.phases for k in taps)

    def call(self, x):
        for axis in (1, 2):
            n, shape = ops.shape(x)[axis], list(ops.shape(x))
            padded = _mirror(x, self.reach, self.reach, axis)
            if axis == 1:
                shifted = {
                    k: padded[:, self.reach + k : self.reach + k + n] for k in range(-self.reach, self.reach + 1)
                }
            else:
                shifted = {
                    k: padded[:, :, self.reach + k : self.reach + k + n] for k in range(-self.reach, self.reach + 1)
                }
            new = [sum(w * shifted[k] for k, w in taps.items()) for taps in self.phases]
            shape[axis] = n * self.scale
            x = ops.reshape(ops.stack(new, axis=axis + 1), shape)
        return x

    def compute_output_shape(self, shape):
        n, h, w, c = shape
        return n, h and h * self.scale, w and w * self.scale, c

    def get_config(self):
        return {**super().get_config(), "scale": self.scale, "kernel": self.kernel}


class PixelShuffle(layers.Layer):
    """The sub-pixel step: s*s channels become s*s pixels, (N, h, w, s*s*C) -> (N, s*h, s*w, C) [1]_.

    References
    ----------
    .. [1] W. Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional
       neural network", CVPR 2016, equation 4.
    """

    def __init__(self, scale, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, x):
        s = self.scale
        n, h, w, c = ops.shape(x)
        x = ops.reshape(x, (n, h, w, s, s, c // (s * s)))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))  # (N, h, s, w, s, C)
        return ops.reshape(x, (n, s * h, s * w, c // (s * s)))

    def compute_output_shape(self, shape):
        s = self.scale
        n, h, w, c = shape
        return n, h and h * s, w and w * s, c // (s * s)

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}


class PadToMultiple(layers.Layer):
    """Mirror rows at the bottom and columns at the right until `multiple` divides both sides."""

    def __init__(self, multiple, **kwargs):
        super().__init__(**kwargs)
        self.multiple = multiple

    def call(self, x):
        for axis in (1, 2):
            x = _mirror(x, 0, -ops.shape(x)[axis] % self.multiple, axis)
        return x

    def compute_output_shape(self, shape):
        n, h, w, c = shape
        return n, h and ceil(h / self.multiple) * self.multiple, w and ceil(w / self.multiple) * self.multiple, c

    def get_config(self):
        return {**super().get_config(), "multiple": self.multiple}


class CropLike(layers.Layer):
    """Cut the first input at the bottom and right to the size of the second."""

    def call(self, inputs):
        x, like = inputs
        return x[:, : ops.shape(like)[1], : ops.shape(like)[2]]

    def compute_output_shape(self, shapes):
        (n, _, _, c), (_, h, w, _) = shapes
        return n, h, w, c


# -- builders -----------------------------------------------------------------------------------------------------------

_conv = partial(layers.Conv2D, padding="same")
_relu = partial(layers.Conv2D, padding="same", activation="relu")
_zeros = {
    "kernel_initializer": "zeros"
}  # a residual that starts at nothing: the first output is the enlargement itself


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
    """The reference: enlarge, then rebuild the whole picture through a code of a quarter of its height and width.

    References
    ----------
    .. [1] X.-J. Mao, C. Shen, Y.-B. Yang, "Image restoration using very deep convolutional encoder-decoder networks with
       symmetric skip connections", NIPS 2016 (the idea of the added skips).
    """
    large = Enlarge(scale, kernel)(small)
    x = _autoencoder_body(PadToMultiple(4)(large), width)
    x = _relu(3, 3, kernel_regularizer=keras.regularizers.L1(10e-10))(x)
    return CropLike()([x, large])


def residual_autoencoder(small, scale, *, width: int = 64, kernel: str = "bilinear"):
    """The same network, asked only for what the enlargement lacks."""
    large = Enlarge(scale, kernel)(small)
    x = _autoencoder_body(PadToMultiple(4)(large), width)
    x = _conv(3, 3, **_zeros)(x)
    return layers.Add()([large, CropLike()([x, large])])


def subpixel(small, scale, *, width: int = 32, blocks: int = 3, kernel: str = "bilinear"):
    """All the work in small space: residual blocks, a sub-pixel step, and the enlargement added at the end.

    References
    ----------
    .. [1] W. Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional
       neural network", CVPR 2016 (the sub-pixel step).
    .. [2] B. Lim et al., "Enhanced deep residual networks for single image super-resolution", CVPR Workshops 2017 (residual
       blocks without normalisation).
    """
    x = _relu(width, 3)(small)  # (N, h, w, width)
    for _ in range(blocks):
        block = _conv(width, 3)(_relu(width, 3)(x))
        x = layers.Add()([x, block])
    x = _conv(3 * scale**2, 3, **_zeros)(x)  # (N, h, w, 3 s s)
    return layers.Add()([Enlarge(scale, kernel)(small), PixelShuffle(scale)(x)])  # (N, sh, sw, 3)


BUILDERS = {"autoencoder": autoencoder, "residual_autoencoder": residual_autoencoder, "subpixel": subpixel}


def build_model(name: str, scale: int = 2, *, seed: int = 0, **options):
    """A network with fresh weights.

    Parameters
    ----------
    name : {"autoencoder", "residual_autoencoder", "subpixel"}
    scale : int
    seed : int
        Of the first weights (Glorot uniform, drawn by NumPy): the same on every backend.
    **options
        Those of the builder: `width`, `kernel` (the interpolation inside) and, for ``subpixel``, `blocks`.

    Returns
    -------
    keras.Model
        (N, h, w, 3) -> (N, scale*h, scale*w, 3), for any h and w; not clipped.

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
        if isinstance(layer, layers.Conv2D) and not isinstance(layer.kernel_initializer, keras.initializers.Zeros):
            height, width, into, out = layer.kernel.shape
            limit = np.sqrt(6 / (height * width * (into + out)))  # Glorot and Bengio, 2010
            layer.kernel.assign(rng.uniform(-limit, limit, layer.kernel.shape).astype(np.float32))


# -- saved models -------------------------------------------------------------------------------------------------------


def shipped() -> dict[str, dict]:
    """The networks whose weights travel with the package, by name, with what `model.json` says of each."""
    return {f.parent.name: json.loads(f.read_text()) for f in sorted(WEIGHTS.glob(f"*/{_CONFIG}"))}


def save_model(model, folder: str | Path, *, half: bool = False, **card) -> Path:
    """Write a model as a builder's name and options beside its weights; what an optimiser knows is left out.

    Parameters
    ----------
    model : keras.Model
        From :func:`build_model` or :func:`load_model`.
    folder : str or Path
        Made if missing. Each file in it is replaced in one step, so that a crash leaves the old one or the new one.
    half : bool
        Store the weights in half precision: half the size, good to three digits.
    **card
        What else `model.json` should say, such as the kernel it was trained for.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ValueError
        A model that no builder made.
    """
    config = getattr(model, "srlib_config", None)
    if config is None:
        raise ValueError(
            f"model {getattr(model, 'name', model)!r} was not made by srlib; expected one from srlib.build_model or srlib.load_model: use Keras' own model.save for others."
        )
    bare = build_model(config["builder"], config["scale"], **config["options"])  # not compiled: no optimiser to save
    bare.set_weights(model.get_weights())
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        weights, told = Path(scratch) / _WEIGHTS_FILE, Path(scratch) / _CONFIG
        bare.save_weights(weights)
        if half:
            _halve(weights)
        told.write_text(json.dumps({**config, **card}, indent=2) + "\n")
        os.replace(weights, folder / _WEIGHTS_FILE)
        os.replace(told, folder / _CONFIG)
    return folder


def _halve(path: Path) -> None:
    """Rewrite a weights file with every array in half precision (HDF5 does not give room back in place)."""
    import h5py

    with h5py.File(path, "r") as old, h5py.File(path.with_name("half.weights.h5"), "w") as new:

        def copy(name, item):
            if isinstance(item, h5py.Dataset):
                new.create_dataset(name, data=item[()].astype(np.float16) if item.dtype.kind == "f" else item[()])
            else:
                new.require_group(name)
            for key, value in item.attrs.items():
                new[name].attrs[key] = value

        old.visititems(copy)
        for key, value in old.attrs.items():
            new.attrs[key] = value
    os.replace(path.with_name("half.weights.h5"), path)


def load_model(name: str | Path):
    """A trained network, by name or from a folder that ``srlib train`` wrote.

    Parameters
    ----------
    name : str or Path
        A shipped network (``srlib models`` lists them), or a folder.

    Returns
    -------
    keras.Model
        As :func:`build_model` gives it; `model.srlib_config` holds what is known of it.

    Raises
    ------
    ValueError
        Neither a shipped name nor a folder; a folder without a model; a damaged or foreign file in it.
    """
    folder = WEIGHTS / name if str(name) in shipped() else Path(name)
    if not folder.is_dir():
        raise ValueError(
            f"There is no model {str(name)!r}; expected one of {', '.join(shipped())}, or a folder that `srlib train` wrote: `srlib models` shows them."
        )
    config, weights = folder / _CONFIG, folder / _WEIGHTS_FILE
    for file in (config, weights):
        if not file.is_file():
            raise ValueError(
                f"{folder} has no {file.name}, so it is no finished model; expected a folder that `srlib train` wrote: train into it, or give another."
            )
    try:
        card = json.loads(config.read_text())
        model = build_model(card["builder"], card["scale"], **card["options"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{config} does not describe a model ({error}); expected what `srlib train` writes: train again, or restore the file."
        ) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras warns of what it also raises
            model.load_weights(weights)
    except Exception as error:  # h5py and Keras raise a dozen kinds here
        reason = str(error).splitlines()[0].partition(". Example")[0] if str(error) else type(error).__name__
        raise ValueError(
            f"{weights} does not hold the weights of {card['builder']} ({reason}); expected what `srlib train` writes: train again, or restore the file."
        ) from None
    model.srlib_config = card
    return model


# -- what a network costs, and how far it looks ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Geometry:
    """What tiling and tables need to know of a network, read from its layers.

    Attributes
    ----------
    stride : int
        A tile must begin at a multiple of this many small pixels.
    reach : int
        How many small pixels away an output pixel still looks.
    multiply_adds : float
        Multiply-adds of the convolutions per pixel of the small picture.
    """

    stride: int
    reach: int
    multiply_adds: float


def geometry(model) -> Geometry:
    """Stride, reach and cost of a model, from its layers.

    Parameters
    ----------
    model : keras.Model
        From :func:`build_model`.

    Returns
    -------
    Geometry

    Raises
    ------
    ValueError
        A layer whose geometry is not known here.
    """
    # of every tensor: pixels per small pixel along one side, and how many small pixels away it looks
    density, reach = {}, {}
    stride, cost = 1, Fraction(0)
    for layer in model.layers:
        inputs = layer.input if isinstance(layer.input, (list, tuple)) else [layer.input]
        if isinstance(layer, layers.InputLayer):
            density[id(layer.output)], reach[id(layer.output)] = Fraction(1), Fraction(0)
            continue
        dense, far = density[id(inputs[0])], max(reach[id(x)] for x in inputs)
        if isinstance(layer, layers.Conv2D):
            height, width, into, out = layer.kernel.shape
            far += Fraction(max(height, width) // 2 * max(layer.dilation_rate)) / dense
            dense /= layer.strides[0]
            cost += height * width * into * out * dense**2
        elif isinstance(layer, layers.MaxPooling2D):
            far += Fraction(layer.pool_size[0] - 1) / dense
            dense /= layer.pool_size[0]
        elif isinstance(layer, layers.UpSampling2D):
            dense *= layer.size[0]
        elif isinstance(layer, Enlarge):
            far += Fraction(layer.reach) / dense
            dense *= layer.scale
        elif isinstance(layer, PixelShuffle):
            dense *= layer.scale
        elif isinstance(layer, PadToMultiple):
            stride = lcm(stride, (Fraction(layer.multiple) / dense).numerator)
        elif not isinstance(layer, (layers.Add, layers.Activation, layers.ReLU, CropLike)):
            raise ValueError(
                f"{model.name} has a layer {type(layer).__name__} whose reach is not known; expected the layers that srlib's builders use: add it to srlib.models.geometry."
            )
        density[id(layer.output)], reach[id(layer.output)] = dense, far
    return Geometry(stride, ceil(reach[id(model.output)]), float(cost))
