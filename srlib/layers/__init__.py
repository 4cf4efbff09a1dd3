"""Layers that Keras does not have, and what every layer declares about itself.

All are written on `keras.ops`, so they give the same images on every backend. Each layer declares its scale, receptive
field, cost and look in a drawing as :class:`Traits`; networks are tiled, costed and drawn from these. It also says what it
is in an ONNX graph (:func:`onnx_nodes`).
"""

from .colour import Luminance, luminance
from .ensemble import SelfEnsemble
from .equivariant import Equivariant, EquivariantConv2D, MirroredEquivariantConv2D
from .interpolation import Interpolation
from .onnx_nodes import onnx_nodes, register_onnx
from .padding import CropLike, MirroredConv2D, PadToMultiple
from .shuffle import PixelShuffle
from .traits import Traits, register_traits, traits_of
from .wide import WideConv2D

__all__ = [
    "CropLike", "Equivariant", "EquivariantConv2D", "Interpolation", "Luminance", "MirroredConv2D",
    "MirroredEquivariantConv2D", "PadToMultiple", "PixelShuffle", "SelfEnsemble", "Traits", "WideConv2D", "luminance", "onnx_nodes",
    "register_onnx", "register_traits", "traits_of",
]  # fmt: skip
