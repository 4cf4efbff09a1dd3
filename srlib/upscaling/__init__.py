"""Upscaling: any image by any method, in tiles; and whole image files.

`upscale` and `upscale_file` are public; the rest is for the command line and for what is built on tiles.
"""

from .files import upscale_bytes, upscale_file
from .sizes import check_reach, check_size
from .tiles import check_method, method_named, upscale, upscaled_pieces

__all__ = [
    "check_method",
    "check_reach",
    "check_size",
    "method_named",
    "upscale",
    "upscale_bytes",
    "upscale_file",
    "upscaled_pieces",
]
