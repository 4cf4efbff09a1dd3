"""Writing an image file: pixels, and what an old file said beside its pixels.

Pillow writes; what it cannot do is in `sixteen_bits`.
"""

import contextlib
import io
from dataclasses import dataclass, field
from dataclasses import replace as changed
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
    quality : int, optional
        What the caller chose, where it is a lossy kind.
    """

    format: str
    longest: int
    alpha: bool = False
    deep: bool = False
    options: dict = field(default_factory=dict)
    quality: int | None = None


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


def kind_of(path: Path, quality: int | None = None) -> Kind:
    """The kind of image file that a name stands for.

    Parameters
    ----------
    path : Path
    quality : int, optional
        Of a JPEG or a WebP, from 1 to 100; 95 unless given.

    Returns
    -------
    Kind

    Raises
    ------
    ValueError
        Its suffix is none of `KINDS`; another quality, or one for a kind that has none.

    Examples
    --------
    >>> kind_of(Path("large.PNG")).format, kind_of(Path("large.jpg"), quality=80).quality
    ('PNG', 80)
    """
    if path.suffix.lower() not in KINDS:
        raise ValueError(
            f"{path.name} names a kind of file that srlib does not write; expected one of {', '.join(KINDS)}: choose a file name that ends so."
        )
    kind = KINDS[path.suffix.lower()]
    if quality is None:
        return kind
    if "quality" not in kind.options:
        raise ValueError(
            f"quality is {quality}, and {path.name} would be a {kind.format}, which loses nothing; expected none: leave it out, or choose a file name that ends in .jpg or .webp."
        )
    if isinstance(quality, bool) or not isinstance(quality, (int, np.integer)) or not 1 <= quality <= 100:
        raise ValueError(
            f"quality is {quality!r}; expected a whole number from 1 to 100: 95 is the usual one, and a smaller one makes a smaller file."
        )
    return changed(kind, quality=int(quality))


def write_image(
    path: Path, pixels, metadata: Metadata | None = None, *, quality: int | None = None, replace: bool = False
) -> None:
    """Write an image file.

    Parameters
    ----------
    path : Path
        Its suffix, one of `KINDS`, says what is written. Folders on the way to it are made.
    pixels : PIL.Image.Image, or ndarray of uint16, (h, w, channels)
        8 or 16 bits; of 16 bits grey or RGB, with transparency or without: 1 to 4 channels.
    metadata : Metadata, optional
        Where it cannot be written, the image is written without it.
    quality : int, optional
        Of a JPEG or a WebP, from 1 to 100; 95 unless given. Without it a WebP that was lossless stays so.
    replace : bool
        Whether a file that is there already may be replaced.

    Raises
    ------
    ValueError
        A kind of file that is not written, a quality that it does not have.
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
    kind = kind_of(path, quality)
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
    chosen = _chosen(metadata, kind)
    try:
        _fill_with(fresh, pixels, kind, chosen | _metadata_options(pixels, metadata, kind))
    except (OSError, MemoryError):
        raise
    except Exception:  # the old file says something that cannot be written again: the image matters more
        _fill_with(fresh, pixels, kind, chosen)


def _chosen(metadata: Metadata, kind: Kind) -> dict:
    if kind.quality is not None:
        return {"quality": kind.quality}
    # the quality of what loses nothing is an effort: four times the time for a thousandth of the size
    return {"lossless": True, "quality": 50} if kind.format == "WEBP" and metadata.lossless else {}


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
