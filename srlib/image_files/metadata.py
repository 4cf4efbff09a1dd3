"""What an image file says beside its pixels: colour profile, EXIF, XMP, captions, texts, resolution.

Reading keeps what is sound and will be true of a larger image, too. What describes the old file's layout, its size or its
orientation is left out. Writing turns what was kept into the words in which Pillow wants it for each kind of file.
"""

import contextlib
import os
import re
import struct
from dataclasses import dataclass, field

EXIF, GPS, INTEROP = 0x8769, 0x8825, 0xA005
ORIENTATION = 0x0112
# The tags that are carried over: what tells of the image, never of a file's layout. Description, make, model, software,
# date, artist, computer, rating, copyright, Windows' title to subject
_KEPT_TAGS = {270, 271, 272, 305, 306, 315, 316, 0x4746, 0x4749, 33432, *range(0x9C9B, 0x9CA0), EXIF, GPS}
_COLOUR_CHUNKS = (b"gAMA", b"cHRM", b"sRGB", b"cICP")
_KEPT_CHUNKS = (*_COLOUR_CHUNKS, b"tEXt", b"zTXt", b"iTXt")
# EXIF as old programs wrote it, and XMP: these are kept as such
_KEPT_ELSEWHERE = (b"Raw profile type exif", b"Raw profile type APP1", b"XML:com.adobe.xmp")
_PHOTOSHOP = b"Photoshop 3.0\x00"


@dataclass
class Metadata:
    """What an image file says beside its pixels; what it does not say is empty.

    Attributes
    ----------
    icc : bytes
        The colour profile, if it is sound and one for the colours of the image.
    exif : PIL.Image.Exif or None
        Only tags that tell of the image; no orientation.
    xmp, iptc, comment : bytes
        `iptc` is Photoshop's block, which holds the captions of the press.
    dpi : tuple of float, or None
    chunks : list of (bytes, bytes)
        Texts and colour definitions of a PNG, by their names.
    lossless : bool
        Whether it is a WebP whose pixels are as they were: the new one's are to be so, too.
    """

    icc: bytes = b""
    exif: object = None
    xmp: bytes = b""
    iptc: bytes = b""
    comment: bytes = b""
    dpi: tuple[float, float] | None = None
    chunks: list[tuple[bytes, bytes]] = field(default_factory=list)
    lossless: bool = False

    def of_pixels(self) -> "Metadata":
        """What is needed to show the pixels right, and nothing that tells of people, places and cameras."""
        colours = [chunk for chunk in self.chunks if chunk[0] in _COLOUR_CHUNKS]
        return Metadata(icc=self.icc, chunks=colours, lossless=self.lossless)


# -- reading ----------------------------------------------------------------------------------------------------------------


def read_metadata(image, exif, grey: bool, file) -> Metadata:
    """What a file says beside its pixels.

    Parameters
    ----------
    image : PIL.Image.Image
        The opened file.
    exif : PIL.Image.Exif or None
        None where it is damaged.
    grey : bool
        Whether its pixels were decoded as grey.
    file : file object
        The same file, open for reading.

    Returns
    -------
    Metadata
    """
    info = image.info
    xmp = info.get("xmp", b"")
    return Metadata(
        icc=sound_profile(info.get("icc_profile"), "GRAY" if grey else "RGB "),
        exif=_kept_exif(exif),
        xmp=_kept_xmp(xmp.encode() if isinstance(xmp, str) else bytes(xmp)),
        iptc=_iptc(image),
        comment=info.get("comment", b"") if image.format in ("JPEG", "MPO") else b"",
        dpi=_sound_dpi(info.get("dpi")),
        chunks=_kept_chunks(file) if image.format == "PNG" else [],
        lossless=image.format == "WEBP" and _is_lossless(file),
    )


def sound_profile(profile: bytes | None, space: str) -> bytes:
    """A colour profile if its header is one, and for this kind of colours; or nothing.

    Examples
    --------
    >>> sound_profile(b"no profile", "RGB ")
    b''
    """
    sound = profile and len(profile) > 128 and profile[36:40] == b"acsp" and profile[16:20] == space.encode()
    return bytes(profile) if sound and struct.unpack(">I", profile[:4])[0] <= len(profile) else b""


def _sound_dpi(dpi) -> tuple[float, float] | None:
    with contextlib.suppress(Exception):  # two numbers, says Pillow; but it is what the file says
        across, down = map(float, dpi)
        if 0 < across < 65535 and 0 < down < 65535:  # NaN fails
            return across, down
    return None


def _kept_exif(exif):
    """A copy with the tags that tell of the image; an empty one where the old cannot be read."""
    from PIL import Image

    kept = Image.Exif()
    with contextlib.suppress(Exception):
        tags = {tag: exif[tag] for tag in exif if tag in _KEPT_TAGS}
        for tag in (EXIF, GPS):
            if tag in tags:  # a directory of its own; what does not belong there was put there to mislead
                tags[tag] = {
                    t: value for t, value in exif.get_ifd(tag).items() if (t < 32 if tag == GPS else t > 33000)
                }
        if INTEROP in tags.get(EXIF, {}):
            tags[EXIF][INTEROP] = dict(exif.get_ifd(INTEROP))
        for tag, value in tags.items():
            if value == {}:
                continue
            kept[tag] = value
            try:
                kept.tobytes()
            except Exception:  # what cannot be written is of no use
                del kept[tag]
    return kept


def _kept_xmp(xmp: bytes) -> bytes:
    if b"hdrgm:" in xmp:  # it describes a second image, for bright screens, that is not read
        return b""
    return re.sub(rb'\s*tiff:Orientation="\d*"|<tiff:Orientation>\d*</tiff:Orientation>', b"", xmp)


def _iptc(image) -> bytes:
    blocks = [data for name, data in getattr(image, "applist", []) if name == "APP13" and data.startswith(_PHOTOSHOP)]
    if blocks:
        return b"".join(block[len(_PHOTOSHOP) :] for block in blocks)
    found = image.tag_v2.get(34377, b"") if image.format == "TIFF" else b""
    return found if isinstance(found, bytes) else b""


def png_chunks(file, wanted=None):
    """The chunks of a PNG as (name, data), from a file object; of some names only, where these are given."""
    size = file.seek(0, os.SEEK_END)
    file.seek(8)
    while len(head := file.read(8)) == 8:
        length, name = struct.unpack(">I4s", head)
        left = min(length, size - file.tell())  # the length is what the file says
        if wanted is None or name in wanted:
            yield name, file.read(left)
        else:
            file.seek(left, os.SEEK_CUR)
        file.seek(4, os.SEEK_CUR)  # its checksum


def _kept_chunks(file) -> list[tuple[bytes, bytes]]:
    return [chunk for chunk in png_chunks(file, _KEPT_CHUNKS) if not chunk[1].startswith(_KEPT_ELSEWHERE)]


def _is_lossless(file) -> bool:
    """Whether the pixels of a WebP are in a chunk of the kind that loses nothing; of an animation those of its frames."""
    file.seek(12)
    while len(head := file.read(8)) == 8:
        name, length = struct.unpack("<4sI", head)
        if name in (b"VP8 ", b"VP8L"):
            return name == b"VP8L"
        # a frame's own chunks follow 16 bytes in; lengths are even
        file.seek(16 if name == b"ANMF" else length + length % 2, os.SEEK_CUR)
    return False


# -- writing ----------------------------------------------------------------------------------------------------------------


def options_for(format: str, metadata: Metadata, size: tuple[int, int], channels: int) -> dict:
    """The metadata that this kind of file can hold, as keyword arguments of Pillow's `save`.

    Parameters
    ----------
    format : str
        Pillow's name of the kind of file.
    metadata : Metadata
    size : tuple of int
        Width and height of the image to be written.
    channels : int
        With that of transparency.

    Returns
    -------
    dict
    """
    space = "GRAY" if channels < 3 and format != "WEBP" else "RGB "  # it knows no grey
    exif = _exif_of_size(metadata.exif, *size)
    options = {
        "dpi": metadata.dpi,
        "exif": exif,
        "xmp": metadata.xmp,
        "icc_profile": sound_profile(metadata.icc, space),
    }
    if format == "JPEG":
        options |= _jpeg_segments(metadata, exif)
    elif format == "PNG":
        options["pnginfo"] = _png_info(metadata)
    elif format == "TIFF":
        options["exif"] = _tiff_tags(metadata, exif)
    return {name: value for name, value in options.items() if value}


def _exif_of_size(exif, width: int, height: int) -> bytes:
    """EXIF as bytes, with the size of the new image where it told that of the old one."""
    if not exif:
        return b""
    sizes = exif.get(EXIF)
    if isinstance(sizes, dict):
        sizes.update({tag: size for tag, size in ((0xA002, width), (0xA003, height)) if tag in sizes})
    return exif.tobytes()


def _jpeg_segments(metadata: Metadata, exif: bytes) -> dict:
    """Only what fits, as a segment ends at 65533 bytes."""
    segments = {
        "comment": metadata.comment,
        "exif": exif if len(exif) <= 65533 else b"",
        "xmp": metadata.xmp if len(metadata.xmp) <= 65504 else b"",
    }
    if 0 < len(metadata.iptc) <= 65519:
        captions = _PHOTOSHOP + metadata.iptc
        segments["extra"] = b"\xff\xed" + struct.pack(">H", len(captions) + 2) + captions
    return segments


def _png_info(metadata: Metadata):
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    for name, data in metadata.chunks:
        info.add(name, data)
    if metadata.xmp:
        info.add_itxt("XML:com.adobe.xmp", metadata.xmp.decode("utf-8", "replace"))
    return info


def _tiff_tags(metadata: Metadata, exif: bytes):
    from PIL import Image

    tags = Image.Exif()
    tags.load(exif)
    for tag, value in ((700, metadata.xmp), (34377, metadata.iptc)):
        if value:
            tags[tag] = value
    return tags
