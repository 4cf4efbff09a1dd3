"""What a file says beside its pixels is kept, as far as it is true of the larger image."""

import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from _image_files import IPTC, SRGB, XMP, exif_of, image, make_telling, run, telling
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from srlib.upscaling import upscale_file


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("target", ["jpg", "png", "webp", "tif"])
def test_what_a_file_says_of_itself_is_kept(target, deep, here):
    make_telling(here / ("a.png" if deep else "a.jpg"), deep)
    out = here / f"large.{target}"
    assert run("upscale", "a.png" if deep else "a.jpg", "-o", out, "--model", "bicubic") == 0
    with Image.open(out) as made:
        made.load()
        assert made.size == (38, 44) and made.info["icc_profile"] == SRGB
        exif = made.getexif()
        assert (exif[271], exif[306], exif[33432]) == ("Maker", "2026:11:23 12:00:00", "(c) someone")
        assert 0x0112 not in exif
        inner, place = exif.get_ifd(0x8769), exif.get_ifd(0x8825)
        assert (inner[0x9003], float(inner[0x829A]), inner[0x927C]) == ("2026:11:22 08:00:00", 0.005, b"maker's note")
        assert (inner[0xA002], inner[0xA003]) == (38, 44), "the size that EXIF tells is the new one"
        assert place[1] == "N" and [float(x) for x in place[2]] == [47, 22, 0]
        xmp = made.info["xmp"]
        xmp = xmp.encode() if isinstance(xmp, str) else xmp
        assert b'dc:title="lake"' in xmp and b"Orientation" not in xmp
        if target != "webp":
            assert [round(x) for x in made.info["dpi"]] == [300, 300]
        if target == "jpg" and not deep:
            assert made.info["comment"] == b"a remark"
            assert made.info["photoshop"][0x0404] == IPTC[12:]
    if target == "tif":
        with tifffile.TiffFile(out) as file:
            tags = file.pages[0].tags
            assert tags[34675].value == SRGB and tags[700].value.replace(b"\0", b"") == xmp
            assert tags[34665].value["DateTimeOriginal"] == "2026:11:22 08:00:00"
            assert deep or tags[34377].value is not None


def test_what_a_tiff_says_of_itself_is_kept_in_a_jpeg_and_its_layout_is_not(here):
    exif = Image.Exif()
    exif.load(telling().tobytes())
    exif[700], exif[34377] = XMP, IPTC
    image().save("a.tif", exif=exif, icc_profile=SRGB, compression="raw")
    upscale_file(Path("a.tif"), Path("b.jpg"), "bicubic")
    with Image.open("b.jpg") as made:
        found = made.getexif()
        assert found[271] == "Maker" and found.get_ifd(0x8769)[0x9003] == "2026:11:22 08:00:00"
        assert made.info["icc_profile"] == SRGB and b"lake" in made.info["xmp"]
        assert made.info["photoshop"][0x0404] == IPTC[12:]
        assert not {256, 257, 258, 259, 262, 273, 277, 278, 279, 284, 34675} & set(found)


def test_the_texts_and_colours_of_a_png_are_kept(here):
    info = PngInfo()
    info.add_text("Title", "A lake")
    info.add_text("Long", "water " * 500, zip=True)
    info.add_itxt("Ort", "Zürichsee")
    info.add(b"gAMA", struct.pack(">I", 100000))
    image().save("a.png", pnginfo=info)
    upscale_file(Path("a.png"), Path("b.png"), "bicubic")
    with Image.open("b.png") as made:
        made.load()
        assert made.text == {"Title": "A lake", "Long": "water " * 500, "Ort": "Zürichsee"}
        assert made.info["gamma"] == 1.0


def test_a_grey_profile_stays_with_grey(here):
    head = bytearray(SRGB)
    head[16:20] = b"GRAY"
    image("L").save("a.png", icc_profile=bytes(head))
    for name, kept in (("b.png", True), ("b.jpg", True), ("b.tif", True), ("b.webp", False)):
        upscale_file(Path("a.png"), Path(name), "bicubic")
        assert ("icc_profile" in Image.open(name).info) == kept


def test_what_cannot_be_kept_does_not_stop_the_image(here):
    """A JPEG's segments end at 65533 bytes; a PNG's do not."""
    exif = exif_of()
    exif[0x8769] = {0x927C: bytes(70000)}
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", "x" * 70000)
    image().save("a.png", exif=exif, pnginfo=info)
    upscale_file(Path("a.png"), Path("b.jpg"), "bicubic")
    with Image.open("b.jpg") as made:
        assert made.size == (44, 38) and "xmp" not in made.info


@pytest.mark.parametrize("target", ["b.jpg", "b.png", "b.tif", "b.webp"])
def test_what_cannot_be_written_again_does_not_stop_the_image(target, here, monkeypatch):
    image().save("a.png", exif=telling())

    def odd(*_):
        raise struct.error("required argument is not an integer")

    monkeypatch.setattr("srlib.image_files.writing.options_for", odd)
    upscale_file(Path("a.png"), Path(target), "bicubic")
    assert Image.open(target).size == (38, 44)  # upright


@pytest.mark.parametrize("source", ["a.jpg", "a.png"])
@pytest.mark.parametrize("target", ["b.tif", "b.jpg", "b.png", "b.webp"])
def test_tags_of_another_files_layout_are_not_carried_over(source, target, here):
    """In a TIFF they would say how its pixels lie: false colours, or a file that nobody can read."""
    layout = {254: 1, 262: 5, 266: 2, 284: 2, 317: 2, 322: 16, 323: 16, 338: 1, 339: 3, 530: (2, 2), 532: (0, 1) * 3}
    exif = exif_of(t271="Maker", **{f"t{tag}": value for tag, value in layout.items()})
    image().save(source, exif=exif)
    upscale_file(source, target, "bicubic")
    upscale_file(source, "plain.png", "bicubic")
    with Image.open(target) as made, Image.open("plain.png") as plain:
        assert made.getexif()[271] == "Maker"
        if target.endswith((".tif", ".png")):
            assert made.mode == "RGB" and (np.asarray(made) == np.asarray(plain)).all()
        if target != "b.tif":
            assert not set(layout) & set(made.getexif())


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("target", ["jpg", "png", "webp", "tif"])
def test_without_metadata_only_the_colours_are_kept(target, deep, here):
    """Neither place nor owner nor maker, in any of the places that hold such; the profile stays, and it is upright."""
    source = "a.png" if deep else "a.jpg"
    make_telling(here / source, deep)
    upscale_file(source, f"b.{target}", "nearest", metadata=False)
    with Image.open(f"b.{target}") as made:
        made.load()
        assert made.size == (38, 44) and made.info["icc_profile"] == SRGB
        assert not {"xmp", "comment", "photoshop", "dpi"} & set(made.info) or target in ("jpg", "tif")
        layout = {*range(254, 260), 262, 266, 273, 277, 278, 279, 282, 283, 284, 296, 338, 339, 34675}
        assert set(made.getexif()) <= (layout if target == "tif" else set())
    data = Path(f"b.{target}").read_bytes()
    for words in (b"Maker", b"someone", b"2026", b"lake", b"a remark", b"maker's note", b"8BIM"):
        assert words in Path(source).read_bytes() or words in (b"a remark", b"8BIM")
        assert words not in data, words


def test_one_tag_that_cannot_be_written_does_not_take_the_others_with_it(here):
    """A description that is a fraction."""
    entries = [(270, 5, 1, 64), (271, 2, 6, 72), (306, 2, 20, 78)]
    directory = struct.pack("<H", 3) + b"".join(struct.pack("<HHII", *entry) for entry in entries) + bytes(4)
    blob = (b"II*\0" + struct.pack("<I", 8) + directory).ljust(64, b"\0") + struct.pack("<II", 1, 3)
    image().save("a.jpg", exif=b"Exif\0\0" + blob + b"Maker\0" + b"2026:11:22 08:00:00\0")
    for target in ("b.jpg", "b.png", "b.tif", "b.webp"):
        upscale_file("a.jpg", target, "nearest")
        exif = Image.open(target).getexif()
        assert (exif[271], exif[306]) == ("Maker", "2026:11:22 08:00:00") and 270 not in exif


def test_without_metadata_a_png_keeps_what_its_colours_mean(here):
    info = PngInfo()
    info.add_text("Author", "someone")
    info.add(b"gAMA", struct.pack(">I", 100000))
    image().save("a.png", pnginfo=info)
    upscale_file("a.png", "b.png", "nearest", metadata=False)
    with Image.open("b.png") as made:
        made.load()
        assert made.info["gamma"] == 1.0 and made.text == {}
