"""RAR archives as nobody's RAR program would write them: stored, not packed, under any name, in the old format and the new.

After the published descriptions of the two formats; enough of them for 7-Zip to read what comes out.
"""

import struct
import zlib

LINK = object()  # in place of contents: a symbolic link to /etc


def rar4(files) -> bytes:
    """An archive of (name, contents) pairs in the format of RAR 1.5 to 4."""
    parts = [b"Rar!\x1a\x07\x00", _block4(0x73, 0, b"\0" * 6)]
    for name, data in files:
        mode = 0o120777 if data is LINK else 0o100644
        data = b"/etc" if data is LINK else data
        size = len(data)
        name = name.encode()
        fields = struct.pack("<IIBIIBBHI", size, size, 3, zlib.crc32(data), 0, 20, 0x30, len(name), mode)
        parts += [_block4(0x74, 0x8000, fields + name), data]
    return b"".join([*parts, _block4(0x7B, 0x4000, b"")])


def _block4(kind: int, flags: int, fields: bytes) -> bytes:
    body = struct.pack("<BHH", kind, flags, 7 + len(fields)) + fields
    return struct.pack("<H", zlib.crc32(body) & 0xFFFF) + body


def rar5(files, *, claimed_size: int | None = None) -> bytes:
    """An archive of (name, contents) pairs in the format of RAR 5; `claimed_size` is what it says of every file."""
    parts = [b"Rar!\x1a\x07\x01\x00", _block5(_number(1) + _number(0) + _number(0))]
    for name, data in files:
        extra = b""
        if data is LINK:
            target = b"/etc"
            record = _number(5) + _number(1) + _number(0) + _number(len(target)) + target
            extra, data = _number(len(record)) + record, b""
        name = name.encode()
        fields = [
            _number(2),
            _number(3 if extra else 2),
            _number(len(extra)) if extra else b"",
            _number(len(data)),
            _number(4),
            _number(claimed_size or len(data)),
            _number(0o100644),
            struct.pack("<I", zlib.crc32(data)),
            _number(0),
            _number(1),
            _number(len(name)),
            name,
            extra,
        ]
        parts += [_block5(b"".join(fields)), data]
    return b"".join([*parts, _block5(_number(5) + _number(0) + _number(0))])


def _block5(fields: bytes) -> bytes:
    sized = _number(len(fields)) + fields
    return struct.pack("<I", zlib.crc32(sized)) + sized


def _number(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the top bit says that more follow."""
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)
