"""What a layer declares about itself: scale, receptive field, cost, grid, and its look in a drawing.

A layer of one's own has a method ``srlib_traits()`` that returns its :class:`Traits`. For a layer of Keras, a function is
registered with :func:`register_traits`; those that srlib's networks use are registered at the end of this file. The
traits of a whole network follow from those of its layers.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import singledispatch
from math import ceil, lcm
from numbers import Rational

from ..backend import keras


@dataclass(frozen=True)
class Traits:
    """What tiling, costs and drawings need to know of a layer or of a whole network.

    Attributes
    ----------
    scale : int or Fraction
        Pixels of the output for one of the input, along one side: 2 for an upscaling by 2, ``Fraction(1, 2)`` for a
        pooling by 2.
    reach : int or Fraction
        Radius of the receptive field: how many pixels of its input away an output pixel still depends on. The receptive
        field is ``2 * reach + 1`` pixels wide.
    macs : int or Fraction
        Multiply-adds (MACs) per pixel of the output.
    stride : int
        The layer works on a grid of this many input pixels: moving the input by a multiple of it moves the output.
    border : {"", "zeros", "mirror"}
        What a layer that looks at neighbours puts beyond the edges of its input: zeros, or the mirror image with the edge
        itself repeated. Empty where that is not known.
    label : str
        What a drawing calls the layer; a layer without a label is left out of drawings.
    colour : str
        Of the layer in drawings, such as ``"#0b5c8a"``.

    Raises
    ------
    ValueError
        A scale that is no positive int or Fraction.

    Examples
    --------
    >>> from srlib.layers import Traits
    >>> Traits(reach=1, macs=27, label="edge detector", colour="#4a9a6f").scale
    Fraction(1, 1)
    """

    scale: int | Fraction = Fraction(1)
    reach: int | Fraction = 0
    macs: int | Fraction = 0
    stride: int = 1
    border: str = ""
    label: str = ""
    colour: str = ""

    def __post_init__(self):
        if not isinstance(self.scale, Rational) or self.scale <= 0:
            raise ValueError(
                f"scale is {self.scale!r}; expected a positive int or Fraction, so that sizes stay exact: write Fraction(1, 2) for a half."
            )


def traits_of(layer) -> Traits:
    """The traits of a layer or of a whole network.

    Parameters
    ----------
    layer : keras.Layer or keras.Model
        A model is made of inputs and outputs, as all builders make them, or a built keras.Sequential.

    Returns
    -------
    Traits
        Of a network: `scale` is its scale, `reach` and `stride` are whole LR pixels, `macs` is per SR pixel.

    Raises
    ------
    ValueError
        A layer whose traits are not known.

    Examples
    --------
    >>> from srlib import build_model
    >>> from srlib.layers import PixelShuffle, traits_of
    >>> traits_of(PixelShuffle(3)).scale
    3
    >>> network = traits_of(build_model("subpixel", width=8, blocks=1))
    >>> int(network.scale), network.reach, network.stride
    (2, 4, 1)
    """
    own = getattr(layer, "srlib_traits", None)
    return _known(layer) if own is None else own()


@singledispatch
def _known(layer) -> Traits:
    raise ValueError(
        f"The traits of the layer {type(layer).__name__} are not known; expected a layer with a method srlib_traits, or one that is registered: use srlib.layers.register_traits."
    )


def register_traits(kind: type):
    """Declare the traits of a class of layers that is not yours to change, such as one of Keras.

    Parameters
    ----------
    kind : type
        The class; its subclasses are meant too.

    Returns
    -------
    function
        A decorator for a function that takes such a layer and returns its :class:`Traits`.

    Examples
    --------
    >>> from srlib.backend import keras
    >>> from srlib.layers import Traits, register_traits, traits_of
    >>> @register_traits(keras.layers.GaussianNoise)
    ... def noise(layer):
    ...     return Traits(label="noise", colour="#c3c8cc")
    >>> traits_of(keras.layers.GaussianNoise(0.1)).label
    'noise'
    """
    return _known.register(kind)


# -- a network: the composition of its layers ---------------------------------------------------------------------------


def calls_of(model) -> list:
    """The calls of a network's layers, each after those whose results it takes.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    list
        Nodes of Keras, with `operation`, `input_tensors` and `output_tensors`.

    Raises
    ------
    ValueError
        A model that is not made of inputs and outputs.

    Examples
    --------
    >>> from srlib import build_model
    >>> from srlib.layers.traits import calls_of
    >>> [type(call.operation).__name__ for call in calls_of(build_model("espcn"))][:2]
    ['InputLayer', 'Conv2D']
    """
    by_depth = functional(model)._nodes_by_depth
    return [node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth]]


def functional(model):
    """What of a model knows its inputs, outputs and calls; that of a built keras.Sequential is within it.

    Raises
    ------
    ValueError
        A model that is not made of inputs and outputs.
    """
    model = getattr(model, "_functional", None) or model  # of a keras.Sequential
    if not hasattr(model, "_nodes_by_depth"):
        raise ValueError(
            f"The layers of {model.name} are not known; expected a model made of inputs and outputs: use keras.Model(inputs, outputs)."
        )
    return model


@register_traits(keras.Model)
def _network(model) -> Traits:
    known = {}  # of every tensor: pixels per LR pixel along one side, and the reach in LR pixels
    stride, macs = 1, Fraction(0)
    for call in calls_of(model):  # a layer that is called twice shares its weights and works twice
        if isinstance(call.operation, keras.layers.InputLayer):
            known[id(call.output_tensors[0])] = Fraction(1), Fraction(0)
            continue
        inputs = [known[id(x)] for x in call.input_tensors]
        traits, density, reach = traits_of(call.operation), inputs[0][0], max(reach for _, reach in inputs)
        stride = lcm(stride, (traits.stride / density).numerator)
        reach += traits.reach / density
        density *= traits.scale
        macs += traits.macs * density**2
        known.update((id(x), (density, reach)) for x in call.output_tensors)
    density, reach = known[id(functional(model).output)]
    return Traits(density, ceil(reach), macs / density**2, stride)


# -- layers of Keras ----------------------------------------------------------------------------------------------------


@register_traits(keras.layers.InputLayer)
def _input(layer) -> Traits:
    return Traits(label="LR image", colour="#f2c14e")


@register_traits(keras.layers.Conv2D)
def convolution_traits(layer) -> Traits:
    """Those of a convolution; a layer that derives from one changes what differs with `dataclasses.replace`.

    Parameters
    ----------
    layer : keras.layers.Conv2D
        Built.

    Returns
    -------
    Traits

    Examples
    --------
    >>> from srlib.backend import keras
    >>> from srlib.layers.traits import convolution_traits
    >>> layer = keras.layers.Conv2D(16, 5, padding="same")
    >>> layer.build((None, None, None, 3))
    >>> convolution_traits(layer).reach, convolution_traits(layer).macs
    (2, 1200)
    """
    height, width, inputs, outputs = layer.kernel.shape
    stride = layer.strides[0]
    return Traits(
        Fraction(1, stride),
        max(height, width) // 2 * max(layer.dilation_rate),
        height * width * inputs * outputs,
        stride,
        _border(layer, keras.layers.Conv2D),
        label="convolution",
        colour="#0b5c8a",
    )


def _border(layer, kind: type) -> str:
    """What a layer says in its attribute `border`; of one that convolves in a way of its own and says nothing, nothing is known."""
    usual = all(getattr(type(layer), name, None) is getattr(kind, name, None) for name in ("call", "convolution_op"))
    return getattr(layer, "border", "zeros" if usual and layer.padding == "same" else "")


@register_traits(keras.layers.Conv2DTranspose)
def _transposed_convolution(layer) -> Traits:
    """Its whole kernel is counted for every pixel of the output, zeros included, as the published tables do."""
    height, width, outputs, inputs = layer.kernel.shape
    stride = layer.strides[0]
    return Traits(
        stride,
        Fraction(max(height, width) // 2 + stride, stride),
        height * width * inputs * outputs,
        border=_border(layer, keras.layers.Conv2DTranspose),
        label="transposed convolution",
        colour="#5b3a8a",
    )


@register_traits(keras.layers.MaxPooling2D)
def _pooling(layer) -> Traits:
    side, stride = layer.pool_size[0], layer.strides[0]
    return Traits(Fraction(1, stride), side - 1, stride=stride, label="max-pooling", colour="#4a9a6f")


@register_traits(keras.layers.UpSampling2D)
def _up_sampling(layer) -> Traits:
    reach = {"nearest": 0, "bilinear": 1, "bicubic": 2, "lanczos3": 3, "lanczos5": 5}[layer.interpolation]
    return Traits(layer.size[0], reach, label="up-sampling", colour="#d9822b")


for _kind, _label, _colour in (
    (keras.layers.Add, "add (skip)", "#22313f"),
    (keras.layers.Concatenate, "concatenate", "#22313f"),
    (keras.layers.Multiply, "multiply", "#22313f"),
    (keras.layers.Activation, "activation", "#b5651d"),
    (keras.layers.ReLU, "activation", "#b5651d"),
    (keras.layers.LeakyReLU, "activation", "#b5651d"),
    (keras.layers.PReLU, "activation", "#b5651d"),
    (keras.layers.Rescaling, "rescaling", "#c3c8cc"),
):
    _TRAITS = Traits(label=_label, colour=_colour)
    register_traits(_kind)(lambda layer, traits=_TRAITS: traits)
