"""An image file in, a larger image file out, with what the file says of itself.

Enters: the path of an image, where the larger one shall go, and a method. Leaves: a file whose pixels are those of
:func:`srlib.upscale`, rounded once. Grey stays grey, 16 bits stay 16 bits and transparency stays, where the new kind of
file can hold them; the colour profile, EXIF, XMP, captions, texts and resolution stay too. Used in lesson 06
(``07_your_photos``).

Pillow reads and writes. Two things it cannot do, and they are done here: 16 bits in more than one channel, which it
reads as 8 and does not write; and handing on what belongs to a file rather than to its pixels.
"""

import contextlib
import io
import logging
import os
import re
import struct
import sys
import warnings
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ._quiet import native_stderr_held
from ._writing import write_whole
from .data.folder import deep_grey, pages_of
from .images import check_scale
from .metrics import LUMA
from .upscaling import upscaled_pieces

_GREY = (np.array(LUMA) / sum(LUMA)).astype(np.float32)  # as Pillow's


@dataclass(frozen=True)
class Kind:
    """What a kind of file can hold, and how srlib has Pillow write it."""

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


@dataclass
class DecodedImage:
    """An image file, decoded and upright.

    Attributes
    ----------
    levels : ndarray of uint8 or uint16, (h, w) or (h, w, 3)
        Grey or RGB.
    alpha : ndarray of the same dtype, (h, w), or None
    icc : bytes
        The colour profile, if it is sound and one for `levels`; or else empty, like the rest.
    exif : PIL.Image.Exif
        Without the orientation, and without what described the old file's layout.
    xmp, iptc, comment : bytes
        `iptc` is Photoshop's block, which holds the captions of the press.
    dpi : tuple of float, or None
    chunks : list of (bytes, bytes)
        Texts and colour definitions of a PNG, by their names.
    """

    levels: np.ndarray
    alpha: np.ndarray | None
    icc: bytes
    exif: object
    xmp: bytes
    iptc: bytes
    comment: bytes
    dpi: tuple[float, float] | None
    chunks: list[tuple[bytes, bytes]]


class _Refused(ValueError):
    """A sentence of ours, for the caller as it is."""


def upscale_file(source: Path, target: Path, method, scale: int | None = None, *, replace: bool = False) -> None:
    """Upscale an image file.

    Parameters
    ----------
    source : Path
        Whatever Pillow reads and holds one image of 8 or 16 bits.
    target : Path
        Its suffix, one of `KINDS`, says what is written. Folders on the way to it are made.
    method : keras.Model or str
        As for :func:`srlib.upscale`; a network must be one of srlib's.
    scale : int, optional
    replace : bool
        Whether a file that is there already may be replaced.

    Raises
    ------
    ValueError
        A kind of file that is not written, or that cannot hold the image.
    FileNotFoundError, FileExistsError, OSError
        No such file, or a damaged one; a target that exists, or that cannot be written.
    MemoryError
        The result would not fit into this machine.
    """
    if target.suffix.lower() not in KINDS:
        raise ValueError(
            f"{source} would become {target.name}, a kind of file that srlib does not write; expected one of {', '.join(KINDS)}: give -o a file name that ends so."
        )
    kind = KINDS[target.suffix.lower()]
    image = read(source)
    if not isinstance(method, str):
        scale = method.srlib_config["scale"] if scale is None else scale
    scale = 2 if scale is None else check_scale(scale)
    _check_holds(source, image, target, kind, scale)
    large = _upscaled(image, kind, method, scale)
    _finish_exif(image.exif, *(scale * n for n in image.levels.shape[1::-1]))
    write_whole(target, lambda scratch: _save(scratch, large, image, kind), replace=replace)


# -- reading --------------------------------------------------------------------------------------------------------------


def read(path: Path) -> DecodedImage:
    """Decode an image file, with all that it says of itself.

    Parameters
    ----------
    path : Path

    Returns
    -------
    DecodedImage

    Raises
    ------
    FileNotFoundError
        There is no such file.
    OSError
        It cannot be read, is damaged, or is no image.
    ValueError
        It holds several images, or values without a range.
    """
    from PIL import Image, UnidentifiedImageError

    if not path.is_file():
        raise FileNotFoundError(f"There is no file {str(path)!r}; expected an image: check the spelling.")
    try:
        with _hushed():
            return _read(path)
    except (_Refused, MemoryError):
        raise
    except UnidentifiedImageError:
        raise OSError(
            f"{path} is not an image that Pillow can read; expected JPEG, PNG, WebP, TIFF or BMP: open it in a viewer, or convert it."
        ) from None
    except Image.DecompressionBombError as error:
        raise OSError(
            f"{path} is too large to be opened safely ({str(error).partition(', could')[0]}); expected fewer pixels: cut it into parts."
        ) from None
    except Exception as error:  # a decoder that is fed a stranger's bytes can raise anything
        if isinstance(error, OSError) and error.strerror:
            raise OSError(
                f"{path} cannot be read ({error.strerror}); expected a file that can: check its rights and its disk."
            ) from None
        raise OSError(
            f"{path} cannot be read as an image ({error or type(error).__name__}); expected an undamaged file: fetch or save it again."
        ) from None


@contextlib.contextmanager
def _hushed():
    """Hold back what Pillow warns of, Pillow logs and libtiff writes about files that are put right or refused here."""
    level = logging.getLogger("PIL").level
    logging.getLogger("PIL").setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), native_stderr_held(told_on_failure=False):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.getLogger("PIL").setLevel(level)


def _read(path: Path) -> DecodedImage:
    with _opened(path) as image:
        if image.mode in ("F", "I"):
            kind = "fractions" if image.mode == "F" else "whole numbers"
            raise _Refused(
                f"{path} holds {kind} of 32 bits without a stated range; expected 8 or 16 bits: convert it with a program that knows its range."
            )
        levels, alpha = _read_deep(path, image) if _sixteen_bits(image) else _read_plain(image)
        try:
            exif = image.getexif()
            turn = exif.get(0x0112)
        except Exception:  # damaged EXIF says nothing about the pixels: they stay as they are
            exif, turn = None, None
        levels, alpha = _upright(levels, turn), None if alpha is None else _upright(alpha, turn)
        info = image.info
        xmp = info.get("xmp", b"")
        return DecodedImage(
            levels,
            alpha,
            _sound_profile(info.get("icc_profile"), "GRAY" if levels.ndim == 2 else "RGB "),
            _kept_exif(exif),
            _kept_xmp(xmp.encode() if isinstance(xmp, str) else bytes(xmp)),
            _iptc(image),
            info.get("comment", b"") if image.format in ("JPEG", "MPO") else b"",
            _sound_dpi(info.get("dpi")),
            _kept_chunks(path) if image.format == "PNG" else [],
        )


def _opened(path: Path):
    """The one image that a file holds, not yet decoded."""
    from PIL import Image

    image = Image.open(path)
    try:
        pages = pages_of(image)
        if len(pages) > 1:
            raise _Refused(
                f"{path} holds {len(pages)} images, as an animation or as pages; expected one: save those that you want as files of their own."
            )
        image.seek(pages[0])
    except BaseException:
        image.close()
        raise
    return image


def _raw_mode(image) -> str:
    """How the pixels lie in the file, in Pillow's words, such as "RGB;16B"."""
    args = image.tile[0].args if image.tile else ""
    return args if isinstance(args, str) else str(args[0])


def _sixteen_bits(image) -> bool:
    if image.mode.startswith("I;16"):
        return True
    bits = image.tag_v2.get(258, (8,)) if image.format == "TIFF" else (8,)  # the raw mode of planes does not tell
    return image.mode in ("RGB", "RGBA") and (";16" in _raw_mode(image) or max(bits) == 16)


def _read_plain(image) -> tuple[np.ndarray, np.ndarray | None]:
    """Levels and alpha of 8 bits."""
    if image.mode == "CMYK":
        image = _from_cmyk(image)
    grey = image.mode in ("1", "L", "LA", "La")
    if "transparency" in image.info or image.mode in ("LA", "La", "PA", "RGBA", "RGBa"):
        both = np.asarray(image.convert("LA" if grey else "RGBA"))
        return (both[..., 0] if grey else both[..., :3]), both[..., -1]
    wanted = "L" if grey else "RGB"
    return np.asarray(image if image.mode == wanted else image.convert(wanted)), None


def _from_cmyk(image):
    """By its own profile where it has a sound one, else by Pillow's rule of thumb."""
    with contextlib.suppress(Exception):  # LittleCMS raises of its own; or it is not there
        from PIL import ImageCms

        if _sound_profile(image.info.get("icc_profile"), "CMYK"):
            theirs, ours = (
                ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"])),
                ImageCms.createProfile("sRGB"),
            )
            made = ImageCms.profileToProfile(image, theirs, ours, outputMode="RGB")
            image.info["icc_profile"] = ImageCms.ImageCmsProfile(ours).tobytes()
            return made
    return image.convert("RGB")


def _read_deep(path: Path, image) -> tuple[np.ndarray, np.ndarray | None]:
    """Levels and alpha of 16 bits.

    Pillow has one channel of 16 bits. Of several it keeps the upper byte of each value; so it is asked a second time, with
    the order of the bytes turned round, and gives the lower one.
    """
    tags = image.tag_v2 if image.format == "TIFF" else {}
    if tags.get(284, 1) == 2:  # which Pillow 13 reads as 8 bits of nonsense
        raise _Refused(
            f"{path} keeps its 16-bit channels in separate planes; expected them pixel by pixel: save it as an interleaved TIFF, or as PNG."
        )
    raw, key = _raw_mode(image), image.info.get("transparency")
    if image.mode.startswith("I;16"):
        levels = deep_grey(image, tags)
        return levels, None if key is None else np.where(levels == key, 0, 65535).astype(np.uint16)
    if raw == "LA;16B":  # two values of two bytes, handed out as four
        four = _decoded_as(image, "RGBA").astype(np.uint16)
        levels = four[..., 0::2] << 8 | four[..., 1::2]
        return levels[..., 0], levels[..., 1]
    raw, order = raw.replace("RGBa", "RGBA").rsplit("16", 1)
    other = {"L": "B", "B": "L", "N": "B" if sys.byteorder == "little" else "L"}[order]
    premultiplied = "RGBa" in _raw_mode(image)
    levels = _decoded_as(image, f"{raw}16{order}").astype(np.uint16) << 8
    with _opened(path) as again:
        levels |= _decoded_as(again, f"{raw}16{other}")
    if levels.shape[-1] == 4:
        levels, alpha = levels[..., :3], levels[..., 3]
        if premultiplied:
            levels = (np.minimum(levels / np.maximum(alpha, 1)[..., None], 1) * 65535).round().astype(np.uint16)
        return levels, alpha
    return levels, None if key is None else np.where((levels == key).all(-1), 0, 65535).astype(np.uint16)


def _decoded_as(image, raw: str) -> np.ndarray:
    image.tile = [
        tile._replace(args=raw if isinstance(tile.args, str) else (raw, *tile.args[1:])) for tile in image.tile
    ]
    return np.asarray(image)


def _upright(plane: np.ndarray, orientation) -> np.ndarray:
    """What EXIF's orientation wants done, as a view."""
    if orientation in (5, 6, 7, 8):
        plane = plane.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        plane = plane[:, ::-1]
    if orientation in (3, 4, 7, 8):
        plane = plane[::-1]
    return plane


# -- what a file says of itself ---------------------------------------------------------------------------------------------

_EXIF, _GPS, _INTEROP = 0x8769, 0x8825, 0xA005
# Tags of a TIFF that describe the image rather than the file's layout: description, make, model, software, date,
# artist, computer, rating, copyright, Windows' title to subject
_TELLING = {270, 271, 272, 305, 306, 315, 316, 0x4746, 0x4749, 33432, *range(0x9C9B, 0x9CA0), _EXIF, _GPS}
_MISLEADING = {0x0112, 256, 257}  # orientation, width, height


def _sound_profile(profile: bytes | None, space: str) -> bytes:
    """A colour profile if its header is one, and for this kind of colours; or nothing."""
    sound = profile and len(profile) > 128 and profile[36:40] == b"acsp" and profile[16:20] == space.encode()
    return bytes(profile) if sound and struct.unpack(">I", profile[:4])[0] <= len(profile) else b""


def _sound_dpi(dpi) -> tuple[float, float] | None:
    with contextlib.suppress(Exception):  # two numbers, says Pillow; but it is what the file says
        across, down = map(float, dpi)
        if 0 < across < 65535 and 0 < down < 65535:  # NaN fails
            return across, down
    return None


def _kept_exif(exif):
    """A copy without what is not true of the new file; an empty one where the old cannot be read."""
    from PIL import Image

    kept = Image.Exif()
    with contextlib.suppress(Exception):
        tags = {tag: exif[tag] for tag in exif if tag not in _MISLEADING}
        if 0x0102 in tags or 0x0111 in tags:  # bits and strips: this is the directory of a TIFF itself
            tags = {tag: value for tag, value in tags.items() if tag in _TELLING}
        for tag in (_EXIF, _GPS):
            if tag in tags:
                tags[tag] = dict(exif.get_ifd(tag))
        if _INTEROP in tags.get(_EXIF, {}):
            tags[_EXIF][_INTEROP] = dict(exif.get_ifd(_INTEROP))
        for tag, value in tags.items():
            kept[tag] = value
        kept.tobytes()  # what cannot be written is of no use
        return kept
    return Image.Exif()


def _finish_exif(exif, width: int, height: int) -> None:
    """EXIF knows the size of its image."""
    sizes = exif.get(_EXIF)
    if isinstance(sizes, dict):
        sizes.update({tag: size for tag, size in ((0xA002, width), (0xA003, height)) if tag in sizes})


def _kept_xmp(xmp: bytes) -> bytes:
    if b"hdrgm:" in xmp:  # it describes a second image, for bright screens, that is not upscaled
        return b""
    return re.sub(rb'\s*tiff:Orientation="\d*"|<tiff:Orientation>\d*</tiff:Orientation>', b"", xmp)


def _iptc(image) -> bytes:
    mark = b"Photoshop 3.0\x00"
    blocks = [data for name, data in getattr(image, "applist", []) if name == "APP13" and data.startswith(mark)]
    if blocks:
        return b"".join(block[len(mark) :] for block in blocks)
    found = image.tag_v2.get(34377, b"") if image.format == "TIFF" else b""
    return found if isinstance(found, bytes) else b""


def _chunks(file):
    """The chunks of a PNG, by name."""
    file.seek(8)
    while len(head := file.read(8)) == 8:
        length, name = struct.unpack(">I4s", head)
        yield name, file.read(length)
        file.seek(4, os.SEEK_CUR)  # its checksum


def _kept_chunks(path: Path) -> list[tuple[bytes, bytes]]:
    """Texts and colour definitions, but not what is kept in another way: EXIF as old programs wrote it, and XMP."""
    kept = (b"gAMA", b"cHRM", b"sRGB", b"cICP", b"tEXt", b"zTXt", b"iTXt")
    elsewhere = (b"Raw profile type exif", b"Raw profile type APP1", b"XML:com.adobe.xmp")
    with path.open("rb") as file:
        return [(name, data) for name, data in _chunks(file) if name in kept and not data.startswith(elsewhere)]


# -- upscaling --------------------------------------------------------------------------------------------------------------


def _check_holds(source: Path, image: DecodedImage, target: Path, kind: Kind, scale: int) -> None:
    """Whether the result goes into a file of this kind, and into the memory, told before the work is done."""
    height, width = (scale * n for n in image.levels.shape[:2])
    alpha = image.alpha is not None and image.alpha.min() < np.iinfo(image.alpha.dtype).max
    if alpha and not kind.alpha:
        raise ValueError(
            f"{source} is partly transparent, which {kind.format} cannot be; expected a kind of file that can: give -o a name that ends in .png, .webp or .tif."
        )
    if max(height, width) > kind.longest:
        raise ValueError(
            f"{source} would become {width}x{height}, and {kind.format} ends at {kind.longest}; expected a kind of file that does not: give -o a name that ends in .png or .tif."
        )
    deep = kind.deep and image.levels.dtype == np.uint16
    channels = (1 if image.levels.ndim == 2 else 3) + (image.alpha is not None)
    size = height * width * channels * (2 if deep else 1)
    if kind.format == "TIFF" and size > 2**32 - 2**24:
        raise ValueError(
            f"{source} would become {width}x{height}, {size / 2**30:.1f} GiB, and a TIFF ends at 4; expected a kind of file that does not: give -o a name that ends in .png."
        )
    with contextlib.suppress(AttributeError, ValueError, OSError):  # not every system tells how much it has
        room = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        if size > room:
            raise MemoryError(
                f"{source} would become {width}x{height}, {size / 2**30:.0f} GiB, and this machine has {room / 2**30:.0f}; expected less: give a smaller scale, or cut the image into parts."
            )


def _upscaled(image: DecodedImage, kind: Kind, method, scale: int):
    """The larger image: a Pillow canvas of 8 bits, or an array (H, W, channels) of ``uint16``."""
    from PIL import Image

    levels, alpha = image.levels, image.alpha if kind.alpha else None
    if alpha is not None:
        levels = _without_hidden_colours(levels, alpha)
    deep = kind.deep and levels.dtype == np.uint16
    if deep and alpha is not None and levels.ndim == 2 and kind.format == "TIFF":  # Pillow would not read it as grey
        levels = _as_rgb(levels)
    layers = [(levels, method)]
    if alpha is not None:  # a network leaves even what is all opaque not quite so; interpolation does
        layers.append((alpha, method if isinstance(method, str) else "bicubic"))
    height, width = (scale * n for n in levels.shape[:2])
    channels = [1 if layer.ndim == 2 else 3 for layer, _ in layers]
    if deep:
        large = np.empty((height, width, sum(channels)), np.uint16)
        for (layer, how), first, count in zip(layers, (0, channels[0]), channels):
            for rows, columns, made in _rounded(layer, how, scale, np.uint16):
                large[rows, columns, first : first + count] = made.reshape(*made.shape[:2], count)
        return large
    canvases = [Image.new("L" if count == 1 else "RGB", (width, height)) for count in channels]
    for (layer, how), canvas in zip(layers, canvases):
        for rows, columns, made in _rounded(layer, how, scale, np.uint8):
            canvas.paste(Image.fromarray(made), (columns.start, rows.start))
    for veil in canvases[1:]:
        canvases[0].putalpha(veil)
    return canvases[0]


def _rounded(layer: np.ndarray, method, scale: int, dtype):
    """A layer upscaled, in pieces: rows and columns of the result, and its levels there, grey or RGB as the layer is."""
    grey, top = layer.ndim == 2, np.float32(np.iinfo(dtype).max)
    for rows, columns, made in upscaled_pieces(_as_rgb(layer) if grey else layer, method, scale):
        if grey:  # an interpolation treats all three alike, a network nearly
            made = made[..., 0] if isinstance(method, str) else made @ _GREY
        yield rows, columns, np.rint(made * top).astype(dtype)


def _as_rgb(grey: np.ndarray) -> np.ndarray:
    return np.broadcast_to(grey[..., None], (*grey.shape, 3))  # takes no memory


def _without_hidden_colours(levels: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Give what is wholly transparent the colour of the nearest pixel that is seen.

    What is hidden there, mostly black, would be mixed into the edges.
    """
    hidden = alpha == 0
    if hidden.all() or not hidden.any():
        return levels
    from scipy.ndimage import distance_transform_edt

    return levels[tuple(distance_transform_edt(hidden, return_distances=False, return_indices=True))]


# -- writing ----------------------------------------------------------------------------------------------------------------


def _save(path: Path, large, image: DecodedImage, kind: Kind) -> None:
    try:
        _save_with(path, large, kind, _about(large, image, kind))
    except (OSError, MemoryError):
        raise
    except Exception:  # it says something of itself that cannot be written again: the image matters more
        _save_with(path, large, kind, {})


def _save_with(path: Path, large, kind: Kind, about: dict) -> None:
    if not isinstance(large, np.ndarray):
        with path.open("wb") as file:
            large.save(_Unnumbered(file), format=kind.format, **kind.options, **about)
    elif kind.format == "PNG":
        _save_deep_png(path, large, about)
    else:
        _save_deep_tiff(path, large, about)


def _about(large, image: DecodedImage, kind: Kind) -> dict:
    """What a file of this kind can say of itself, as Pillow's `save` wants it."""
    from PIL import PngImagePlugin

    channels = large.shape[2] if isinstance(large, np.ndarray) else len(large.getbands())
    space = "GRAY" if channels < 3 and kind.format != "WEBP" else "RGB "  # it knows no grey
    exif = image.exif.tobytes() if len(image.exif) else b""
    about = {"dpi": image.dpi, "exif": exif, "xmp": image.xmp, "icc_profile": _sound_profile(image.icc, space)}
    if kind.format == "JPEG":  # a segment ends at 65533 bytes
        about["comment"] = image.comment
        about["exif"] = exif if len(exif) <= 65533 else b""
        about["xmp"] = image.xmp if len(image.xmp) <= 65504 else b""
        if 0 < len(image.iptc) <= 65519:
            segment = b"Photoshop 3.0\x00" + image.iptc
            about["extra"] = b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment
    elif kind.format == "PNG":
        about["pnginfo"] = info = PngImagePlugin.PngInfo()
        for name, data in image.chunks:
            info.add(name, data)
        if image.xmp:
            info.add_itxt("XML:com.adobe.xmp", image.xmp.decode("utf-8", "replace"))
    elif kind.format == "TIFF":
        about["exif"] = _tiff_tags(exif, image)
    return {name: value for name, value in about.items() if value}


class _Unnumbered:
    """A file that does not tell its number: to a number Pillow writes by itself, and takes no notice of a full disk."""

    def __init__(self, file):
        self.write, self.seek, self.tell, self.flush = file.write, file.seek, file.tell, file.flush


def _tiff_tags(exif: bytes, image: DecodedImage):
    from PIL import Image

    tags = Image.Exif()
    tags.load(exif)
    for tag, value in ((700, image.xmp), (34377, image.iptc)):
        if value:
            tags[tag] = value
    return tags


def _save_deep_png(path: Path, levels: np.ndarray, about: dict) -> None:
    """A PNG of 16 bits and any number of channels: Pillow writes all of it but the pixels and their description.

    References
    ----------
    .. [1] "Portable Network Graphics (PNG) Specification", W3C, sections 9.2 (filters) and 11.2 (chunks).
    """
    from PIL import Image
    from PIL.PngImagePlugin import putchunk

    height, width, channels = levels.shape
    small = io.BytesIO()
    Image.new("L", (1, 1)).save(small, "PNG", **about)
    with path.open("wb") as file:
        file.write(small.getvalue()[:8])
        for name, data in _chunks(small):
            if name == b"IHDR":
                colours = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
                data = struct.pack(">IIBBBBB", width, height, 16, colours, 0, 0, 0)
            if name != b"IDAT":
                putchunk(file, name, data)
                continue
            packer, above = zlib.compressobj(), np.zeros(width * channels * 2, np.uint8)
            for y in range(0, height, 64):
                rows = levels[y : y + 64].astype(">u2").reshape(-1, width * channels).view(np.uint8)
                above = np.vstack([above[None], rows])
                packed = np.full(
                    (len(rows), 1 + rows.shape[1]), 2, np.uint8
                )  # filter 2: what a byte is more than the one above
                packed[:, 1:] = rows - above[:-1]
                putchunk(file, b"IDAT", packer.compress(packed))
                above = rows[-1]
            putchunk(file, b"IDAT", packer.flush())


def _save_deep_tiff(path: Path, levels: np.ndarray, about: dict) -> None:
    """A TIFF of 16 bits and any number of channels: Pillow writes the directory, and the pixels follow as they are.

    References
    ----------
    .. [1] "TIFF Revision 6.0", Adobe, 1992, sections 3 to 8.
    """
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    height, width, channels = levels.shape
    tags, directory = about.get("exif", {}), ImageFileDirectory_v2()
    for tag in tags:
        directory[tag] = tags.get_ifd(tag) if tag in (_EXIF, _GPS) else tags[tag]
    directory[256], directory[257], directory[258] = width, height, (16,) * channels
    directory[259], directory[262], directory[277] = 1, 1 if channels < 3 else 2, channels  # plain, grey or RGB
    directory[273], directory[278], directory[279] = 0, height, levels.nbytes  # one strip; Pillow adds where it begins
    directory.tagtype[279] = 4  # of 32 bits
    if channels in (2, 4):
        directory[338] = 2  # alpha, not multiplied in
    if "dpi" in about:
        directory[282], directory[283], directory[296] = *about["dpi"], 2
    if "icc_profile" in about:
        directory[34675] = about["icc_profile"]
    with path.open("wb") as file:
        directory.save(file)
        for rows in levels:
            file.write(rows.astype("<u2", copy=False).tobytes())
