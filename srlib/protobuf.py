"""The bytes of a message of Protocol Buffers, the format that ONNX files are in.

It is written here because that takes a page, and the package onnx asks for a newer protobuf than other programs on the same
machine may bear.

References
----------
.. [1] Protocol Buffers Documentation, "Encoding".
"""

import struct


def message(*fields: tuple[int, object]) -> bytes:
    """A message of some fields.

    Parameters
    ----------
    *fields : (int, int or float or str or bytes)
        The number of a field, as the description of the message gives it, and its value: a number of 64 bits, one of
        floating point with 32, a text, or bytes, such as another message. One that occurs several times is a list.

    Returns
    -------
    bytes

    Examples
    --------
    >>> from srlib.protobuf import message
    >>> message((1, 150)).hex(), message((2, "testing")).hex()
    ('089601', '120774657374696e67')
    """
    return b"".join(_field(number, value) for number, value in fields)


def _field(number: int, value) -> bytes:
    if isinstance(value, float):
        return _varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, (str, bytes)):
        data = value.encode() if isinstance(value, str) else value
        return _varint(number << 3 | 2) + _varint(len(data)) + data
    return _varint(number << 3) + _varint(int(value))


def _varint(n: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    n &= 2**64 - 1  # a negative one as its complement
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes([*out, n])
