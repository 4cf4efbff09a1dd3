"""What kind of file this is, by its first bytes, as Pillow's own decoders would have it."""

import io
import sys

import numpy as np
import pytest
from _image_files import SRGB, exif_of, image, two_frames
from PIL import Image

from srlib.image_files import FORMATS, decode, format_of, frames_in, holds_image, lacking
from srlib.image_files.formats import register_plugin
from srlib.image_files.jpeg_xl import header_in
from srlib.upscaling import upscale_file

SAVED = {  # how Pillow writes each format that it can write
    "JPEG": {}, "PNG": {}, "WEBP": {}, "TIFF": {}, "BMP": {}, "GIF": {}, "AVIF": {}, "JPEG2000": {}, "PPM": {},
}  # fmt: skip


def saved(format, mode="RGB", **options):
    file = io.BytesIO()
    image(mode).save(file, format, **options)
    return file.getvalue()


VARIANTS = {  # what the same format looks like elsewhere
    "progressive": ("JPEG", lambda: saved("JPEG", progressive=True)),
    "with EXIF": ("JPEG", lambda: saved("JPEG", exif=Image.Exif().tobytes())),
    "lossless": ("WEBP", lambda: saved("WEBP", lossless=True)),
    "with alpha": ("WEBP", lambda: saved("WEBP", "RGBA")),
    "big end first": ("TIFF", lambda: saved("TIFF", "I;16B")),
    "large": ("TIFF", lambda: saved("TIFF", big_tiff=True)),
    "bits": ("PPM", lambda: saved("PPM", "1")),
    "grey": ("PPM", lambda: saved("PPM", "L")),
    "fractions": ("PPM", lambda: saved("PPM", "F")),
    "in letters": ("PPM", lambda: b"P3\n# made by hand\n1 1\n255\n1 2 3\n"),
    "palette": ("BMP", lambda: saved("BMP", "P")),
    "bare": ("JPEG2000", lambda: saved("JPEG2000", no_jp2=True)),
}


@pytest.mark.parametrize("format", SAVED)
def test_a_format_is_told_by_content(format, tmp_path):
    path = tmp_path / "holiday.txt"
    path.write_bytes(saved(format))
    assert format_of(path) == format_of(path.read_bytes()) == format and holds_image(path)
    path.write_bytes(path.read_bytes()[:70])  # damaged, but an image
    assert holds_image(path)
    path.write_bytes(b"\n" + saved(format))
    assert not holds_image(path)


@pytest.mark.parametrize("variant", VARIANTS)
def test_its_variants_are_told_too(variant):
    format, make = VARIANTS[variant]
    assert format_of(make()) == format
    with Image.open(io.BytesIO(make())) as opened:
        assert opened.format == format


def test_every_decoder_is_one_of_pillows_and_takes_what_it_is_given():
    Image.init()
    for format in FORMATS:
        if format in SAVED:
            assert Image.OPEN[format][1](saved(format)[:16]) is True


@pytest.mark.parametrize(
    "data",
    [
        b"", b"B", b"BMW and other cars, a list", b"Python is a language", b"P5 is Beethoven's", b"GIF89 images", b"MM sweets",
        b"II. The second chapter", b"RIFF\x20\0\0\0WAVEfmt ", b"\0\0\0\x18ftypmp42", b"\0\0\0\x18ftypisom", b"<svg/>", b"%!PS-Adobe",
        b"\0\0\1\0\1\0", b"8BPS\0\1", b"qoif", b"Rar!\x1a\7", b"PK\3\4", b"%PDF-1.7", b"\x93NUMPY",
    ],
)  # fmt: skip
def test_other_files_are_no_images(data, tmp_path):
    (tmp_path / "a.jpg").write_bytes(data + bytes(60))
    assert format_of(data) is None and not holds_image(tmp_path / "a.jpg")


def test_asking_never_raises(tmp_path):
    (tmp_path / "circle").symlink_to("circle")
    for path in (
        "",
        ".",
        "a\0b",
        tmp_path,
        tmp_path / "none",
        tmp_path / "circle",
        "/dev/zero",
        "/dev/null",
    ):
        assert holds_image(path) is False
    if sys.platform == "linux":
        assert holds_image("/proc/self/mem") is True  # nobody can read it: decoding says so


# -- what a plugin reads --------------------------------------------------------------------------------------------------

BRANDS = [b"heic", b"heix", b"hevc", b"mif1", b"msf1"]
CONTAINERS = [*((b"\0\0\0\x18ftyp" + brand, "HEIF", "HEIC", "heif") for brand in BRANDS)]
CONTAINERS += [(head, "JXL", "JPEG XL", "jxl") for head in (b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n")]


@pytest.mark.parametrize("head, format, words, extra", CONTAINERS)
def test_a_plugin_that_is_not_there_is_named(head, format, words, extra, tmp_path, monkeypatch):
    monkeypatch.setattr("srlib.image_files.formats.find_spec", lambda name: None)
    (tmp_path / "IMG_0001.HEIC").write_bytes(head + bytes(200))
    assert format_of(tmp_path / "IMG_0001.HEIC") == format and not holds_image(tmp_path / "IMG_0001.HEIC")
    with pytest.raises(
        OSError, match=rf"IMG_0001.HEIC is {words}, .*; expected .*: pip install 'srlib\[{extra}\]'"
    ) as caught:
        decode(tmp_path / "IMG_0001.HEIC")
    assert lacking(format) in str(caught.value)


def test_a_decoder_that_an_older_pillow_lacks_is_named(monkeypatch):
    Image.init()
    monkeypatch.delitem(Image.OPEN, "AVIF")
    with pytest.raises(OSError, match="is AVIF, which this Pillow does not read; expected a newer one"):
        decode(b"\0\0\0\x18ftypavif" + bytes(90))


WITHOUT_LOSS = {"HEIF": {"quality": -1, "chroma": 444, "matrix_coefficients": 0}, "JXL": {"lossless": True}}


@pytest.fixture(params=[("HEIF", "pillow_heif"), ("JXL", "pillow_jxl")], ids=["HEIF", "JXL"])
def format(request):
    """A format that a plugin reads, where that is installed."""
    format, plugin = request.param
    pytest.importorskip(plugin)
    register_plugin(format)
    return format


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_plugin_that_is_there_reads(format, mode, tmp_path):
    path = tmp_path / "holiday.jpg"
    path.write_bytes(saved(format, mode, icc_profile=SRGB, **WITHOUT_LOSS[format]))
    assert format_of(path) == format and lacking(format) == "" and holds_image(path) and frames_in(path) == 1
    found, wanted = decode(path), np.asarray(image(mode))
    assert (found.levels == (wanted[..., :3] if mode == "RGBA" else wanted)).all()
    assert (found.alpha is None) == (mode != "RGBA") and (mode != "RGBA" or (found.alpha == wanted[..., 3]).all())
    if format == "HEIF":  # of JPEG XL the decoder makes a profile of its own
        assert found.metadata.icc == (b"" if mode == "L" else SRGB)
    upscale_file(path, tmp_path / "large.png", "nearest")
    assert (np.asarray(Image.open(tmp_path / "large.png")) == wanted.repeat(2, 0).repeat(2, 1)).all()


def test_a_telephone_held_sideways(format):
    """HEIC and JPEG XL say in a place of their own which side is up, and their decoders heed it: EXIF's word counts no more."""
    exif = exif_of(6, t271="Maker")
    options = {**WITHOUT_LOSS[format], "exif": exif.tobytes()}
    found = decode(saved(format, **options))
    assert found.levels.shape == ((22, 19, 3) if format == "HEIF" else (19, 22, 3))
    assert found.metadata.exif[271] == "Maker" and 0x0112 not in found.metadata.exif


def test_what_is_damaged_there_is_told_in_a_line(format):
    data = saved(format)
    for length in (40, 100, len(data) // 2, len(data) - 9):
        with pytest.raises(OSError, match="; expected an undamaged file") as caught:
            decode(data[:length])
        assert "\n" not in str(caught.value)


def test_all_images_of_a_heic(tmp_path):
    pytest.importorskip("pillow_heif")
    register_plugin("HEIF")
    path = tmp_path / "a.heic"
    two_frames(path, **WITHOUT_LOSS["HEIF"])
    assert frames_in(path) == 2
    for frame, turn in ((0, 0), (1, 90)):
        assert (decode(path, frame=frame).levels == np.asarray(image().rotate(turn))).all()
    with pytest.raises(ValueError, match="holds 2 images"):
        decode(path)


@pytest.mark.parametrize(
    "size", [(22, 19), (64, 64), (256, 8), (1, 1), (3000, 2), (2, 300), (160, 90), (300, 200), (2000, 1000)]
)
@pytest.mark.parametrize("options", [{}, {"use_container": True}])
def test_the_size_of_a_jpeg_xl_is_read_from_its_beginning(size, options):
    pytest.importorskip("pillow_jxl")
    register_plugin("JXL")
    file = io.BytesIO()
    Image.new("L", size).save(file, "JXL", **options)
    file.seek(0)
    assert header_in(file) == (*size, False)


def test_a_jpeg_xl_that_claims_to_be_enormous_is_not_begun(monkeypatch):
    pytest.importorskip("pillow_jxl")
    register_plugin("JXL")
    monkeypatch.setattr("pillow_jxl.JpegXLImagePlugin.Decoder", None)  # nobody asks it
    side = 3 << 1 | (2**30 - 1) << 3  # the longest that there is, and as wide
    claim = b"\xff\x0a" + (side | 1 << 33).to_bytes(8, "little")
    for data in (claim, b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl \0\0\0\0jxl \0\0\0\0jxlc" + claim):
        with pytest.raises(OSError, match="is too large to be opened safely"):
            decode(data + bytes(100))


@pytest.mark.parametrize("intrinsic", [False, True])
@pytest.mark.parametrize("animated", [False, True])
def test_an_animated_jpeg_xl_is_not_taken_for_a_still_one(intrinsic, animated, monkeypatch):
    """By hand: 24x24; not all as usual, more is told; upright; perhaps another size to be shown at; no preview."""
    pytest.importorskip("pillow_jxl")
    size = [(1, 1), (2, 5), (1, 3)]
    fields = [*size, (0, 1), (1, 1), (0, 3), (intrinsic, 1), *(size if intrinsic else []), (0, 1), (animated, 1)]
    bits = place = 0
    for value, count in fields:
        bits, place = bits | int(value) << place, place + count
    data = b"\xff\x0a" + bits.to_bytes(40, "little")
    assert header_in(io.BytesIO(data)) == (24, 24, animated)
    with pytest.raises(
        OSError, match="is an animated JPEG XL, .*; expected" if animated else "expected an undamaged file"
    ):
        decode(data)
