"""Image files: the one decoder, the one writer, and what a file says beside its pixels.

`decode` gives everything that a file holds, `read_image` only its pixels as RGB of 8 bits, `write_image` writes. All else
in srlib that reads or writes image files of strangers does it through these.
"""

from .metadata import Metadata
from .reading import FORMATS, DecodedImage, decode, quiet_decoders, read_image
from .writing import KINDS, Kind, kind_of, write_image

__all__ = [
    "FORMATS",
    "KINDS",
    "DecodedImage",
    "Kind",
    "Metadata",
    "decode",
    "kind_of",
    "quiet_decoders",
    "read_image",
    "write_image",
]
