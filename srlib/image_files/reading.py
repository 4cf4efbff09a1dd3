"""Decoding an image file, wherever it comes from: a path, or the bytes of an upload.

The bytes are a stranger's. Only the decoders in `FORMATS` may look at them, and whatever these raise becomes one sentence
that names the file. Pillow decodes; what it cannot do is in `sixteen_bits`.
"""

import contextlib
import io
import logging
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .._quiet import native_stderr_held
from .metadata import ORIENTATION, Metadata, read_metadata, sound_profile
from .sixteen_bits import has_sixteen_bits, raw_mode, read_sixteen_bits

# What photographs and drawings come in. Of the other decoders that Pillow has, some start other programs.
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000", "PPM")


@dataclass
class DecodedImage:
    """An image file, decoded and upright.

    Attributes
    ----------
    levels : ndarray of uint8 or uint16, (h, w) or (h, w, 3)
        Grey or RGB.
    alpha : ndarray of the same dtype, (h, w), or None
        From 0, transparent, to 255 or 65535, opaque.
    metadata : Metadata
    """

    levels: np.ndarray
    alpha: np.ndarray | None
    metadata: Metadata


class _Refused(ValueError):
    """A sentence of ours, for the caller as it is."""


def decode(source: str | Path | bytes, *, name: str | None = None, first_of_several: bool = False) -> DecodedImage:
    """Decode an image file, with all that it says of itself.

    Parameters
    ----------
    source : str, Path or bytes
        A file, or what it holds.
    name : str, optional
        What errors call it; its path unless given.
    first_of_several : bool
        Whether to take the first where a file holds several images, as an animation or as pages. They are refused
        otherwise.

    Returns
    -------
    DecodedImage

    Raises
    ------
    FileNotFoundError
        There is no such file.
    OSError
        It cannot be read, is damaged or too large, or is no image.
    ValueError
        It holds several images, or values without a range.

    Examples
    --------
    >>> from PIL import Image
    >>> file = io.BytesIO()
    >>> Image.new("LA", (3, 2), (200, 128)).save(file, "PNG", dpi=(300, 300))
    >>> image = decode(file.getvalue())
    >>> image.levels.shape, image.levels.max(), image.alpha.max(), round(image.metadata.dpi[0])
    ((2, 3), np.uint8(200), np.uint8(128), 300)
    """
    from PIL import Image, UnidentifiedImageError

    source, name = _checked(source, name)
    try:
        return _decode(source, name, first_of_several)
    except (_Refused, MemoryError):
        raise
    except UnidentifiedImageError:
        raise OSError(
            f"{name} is not an image that srlib reads; expected {', '.join(FORMATS[:-1])} or {FORMATS[-1]}: open it in a viewer, or convert it."
        ) from None
    except Image.DecompressionBombError as error:
        raise OSError(
            f"{name} is too large to be opened safely ({str(error).partition(', could')[0]}); expected fewer pixels: cut it into parts."
        ) from None
    except Exception as error:  # a decoder that is fed a stranger's bytes can raise anything
        if isinstance(error, OSError) and error.strerror:
            raise OSError(
                f"{name} cannot be read ({error.strerror}); expected a file that can: check its rights and its disk."
            ) from None
        raise OSError(
            f"{name} cannot be read as an image ({str(error) or type(error).__name__}); expected an undamaged file: fetch or save it again."
        ) from None


def read_image(source: str | Path | bytes, *, name: str | None = None) -> np.ndarray:
    """An image file as RGB of 8 bits.

    Parameters
    ----------
    source : str, Path or bytes
        A file, or what it holds; of several images the first. It is turned upright as its EXIF says; grey and palettes
        become RGB; transparency is laid on white; 16 bits are rounded to 8.
    name : str, optional
        What errors call it; its path unless given.

    Returns
    -------
    ndarray of uint8, (H, W, 3)

    Raises
    ------
    FileNotFoundError
        There is no such file.
    OSError
        It cannot be read, is damaged or too large, is no image, or holds values without a range.

    Examples
    --------
    >>> from PIL import Image
    >>> file = io.BytesIO()
    >>> Image.new("LA", (3, 2), (200, 128)).save(file, "PNG")
    >>> image = read_image(file.getvalue())
    >>> image.shape, image[0, 0].tolist()
    ((2, 3, 3), [227, 227, 227])
    """
    try:
        image = decode(source, name=name, first_of_several=True)
    except _Refused as error:
        raise OSError(str(error)) from None
    levels = image.levels
    if image.alpha is not None:
        levels = _on_white(levels, image.alpha)
    if levels.dtype == np.uint16:
        levels = ((levels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    return levels if levels.ndim == 3 else np.repeat(levels[..., None], 3, axis=-1)


@contextlib.contextmanager
def quiet_decoders():
    """Hold back what Pillow warns of, Pillow logs and libtiff writes about files that are put right or refused here.

    One thread at a time: the others wait, as they share standard error.

    Examples
    --------
    >>> with quiet_decoders():
    ...     warnings.warn("Corrupt EXIF data.")
    """
    logger = logging.getLogger("PIL")
    with native_stderr_held(told_on_failure=False), warnings.catch_warnings():
        level = logger.level
        logger.setLevel(logging.CRITICAL)
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logger.setLevel(level)


# -- opening ----------------------------------------------------------------------------------------------------------------


def _checked(source, name: str | None) -> tuple[Path | bytes, str]:
    """The source as a path or as bytes, and what errors call it."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source), "the image" if name is None else name
    source = Path(source)
    name = str(source) if name is None else name
    if not source.is_file():
        raise FileNotFoundError(f"There is no file {name!r}; expected an image: check the spelling.")
    return source, name


def _open(source: Path | bytes, name: str, first_of_several: bool):
    """The one image that a file holds, not yet decoded."""
    from PIL import Image

    Image.init()  # an older Pillow may lack one of the decoders
    formats = [format for format in FORMATS if format in Image.OPEN]
    image = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=formats)
    try:
        first, count = _pages(image)
        if count > 1 and not first_of_several:
            raise _Refused(
                f"{name} holds {count} images, as an animation or as pages; expected one: save those that you want as files of their own."
            )
        image.seek(first)
    except BaseException:
        image.close()
        raise
    return image


def _pages(image) -> tuple[int, int]:
    """Which page of an opened file is the first image of its own, and how many there are.

    A thumbnail is none, nor what a telephone adds to a photograph.
    """
    count = getattr(image, "n_frames", 1)
    if image.format == "MPO":  # a photograph, and depth or a second view
        return 0, 1
    if image.format == "TIFF" and count > 1:
        pages = [i for i in range(count) if not image.seek(i) and not image.tag_v2.get(254, 0) & 1]  # 1: a thumbnail
        return (pages[0], len(pages)) if pages else (0, 1)
    return 0, count  # as the file claims it


# -- decoding ---------------------------------------------------------------------------------------------------------------


def _decode(source: Path | bytes, name: str, first_of_several: bool) -> DecodedImage:
    with _open(source, name, first_of_several) as image:
        _check_range(image, name)
        if has_sixteen_bits(image):
            levels, alpha = read_sixteen_bits(image, lambda: _open(source, name, first_of_several))
        else:
            levels, alpha = _read_eight_bits(image)
        try:
            exif = image.getexif()
            turn = exif.get(ORIENTATION)
        except Exception:  # damaged EXIF says nothing about the pixels: they stay as they are
            exif, turn = None, None
        levels, alpha = _upright(levels, turn), None if alpha is None else _upright(alpha, turn)
        with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
            return DecodedImage(levels, alpha, read_metadata(image, exif, levels.ndim == 2, file))


def _check_range(image, name: str) -> None:
    """Whether it is known which numbers are black and white, and where they lie."""
    if image.mode in ("F", "I"):
        kind = "fractions" if image.mode == "F" else "whole numbers"
        raise _Refused(
            f"{name} holds {kind} of 32 bits without a stated range; expected 8 or 16 bits: convert it with a program that knows its range."
        )
    tags = image.tag_v2 if image.format == "TIFF" else {}
    if 2 in tags.get(339, ()):
        raise _Refused(
            f"{name} holds numbers with a sign, without a stated range; expected 8 or 16 bits without one: convert it with a program that knows its range."
        )
    if tags.get(284, 1) == 2 and has_sixteen_bits(image):  # which Pillow 13 reads as 8 bits of nonsense
        raise _Refused(
            f"{name} keeps its 16-bit channels in separate planes; expected them pixel by pixel: save it as an interleaved TIFF, or as PNG."
        )


def _read_eight_bits(image) -> tuple[np.ndarray, np.ndarray | None]:
    if image.mode == "CMYK":
        image = _from_cmyk(image)
    grey = image.mode in ("1", "L", "LA", "La")
    if "transparency" in image.info or image.mode in ("LA", "La", "PA", "RGBA", "RGBa"):
        if raw_mode(image) in ("L;2", "L;4"):  # Pillow spreads the levels over 8 bits, but not the transparent one
            image.info["transparency"] *= {"L;2": 85, "L;4": 17}[raw_mode(image)]
        both = np.asarray(image.convert("LA" if grey else "RGBA"))
        return (both[..., 0] if grey else both[..., :3]), both[..., -1]
    wanted = "L" if grey else "RGB"
    return np.asarray(image if image.mode == wanted else image.convert(wanted)), None


def _from_cmyk(image):
    """By its own profile where it has a sound one, else by Pillow's rule of thumb."""
    with contextlib.suppress(Exception):  # LittleCMS raises of its own; or it is not there
        from PIL import ImageCms

        if sound_profile(image.info.get("icc_profile"), "CMYK"):
            theirs = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
            ours = ImageCms.createProfile("sRGB")
            made = ImageCms.profileToProfile(image, theirs, ours, outputMode="RGB")
            image.info["icc_profile"] = ImageCms.ImageCmsProfile(ours).tobytes()
            return made
    return image.convert("RGB")


def _upright(plane: np.ndarray, orientation) -> np.ndarray:
    """What EXIF's orientation wants done, as a view."""
    if orientation in (5, 6, 7, 8):
        plane = plane.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        plane = plane[:, ::-1]
    if orientation in (3, 4, 7, 8):
        plane = plane[::-1]
    return plane


def _on_white(levels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    top = np.iinfo(levels.dtype).max
    alpha = (alpha if levels.ndim == 2 else alpha[..., None]).astype(np.float32) / np.float32(top)
    return np.rint(levels * alpha + top * (1 - alpha)).astype(levels.dtype)
