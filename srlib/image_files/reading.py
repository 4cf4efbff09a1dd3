"""Decoding an image file, wherever it comes from: a path, or the bytes of an upload.

The file is opened in `opening`. Pillow decodes; what it cannot do is in `sixteen_bits`.
"""

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .compression import is_compressed
from .metadata import ORIENTATION, Metadata, read_metadata, sound_profile
from .opening import Refused, checked_source, file_of, opened_at, told
from .sixteen_bits import has_sixteen_bits, raw_mode, read_sixteen_bits


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
    compressed : bool
        Whether it was compressed with visible loss: a JPEG of less than the finest quality, a WebP that is not lossless.
    """

    levels: np.ndarray
    alpha: np.ndarray | None
    metadata: Metadata
    compressed: bool = False


def decode(source: str | Path | bytes, *, name: str | None = None, frame: int | None = None) -> DecodedImage:
    """Decode an image file, with all that it says of itself.

    8 bits a channel stay 8, and 16 bits of a PNG, a TIFF or a netpbm file stay 16; of what is deeper than 8 bits in the
    other formats, and of inks (CMYK) of 16 bits, Pillow gives 8.

    Parameters
    ----------
    source : str, Path or bytes
        A file, or what it holds.
    name : str, optional
        What errors call it; its path unless given.
    frame : int, optional
        Which image of an animation or of several pages, from 0. Unless given, a file that holds several is refused.

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
        It holds several images, or fewer than that; or values without a range.

    Examples
    --------
    >>> from PIL import Image
    >>> file = io.BytesIO()
    >>> Image.new("LA", (3, 2), (200, 128)).save(file, "PNG", dpi=(300, 300))
    >>> image = decode(file.getvalue())
    >>> image.levels.shape, image.levels.max(), image.alpha.max(), round(image.metadata.dpi[0])
    ((2, 3), np.uint8(200), np.uint8(128), 300)
    """
    if frame is not None and (isinstance(frame, bool) or not isinstance(frame, (int, np.integer)) or frame < 0):
        raise ValueError(f"frame is {frame!r}; expected a whole number, 0 or more: the first frame is 0.")
    source, name = checked_source(source, name)
    with told(name):
        return _decode(source, name, frame)


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
        image = decode(source, name=name, frame=0)
    except Refused as error:
        raise OSError(str(error)) from None
    levels = image.levels
    if image.alpha is not None:
        levels = _on_white(levels, image.alpha)
    if levels.dtype == np.uint16:
        levels = ((levels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    return levels if levels.ndim == 3 else np.repeat(levels[..., None], 3, axis=-1)


# -- decoding ---------------------------------------------------------------------------------------------------------------


def _decode(source: Path | bytes, name: str, frame: int | None) -> DecodedImage:
    with opened_at(source, name, frame) as image:
        _check_range(image, name)
        if has_sixteen_bits(image):
            levels, alpha = read_sixteen_bits(image, lambda: opened_at(source, name, frame))
        else:
            levels, alpha = _read_eight_bits(image)
        try:
            exif = image.getexif()
            turn = exif.get(ORIENTATION)
        except Exception:  # damaged EXIF says nothing about the pixels: they stay as they are
            exif, turn = None, None
        if image.format == "JXL" and not image.jpeg:  # turned already, as its own header says
            turn = None
        levels, alpha = _upright(levels, turn), None if alpha is None else _upright(alpha, turn)
        with file_of(source) as file:
            metadata = read_metadata(image, exif, levels.ndim == 2, file)
        return DecodedImage(levels, alpha, metadata, is_compressed(image, metadata))


def _check_range(image, name: str) -> None:
    """Whether it is known which numbers are black and white, and where they lie."""
    tags = image.tag_v2 if image.format == "TIFF" else {}
    if 2 in tags.get(339, ()) and max(tags.get(258, (8,))) < 32:
        raise Refused(
            f"{name} holds numbers with a sign, without a stated range; expected 8 or 16 bits without one: convert it with a program that knows its range."
        )
    if image.mode in ("F", "I") and not has_sixteen_bits(image):
        kind = "fractions" if image.mode == "F" else "whole numbers"
        raise Refused(
            f"{name} holds {kind} of 32 bits without a stated range; expected 8 or 16 bits: convert it with a program that knows its range."
        )
    if tags.get(284, 1) == 2 and has_sixteen_bits(image):  # which Pillow 13 reads as 8 bits of nonsense
        raise Refused(
            f"{name} keeps its 16-bit channels in separate planes; expected them pixel by pixel: save it as an interleaved TIFF, or as PNG."
        )


def _read_eight_bits(image) -> tuple[np.ndarray, np.ndarray | None]:
    if image.mode == "CMYK":
        image = _from_cmyk(image)
    grey = image.mode in ("1", "L", "LA", "La")
    if "transparency" in image.info or image.mode in ("LA", "La", "PA", "RGBA", "RGBa"):
        if (raw := raw_mode(image)) in ("L;2", "L;4"):  # Pillow spreads the levels over 8 bits, but not the clear one
            image.info["transparency"] = image.info["transparency"] % 2 ** int(raw[-1]) * {"L;2": 85, "L;4": 17}[raw]
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
