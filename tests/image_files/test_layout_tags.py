"""Tags that say how the pixels of a TIFF lie, in the EXIF of any file: none of them gets into a file that is written.

In a TIFF they would mean false colours, other pixels, or a file that nobody can read.
"""

import struct

import cv2
import numpy as np
import pytest
import tifffile
from _image_files import exif_of, image
from PIL import Image

from srlib.image_files import decode
from srlib.upscaling import upscale_file

LAYOUT = {  # a tag, and values that it might have
    "subfile type": {254: 1, 255: 3},
    "size": {256: 7, 257: 5},
    "bits": {258: (16, 16, 16)},
    "compression": {259: 5},
    "white is zero": {262: 0},
    "palette": {262: 3, 320: tuple(range(768))},
    "CMYK": {262: 5},
    "YCbCr": {262: 6, 529: (0.2, 0.7, 0.1), 530: (2, 2), 531: 2, 532: (0, 1) * 3},
    "CIELab": {262: 8},
    "colour filter array": {262: 32803, 33421: (2, 2), 33422: b"\0\1\1\2"},
    "fill order": {266: 2},
    "strips": {273: 9, 278: 3, 279: 12},
    "samples": {277: 1},
    "separate planes": {284: 2},
    "grey response": {290: 2, 291: tuple(range(256))},
    "resolution": {282: 7.0, 283: 5.0, 296: 3},
    "transfer function": {301: tuple(range(768))},
    "predictor": {317: 2},
    "primaries": {318: (0.3, 0.3), 319: (0.1,) * 6},
    "tiles": {322: 16, 323: 16, 324: 8, 325: 8},
    "other directories": {330: 8},
    "inks": {332: 2, 334: 4, 336: (0, 255)},
    "extra samples": {338: 1},
    "sample format": {339: 3, 340: 9, 341: 10},
    "JPEG": {347: b"tables", 512: 14, 513: 8, 514: 9},
    "colour profile": {34675: b"nonsense"},
    "negative": {50706: b"\1\4\0\0", 50714: 5, 50717: 99},
}
SOURCES = ("jpg", "png", "webp")


def as_read(path):
    """By three programs."""
    with Image.open(path) as opened:
        by_pillow = np.asarray(opened)
    by_opencv = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert by_opencv is not None
    by_opencv = by_opencv[..., ::-1] if by_opencv.ndim == 3 else by_opencv
    return by_pillow, tifffile.imread(path), by_opencv


def test_there_are_66_combinations():
    assert len(LAYOUT) * len(SOURCES) >= 66


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("words", LAYOUT)
def test_a_tiff_is_the_same_with_the_tag_and_without(words, source, mode, here):
    exif = exif_of(t271="Maker", **{f"t{tag}": value for tag, value in LAYOUT[words].items()})
    options = {"lossless": True} if source == "webp" else {}
    image(mode, 9, 11).save(f"a.{source}", **options)
    upscale_file(f"a.{source}", "plain.tif", "nearest")
    image(mode, 9, 11).save(f"a.{source}", exif=exif, **options)
    upscale_file(f"a.{source}", "made.tif", "nearest")
    with Image.open(f"a.{source}") as opened:
        wanted = np.asarray(opened.convert("RGB" if source == "webp" else mode)).repeat(2, 0).repeat(2, 1)
    for found, without in zip(as_read("made.tif"), as_read("plain.tif")):
        np.testing.assert_array_equal(found, wanted)
        np.testing.assert_array_equal(without, wanted)
    with Image.open("made.tif") as made, Image.open("plain.tif") as plain:
        assert set(made.tag_v2) - set(plain.tag_v2) - {282, 283, 296} == {271} and made.tag_v2[271] == "Maker"
        others = set(plain.tag_v2) - {
            273,
            282,
            283,
        }  # where the pixels begin; and the resolution of a JPEG may be in EXIF
        assert {tag: made.tag_v2[tag] for tag in others} == {tag: plain.tag_v2[tag] for tag in others}


@pytest.mark.parametrize("options", [
    {"photometric": "miniswhite"}, {"compression": "lzw", "predictor": True}, {"compression": "zlib"}, {"tile": (16, 16)},
    {"byteorder": ">"}, {"rowsperstrip": 2}, {"bigtiff": True}, {"planarconfig": "separate"}, {"extratags": [(266, 3, 1, 1)]},
    {"extratags": [(320, 3, 768, tuple(range(768)))]}, {"extratags": [(301, 3, 768, tuple(range(768)))]}, {"resolution": (72, 72)},
])  # fmt: skip
def test_a_tiffs_own_layout_is_not_that_of_the_new_one(options, here):
    grey = options.get("photometric") == "miniswhite"
    levels = np.asarray(image("L" if grey else "RGB", 9, 11))
    planes = levels.transpose(2, 0, 1) if "planarconfig" in options else levels
    if options.get("compression") == "lzw":
        Image.fromarray(levels).save("a.tif", compression="tiff_lzw", tiffinfo={317: 2})
    else:
        tifffile.imwrite("a.tif", planes, **{"photometric": "minisblack" if grey else "rgb", **options})
    upscale_file("a.tif", "b.tif", "nearest")
    wanted = decode("a.tif").levels
    np.testing.assert_array_equal(wanted, 255 - levels if grey else levels)
    for found in as_read("b.tif"):
        np.testing.assert_array_equal(found, wanted.repeat(2, 0).repeat(2, 1))


def test_tags_of_layout_in_a_directory_below_are_not_carried_over(here):
    exif = exif_of(t271="Maker")
    exif[0x8769] = {0x9003: "2026:11:22 08:00:00", 262: 3, 284: 2, 271: "hidden"}
    exif[0x8825] = {1: "N", 262: 3}
    image().save("a.jpg", exif=exif)
    for target in ("b.tif", "b.jpg", "b.png", "b.webp"):
        upscale_file("a.jpg", target, "nearest")
        with Image.open(target) as made:
            found = made.getexif()
            assert found[271] == "Maker"
            assert dict(found.get_ifd(0x8769)) == {0x9003: "2026:11:22 08:00:00"} and dict(found.get_ifd(0x8825)) == {
                1: "N"
            }


def test_a_directory_that_is_its_own_parent_is_left_out(here):
    """A pointer of 8: the directory that it stands in."""
    entries = [(271, 2, 6, 38), (0x8769, 4, 1, 8)]
    blob = (
        b"II*\0"
        + struct.pack("<IH", 8, 2)
        + b"".join(struct.pack("<HHII", *e) for e in entries)
        + bytes(4)
        + b"Maker\0"
    )
    image().save("a.jpg", exif=b"Exif\0\0" + blob)
    upscale_file("a.jpg", "b.tif", "nearest")
    assert [page.shape for page in tifffile.TiffFile("b.tif").pages] == [(38, 44, 3)]
    assert Image.open("b.tif").getexif()[271] == "Maker"
