"""How large a JPEG XL says it is: its plugin decodes all of it before anyone can ask, and a few bytes may claim anything."""

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


def size_in(file) -> tuple[int, int]:
    """The width and the height that a JPEG XL begins with.

    Parameters
    ----------
    file : file object
        Open for reading.

    Returns
    -------
    width, height : int

    Raises
    ------
    OSError
        There is no image in it.

    References
    ----------
    .. [1] ISO/IEC 18181-1, "JPEG XL Image Coding System", the image's header: SizeHeader; part 2, its boxes.

    Examples
    --------
    >>> import io
    >>> size_in(io.BytesIO(b"\\xff\\x0a" + (1 | 2 << 1 | 1 << 6).to_bytes(8, "little")))  # small: 8 * 3 rows, a square
    (24, 24)
    """
    _to_image(file)
    if file.read(2) != b"\xff\x0a":
        raise OSError("there is no image in it")
    bits = int.from_bytes(file.read(16), "little")

    def take(count: int) -> int:
        nonlocal bits
        taken, bits = bits & ((1 << count) - 1), bits >> count
        return taken

    small = take(1)
    side = lambda: 8 * (take(5) + 1) if small else 1 + take((9, 13, 18, 30)[take(2)])
    height, code = side(), take(3)
    if code == 0:
        return side(), height
    across, down = _WIDTHS[code]
    return height * across // down, height


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
