"""Images of 16 bits a channel, where Pillow cannot judge: OpenCV and tifffile do."""

import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from _image_files import deep_expected, deep_png, deep_read, deep_tiff, exif_of, png, run, same, wave
from PIL import Image, ImageOps

from srlib.image_files import decode

DEEP = {
    **{f"deep-{n}.png": (deep_png, n, {}) for n in (1, 2, 3, 4)},
    **{f"deep-{n}.tif": (deep_tiff, n, {}) for n in (1, 3, 4)},
    **{f"deep-{n}-motorola.tif": (deep_tiff, n, {"byteorder": ">"}) for n in (1, 3, 4)},
    **{f"deep-{n}-deflate.tif": (deep_tiff, n, {"compression": "zlib"}) for n in (1, 3, 4)},
    **{f"deep-{n}-strips.tif": (deep_tiff, n, {"rowsperstrip": 5}) for n in (1, 3, 4)},
    "deep-3-tiles.tif": (deep_tiff, 3, {"tile": (16, 16)}),
}


@pytest.mark.parametrize("target", ["png", "tif"])
@pytest.mark.parametrize("name", DEEP)
def test_sixteen_bits_stay_sixteen_bits(name, target, here):
    make, channels, options = DEEP[name]
    levels = wave(channels=channels, top=65535)
    make(here / name, levels, **options)
    out = here / f"large.{target}"
    assert run("upscale", name, "-o", out, "--model", "bicubic") == 0
    if target == "tif" and channels == 2:  # which Pillow would not read again: it is written as RGB
        made = deep_read(out, 4)
        assert (made[..., 0] == made[..., 1]).all() and (made[..., 0] == made[..., 2]).all()
        made = made[..., 2:]
    else:
        made = deep_read(out, channels)
    assert made.dtype == np.uint16 and (made % 257 != 0).any()
    wanted = deep_expected(levels)
    difference = np.abs(made.astype(int) - wanted)
    if channels in (2, 4):  # colours count as much as they are seen
        difference[..., :-1] = difference[..., :-1] * (wanted[..., -1:] / 65535)
    assert difference.max() <= 1  # sums of 32 bits, and a level that lies on the border between two
    with Image.open(out) as again:  # Pillow takes it, too
        again.load()
        assert again.size == (44, 38)


@pytest.mark.parametrize("target", ["jpg", "webp", "bmp"])
def test_sixteen_bits_become_eight_where_a_kind_has_no_more(target, here):
    levels = wave(height=64, width=64, top=65535)
    deep_png(here / "a.png", levels)
    assert run("upscale", "a.png", "-o", f"b.{target}", "--model", "bicubic") == 0
    same(Image.open(f"b.{target}"), np.rint(deep_expected(levels) / 257).astype(np.uint8), target != "bmp")


def test_sixteen_bits_with_a_clear_colour(here):
    levels = wave(top=65535)
    key = levels[3, 4]
    rows = [row.astype(">u2").tobytes() for row in levels]
    Path("a.png").write_bytes(png(22, 19, 16, 2, rows, (b"tRNS", key.astype(">u2").tobytes())))
    grey = wave(channels=1, top=65535)
    rows = [row.astype(">u2").tobytes() for row in grey]
    Path("b.png").write_bytes(png(22, 19, 16, 0, rows, (b"tRNS", struct.pack(">H", grey[3, 4]))))
    for name, channels, hidden in (("a.png", 4, (levels == key).all(-1)), ("b.png", 2, grey == grey[3, 4])):
        assert run("upscale", name, "-o", f"large-{name}", "--model", "nearest") == 0
        alpha = deep_read(here / f"large-{name}", channels)[..., -1]
        np.testing.assert_array_equal(alpha == 0, hidden.repeat(2, 0).repeat(2, 1))
        assert hidden.any() and not hidden.all()


def test_sixteen_bits_in_tiffs_of_other_habits(here):
    grey, colour = wave(channels=1, top=65535), wave(channels=4, top=65535)
    tifffile.imwrite("negative.tif", 65535 - grey, photometric="miniswhite")
    np.testing.assert_array_equal(decode(Path("negative.tif")).levels, grey)
    straight, alpha = colour[..., :3], colour[..., 3] | 0x8000
    multiplied = np.rint(straight / 65535 * alpha[..., None]).astype(np.uint16)
    tifffile.imwrite("multiplied.tif", np.dstack([multiplied, alpha]), photometric="rgb", extrasamples=["assocalpha"])
    found = decode(Path("multiplied.tif"))
    np.testing.assert_array_equal(found.alpha, alpha)
    assert np.abs(found.levels.astype(int) - straight).max() <= 2
    tifffile.imwrite("spare.tif", colour, photometric="rgb", extrasamples=["unspecified"])
    found = decode(Path("spare.tif"))
    assert found.alpha is None
    np.testing.assert_array_equal(found.levels, straight)


def test_sixteen_bits_are_turned_upright(here):
    levels = wave(top=65535)
    rows = [row.astype(">u2").tobytes() for row in levels]
    for turn in range(1, 9):
        exif = exif_of(turn).tobytes()[6:]
        Path("a.png").write_bytes(png(22, 19, 16, 2, rows, (b"eXIf", exif)))
        extra = [(274, 3, 1, turn, True)]
        tifffile.imwrite("a.tif", levels, photometric="rgb", extratags=extra)
        eight = Image.fromarray((levels >> 8).astype(np.uint8))
        eight.getexif()[0x0112] = turn
        wanted = np.asarray(ImageOps.exif_transpose(eight))
        for name in ("a.png", "a.tif"):
            np.testing.assert_array_equal(decode(Path(name)).levels >> 8, wanted)
