"""An image file in, a larger image file out.

The pixels of the result are those of :func:`srlib.upscale`, rounded once. Grey stays grey, 16 bits stay 16 bits and
transparency stays, where the new kind of file can hold them. What the old file says beside its pixels is kept, too.
"""

from pathlib import Path

import numpy as np

from ..engines import ENGINES, check_engine
from ..image_files import DecodedImage, Kind, decode, encode_image, kind_of, quiet_decoders, write_image
from ..images import check_choice
from ..metrics import LUMA
from .room import check_room
from .sizes import check_size, planned, resized
from .tiles import as_rgb, check_method, method_named, upscaled_pieces
from .transparency import transparent_pieces

_GREY = (np.array(LUMA) / sum(LUMA)).astype(np.float32)  # as Pillow's


def upscale_file(
    source: str | Path | bytes,
    target: str | Path,
    method=None,
    scale: float | None = None,
    *,
    width: int | None = None,
    height: int | None = None,
    frame: int | None = None,
    quality: int | None = None,
    metadata: bool = True,
    replace: bool = False,
    engine: str | None = None,
) -> Path:
    """Upscale an image file, to any size above its own.

    What the file says beside its pixels is kept, too: also the place where a photograph was taken, the serial number of
    the camera and the name of its owner. ``metadata=False`` leaves them out.

    Parameters
    ----------
    source : str, Path or bytes
        One image of 8 or 16 bits, or what a file of it holds: JPEG, PNG, WebP, TIFF, BMP and some more.
    target : str or Path
        Its suffix says what is written: .jpg, .jpeg, .png, .webp, .tif, .tiff or .bmp. Folders on the way to it are made.
    method : keras.Model, str or Path, optional
        A network; the name or the folder of one, as for :func:`srlib.load_model`; or an interpolation's name. Unless given,
        a small network for the scale that travels with srlib and may be used for anything: `photo_x2` or `photo_x4` for
        what was compressed with loss, such as a JPEG of a quality below 94, `small_x2` to `small_x4` for other images. The
        logger ``srlib`` tells which, at the level INFO.
    scale : float, optional
        Such as 1.5; unless given, a network's own, or 2. What a network makes too large is reduced by antialiased bicubic
        interpolation; an interpolation goes to the size at once.
    width, height : int, optional
        Instead of a scale: of the result, in pixels. One of them is enough; both must have the image's proportions.
    frame : int, optional
        Which image of an animation or of several pages, from 0. Unless given, a file that holds several is refused.
    quality : int, optional
        Of a JPEG or a WebP, from 1 to 100; 95 unless given. Without it a WebP of a lossless WebP is lossless, too.
    metadata : bool
        Whether to keep what the file says beside its pixels; if not, only its colour profile is kept.
    replace : bool
        Whether a file that is there already may be replaced.
    engine : {"keras", "onnx"}, optional
        What computes a network that is named: ONNX Runtime unless given, which needs no other framework and starts in a
        tenth of the time, or Keras. Their results are the same to one level of 8 bits.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    ValueError
        A kind of file that is not written, or that cannot hold the image; no such method; a size that it does not make; a
        quality that there is not, or for a kind of file that loses nothing.
    FileNotFoundError, FileExistsError, OSError
        No such file, or a damaged one; a target that exists, or that cannot be written.
    MemoryError
        The image and the result would not fit into the memory that this process may take.

    Examples
    --------
    >>> import tempfile, PIL.Image, srlib
    >>> folder = Path(tempfile.mkdtemp())
    >>> PIL.Image.new("RGB", (30, 20), "olive").save(folder / "small.png")
    >>> large = srlib.upscale_file(folder / "small.png", folder / "large.jpg", "bicubic", scale=3)
    >>> PIL.Image.open(large).size
    (90, 60)
    >>> PIL.Image.open(srlib.upscale_file(folder / "small.png", folder / "wide.png", "bicubic", width=100)).size
    (100, 67)
    """
    target = Path(target)
    kind = kind_of(target, quality)
    if target.exists() and not replace:
        raise FileExistsError(f"{target} exists; expected a free name: choose another, or say replace=True.")
    pixels, told = _larger(source, kind, method, (scale, width, height), frame, metadata, engine)
    write_image(target, pixels, told, quality=quality, replace=replace)
    return target


def upscale_bytes(
    source,
    suffix: str,
    method=None,
    scale=None,
    *,
    width=None,
    height=None,
    frame=None,
    quality=None,
    metadata=True,
    engine=None,
) -> bytes:
    """What :func:`upscale_file` would write to a file.

    Parameters
    ----------
    source : str, Path or bytes
    suffix : str
        Of the file, such as ``".png"``.
    method, scale, width, height, frame, quality, metadata, engine
        As for :func:`upscale_file`.

    Returns
    -------
    bytes

    Examples
    --------
    >>> import io, PIL.Image
    >>> file = io.BytesIO()
    >>> PIL.Image.new("RGB", (30, 20), "olive").save(file, "PNG")
    >>> PIL.Image.open(io.BytesIO(upscale_bytes(file.getvalue(), ".webp", "bicubic"))).size
    (60, 40)
    """
    kind = kind_of(Path(f"the result{suffix}"), quality)
    return encode_image(kind, *_larger(source, kind, method, (scale, width, height), frame, metadata, engine))


def _larger(source, kind: Kind, method, asked: tuple, frame: int | None, metadata: bool, engine: str):
    """The larger image, as :func:`write_image` takes it, and what the file says beside its pixels."""
    check_size(*asked)
    if engine is not None:
        check_choice(engine, ENGINES, "engine")
    if isinstance(method, (str, Path)):
        method = method_named(method, engine=engine)
    if not isinstance(method, (str, type(None))):
        own = check_method(method)
        check_engine(method, engine)
        if getattr(method, "card", None) is None:
            raise ValueError(
                f"method is {getattr(method, 'name', 'a function')}, which srlib did not build; expected a network whose receptive field it knows: use srlib.build_model or srlib.load_model."
            )
        if asked == (None, None, None):
            asked = (own, None, None)
    with quiet_decoders():
        check_room(source, kind, asked, network=not isinstance(method, str))
        image = decode(source, frame=frame)
    name = "the image" if isinstance(source, bytes) else source
    try:
        method, scale, size = planned(
            image.levels.shape[:2], method, *asked, compressed=image.compressed, engine=engine
        )
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    _check_holds(name, image, kind, size)
    return _upscaled(image, kind, method, scale, size), image.metadata if metadata else image.metadata.of_pixels()


def _check_holds(source, image: DecodedImage, kind: Kind, size: tuple[int, int]) -> None:
    """Whether the result goes into a file of this kind, told before the work is done."""
    height, width = size
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
    count = height * width * channels * (2 if kind.deep and image.levels.dtype == np.uint16 else 1)
    if kind.format == "TIFF" and count > 2**32 - 2**24:
        raise ValueError(
            f"{result}, {count / 2**30:.1f} GiB, and a TIFF ends at 4; expected a kind of file that does not: choose a file name that ends in .png."
        )


def _upscaled(image: DecodedImage, kind: Kind, method, scale: int, size: tuple[int, int]):
    """The larger image: a Pillow canvas of 8 bits, or an array (H, W, channels) of ``uint16``."""
    from PIL import Image

    levels, alpha = image.levels, image.alpha if kind.alpha else None
    deep = kind.deep and levels.dtype == np.uint16
    if deep and alpha is not None and levels.ndim == 2 and kind.format == "TIFF":  # Pillow would not read it as grey
        levels = as_rgb(levels)
    height, width = size
    channels = (1 if levels.ndim == 2 else 3) + (alpha is not None)
    if deep:
        array = np.empty((height, width, channels), np.uint16)
        for rows, columns, piece in _rounded(levels, alpha, method, scale, size, np.uint16):
            array[rows, columns] = piece
        return array
    canvas = Image.new(("L", "LA", "RGB", "RGBA")[channels - 1], (width, height))
    for rows, columns, piece in _rounded(levels, alpha, method, scale, size, np.uint8):
        canvas.paste(Image.fromarray(piece.squeeze(-1) if channels == 1 else piece), (columns.start, rows.start))
    return canvas


def _rounded(levels: np.ndarray, alpha: np.ndarray | None, method, scale: int, size: tuple[int, int], dtype):
    """An image upscaled, in pieces: rows and columns of the result, and its levels there, (rows, columns, channels)."""
    grey, top = levels.ndim == 2, np.float32(np.iinfo(dtype).max)
    pieces, made = _pieces(levels, alpha, method, scale), tuple(scale * n for n in levels.shape[:2])
    if size != made:
        pieces = resized(pieces, made, size, method if isinstance(method, str) else "bicubic")
    for rows, columns, colours, seen in pieces:
        if grey:  # an interpolation treats all three alike, a network nearly
            colours = colours[..., :1] if isinstance(method, str) else (colours @ _GREY)[..., None]
        planes = colours if alpha is None else np.concatenate([colours, seen[..., None]], -1)
        yield rows, columns, np.rint(planes * top).astype(dtype)


def _pieces(levels: np.ndarray, alpha: np.ndarray | None, method, scale: int):
    """Rows, columns, colours and alpha; what is opaque goes the short way."""
    if alpha is not None and alpha.min() < np.iinfo(alpha.dtype).max:
        yield from transparent_pieces(levels, alpha, method, scale)
        return
    for rows, columns, colours in upscaled_pieces(as_rgb(levels), method, scale):
        yield rows, columns, colours, np.ones(colours.shape[:2], np.float32)
