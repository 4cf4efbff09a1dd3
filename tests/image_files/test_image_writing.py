"""The kinds of file that are written, and what they hold."""

from pathlib import Path

import numpy as np
import pytest
from _image_files import contents, deep_read, exif_of, image, wave
from PIL import Image

import srlib
from srlib.image_files import KINDS, write_image


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


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_sixteen_bits_are_written(name, channels, here):
    levels = wave(70, 9, channels, top=65535).reshape(70, 9, channels)
    write_image(here / name, levels)
    np.testing.assert_array_equal(deep_read(here / name, channels), levels)


def test_what_is_there_is_replaced_only_if_that_is_wanted(here):
    write_image(here / "a.png", image())
    before = contents(here)
    with pytest.raises(FileExistsError):
        write_image(here / "a.png", image("L"))
    assert contents(here) == before
    write_image(here / "a.png", image("L"), replace=True)
    assert Image.open("a.png").mode == "L"


def test_other_kinds_are_refused(here):
    with pytest.raises(ValueError, match="a.gif names a kind of file that srlib does not write; expected one of .jpg"):
        write_image(here / "a.gif", image())
    assert contents(here) == {}


# -- quality ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.jpg", "a.jpeg", "a.webp"])
def test_a_quality_may_be_chosen(name, here):
    sizes = []
    for quality in (1, 60, None, 100):
        write_image(here / name, image("RGB", 64, 64), quality=quality, replace=True)
        sizes.append((here / name).stat().st_size)
    assert sizes == sorted(sizes) and len(set(sizes)) == 4
    write_image(here / name, image("RGB", 64, 64), quality=95, replace=True)
    assert (here / name).stat().st_size == sizes[2]  # which is the usual one


@pytest.mark.parametrize(
    "name, quality, words",
    [
        ("a.jpg", 0, "quality is 0; expected a whole number from 1 to 100"),
        ("a.webp", 101, "quality is 101; expected"),
        ("a.jpg", -5, "quality is -5; expected"),
        ("a.jpg", 90.5, "quality is 90.5; expected"),
        ("a.jpg", True, "quality is True; expected"),
        ("a.jpg", "high", "quality is 'high'; expected"),
        ("a.png", 90, "a.png would be a PNG, which loses nothing; expected none: leave it out"),
        ("a.tif", 90, "a.tif would be a TIFF, which loses nothing"),
        ("a.bmp", 90, "a.bmp would be a BMP, which loses nothing"),
    ],
)
def test_other_qualities_are_refused(name, quality, words, here):
    image().save("small.png")
    before = contents(here)
    for call in (
        lambda: write_image(here / name, image(), quality=quality),
        lambda: srlib.upscale_file("small.png", name, "nearest", quality=quality),
    ):
        with pytest.raises(ValueError, match=words):
            call()
    assert contents(here) == before


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_lossless_webp_stays_lossless(mode, here):
    """And one that lost something already does not become larger for nothing."""
    small = image(mode, 32, 32)
    for name, options in (("lossless", {"lossless": True}), ("lossy", {"quality": 90}), ("png", {})):
        small.save(f"{name}.{'png' if name == 'png' else 'webp'}", exif=exif_of(t271="Maker"), **options)
    for source, settings, lossless in (
        ("lossless.webp", {}, True),
        ("lossless.webp", {"metadata": False}, True),
        ("lossless.webp", {"quality": 95}, False),
        ("lossy.webp", {}, False),
        ("png.png", {}, False),
    ):
        srlib.upscale_file(source, "large.webp", "nearest", replace=True, **settings)
        assert (b"VP8L" in Path("large.webp").read_bytes()) == lossless
        made = np.asarray(Image.open("large.webp"))
        wanted = np.asarray(small).repeat(2, 0).repeat(2, 1)
        assert (made == wanted).all() == lossless


def test_a_frame_of_a_lossless_animation_stays_lossless(here):
    for lossless in (True, False):
        frames = [image("RGB", 32, 32), image("RGB", 32, 32).rotate(90)]
        frames[0].save("a.webp", save_all=True, append_images=frames[1:], lossless=lossless)
        srlib.upscale_file("a.webp", "large.webp", "nearest", frame=1, replace=True)
        assert (b"VP8L" in Path("large.webp").read_bytes()) == lossless
