"""Numbers that a file claims: each is compared with what is possible before anything is made of it."""

import io
import struct
import sys
import zlib
from pathlib import Path

import pytest
from _image_files import exif_of, image, png, png_chunk
from PIL import Image

from srlib.image_files import decode, frames_in, quiet_decoders, read_image

PNG = png(2, 2, 8, 0, [b"ab", b"cd"])
TAGS = [(256, 4, 1, 4), (257, 4, 1, 2), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, 2), (279, 4, 1, 8)]  # fmt: skip


def saved(format, mode="RGB", **options):
    file = io.BytesIO()
    image(mode).save(file, format, **options)
    return file.getvalue()


def changed(data, behind, value, offset=0):
    """Other bytes a little behind some that are known."""
    place = data.index(behind) + len(behind) + offset
    return data[:place] + value + data[place + len(value) :]


def tiff(*tags, pages=1):
    """Grey, 4x2, in so many directories; some of its tags are others."""
    other = {tag[0]: tag for tag in tags}
    entries = sorted({**{tag[0]: tag for tag in TAGS}, **other}.values())
    size, made = 2 + 12 * len(entries) + 4, b"II*\0" + struct.pack("<I", 8)
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *tag) for tag in entries)
    return made + b"".join(
        directory + struct.pack("<I", 8 + size * (i + 1) if i < pages - 1 else 0) for i in range(pages)
    )


def many_gifs(count):
    file = io.BytesIO()
    Image.new("P", (1, 1)).save(file, "GIF")
    data = file.getvalue()
    return data[:-1] + data[data.index(b",") : -1] * (count - 1) + b";"


huge = struct.pack(">I", 0x7FFFFFF0)
CLAIMS = {
    **{f"frames of a PNG: {n:,}": PNG[:33] + png_chunk(b"acTL", struct.pack(">II", n, 0)) + PNG[33:] for n in (2, 3 * 10**8, 2**31)},
    **{f"the length of {name}": PNG[:33] + huge + name + bytes(20) for name in (b"tEXt", b"iCCP", b"zTXt", b"eXIf", b"PLTE", b"IDAT", b"fcTL")},
    "a profile that unpacks to 200 MB": PNG[:33] + png_chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(200_000_000), 1)) + PNG[33:],
    **{f"values of tag {t}: {n:,}": tiff((t, kind, n, 8)) for t, kind, n in ((258, 3, 2**31), (273, 4, 2**30), (700, 7, 2**32 - 1), (320, 3, 2**31), (330, 4, 2**30))},
    "samples of a TIFF": tiff((277, 3, 1, 65535)),
    "the width of a TIFF": tiff((256, 4, 1, 2**32 - 1)),
    "pages of a TIFF": tiff(pages=800),
    "frames of a GIF": many_gifs(20_000),
    "the size of a GIF": changed(saved("GIF"), b"GIF87a", b"\xff" * 4),
    "the size of a BMP": changed(saved("BMP"), b"\x28\0\0\0", struct.pack("<II", 2**31 - 1, 2**31 - 1)),
    "colours of a BMP": changed(saved("BMP", "P"), b"\x28\0\0\0", struct.pack("<I", 2**32 - 1), 28),
    "the size of a WebP": changed(saved("WEBP", exif=exif_of(6).tobytes()), b"VP8X", b"\xff" * 6, 8),
    "the length of a WebP": changed(saved("WEBP"), b"RIFF", b"\xfe\xff\xff\xff"),
    "the size of a JPEG": changed(saved("JPEG"), b"\xff\xc0", b"\xff" * 4, 3),
    "views of a photograph": changed(saved("MPO", save_all=True, append_images=[image()]), struct.pack("<HHI", 0xB001, 4, 1), b"\xff" * 4),
    "the size of a JPEG 2000": changed(saved("JPEG2000"), b"\xff\x51", b"\x7f\xff\xff\xff" * 2, 4),
    "the size of an AVIF": changed(saved("AVIF"), b"ispe", b"\0\0\xff\xff" * 2, 4),
    "the size of a netpbm": b"P5 99999999 99999999 255 x",
    "digits of a netpbm": b"P5 " + b"9" * 5000,
}  # fmt: skip


def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


@pytest.mark.parametrize("claim", CLAIMS)
def test_what_a_file_claims_costs_nothing(claim):
    """It is read as what it is, or refused in a sentence, in 150 MB."""
    if sys.platform == "linux":
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        before = peak()
    for look in (frames_in, decode, read_image):
        try:
            with quiet_decoders():
                look(CLAIMS[claim])
        except (OSError, ValueError) as error:
            assert "; expected " in str(error) and "\n" not in str(error)
    if sys.platform == "linux":
        assert peak() - before < 150


def test_what_is_there_is_counted():
    assert frames_in(CLAIMS["pages of a TIFF"]) == 800 and frames_in(CLAIMS["frames of a GIF"]) == 10_000
    assert decode(CLAIMS["pages of a TIFF"], frame=799).levels.shape == (2, 4)
    for n in (2, 3 * 10**8):
        assert frames_in(CLAIMS[f"frames of a PNG: {n:,}"]) == 1
