"""Files that only look like images: each is refused in one line, and nothing is left behind."""

import io
import os
import random
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from _image_files import contents, deep_png, deep_tiff, image, png, png_chunk, run, telling, two_frames, wave
from PIL import Image


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
    "animated.gif": (two_frames, "holds 2 images"),
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
