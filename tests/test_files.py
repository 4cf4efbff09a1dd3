"""Images as people have them, and files that only look like images: each is upscaled rightly, or refused in one line.

Rightly means: as the same image that Pillow has turned upright and into RGB first. Where Pillow cannot (16 bits in
several channels), OpenCV and tifffile judge.
"""

import io
import os
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms, ImageOps
from PIL.PngImagePlugin import PngInfo

import srlib
from srlib.checkpoints import load_model
from srlib.cli import main
from srlib.data import SUFFIXES
from srlib.files import KINDS, read, upscale_file

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
GREY = np.array([0.299, 0.587, 0.114], np.float32)


def wave(height=19, width=22, channels=3, top=255):
    """A smooth image with an edge, of as many channels and levels as asked for."""
    rng = np.random.default_rng([height, width, channels])
    y, x = np.mgrid[0:height, 0:width]
    planes = [0.5 + 0.4 * np.sin(rng.uniform(0.1, 0.6) * x + rng.uniform(0.1, 0.6) * y + c) for c in range(channels)]
    made = np.stack(planes, -1) + 0.1 * (x > width / 2)[..., None]
    made = np.clip(made * top, 0, top).astype(np.uint8 if top == 255 else np.uint16)
    return made if channels > 1 else made[..., 0]


def image(mode="RGB", height=19, width=22):
    channels = len(Image.new(mode, (1, 1)).getbands())
    if mode in ("RGB", "L", "RGBA", "LA", "CMYK", "YCbCr"):
        return Image.fromarray(wave(height, width, channels), mode=None if mode not in ("CMYK", "YCbCr") else mode)
    return Image.fromarray(wave(height, width, 3)).convert(mode)


def run(*words):
    """The exit status of a command line."""
    try:
        return main([str(word) for word in words])
    except SystemExit as end:
        return end.code


def contents(folder):
    """Every file and folder below, hidden ones too, with what it holds."""
    plain = lambda p: p.is_file() and not p.is_symlink()
    return {p.relative_to(folder).as_posix(): p.read_bytes() if plain(p) else None for p in sorted(folder.rglob("*"))}


@pytest.fixture
def here(tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


# -- what is upscaled -----------------------------------------------------------------------------------------------------


def exif_of(orientation=None, **more):
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    for tag, value in more.items():
        exif[int(tag[1:])] = value
    return exif


ORIENTATION_IN_WORDS = b"Exif\0\0" + struct.pack(">2sHIHHHI4sI", b"MM", 42, 8, 1, 0x0112, 2, 4, b"odd\0", 0)


def png_chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, bits, colours, rows, *chunks):
    """A PNG by hand: its rows as bytes, filter 0."""
    head = struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows))
    parts = [(b"IHDR", head), *chunks, (b"IDAT", packed), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*part) for part in parts)


def palette(path, **options):
    image("P").save(path, **options)


def with_thumbnail(path):
    with tifffile.TiffWriter(path) as file:
        file.write(wave(), photometric="rgb")
        file.write(wave(4, 5), photometric="rgb", subfiletype=1)


def two_frames(path, **options):
    image("P" if path.suffix == ".gif" else "RGB").save(
        path, save_all=True, append_images=[image().rotate(90)], **options
    )


GOOD = {  # a file, what makes it, and the mode of what comes out
    "rgb.png": (lambda p: image().save(p), "RGB"),
    "rgb.jpg": (lambda p: image().save(p), "RGB"),
    "rgb.jpeg": (lambda p: image().save(p), "RGB"),
    "rgb.webp": (lambda p: image().save(p), "RGB"),
    "rgb.tif": (lambda p: image().save(p), "RGB"),
    "rgb.tiff": (lambda p: image().save(p), "RGB"),
    "rgb.bmp": (lambda p: image().save(p), "RGB"),
    "shouting.PNG": (lambda p: image().save(p), "RGB"),
    "a name with spaces, ä and 画.png": (lambda p: image().save(p), "RGB"),
    "grey.png": (lambda p: image("L").save(p), "L"),
    "grey.jpg": (lambda p: image("L").save(p), "L"),
    "grey.tif": (lambda p: image("L").save(p), "L"),
    "grey.bmp": (lambda p: image("L").save(p), "L"),
    "grey-alpha.png": (lambda p: image("LA").save(p), "LA"),
    "grey-alpha.tif": (lambda p: image("LA").save(p), "LA"),
    "alpha.png": (lambda p: image("RGBA").save(p), "RGBA"),
    "alpha.webp": (lambda p: image("RGBA").save(p, lossless=True), "RGBA"),
    "alpha.tif": (lambda p: image("RGBA").save(p), "RGBA"),
    "opaque.png": (lambda p: image().convert("RGBA").save(p), "RGBA"),
    "one-bit.png": (lambda p: image("1").save(p), "L"),
    "one-bit.tif": (lambda p: image("1").save(p), "L"),
    "fax.tif": (lambda p: image("1").save(p, compression="group4"), "L"),
    "one-bit.bmp": (lambda p: image("1").save(p), "L"),
    "palette.png": (palette, "RGB"),
    "palette.tif": (palette, "RGB"),
    "palette.bmp": (palette, "RGB"),
    "palette-one-clear.png": (lambda p: palette(p, transparency=7), "RGBA"),
    "palette-half-clear.png": (lambda p: palette(p, transparency=bytes(range(256))), "RGBA"),
    "clear-colour.png": (lambda p: image().save(p, transparency=tuple(map(int, wave()[3, 4]))), "RGBA"),
    "clear-grey.png": (lambda p: image("L").save(p, transparency=int(wave(channels=1)[3, 4])), "LA"),
    "clear-bit.png": (lambda p: image("1").save(p, transparency=0), "LA"),
    "cmyk.jpg": (lambda p: image("CMYK").save(p), "RGB"),
    "cmyk.tif": (lambda p: image("CMYK").save(p), "RGB"),
    "cmyk-with-a-profile-for-rgb.jpg": (lambda p: image("CMYK").save(p, icc_profile=SRGB), "RGB"),
    "ycbcr.tif": (lambda p: image("YCbCr").save(p), "RGB"),
    "lzw.tif": (lambda p: image().save(p, compression="tiff_lzw"), "RGB"),
    "deflate.tif": (lambda p: image().save(p, compression="tiff_adobe_deflate"), "RGB"),
    "jpeg.tif": (lambda p: image(height=32, width=48).save(p, compression="jpeg"), "RGB"),
    "planes.tif": (
        lambda p: tifffile.imwrite(p, wave().transpose(2, 0, 1).copy(), photometric="rgb", planarconfig="separate"),
        "RGB",
    ),
    "with-thumbnail.tif": (with_thumbnail, "RGB"),
    "progressive.jpg": (lambda p: image().save(p, progressive=True), "RGB"),
    "telephone.jpg": (lambda p: two_frames(p, format="MPO"), "RGB"),
    "junk-behind.jpg": (lambda p: (image().save(p), p.write_bytes(p.read_bytes() + b"junk" * 99)), "RGB"),
    "jpeg-called.png": (lambda p: image().save(p, format="JPEG"), "RGB"),
    "png-called.jpg": (lambda p: image().save(p, format="PNG"), "RGB"),
    "one-pixel.png": (lambda p: image(height=1, width=1).save(p), "RGB"),
    "one-pixel.jpg": (lambda p: image(height=1, width=1).save(p), "RGB"),
    "line.png": (lambda p: image(height=1, width=700).save(p), "RGB"),
    "column.png": (lambda p: image(height=700, width=1).save(p), "RGB"),
    "prime.png": (lambda p: image(height=211, width=197).save(p), "RGB"),
    "two-bits.png": (lambda p: p.write_bytes(png(8, 2, 2, 0, [b"\x1b\xe4", b"\x00\xff"])), "L"),
    "broken-profile.jpg": (lambda p: image().save(p, icc_profile=b"no profile"), "RGB"),
    "broken-profile.png": (lambda p: image().save(p, icc_profile=SRGB[:100]), "RGB"),
    "broken-exif.jpg": (lambda p: image().save(p, exif=b"Exif\0\0II*\0\xff\xff\xff\xff"), "RGB"),
    "broken-exif.png": (lambda p: image().save(p, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01"), "RGB"),
    "orientation-9.jpg": (lambda p: image().save(p, exif=exif_of(9)), "RGB"),
    "orientation-in-words.png": (lambda p: image().save(p, exif=ORIENTATION_IN_WORDS), "RGB"),
    "lab.tif": (lambda p: Image.new("LAB", (9, 9), (120, 20, 30)).save(p), "RGB"),
    "nonsense-dpi.bmp": (lambda p: image().save(p, dpi=(0, 0)), "RGB"),
    **{
        f"orientation-{turn}.{kind}": (lambda p, turn=turn: image().save(p, exif=exif_of(turn)), "RGB")
        for turn in range(1, 9)
        for kind in ("jpg", "png", "tif", "webp")
    },
    **{
        f"clear-orientation-{turn}.png": (lambda p, turn=turn: image("LA").save(p, exif=exif_of(turn)), "LA")
        for turn in (3, 6)
    },
    "interlaced.png": (lambda p: cv2_interlaced(p), "RGB"),
}


def cv2_interlaced(path):
    """Adam7 by hand, of 2x2 pixels: passes of one row each."""
    a, b, c, d = (bytes(v) for v in wave(2, 2).reshape(4, 3).tolist())
    head = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 1)
    packed = zlib.compress(b"\0" + a + b"\0" + b + b"\0" + c + d)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", packed) + png_chunk(b"IEND", b"")
    )


def normalised(path, mode):
    """What Pillow makes of a file: upright, 8 bits."""
    with Image.open(path) as opened:
        turned = (
            ImageOps.exif_transpose(opened) if not path.name.startswith(("broken-exif", "orientation-in")) else opened
        )
        return turned.convert(mode)


def expected(image, method):
    """The planes of an image of 8 bits upscaled by the library, as far as they are seen; each transparency by itself."""
    planes = np.asarray(image)
    planes = planes if planes.ndim == 3 else planes[..., None]
    clear = image.mode in ("LA", "RGBA")
    colours, alpha = (planes[..., :-1], planes[..., -1:]) if clear else (planes, None)
    rgb = lambda x: np.ascontiguousarray(np.broadcast_to(x, (*x.shape[:2], 3)))
    large = srlib.upscale(rgb(colours), method)
    if colours.shape[2] == 1:
        large = large[..., :1] if isinstance(method, str) else (large @ GREY)[..., None]
    if clear:
        veil = srlib.upscale(rgb(alpha), method if isinstance(method, str) else "bicubic")[..., :1]
        large = np.concatenate([large, veil], -1)
    return np.rint(large * 255).astype(np.uint8)


def same(made, wanted, lossy, hidden=None):
    """Whether a file holds what it should; a lossy kind nearly. What is hidden has no colour."""
    made = np.asarray(made)
    made = (made if made.ndim == 3 else made[..., None]).astype(int)
    assert made.shape == wanted.shape
    difference = np.abs(made - wanted)
    if hidden is not None:  # nor is that beside it as Pillow would have it: it is mixed with the hidden colour
        near = np.lib.stride_tricks.sliding_window_view(np.pad(hidden, 2), (5, 5)).any((2, 3))
        difference[near.repeat(2, 0).repeat(2, 1), :-1] = 0
        assert not near.all()
    assert difference.max() <= (24 if lossy else 0), difference.max()
    assert difference.mean() <= (2.5 if lossy else 0), difference.mean()


@pytest.mark.parametrize("name", GOOD)
def test_an_image_is_upscaled(name, here, capsys):
    make, mode = GOOD[name]
    source = here / name
    make(source)
    before = source.read_bytes()
    assert run("upscale", name, "-o", "out", "--model", "bicubic") == 0, capsys.readouterr().err
    assert capsys.readouterr() == ("", "")
    assert source.read_bytes() == before and set(contents(here)) == {name, "out", f"out/{name}"}
    with Image.open(here / "out" / name) as made:
        assert made.format == KINDS[source.suffix.lower()].format and made.mode == mode
        assert made.getexif().get(0x0112, 1) == 1
        lossy = made.format in ("JPEG", "WEBP")
        plain = normalised(source, mode)
        hidden = np.asarray(plain)[..., -1] == 0 if mode in ("LA", "RGBA") else None
        same(made, expected(plain, "bicubic"), lossy, hidden)


NETWORK = (
    "rgb.png",
    "grey.png",
    "alpha.png",
    "palette-half-clear.png",
    "cmyk.tif",
    "orientation-6.tif",
    "one-pixel.png",
)


@pytest.mark.parametrize("name", NETWORK)
def test_an_image_is_upscaled_by_a_network(name, here):
    make, mode = GOOD[name]
    make(here / name)
    model = load_model("subpixel_sample")
    upscale_file(here / name, here / "large.png", model)
    with Image.open(here / "large.png") as made:
        assert made.mode == mode
        wanted = expected(normalised(here / name, mode), model)
        difference = np.abs(np.asarray(made).reshape(wanted.shape).astype(int) - wanted)
        assert difference.max() <= 1  # a level that lies on the border between two


def test_what_is_opaque_stays_opaque(here):
    """A network alone would leave 254 here and there."""
    image("RGBA", 40, 40).save("a.png")
    veil = Image.new("L", (40, 40), 255)
    veil.paste(0, (0, 0, 10, 10))
    opened = image("RGB", 40, 40)
    opened.putalpha(veil)
    opened.save("a.png")
    upscale_file(Path("a.png"), Path("b.png"), load_model("subpixel_sample"))
    alpha = np.asarray(Image.open("b.png"))[..., 3]
    assert (alpha[28:] == 255).all() and (alpha[:, 28:] == 255).all() and (alpha[:12, :12] == 0).all()


def test_hidden_colours_do_not_bleed(here):
    """A cut-out on hidden black, and the same on its own colour, look the same."""
    for name, hidden in (("black.png", 0), ("white.png", 255)):
        planes = np.full((20, 20, 4), hidden, np.uint8)
        planes[..., 3] = 0
        planes[5:15, 5:15] = (200, 120, 40, 255)
        Image.fromarray(planes).save(name)
        upscale_file(Path(name), Path(f"large-{name}"), "bicubic")
    made = [np.asarray(Image.open(f"large-{name}")) for name in ("black.png", "white.png")]
    seen = made[0][..., 3] > 0
    np.testing.assert_array_equal(made[0][seen], made[1][seen])
    assert (made[0][seen][:, :3] == (200, 120, 40)).all() and 0 < seen.mean() < 0.5


def test_other_kinds_of_file_are_read_where_the_new_name_says_the_kind(here):
    image("P").save("still.gif")
    image().save("x.ppm")
    for name in ("still.gif", "x.ppm"):
        assert run("upscale", name, "-o", f"{name}.png", "--model", "bicubic") == 0
        same(Image.open(f"{name}.png"), expected(normalised(here / name, "RGB"), "bicubic"), False)


# -- 16 bits --------------------------------------------------------------------------------------------------------------


def deep_png(path, levels):
    channels = 1 if levels.ndim == 2 else levels.shape[2]
    rows = [row.astype(">u2").tobytes() for row in levels]
    colours = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    path.write_bytes(png(levels.shape[1], levels.shape[0], 16, colours, rows))


def deep_tiff(path, levels, **options):
    channels = 1 if levels.ndim == 2 else levels.shape[2]
    settings = {"photometric": "rgb" if channels > 2 else "minisblack"}
    if channels in (2, 4):
        settings["extrasamples"] = ["unassalpha"]
    tifffile.imwrite(path, levels, **{**settings, **options})


DEEP = {
    **{f"deep-{n}.png": (deep_png, n, {}) for n in (1, 2, 3, 4)},
    **{f"deep-{n}.tif": (deep_tiff, n, {}) for n in (1, 3, 4)},
    **{f"deep-{n}-motorola.tif": (deep_tiff, n, {"byteorder": ">"}) for n in (1, 3, 4)},
    **{f"deep-{n}-deflate.tif": (deep_tiff, n, {"compression": "zlib"}) for n in (1, 3, 4)},
    **{f"deep-{n}-strips.tif": (deep_tiff, n, {"rowsperstrip": 5}) for n in (1, 3, 4)},
    "deep-3-tiles.tif": (deep_tiff, 3, {"tile": (16, 16)}),
}


def deep_expected(levels, method="bicubic"):
    planes = levels if levels.ndim == 3 else levels[..., None]
    planes = planes.astype(np.float32) / np.float32(65535)
    one = lambda plane: srlib.upscale(np.repeat(plane[..., None], 3, -1), method)[..., 0]
    large = np.stack([one(planes[..., c]) for c in range(planes.shape[2])], -1)
    return np.rint(large * np.float32(65535)).astype(np.uint16)


def deep_read(path, channels):
    """16 bits as OpenCV sees them in a PNG, and tifffile in a TIFF."""
    if path.suffix == ".tif":
        found = tifffile.imread(path)
    elif channels == 2:  # OpenCV makes four of them
        found = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)[..., [0, 3]]
    else:
        found = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        found = found[..., [2, 1, 0, 3][:channels]] if channels > 1 else found
    return found if found.ndim == 3 else found[..., None]


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
    np.testing.assert_array_equal(made, deep_expected(levels))
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
    np.testing.assert_array_equal(read(Path("negative.tif")).levels, grey)
    straight, alpha = colour[..., :3], colour[..., 3] | 0x8000
    multiplied = np.rint(straight / 65535 * alpha[..., None]).astype(np.uint16)
    tifffile.imwrite("multiplied.tif", np.dstack([multiplied, alpha]), photometric="rgb", extrasamples=["assocalpha"])
    found = read(Path("multiplied.tif"))
    np.testing.assert_array_equal(found.alpha, alpha)
    assert np.abs(found.levels.astype(int) - straight).max() <= 2
    tifffile.imwrite("spare.tif", colour, photometric="rgb", extrasamples=["unspecified"])
    found = read(Path("spare.tif"))
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
            np.testing.assert_array_equal(read(Path(name)).levels >> 8, wanted)


# -- what a file says of itself -----------------------------------------------------------------------------------------------

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6" dc:title="lake"/></x:xmpmeta>'
IPTC = b"8BIM\x04\x04\x00\x00\x00\x00\x00\x0c\x1c\x02\x78\x00\x07A lake."


def telling():
    """EXIF with all its parts."""
    exif = exif_of(6, t271="Maker", t306="2026:11:23 12:00:00", t33432="(c) someone")
    exif[0x8769] = {0x829A: 0.005, 0x9003: "2026:11:22 08:00:00", 0xA002: 22, 0xA003: 19, 0x927C: b"maker's note"}
    exif[0x8825] = {1: "N", 2: (47.0, 22.0, 0.0)}
    return exif


def make_telling(path, deep=False):
    if not deep:
        options = {"exif": telling(), "icc_profile": SRGB, "dpi": (300, 300), "xmp": XMP, "quality": 95}
        segment = b"Photoshop 3.0\0" + IPTC
        extra = b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment
        image().save(path, comment=b"a remark", extra=extra, **options)
        return
    rows = [row.astype(">u2").tobytes() for row in wave(top=65535)]
    chunks = [
        (b"iCCP", b"x\0\0" + zlib.compress(SRGB)),
        (b"pHYs", struct.pack(">IIB", 11811, 11811, 1)),
        (b"eXIf", telling().tobytes()[6:]),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
    ]
    path.write_bytes(png(22, 19, 16, 2, rows, *chunks))


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

    monkeypatch.setattr("srlib.files._about", odd)
    upscale_file(Path("a.png"), Path(target), "bicubic")
    assert Image.open(target).size == (38, 44)  # upright


# -- what is refused ------------------------------------------------------------------------------------------------------


def cut(path, share=0.6, **options):
    image(height=64, width=64).save(path, **options)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])


def bomb(path, side=60000):
    """Black, 60000x60000: its beginning."""
    packed = zlib.compress(bytes(1 + side // 8) * 100)
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", packed), (b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*part) for part in parts))


def tiff_bomb(path):
    tifffile.imwrite(path, np.zeros((8, 8), np.uint8))
    with tifffile.TiffFile(path, mode="r+") as file:
        for tag in (256, 257):
            file.pages[0].tags[tag].overwrite(60000)


def wrong_sum(path):
    image().save(path)
    data = bytearray(path.read_bytes())
    data[data.index(b"IDAT") + 9] ^= 0xFF
    path.write_bytes(data)


def unreadable(path):
    """Reading fails, for root too: the memory of a process at address 0."""
    if not Path("/proc/self/mem").exists():
        pytest.skip("no /proc here, so no file that nobody can read")
    path.symlink_to("/proc/self/mem")


def pipe(path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    os.mkfifo(path)


def noise(path):
    path.write_bytes(np.random.default_rng(0).bytes(5000))


BAD = {  # a file, what makes it, and words of the answer
    "empty.png": (lambda p: p.write_bytes(b""), "not an image"),
    "empty.jpg": (lambda p: p.write_bytes(b""), "not an image"),
    "empty.tif": (lambda p: p.write_bytes(b""), "not an image"),
    "empty.webp": (lambda p: p.write_bytes(b""), "not an image"),
    "text.png": (lambda p: p.write_text("a shopping list"), "not an image"),
    "page.jpg": (lambda p: p.write_text("<!doctype html><title>404</title>"), "not an image"),
    "drawing.png": (lambda p: p.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>'), "not an image"),
    "noise.png": (noise, "not an image"),
    "signature-only.png": (lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n"), ""),
    "signature-only.jpg": (lambda p: p.write_bytes(b"\xff\xd8\xff"), ""),
    "signature-only.tif": (lambda p: p.write_bytes(b"II*\0\x08\0\0\0"), ""),
    "signature-only.webp": (lambda p: p.write_bytes(b"RIFF\x20\0\0\0WEBPVP8 "), ""),
    "cut.png": (cut, "undamaged"),
    "cut.jpg": (cut, "undamaged"),
    "cut.tif": (cut, ""),
    "cut-lzw.tif": (lambda p: cut(p, compression="tiff_lzw"), ""),
    "cut.webp": (cut, ""),
    "cut.bmp": (cut, "undamaged"),
    "cut-early.png": (lambda p: cut(p, 0.01), ""),
    "cut-early.jpg": (lambda p: cut(p, 0.1), ""),
    "cut-deep.png": (
        lambda p: (deep_png(p, wave(64, 64, 3, 65535)), p.write_bytes(p.read_bytes()[:9000])),
        "undamaged",
    ),
    "wrong-sum.png": (wrong_sum, "undamaged"),
    "no-width.png": (lambda p: p.write_bytes(png(0, 4, 8, 2, [b""] * 4)), ""),
    "bomb.png": (bomb, "too large to be opened safely"),
    "bomb.tif": (tiff_bomb, "too large to be opened safely"),
    "nan.tif": (lambda p: tifffile.imwrite(p, np.full((9, 9), np.nan, np.float32)), "fractions of 32 bits"),
    "fractions.tif": (lambda p: tifffile.imwrite(p, np.zeros((9, 9), np.float32)), "fractions of 32 bits"),
    "nan-colours.tif": (lambda p: tifffile.imwrite(p, np.full((9, 9, 3), np.nan, np.float32), photometric="rgb"), ""),
    "whole-numbers.tif": (lambda p: tifffile.imwrite(p, np.zeros((9, 9), np.int32)), "whole numbers of 32 bits"),
    "two-deep-channels.tif": (lambda p: deep_tiff(p, wave(channels=2, top=65535)), ""),
    "deep-planes.tif": (
        lambda p: tifffile.imwrite(
            p, wave(top=65535).transpose(2, 0, 1).copy(), photometric="rgb", planarconfig="separate"
        ),
        "separate planes",
    ),
    "animated.png": (two_frames, "holds 2 images"),
    "animated.webp": (two_frames, "holds 2 images"),
    "pages.tif": (two_frames, "holds 2 images"),
    "animated.gif": (two_frames, "does not write"),
    "still.gif": (lambda p: image("P").save(p), "does not write"),
    "no-suffix": (lambda p: image().save(p, format="PNG"), "does not write"),
    "unreadable.png": (unreadable, "cannot be read"),
    "endless.png": (lambda p: p.symlink_to("/dev/zero"), "no file"),
    "pipe.png": (pipe, "no file"),
    "dangling.png": (lambda p: p.symlink_to("nowhere"), "no file"),
    "circle.png": (lambda p: p.symlink_to(p.name), "circle.png"),
    "folder.png": (lambda p: p.mkdir(), "holds no image"),
    "too-long.webp": (lambda p: image(height=2, width=9000).save(p), "WEBP ends at 16383"),
    "too-long.jpg": (lambda p: image(height=2, width=33000).save(p), "JPEG ends at 65500"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_image_is_refused_in_one_line(name, here, capsys):
    make, words = BAD[name]
    make(here / name)
    before = contents(here)
    assert run("upscale", name, "-o", "out", "--model", "bicubic") == 1
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and err.startswith("srlib: ") and "expected" in err
    assert name in err and words in err, err
    assert contents(here) == before


def test_the_odd_inputs_are_many():
    assert len(GOOD) + len(DEEP) + len(BAD) >= 60


@pytest.mark.parametrize("gif", [{}, {"loop": 0}])
def test_an_animation_is_refused_under_another_name_too(gif, here, capsys):
    two_frames(here / "a.gif", **gif)
    assert run("upscale", "a.gif", "-o", "a.png", "--model", "bicubic") == 1
    assert "holds 2 images" in capsys.readouterr().err and not Path("a.png").exists()


@pytest.mark.parametrize("target", ["b.jpg", "b.bmp"])
def test_transparency_is_not_lost_in_silence(target, here, capsys):
    image("RGBA").save("a.png")
    image().convert("RGBA").save("opaque.png")
    assert run("upscale", "a.png", "-o", target, "--model", "bicubic") == 1
    assert "partly transparent" in capsys.readouterr().err and not Path(target).exists()
    assert run("upscale", "opaque.png", "-o", target, "--model", "bicubic") == 0


def damaged(data, rng):
    """Some bytes changed, left out or doubled."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 12)):
        place = rng.randrange(len(data))
        what = rng.randrange(3)
        if what == 0:
            data[place] = rng.randrange(256)
        elif what == 1:
            del data[place : place + rng.randint(1, 9)]
        else:
            data[place:place] = data[place : place + rng.randint(1, 9)]
    return bytes(data)


SEEDS = 8


@pytest.mark.parametrize("kind", ["jpg", "png", "tif", "webp", "bmp", "gif", "deep.png", "deep.tif", "mpo"])
def test_damaged_at_random(kind, here, capfd):
    """Whatever becomes of a file, there is an image or one line."""
    whole = io.BytesIO()
    if kind.startswith("deep"):
        (deep_png if kind == "deep.png" else deep_tiff)(here / kind, wave(top=65535))
        whole.write((here / kind).read_bytes())
        (here / kind).unlink()
    else:
        about = {"exif": telling().tobytes()} if kind in ("jpg", "png", "tif", "webp") else {}
        formats = {"jpg": "JPEG", "tif": "TIFF"}
        image("P" if kind == "gif" else "RGB").save(whole, formats.get(kind, kind.upper()), **about)
    for seed in range(SEEDS):
        Path("a").write_bytes(damaged(whole.getvalue(), random.Random(f"{kind}{seed}")))
        status = run("upscale", "a", "-o", "b.png", "--model", "nearest")
        out, err = capfd.readouterr()
        assert out == "" and set(contents(here)) == ({"a", "b.png"} if status == 0 else {"a"})
        assert (status, err) == (0, "") or (status == 1 and err.count("\n") == 1 and err.startswith("srlib: ")), err
        if status == 0:
            Image.open("b.png").load()
            Path("b.png").unlink()


# -- where it goes --------------------------------------------------------------------------------------------------------

WHERE = {
    "upscale a.png -o x.gif": "does not write",
    "upscale a.png -o x.pdf": "does not write",
    "upscale a.png b.png -o x.png": "name of one file",
    "upscale images -o x.png": "name of one file",
    "upscale a.png images/a.png -o out": "Two inputs would be written to",
    "upscale a.png a.png -o out": "Two inputs would be written to",
    "upscale a.png -o a.png": "a.png exists",
    "upscale a.png -o ./a.png --force": "would be lost",
    "upscale images -o images --force": "would be lost",
    "upscale images/b.png -o link.png --force": "would be lost",
    "upscale a.png -o taken --force": "taken/a.png is a folder",
    "upscale a.png -o a.png/x": "is not a folder",
    "upscale a.png -o /proc/x": "/proc",
    "upscale a.png -o x.png --scale 100000": "give a smaller scale",
    "upscale a.png -o x.png --scale 3000000000": "",
}


@pytest.mark.parametrize("line", WHERE)
def test_where_nothing_can_go(line, here, capsys):
    if "/proc" in line and not Path("/proc/self").exists():
        pytest.skip("no /proc here, where nobody may write")
    for name in ("a.png", "b.png", "images/a.png", "images/b.png"):
        Path(name).parent.mkdir(exist_ok=True)
        image().save(name)
    Path("taken/a.png").mkdir(parents=True)
    Path("link.png").symlink_to("images/b.png")
    before = contents(here)
    assert run(*line.split(), "--model", "nearest") == 1
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "expected" in err and WHERE[line] in err, err
    assert contents(here) == before


@pytest.mark.parametrize("words", [("", "-o", "out"), ("a.png", "-o", ""), ("a.png", "", "-o", "out")])
def test_an_empty_name_is_not_the_current_folder(words, here, capsys):
    image().save("a.png")
    assert run("upscale", *words, "--model", "nearest") == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "the name is empty" in err and set(contents(here)) == {"a.png"}


def test_a_folder_may_be_called_like_an_image(here):
    image().save("a.png")
    image().save("b.png")
    assert run("upscale", "a.png", "b.png", "-o", "x.png/", "--model", "nearest") == 0
    assert set(contents(here)) == {"a.png", "b.png", "x.png", "x.png/a.png", "x.png/b.png"}
    image().save("c.png")
    assert run("upscale", "c.png", "-o", "x.png", "--model", "nearest") == 0  # there is such a folder now
    assert Path("x.png/c.png").is_file()


def test_results_are_not_upscaled_again(here, capsys):
    Path("images").mkdir()
    image().save("images/a.png")
    assert run("upscale", "images", "-o", "images/large", "--model", "nearest") == 0
    assert capsys.readouterr().err == ""
    image().save("images/b.png")
    Path("images/large/a.png").rename("images/large/old.png")
    assert run("upscale", "images", "-o", "images/large", "--model", "nearest") == 0
    assert "left out what is in images/large already (1)" in capsys.readouterr().err
    assert {p.name for p in Path("images/large").iterdir()} == {"old.png", "a.png", "b.png"}


def test_the_rest_is_done(here, capsys):
    Path("images").mkdir()
    for i, (name, (make, _)) in enumerate([*BAD.items()][:6]):
        make(Path("images") / f"{i}{name}")
    image().save("images/a.png")
    image("RGBA").save("images/z.png")
    assert run("upscale", "images", "-o", "out", "--model", "nearest") == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 6 and all(line.startswith("srlib: images/") for line in err.splitlines())
    assert {p.name for p in Path("out").iterdir()} == {"a.png", "z.png"}


def test_a_file_that_appears_meanwhile_is_kept(here, capsys, monkeypatch):
    image().save("a.png")
    real = Image.Image.save

    def save(self, path, **options):
        real(self, path, **options)
        Path("b.png").write_text("precious")

    monkeypatch.setattr(Image.Image, "save", save)
    for linking in (True, False):  # some disks know no links
        if not linking:
            monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError(95, "not supported")))
        assert run("upscale", "a.png", "-o", "b.png", "--model", "nearest") == 1
        err = capsys.readouterr().err
        assert err.count("\n") == 1 and "b.png came into being" in err
        assert set(contents(here)) == {"a.png", "b.png"} and Path("b.png").read_text() == "precious"
        Path("b.png").unlink()
    monkeypatch.setattr(Image.Image, "save", real)
    assert run("upscale", "a.png", "-o", "b.png", "--model", "nearest") == 0
    assert Image.open("b.png").size == (44, 38)


def test_two_names_of_one_file(here, capsys, monkeypatch):
    """As on a disk that does not tell a.png from A.png; this one is taught."""
    image().save("a.png")
    Path("other").mkdir()
    image().save("other/A.png")
    real = Path.stat
    plain = lambda path, **options: real(path.with_name(path.name.replace("A", "a")), **options)
    monkeypatch.setattr(
        Path, "stat", lambda self, **options: plain(self, **options) if "out" in self.parts else real(self, **options)
    )
    assert run("upscale", "a.png", "other/A.png", "-o", "out", "--model", "nearest", "--force") == 1
    assert "made a moment ago" in capsys.readouterr().err


def test_memory_that_does_not_suffice_is_one_line(here, capsys, monkeypatch):
    image().save("a.png")

    def no_room(*_):
        raise MemoryError("Unable to allocate 9 TiB")

    monkeypatch.setattr("srlib.files._upscaled", no_room)
    assert run("upscale", "a.png", "-o", "b.png", "--model", "nearest") == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "memory does not suffice (Unable to allocate 9 TiB); expected" in err


def test_a_backend_without_memory_says_so(here, capsys, monkeypatch):
    class ResourceExhaustedError(Exception):
        pass

    model = load_model("subpixel_sample")
    monkeypatch.setattr(type(model), "__call__", lambda *_, **__: (_ for _ in ()).throw(ResourceExhaustedError("OOM")))
    with pytest.raises(MemoryError, match="expected room"):
        srlib.upscale(wave(), model)


# -- as a process ---------------------------------------------------------------------------------------------------------


def process(*words, before="pass", stdout=None):
    code = f"import sys; {before}; from srlib.cli import main; sys.exit(main())"
    return subprocess.run([sys.executable, "-c", code, *words], stdout=stdout, stderr=subprocess.PIPE, text=True)


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of a process here")
@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "tif", "bmp", "deep.png", "deep.tif"])
def test_a_full_disk(kind, here):
    """A process that may write no file of more than 2000 bytes; that holds for root, too."""
    if kind.startswith("deep"):
        (deep_png if kind == "deep.png" else deep_tiff)(here / f"a.{kind}", wave(64, 64, 3, 65535))
    else:
        image(height=64, width=64).save(f"a.{kind}")
    Path("kept").mkdir()
    Path(f"kept/a.{kind}").write_text("precious")
    before = contents(here)
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))"
    ended = process("upscale", f"a.{kind}", "-o", "kept", "--force", "--model", "nearest", before=limit)
    assert ended.returncode == 1 and ended.stderr.count("\n") == 1 and "File too large" in ended.stderr, ended.stderr
    ended = process("upscale", f"a.{kind}", "-o", "new/deep", "--model", "nearest", before=limit)
    assert ended.returncode == 1 and contents(here) == before


def too_many_samples(path):  # Pillow logs it
    tifffile.imwrite(path, wave(), photometric="rgb")
    with tifffile.TiffFile(path, mode="r+") as file:
        file.pages[0].tags[277].overwrite(999)


def no_such_code(path):  # libtiff writes it to standard error, past Python
    image(height=64, width=64).save(path, compression="tiff_lzw")
    data = bytearray(path.read_bytes())
    data[500:520] = b"\xff" * 20
    path.write_bytes(data)


@pytest.mark.parametrize("make", [too_many_samples, no_such_code])
def test_what_pillow_logs_and_libtiff_writes_is_held_back(make, here):
    make(Path("a.tif"))
    ended = process("upscale", "a.tif", "-o", "b.png", "--model", "nearest")
    assert ended.returncode == 1 and ended.stderr.count("\n") == 1 and ended.stderr.startswith("srlib: a.tif")


def test_a_pipe_that_nobody_reads(here):
    reading, writing = os.pipe()
    os.close(reading)
    ended = process("data", "list", stdout=writing)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_standard_output_on_a_full_disk(here):
    with open("/dev/full", "w") as full:
        ended = process("data", "list", stdout=full)
    assert (
        ended.returncode == 1 and ended.stderr.count("\n") == 1 and "No space left on device; expected" in ended.stderr
    )


def test_python_m_srlib(here):
    image().save("a.png")
    words = [sys.executable, "-m", "srlib", "upscale", "a.png", "-o", "b.png", "--model", "nearest"]
    ended = subprocess.run(words, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "") and Path("b.png").exists()


@pytest.mark.parametrize("command, hint", [("upscale", "finished are kept"), ("train", "--resume")])
def test_ctrl_c_is_answered_with_what_is_true(command, hint, here, capsys, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    image().save("a.png")
    monkeypatch.setattr("srlib.files.upscale_file", stop)
    monkeypatch.setattr("srlib.training.fit", stop)
    words = {
        "upscale": "upscale a.png -o b.png --model nearest",
        "train": "train --model subpixel --data sample --steps 1 --out run",
    }
    assert run(*words[command].split()) == 130
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and hint in err
    assert ("--resume" in err) == (command == "train")


# -- the kinds ------------------------------------------------------------------------------------------------------------


def test_every_kind_that_is_found_in_a_folder_is_written():
    assert set(KINDS) == set(SUFFIXES)


def test_the_kinds_hold_what_they_are_said_to(tmp_path):
    """Asked of Pillow."""
    for suffix, kind in KINDS.items():
        assert Image.registered_extensions()[suffix] == kind.format
        try:
            image("RGBA").save(tmp_path / f"a{suffix}")
            alpha = Image.open(tmp_path / f"a{suffix}").mode == "RGBA"
        except OSError:
            alpha = False
        assert alpha == kind.alpha, suffix
