"""What a network costs, and how far it looks: read from its layers, never typed in.

Enters: a model. Leaves: its :class:`Geometry`, which tiling and tables need.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, lcm

from ._backend import keras
from .layers import CropLike, Interpolation, Luminance, PadToMultiple, PixelShuffle, SelfEnsemble

layers = keras.layers
_OUTPUT = 1280 * 720  # pixels for which the papers count multiply-adds
_SAME_PLACE = (layers.Add, layers.Activation, layers.ReLU, layers.PReLU, layers.Rescaling, CropLike, Luminance)


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
        Multiply-adds of the convolutions per pixel of the small image. A transposed convolution counts its whole
        kernel for every pixel that it makes, zeros included, as the published tables do.
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
        elif isinstance(layer, layers.Conv2DTranspose):
            height, width, out, into = layer.kernel.shape
            dense *= layer.strides[0]
            far += Fraction(max(height, width) // 2 + layer.strides[0]) / dense
            cost += height * width * into * out * dense**2
        elif isinstance(layer, layers.MaxPooling2D):
            far += Fraction(layer.pool_size[0] - 1) / dense
            dense /= layer.pool_size[0]
        elif isinstance(layer, layers.UpSampling2D):
            dense *= layer.size[0]
        elif isinstance(layer, Interpolation):
            far += Fraction(layer.reach) / dense
            dense *= layer.scale
        elif isinstance(layer, PixelShuffle):
            dense *= layer.scale
        elif isinstance(layer, PadToMultiple):
            stride = lcm(stride, (Fraction(layer.multiple) / dense).numerator)
        elif isinstance(layer, SelfEnsemble):
            inside = geometry(layer.network)
            far += Fraction(inside.reach) / dense
            cost += 8 * Fraction(inside.multiply_adds) * dense**2
            dense *= layer.scale
        elif not isinstance(layer, _SAME_PLACE):
            raise ValueError(
                f"{model.name} has a layer {type(layer).__name__} whose reach is not known; expected the layers that srlib's builders use: add it to srlib.geometry."
            )
        density[id(layer.output)], reach[id(layer.output)] = dense, far
    return Geometry(stride, ceil(reach[id(model.output)]), float(cost))


def published_cost(model) -> float:
    """Multiply-adds as the papers count them: for an output of 1280x720.

    Parameters
    ----------
    model : keras.Model
        From :func:`build_model` or :func:`load_model`.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        A layer whose geometry is not known here.
    """
    return geometry(model).multiply_adds * _OUTPUT / model.srlib_config["scale"] ** 2
