"""What a layer is in an ONNX graph: for each kind of layer one function that adds its operators.

A layer of one's own has a method ``srlib_onnx(graph, *inputs)`` that adds its operators to a :class:`srlib.onnx_export.Graph`
and returns the name of its result. For a layer of Keras, a function is registered with :func:`register_onnx`; those that
srlib's networks use are registered at the end of this file. Within the graph the channels come first, (N, C, h, w), as
ONNX has them.
"""

from collections.abc import Callable

import numpy as np

from ..backend import keras
from .traits import calls_of, functional

array = keras.ops.convert_to_numpy
_EMITTERS: dict[type, Callable] = {}
# What Keras calls each activation, and the operator that it is; `linear` is none
_ACTIVATIONS = {
    "linear": None, "relu": "Relu", "tanh": "Tanh", "sigmoid": "Sigmoid", "softplus": "Softplus", "softsign": "Softsign", "elu": "Elu",
}  # fmt: skip


def onnx_nodes(graph, layer, *inputs: str) -> str:
    """Add what a layer or a whole network computes to a graph.

    Parameters
    ----------
    graph : srlib.onnx_export.Graph
    layer : keras.Layer or keras.Model
        Built.
    *inputs : str
        The names of what it is called with.

    Returns
    -------
    str
        The name of its result.

    Raises
    ------
    ValueError
        A layer that cannot be exported.

    Examples
    --------
    >>> from srlib.layers import PixelShuffle
    >>> from srlib.layers.onnx_nodes import onnx_nodes
    >>> from srlib.onnx_export import Graph
    >>> graph = Graph()
    >>> onnx_nodes(graph, PixelShuffle(2), "x"), graph.nodes[0].kind
    ('DepthToSpace_0', 'DepthToSpace')
    """
    if hasattr(layer, "srlib_onnx"):
        return layer.srlib_onnx(graph, *inputs)
    if isinstance(layer, keras.Model):
        return _network(graph, layer, *inputs)
    kind = next((kind for kind in type(layer).__mro__ if kind in _EMITTERS), None)
    if kind is None:
        raise refused(layer)
    # of a layer that derives from one of Keras and computes in a way of its own, nothing is known
    if any(getattr(type(layer), name, None) is not getattr(kind, name, None) for name in ("call", "convolution_op")):
        raise refused(layer)
    if getattr(layer, "data_format", "channels_last") != "channels_last":
        raise refused(layer, "its channels come first")
    return _EMITTERS[kind](graph, layer, *inputs)


def register_onnx(kind: type):
    """Declare what a class of layers that is not yours to change is in an ONNX graph.

    Parameters
    ----------
    kind : type
        The class; subclasses that do not compute in a way of their own are meant too.

    Returns
    -------
    function
        A decorator for a function ``(graph, layer, *inputs)`` that adds the operators to the graph and returns the name of
        the result.

    Examples
    --------
    >>> from srlib.backend import keras
    >>> from srlib.layers import register_onnx
    >>> @register_onnx(keras.layers.GaussianNoise)
    ... def noise(graph, layer, x):
    ...     return x  # it works in training alone
    """

    def register(function):
        _EMITTERS[kind] = function
        return function

    return register


def refused(layer, why: str = "what it computes is not known there") -> ValueError:
    """The error for a layer that cannot be exported.

    Parameters
    ----------
    layer : keras.Layer
    why : str

    Returns
    -------
    ValueError
    """
    return ValueError(
        f"The layer {layer.name} ({type(layer).__name__}) cannot be exported to ONNX, as {why}; expected one with a method srlib_onnx, or one that is registered with srlib.layers.register_onnx: add that, or use another layer."
    )


def _network(graph, model, x):
    known = {}  # what each tensor of Keras is called in the graph
    for call in calls_of(model):
        (tensor,) = call.output_tensors
        if isinstance(call.operation, keras.layers.InputLayer):
            name = x
        else:
            name = onnx_nodes(graph, call.operation, *(known[id(given)] for given in call.input_tensors))
        known[id(tensor)] = name
        graph.channels[name] = tensor.shape[-1]
    return known[id(functional(model).output)]


# -- what several layers are made of ------------------------------------------------------------------------------------


def mirrored(graph, x: str, rows: tuple, columns: tuple) -> str:
    """Continue a tensor beyond its edges as :func:`srlib.layers.padding.mirror` does, however short it is.

    Parameters
    ----------
    graph : srlib.onnx_export.Graph
    x : str
    rows, columns : (before, after)
        How many to add at either end: numbers, or names in the graph of what counts them.

    Returns
    -------
    str
    """
    if all(count in (0, 1) for count in (*rows, *columns)):  # the mirror image of one pixel is that pixel
        if not any((*rows, *columns)):
            return x
        pads = np.array([0, 0, rows[0], columns[0], 0, 0, rows[1], columns[1]])
        return graph.node("Pad", x, graph.constant(pads), mode="edge")
    for axis, (before, after) in ((2, rows), (3, columns)):
        count, after = graph.size(x, axis), after if isinstance(after, str) else graph.constant(np.array(after))
        end, twice = graph.node("Add", count, after), graph.node("Add", count, count)
        place = graph.node("Range", graph.constant(np.array(-before)), end, graph.constant(np.array(1)))
        place = graph.node("Mod", place, twice)  # for whole numbers it has the sign of the divisor, as Python's %
        last = graph.node("Sub", twice, graph.constant(np.array(1)))
        place = graph.node("Min", place, graph.node("Sub", last, place))
        x = graph.node("Gather", x, place, axis=axis)
    return x


def convolved(graph, x: str, kernel, bias=None, border: str = "zeros", dilations=(1, 1), **attributes) -> str:
    """Convolve a tensor with a kernel that Keras laid out.

    Parameters
    ----------
    graph : srlib.onnx_export.Graph
    x : str
    kernel : array, (k, l, C, D)
    bias : array, (D,), optional
    border : {"zeros", "mirror", ""}
        What lies beyond the edges; empty where nothing does, so that the result is smaller.
    dilations : (int, int)
    **attributes
        Further ones of the operator.

    Returns
    -------
    str
    """
    kernel = array(kernel)
    extents = [(side - 1) * dilation for side, dilation in zip(kernel.shape, dilations)]
    before, after = [n // 2 for n in extents], [n - n // 2 for n in extents]
    if border == "mirror":
        x = mirrored(graph, x, *zip(before, after))
    elif border == "zeros":
        attributes["pads"] = [*before, *after]
    weights = [kernel.transpose(3, 2, 0, 1), *([] if bias is None else [array(bias)])]
    return graph.node("Conv", x, *map(graph.constant, weights), dilations=list(dilations), **attributes)


def activated(graph, layer, x: str) -> str:
    """The activation of a layer, applied to a tensor.

    Parameters
    ----------
    graph : srlib.onnx_export.Graph
    layer : keras.Layer
        With an attribute `activation`.
    x : str

    Returns
    -------
    str

    Raises
    ------
    ValueError
        An activation that cannot be exported.
    """
    for name, kind in _ACTIVATIONS.items():
        if layer.activation is keras.activations.get(name):
            return graph.node(kind, x) if kind else x
    word = getattr(layer.activation, "__name__", layer.activation)
    raise refused(layer, f"its activation is {word!s:.60}, and {', '.join(_ACTIVATIONS)} are known there")


# -- layers of Keras ----------------------------------------------------------------------------------------------------


@register_onnx(keras.layers.Conv2D)
def _convolution(graph, layer, x):
    border, more = {"same": "zeros", "valid": ""}[layer.padding], {}
    if border == "zeros" and layer.strides != (1, 1):  # how much is then added depends on the size
        border, more = "", {"auto_pad": "SAME_UPPER"}
    x = convolved(
        graph, x, layer.kernel, layer.bias if layer.use_bias else None, border, layer.dilation_rate,
        group=layer.groups, strides=list(layer.strides), **more,
    )  # fmt: skip
    return activated(graph, layer, x)


@register_onnx(keras.layers.Conv2DTranspose)
def _transposed_convolution(graph, layer, x):
    if layer.output_padding is not None or layer.dilation_rate != (1, 1):
        raise refused(layer, "it has an output padding or a dilation of its own")
    beyond = [side - stride for side, stride in zip(layer.kernel_size, layer.strides)]
    cut = [max(0, n) if layer.padding == "same" else 0 for n in beyond]  # the result is `strides` times as large
    pads = [*(n // 2 for n in cut), *(n - n // 2 for n in cut)]
    weights = [array(layer.kernel).transpose(3, 2, 0, 1), *([array(layer.bias)] if layer.use_bias else [])]
    x = graph.node(
        "ConvTranspose", x, *map(graph.constant, weights),
        strides=list(layer.strides), pads=pads, output_padding=[max(0, -n) for n in beyond],
    )  # fmt: skip
    return activated(graph, layer, x)


@register_onnx(keras.layers.MaxPooling2D)
def _pooling(graph, layer, x):
    same = {"auto_pad": "SAME_UPPER"} if layer.padding == "same" else {}
    return graph.node("MaxPool", x, kernel_shape=list(layer.pool_size), strides=list(layer.strides), **same)


@register_onnx(keras.layers.UpSampling2D)
def _up_sampling(graph, layer, x):
    if layer.interpolation != "nearest":
        raise refused(layer, f"its interpolation is {layer.interpolation}, and nearest is known there")
    scales = graph.constant(np.array([1, 1, *layer.size], np.float32))
    options = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    return graph.node("Resize", x, "", scales, mode="nearest", **options)


@register_onnx(keras.layers.Activation)
def _activation(graph, layer, x):
    return activated(graph, layer, x)


@register_onnx(keras.layers.ReLU)
def _relu(graph, layer, x):
    if layer.threshold:
        raise refused(layer, "it has a threshold")
    x = graph.node("LeakyRelu", x, alpha=float(layer.negative_slope)) if layer.negative_slope else graph.node("Relu", x)
    return x if layer.max_value is None else graph.node("Min", x, graph.constant(np.float32(layer.max_value)))


@register_onnx(keras.layers.LeakyReLU)
def _leaky_relu(graph, layer, x):
    return graph.node("LeakyRelu", x, alpha=float(layer.negative_slope))


@register_onnx(keras.layers.PReLU)
def _prelu(graph, layer, x):
    return graph.node("PRelu", x, graph.constant(array(layer.alpha).transpose(2, 0, 1)))


@register_onnx(keras.layers.Rescaling)
def _rescaling(graph, layer, x):
    for kind, value in (("Mul", layer.scale), ("Add", layer.offset)):
        numbers = np.asarray(value, np.float32)
        x = graph.node(kind, x, graph.constant(numbers.reshape(-1, 1, 1) if numbers.ndim else numbers))
    return x


@register_onnx(keras.layers.Concatenate)
def _concatenate(graph, layer, *inputs):
    if layer.axis not in (-1, 3):
        raise refused(layer, f"it joins axis {layer.axis}, and the channels alone are joined there")
    return graph.node("Concat", *inputs, axis=1)


register_onnx(keras.layers.Add)(lambda graph, layer, *inputs: graph.node("Sum", *inputs))


@register_onnx(keras.layers.Multiply)
def _multiply(graph, layer, first, *others):
    for other in others:
        first = graph.node("Mul", first, other)
    return first
