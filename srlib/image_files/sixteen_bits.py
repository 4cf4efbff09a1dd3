"""Images of 16 bits a channel, which Pillow alone neither reads nor writes where there are several channels.

No small library does this: tifffile does not unpack LZW, in which the usual programs write, nor write EXIF; pypng unpacks
in plain Python; imagecodecs and OpenCV are larger than NumPy and Pillow together. So Pillow still does the unpacking, the
packing of metadata and the directory of a TIFF; only the pixels pass through this module. The tests compare it with
OpenCV and tifffile in both directions.
"""

import io
import struct
import sys
import zlib

import numpy as np

from .metadata import EXIF, GPS, png_chunks


def has_sixteen_bits(image) -> bool:
    """Whether an opened file has more than 8 bits a channel, whatever Pillow would make of them.

    Examples
    --------
    >>> from PIL import Image
    >>> has_sixteen_bits(Image.new("I;16", (2, 2))), has_sixteen_bits(Image.new("RGB", (2, 2)))
    (True, False)
    """
    if image.mode.startswith("I;16"):
        return True
    if image.format == "PPM":
        (tile,) = image.tile
        return image.mode == "I" or (tile.codec_name == "ppm" and tile.args[-1] > 255)
    bits = image.tag_v2.get(258, (8,)) if image.format == "TIFF" else (8,)  # the raw mode of planes does not tell
    order = raw_mode(image).endswith((";16B", ";16L", ";16N"))  # "BGR;16" of a BMP has 5, 6 and 5 bits
    return image.mode in ("RGB", "RGBA") and (order or max(bits) == 16)


def raw_mode(image) -> str:
    """How the pixels lie in an opened file, in Pillow's words, such as "RGB;16B"."""
    args = image.tile[0].args if getattr(image, "tile", None) else ""
    return args if isinstance(args, str) else str(args[0])


# -- reading ----------------------------------------------------------------------------------------------------------------


def read_sixteen_bits(image, open_again) -> tuple[np.ndarray, np.ndarray | None]:
    """Levels and transparency of 16 bits.

    Of several channels Pillow keeps the upper byte of each value. So it is asked a second time, with the order of the
    bytes turned round, and gives the lower one.

    Parameters
    ----------
    image : PIL.Image.Image
        An opened file whose channels do not lie in separate planes.
    open_again : callable
        Opens the same image a second time.

    Returns
    -------
    levels : ndarray of uint16, (h, w) or (h, w, 3)
    alpha : ndarray of uint16, (h, w), or None
    """
    raw, key = raw_mode(image), image.info.get("transparency")
    if image.format == "PPM":
        return _netpbm(image), None
    if image.mode.startswith("I;16"):
        levels = _grey(image)
        return levels, None if key is None else _opaque_except(levels == key)
    if raw == "LA;16B":  # two values of two bytes, handed out as four
        four = _decoded_as(image, "RGBA").astype(np.uint16)
        levels = four[..., 0::2] << 8 | four[..., 1::2]
        return levels[..., 0], levels[..., 1]
    channels, order = raw.replace("RGBa", "RGBA").rsplit("16", 1)
    other = {"L": "B", "B": "L", "N": "B" if sys.byteorder == "little" else "L"}[order]
    levels = _decoded_as(image, f"{channels}16{order}").astype(np.uint16) << 8
    with open_again() as again:
        levels |= _decoded_as(again, f"{channels}16{other}")
    if levels.shape[-1] == 3:
        return levels, None if key is None else _opaque_except((levels == key).all(-1))
    levels, alpha = levels[..., :3], levels[..., 3]
    if "RGBa" in raw:  # the colours were multiplied by alpha
        levels = (np.minimum(levels / np.maximum(alpha, 1)[..., None], 1) * 65535).round().astype(np.uint16)
    return levels, alpha


def _decoded_as(image, raw: str) -> np.ndarray:
    image.tile = [
        tile._replace(args=raw if isinstance(tile.args, str) else (raw, *tile.args[1:])) for tile in image.tile
    ]
    return np.asarray(image)


def _grey(image) -> np.ndarray:
    """From black, 0, to white, 65535, whatever a TIFF's tags say of its numbers."""
    levels, tags = np.asarray(image).astype(np.uint16), image.tag_v2 if image.format == "TIFF" else {}
    if tags.get(258, (16,))[0] == 12:
        levels = (levels.astype(np.uint32) * 65535 // 4095).astype(np.uint16)
    if tags.get(262) == 0:  # white is zero: Pillow minds it in 8 bits only
        levels = 65535 - levels
    return levels


def _netpbm(image) -> np.ndarray:
    """From black, 0, to white, 65535, whatever the file calls white; Pillow keeps 16 bits of grey alone."""
    if image.mode == "I":
        return np.asarray(image).astype(np.uint16)
    (tile,), count = image.tile, image.width * image.height * 3
    image.fp.seek(tile.offset)
    data = image.fp.read(2 * count)
    if len(data) < 2 * count:
        raise OSError("image file is truncated")
    levels = np.frombuffer(data, ">u2").reshape(image.height, image.width, 3) / tile.args[-1]
    return np.rint(np.minimum(levels, 1) * 65535).astype(np.uint16)


def _opaque_except(hidden: np.ndarray) -> np.ndarray:
    return np.where(hidden, 0, 65535).astype(np.uint16)


# -- writing ----------------------------------------------------------------------------------------------------------------


def write_png(file, levels: np.ndarray, options: dict) -> None:
    """A PNG of 16 bits: Pillow writes all of it but the pixels and their description.

    Parameters
    ----------
    file : file object
        Open for writing.
    levels : ndarray of uint16, (h, w, channels)
        Grey or RGB, with transparency or without: 1 to 4 channels.
    options : dict
        Metadata, as Pillow's `save` wants it.

    References
    ----------
    .. [1] "Portable Network Graphics (PNG) Specification", W3C, sections 9.2 (filters) and 11.2 (chunks).
    """
    from PIL import Image
    from PIL.PngImagePlugin import putchunk

    height, width, channels = levels.shape
    small = io.BytesIO()
    Image.new("L", (1, 1)).save(small, "PNG", **options)
    file.write(small.getvalue()[:8])
    for name, data in png_chunks(small):
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
            # filter 2: what a byte is more than the one above
            packed = np.full((len(rows), 1 + rows.shape[1]), 2, np.uint8)
            packed[:, 1:] = rows - above[:-1]
            putchunk(file, b"IDAT", packer.compress(packed))
            above = rows[-1]
        putchunk(file, b"IDAT", packer.flush())


def write_tiff(file, levels: np.ndarray, options: dict) -> None:
    """A TIFF of 16 bits: Pillow writes the directory, and the pixels follow as they are.

    Parameters
    ----------
    file : file object
        Open for writing.
    levels : ndarray of uint16, (h, w, channels)
        Grey or RGB, with transparency or without: 1 to 4 channels.
    options : dict
        Metadata, as Pillow's `save` wants it.

    References
    ----------
    .. [1] "TIFF Revision 6.0", Adobe, 1992, sections 3 to 8.
    """
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    height, width, channels = levels.shape
    tags, directory = options.get("exif", {}), ImageFileDirectory_v2()
    for tag in tags:
        directory[tag] = tags.get_ifd(tag) if tag in (EXIF, GPS) else tags[tag]
    directory[256], directory[257], directory[258] = width, height, (16,) * channels
    directory[259], directory[262], directory[277] = 1, 1 if channels < 3 else 2, channels  # plain, grey or RGB
    directory[273], directory[278], directory[279] = 0, height, levels.nbytes  # one strip; Pillow adds where it begins
    directory.tagtype[279] = 4  # of 32 bits
    if channels in (2, 4):
        directory[338] = 2  # alpha, not multiplied in
    if "dpi" in options:
        directory[282], directory[283], directory[296] = *options["dpi"], 2
    if "icc_profile" in options:
        directory[34675] = options["icc_profile"]
    directory.save(file)
    for rows in levels:
        file.write(rows.astype("<u2", copy=False).tobytes())
