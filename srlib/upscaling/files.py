"""An image file in, a larger image file out.

The pixels of the result are those of :func:`srlib.upscale`, rounded once. Grey stays grey, 16 bits stay 16 bits and
transparency stays, where the new kind of file can hold them. What the old file says beside its pixels is kept, too.
"""

import contextlib
import os
from pathlib import Path

import numpy as np

from ..image_files import DecodedImage, Kind, decode, kind_of, quiet_decoders, write_image
from ..images import check_scale
from ..metrics import LUMA
from .tiles import check_method, method_named, upscaled_pieces
from .transparency import transparent_pieces

_GREY = (np.array(LUMA) / sum(LUMA)).astype(np.float32)  # as Pillow's


def upscale_file(
    source: str | Path, target: str | Path, method=None, scale: int | None = None, *, replace: bool = False
) -> Path:
    """Upscale an image file.

    Parameters
    ----------
    source : str or Path
        One image of 8 or 16 bits: JPEG, PNG, WebP, TIFF, BMP and some more.
    target : str or Path
        Its suffix says what is written: .jpg, .jpeg, .png, .webp, .tif, .tiff or .bmp. Folders on the way to it are made.
    method : keras.Model, str or Path, optional
        A network; the name or the folder of one, as for :func:`srlib.load_model`; or an interpolation's name. Unless given,
        the small network for the scale that travels with srlib and may be used for anything.
    scale : int, optional
        2 for an interpolation unless given; a network has its own, which this may confirm.
    replace : bool
        Whether a file that is there already may be replaced.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    ValueError
        A kind of file that is not written, or that cannot hold the image; no such method; a scale that is not its own.
    FileNotFoundError, FileExistsError, OSError
        No such file, or a damaged one; a target that exists, or that cannot be written.
    MemoryError
        The result would not fit into this machine.

    Examples
    --------
    >>> import tempfile, PIL.Image, srlib
    >>> folder = Path(tempfile.mkdtemp())
    >>> PIL.Image.new("RGB", (30, 20), "olive").save(folder / "small.png")
    >>> large = srlib.upscale_file(folder / "small.png", folder / "large.jpg", "bicubic", scale=3)
    >>> PIL.Image.open(large).size
    (90, 60)
    """
    source, target = Path(source), Path(target)
    kind = kind_of(target)
    if target.exists() and not replace:
        raise FileExistsError(f"{target} exists; expected a free name: choose another, or say replace=True.")
    if isinstance(method, (str, Path, type(None))):
        method = method_named(method, scale)
    if isinstance(method, str):
        scale = 2 if scale is None else check_scale(scale)
    else:
        scale = check_method(method, scale)
        if getattr(method, "card", None) is None:
            raise ValueError(
                f"method is {getattr(method, 'name', 'a function')}, which srlib did not build; expected a network whose receptive field it knows: use srlib.build_model or srlib.load_model."
            )
    with quiet_decoders():
        image = decode(source)
    _check_holds(source, image, target, kind, scale)
    write_image(target, _upscaled(image, kind, method, scale), image.metadata, replace=replace)
    return target


def _check_holds(source: Path, image: DecodedImage, target: Path, kind: Kind, scale: int) -> None:
    """Whether the result goes into a file of this kind, and into the memory, told before the work is done."""
    height, width = (scale * n for n in image.levels.shape[:2])
    result = f"{source} would become {width}x{height}"
    transparent = image.alpha is not None and image.alpha.min() < np.iinfo(image.alpha.dtype).max
    if transparent and not kind.alpha:
        raise ValueError(
            f"{source} is partly transparent, which {kind.format} cannot be; expected a kind of file that can: choose a file name that ends in .png, .webp or .tif."
        )
    if max(height, width) > kind.longest:
        raise ValueError(
            f"{result}, and {kind.format} ends at {kind.longest}; expected a kind of file that does not: choose a file name that ends in .png or .tif."
        )
    channels = (1 if image.levels.ndim == 2 else 3) + (image.alpha is not None)
    size = height * width * channels * (2 if kind.deep and image.levels.dtype == np.uint16 else 1)
    if kind.format == "TIFF" and size > 2**32 - 2**24:
        raise ValueError(
            f"{result}, {size / 2**30:.1f} GiB, and a TIFF ends at 4; expected a kind of file that does not: choose a file name that ends in .png."
        )
    with contextlib.suppress(AttributeError, ValueError, OSError):  # not every system tells how much it has
        room = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        if size > room:
            raise MemoryError(
                f"{result}, {size / 2**30:.0f} GiB, and this machine has {room / 2**30:.0f}; expected less: give a smaller scale, or cut the image into parts."
            )


def _upscaled(image: DecodedImage, kind: Kind, method, scale: int):
    """The larger image: a Pillow canvas of 8 bits, or an array (H, W, channels) of ``uint16``."""
    from PIL import Image

    levels, alpha = image.levels, image.alpha if kind.alpha else None
    deep = kind.deep and levels.dtype == np.uint16
    if deep and alpha is not None and levels.ndim == 2 and kind.format == "TIFF":  # Pillow would not read it as grey
        levels = _as_rgb(levels)
    height, width = (scale * n for n in levels.shape[:2])
    channels = (1 if levels.ndim == 2 else 3) + (alpha is not None)
    if deep:
        array = np.empty((height, width, channels), np.uint16)
        for rows, columns, piece in _rounded(levels, alpha, method, scale, np.uint16):
            array[rows, columns] = piece
        return array
    canvas = Image.new(("L", "LA", "RGB", "RGBA")[channels - 1], (width, height))
    for rows, columns, piece in _rounded(levels, alpha, method, scale, np.uint8):
        canvas.paste(Image.fromarray(piece.squeeze(-1) if channels == 1 else piece), (columns.start, rows.start))
    return canvas


def _rounded(levels: np.ndarray, alpha: np.ndarray | None, method, scale: int, dtype):
    """An image upscaled, in pieces: rows and columns of the result, and its levels there, (rows, columns, channels)."""
    grey, top = levels.ndim == 2, np.float32(np.iinfo(dtype).max)
    for rows, columns, colours, seen in _pieces(levels, alpha, method, scale):
        if grey:  # an interpolation treats all three alike, a network nearly
            colours = colours[..., :1] if isinstance(method, str) else (colours @ _GREY)[..., None]
        planes = colours if alpha is None else np.concatenate([colours, seen[..., None]], -1)
        yield rows, columns, np.rint(planes * top).astype(dtype)


def _pieces(levels: np.ndarray, alpha: np.ndarray | None, method, scale: int):
    """Rows, columns, colours and alpha; what is opaque goes the short way."""
    if alpha is not None and alpha.min() < np.iinfo(alpha.dtype).max:
        yield from transparent_pieces(levels, alpha, method, scale)
        return
    for rows, columns, colours in upscaled_pieces(_as_rgb(levels) if levels.ndim == 2 else levels, method, scale):
        yield rows, columns, colours, np.ones(colours.shape[:2], np.float32)


def _as_rgb(grey: np.ndarray) -> np.ndarray:
    return np.broadcast_to(grey[..., None], (*grey.shape, 3))  # takes no memory
