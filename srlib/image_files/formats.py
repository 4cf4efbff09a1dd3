"""What kind of file this is, told by its first bytes, and which decoder may look at it.

The one list of decoders. Pillow has more of them; some start other programs, and some take almost any bytes for an image.
"""

import re
from importlib.util import find_spec
from pathlib import Path

# Pillow's name of a format, and how its files begin. A brand of a still image tells AVIF from HEIC, which share a container
_BEGINS = {
    "JPEG": rb"\xff\xd8\xff",
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "WEBP": rb"RIFF.{4}WEBPVP8[ LX]",
    "TIFF": rb"II(?:[*+]\0|\0\*)|MM(?:\0[*+]|\*\0)",
    "BMP": rb"BM.{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0\0\0",
    "GIF": rb"GIF8[79]a",
    "AVIF": rb".{4}ftyp(?:avi[fs]|m[is]f1.{0,52}avi[fs])",
    "JPEG2000": rb"\xff\x4f\xff\x51|\0\0\0\x0cjP  \r\n\x87\n",
    "PPM": rb"P[1-6f]\s+[#\d]",
    "HEIF": rb".{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)",
    "JXL": rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n",
}
FORMATS = tuple(_BEGINS)
_BEGINS = {format: re.compile(begins, re.DOTALL) for format, begins in _BEGINS.items()}
# What Pillow does not bring: the plugin to be installed, and the extra of srlib that does so
_PLUGINS = {"HEIF": ("pillow_heif", "heif"), "JXL": ("pillow_jxl", "jxl")}


def format_of(source: str | Path | bytes) -> str | None:
    """The format of a file, by its first bytes, whatever its name says.

    Parameters
    ----------
    source : str, Path or bytes
        A file, or what it holds.

    Returns
    -------
    str or None
        One of `FORMATS`, whether or not it can be read here; None for everything else, a folder or a pipe too.

    Raises
    ------
    OSError
        The file cannot be read.

    Examples
    --------
    >>> format_of(b"GIF89a and so on"), format_of(b"I am no image")
    ('GIF', None)
    """
    if isinstance(source, bytes):
        head = source[:64]
    elif Path(source).is_file():
        with open(source, "rb") as file:
            head = file.read(64)
    else:
        return None
    return next((format for format, begins in _BEGINS.items() if begins.match(head)), None)


def holds_image(path: str | Path) -> bool:
    """Whether a file is an image that srlib reads here, by its first bytes; damaged or not.

    Parameters
    ----------
    path : str or Path
        Anything at all.

    Returns
    -------
    bool
        Also true of a file that cannot be opened, so that it is not passed over: reading it tells why.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "holiday.txt"
    >>> path.write_bytes(b"P5 1 1 255 x")
    12
    >>> holds_image(path), holds_image(path.parent)
    (True, False)
    """
    try:
        format = format_of(path)
    except OSError:
        return True
    return format is not None and not lacking(format)


def lacking(format: str | None) -> str:
    """What keeps a format from being read here: words behind the name of a file, or nothing.

    Parameters
    ----------
    format : str or None
        From :func:`format_of`.

    Returns
    -------
    str

    Examples
    --------
    >>> lacking("PNG")
    ''
    >>> lacking(None)
    'is not an image that srlib reads; expected JPEG, PNG, WEBP, TIFF, BMP, GIF, AVIF, JPEG2000, PPM, HEIF or JXL: open it in a viewer, or convert it.'
    """
    if format is None:
        return f"is not an image that srlib reads; expected {', '.join(FORMATS[:-1])} or {FORMATS[-1]}: open it in a viewer, or convert it."
    if format not in _PLUGINS:
        from PIL import Image

        Image.init()
        known = format in Image.OPEN  # an older Pillow may lack one
        return "" if known else f"is {format}, which this Pillow does not read; expected a newer one: upgrade pillow."
    plugin, extra = _PLUGINS[format]
    if find_spec(plugin):
        return ""
    name = {"HEIF": "HEIC", "JXL": "JPEG XL"}[format]
    return f"is {name}, which Pillow reads with a plugin only; expected it to be installed: pip install 'srlib[{extra}]', or convert the image."


def register_plugin(format: str) -> None:
    """Tell Pillow of the plugin that reads a format, where there is one."""
    if format == "HEIF":
        from pillow_heif import register_heif_opener

        register_heif_opener()
    elif format == "JXL":
        import pillow_jxl  # noqa: F401
