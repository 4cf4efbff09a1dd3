"""Writing an image file: pixels, and what an old file said beside its pixels.

Pillow writes; what it cannot do is in `sixteen_bits`.
"""

import contextlib
import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..safe_files import write_whole
from .metadata import Metadata, options_for
from .sixteen_bits import write_png, write_tiff


@dataclass(frozen=True)
class Kind:
    """What a kind of image file can hold, and how srlib has Pillow write it.

    Attributes
    ----------
    format : str
        Pillow's name of it.
    longest : int
        The most pixels along a side.
    alpha, deep : bool
        Whether it holds transparency; whether it holds 16 bits a channel.
    options : dict
        For Pillow's `save`.
    """

    format: str
    longest: int
    alpha: bool = False
    deep: bool = False
    options: dict = field(default_factory=dict)


# JPEG at its default halves the colours' resolution, and a third of what a network gained is lost again
_JPEG = Kind("JPEG", 65500, options={"quality": 95, "subsampling": 0})
_TIFF = Kind("TIFF", 2**31 - 1, alpha=True, deep=True)
KINDS = {
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".png": Kind("PNG", 2**31 - 1, alpha=True, deep=True),
    ".webp": Kind("WEBP", 16383, alpha=True, options={"quality": 95}),
    ".tif": _TIFF,
    ".tiff": _TIFF,
    ".bmp": Kind("BMP", 2**31 - 1),
}


def kind_of(path: Path) -> Kind:
    """The kind of image file that a name stands for.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Kind

    Raises
    ------
    ValueError
        Its suffix is none of `KINDS`.

    Examples
    --------
    >>> kind_of(Path("large.PNG")).format
    'PNG'
    """
    if path.suffix.lower() not in KINDS:
        raise ValueError(
            f"{path.name} names a kind of file that srlib does not write; expected one of {', '.join(KINDS)}: choose a file name that ends so."
        )
    return KINDS[path.suffix.lower()]


def write_image(path: Path, pixels, metadata: Metadata | None = None, *, replace: bool = False) -> None:
    """Write an image file.

    Parameters
    ----------
    path : Path
        Its suffix, one of `KINDS`, says what is written. Folders on the way to it are made.
    pixels : PIL.Image.Image, or ndarray of uint16, (h, w, channels)
        8 or 16 bits; of 16 bits grey or RGB, with transparency or without: 1 to 4 channels.
    metadata : Metadata, optional
        Where it cannot be written, the image is written without it.
    replace : bool
        Whether a file that is there already may be replaced.

    Raises
    ------
    ValueError
        A kind of file that is not written.
    FileExistsError, OSError
        A file that is there already; a place that cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "grey.png"
    >>> write_image(path, np.full((2, 3, 1), 40000, np.uint16))
    >>> from srlib.image_files import decode
    >>> decode(path).levels
    array([[40000, 40000, 40000],
           [40000, 40000, 40000]], dtype=uint16)
    """
    kind = kind_of(path)
    metadata = metadata or Metadata()
    write_whole(path, lambda scratch: _fill(lambda: scratch.open("wb"), pixels, metadata, kind), replace=replace)


def encode_image(kind: Kind, pixels, metadata: Metadata | None = None) -> bytes:
    """What :func:`write_image` would write.

    Parameters
    ----------
    kind : Kind
    pixels : PIL.Image.Image, or ndarray of uint16, (h, w, channels)
    metadata : Metadata, optional

    Returns
    -------
    bytes

    Examples
    --------
    >>> encode_image(KINDS[".png"], np.full((2, 3, 1), 40000, np.uint16))[1:4]
    b'PNG'
    """
    files = []  # the last is whole

    def fresh():
        files.append(io.BytesIO())
        return contextlib.nullcontext(files[-1])

    _fill(fresh, pixels, metadata or Metadata(), kind)
    return files[-1].getvalue()


def _fill(fresh, pixels, metadata: Metadata, kind: Kind) -> None:
    """Write the image to a fresh file, and to another one where the metadata cannot be written."""
    try:
        _fill_with(fresh, pixels, kind, _metadata_options(pixels, metadata, kind))
    except (OSError, MemoryError):
        raise
    except Exception:  # the old file says something that cannot be written again: the image matters more
        _fill_with(fresh, pixels, kind, {})


def _metadata_options(pixels, metadata: Metadata, kind: Kind) -> dict:
    if isinstance(pixels, np.ndarray):
        (height, width, channels) = pixels.shape
        return options_for(kind.format, metadata, (width, height), channels)
    return options_for(kind.format, metadata, pixels.size, len(pixels.getbands()))


def _fill_with(fresh, pixels, kind: Kind, options: dict) -> None:
    with fresh() as file:
        if not isinstance(pixels, np.ndarray):
            pixels.save(_WithoutFileno(file), format=kind.format, **kind.options | options)
        elif kind.format == "PNG":
            write_png(file, pixels, options)
        else:
            write_tiff(file, pixels, options)


class _WithoutFileno:
    """A file without `fileno`: given one, Pillow writes to the descriptor itself and takes no notice of a full disk."""

    def __init__(self, file):
        self.write, self.seek, self.tell, self.flush = file.write, file.seek, file.tell, file.flush
