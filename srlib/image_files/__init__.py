"""Image files: the one decoder, the one writer, and what a file says beside its pixels.

`holds_image` tells by its first bytes whether a file is an image, `frames_in` how many it holds. `decode` gives everything
that a file says, `read_image` only its pixels as RGB of 8 bits, `write_image` writes. All else in srlib that reads or writes
image files of strangers does it through these.
"""

from .formats import FORMATS, format_of, holds_image, lacking
from .metadata import Metadata
from .opening import frames_in, quiet_decoders
from .reading import DecodedImage, decode, read_image
from .writing import KINDS, Kind, encode_image, kind_of, write_image

__all__ = [
    "FORMATS",
    "KINDS",
    "DecodedImage",
    "Kind",
    "Metadata",
    "decode",
    "encode_image",
    "format_of",
    "frames_in",
    "holds_image",
    "kind_of",
    "lacking",
    "quiet_decoders",
    "read_image",
    "write_image",
]
