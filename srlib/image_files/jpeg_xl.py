"""What a JPEG XL says of itself at its beginning: its plugin decodes all of it before anyone can ask, and a few bytes may claim
any size; and it gives the first image of an animation as if there were no others.
"""

import os
import struct

_WIDTHS = {
    1: (1, 1),
    2: (12, 10),
    3: (4, 3),
    4: (3, 2),
    5: (16, 9),
    6: (5, 4),
    7: (2, 1),
}  # for a height, by their code


def header_in(file) -> tuple[int, int, bool]:
    """The size that a JPEG XL begins with, and whether it is an animation.

    Parameters
    ----------
    file : file object
        Open for reading.

    Returns
    -------
    width, height : int
    animated : bool

    Raises
    ------
    OSError
        There is no image in it.

    References
    ----------
    .. [1] ISO/IEC 18181-1, "JPEG XL Image Coding System", the headers of an image (SizeHeader, ImageMetadata); part 2, boxes.

    Examples
    --------
    >>> import io
    >>> header_in(io.BytesIO(bytes([255, 10, 69, 2])))  # small: 8 * 3 rows, a square
    (24, 24, False)
    """
    _to_image(file)
    if file.read(2) != b"\xff\x0a":
        raise OSError("there is no image in it")
    bits = int.from_bytes(file.read(32), "little")

    def take(count: int) -> int:
        nonlocal bits
        taken, bits = bits & ((1 << count) - 1), bits >> count
        return taken

    def size() -> tuple[int, int]:
        small = take(1)
        side = lambda: 8 * (take(5) + 1) if small else 1 + take((9, 13, 18, 30)[take(2)])
        height, code = side(), take(3)
        across, down = _WIDTHS.get(code, (0, 1))
        return height * across // down if code else side(), height

    width, height = size()
    usual, more = take(1), take(1)
    if usual or not more:
        return width, height, False
    take(3)  # which side is up
    if take(1):
        size()  # at which it is to be shown
    preview = take(1)
    return width, height, bool(not preview and take(1))


def _to_image(file) -> None:
    """Go to where the image begins: at once, or in a box."""
    head = file.read(12)
    file.seek(0)
    if head[4:8] != b"JXL ":
        return
    while len(head := file.read(8)) == 8:
        length, name = struct.unpack(">I4s", head)
        length = struct.unpack(">Q", file.read(8).ljust(8, b"\0"))[0] - 8 if length == 1 else length
        if name in (b"jxlc", b"jxlp"):
            file.seek(4 if name == b"jxlp" else 0, os.SEEK_CUR)  # a part has a number
            return
        if length < 8:
            return
        file.seek(length - 8, os.SEEK_CUR)
