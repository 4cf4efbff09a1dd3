"""Images as people have them: each is upscaled as the same image that Pillow has turned upright and into RGB first."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from _image_files import SRGB, contents, enlarged, exif_of, image, png, png_chunk, run, same, two_frames, wave
from PIL import Image, ImageOps

import srlib
from srlib.checkpoints import load_model
from srlib.image_files import KINDS
from srlib.upscaling import upscale_file

GREY = np.array([0.299, 0.587, 0.114], np.float32)
ORIENTATION_IN_WORDS = b"Exif\0\0" + struct.pack(">2sHIHHHI4sI", b"MM", 42, 8, 1, 0x0112, 2, 4, b"odd\0", 0)


def palette(path, **options):
    image("P").save(path, **options)


def with_thumbnail(path):
    with tifffile.TiffWriter(path) as file:
        file.write(wave(), photometric="rgb")
        file.write(wave(4, 5), photometric="rgb", subfiletype=1)


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
    """The planes of an image of 8 bits upscaled; where it is partly transparent, by sums over what is seen."""
    planes = np.asarray(image)
    planes = planes if planes.ndim == 3 else planes[..., None]
    if image.mode in ("LA", "RGBA") and planes[..., -1].min() < 255:
        planes = planes / 255
        products, veil = enlarged(planes[..., :-1] * planes[..., -1:]), enlarged(planes[..., -1:])
        large = np.concatenate([products / np.maximum(veil, 1e-9), veil], -1)
        return np.rint(np.clip(large, 0, 1) * 255).astype(np.uint8)
    clear = image.mode in ("LA", "RGBA")
    colours = planes[..., :-1] if clear else planes
    large = srlib.upscale(np.ascontiguousarray(np.broadcast_to(colours, (*colours.shape[:2], 3))), method)
    if colours.shape[2] == 1:
        large = large[..., :1] if isinstance(method, str) else (large @ GREY)[..., None]
    large = np.concatenate([large, np.ones_like(large[..., :1])], -1) if clear else large
    return np.rint(large * 255).astype(np.uint8)


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
        same(made, expected(plain, "bicubic"), lossy, mode in ("LA", "RGBA"))


@pytest.fixture(scope="module")
def model():
    return load_model("subpixel_sample")


NETWORK = (
    "rgb.png",
    "grey.png",
    "opaque.png",
    "cmyk.tif",
    "orientation-6.tif",
    "one-pixel.png",
)


@pytest.mark.parametrize("name", NETWORK)
def test_an_image_is_upscaled_by_a_network(name, model, here):
    make, mode = GOOD[name]
    make(here / name)
    upscale_file(here / name, here / "large.png", model)
    with Image.open(here / "large.png") as made:
        assert made.mode == mode
        wanted = expected(normalised(here / name, mode), model)
        difference = np.abs(np.asarray(made).reshape(wanted.shape).astype(int) - wanted)
        assert difference.max() <= 1  # a level that lies on the border between two


def test_other_kinds_of_file_are_read_where_the_new_name_says_the_kind(here):
    image("P").save("still.gif")
    image().save("x.ppm")
    for name in ("still.gif", "x.ppm"):
        assert run("upscale", name, "-o", f"{name}.png", "--model", "bicubic") == 0
        same(Image.open(f"{name}.png"), expected(normalised(here / name, "RGB"), "bicubic"), False)


def test_a_method_may_be_named(here):
    image(height=6, width=7).save("a.png")
    for method, scale in (("bicubic", 3), ("subpixel_sample", None)):
        assert upscale_file("a.png", f"{method}.png", method, scale) == Path(f"{method}.png")
    assert [Image.open(f"{name}.png").size for name in ("bicubic", "subpixel_sample")] == [(21, 18), (14, 12)]


@pytest.mark.parametrize(
    "settings, error, words",
    [
        ({"method": "bikubic"}, ValueError, "no model 'bikubic'; expected nearest, .*spelling"),
        ({"method": "bicubic", "scale": 0.5}, ValueError, "scale is 0.5; expected"),
        (
            {"method": "subpixel_sample", "scale": 3},
            ValueError,
            "upscales by 2; expected more than 1 and at most 2 times",
        ),
        ({"method": lambda x, training: x}, ValueError, "did not build; expected"),
        ({"method": 7}, TypeError, "method is a int; expected"),
        ({"target": "b.gif"}, ValueError, "b.gif names a kind of file that srlib does not write; expected one of .jpg"),
        ({"target": "a.png"}, FileExistsError, "a.png exists; expected a free name: .*replace=True"),
        ({"source": "c.png"}, FileNotFoundError, "no file 'c.png'; expected an image"),
    ],
)
def test_what_cannot_be_upscaled_is_refused_with_a_sentence(settings, error, words, here):
    image().save("a.png")
    before = contents(here)
    with pytest.raises(error, match=words):
        upscale_file(**{"source": "a.png", "target": "b.png", "method": "nearest", **settings})
    assert contents(here) == before
