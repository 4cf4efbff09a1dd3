"""The kinds of file that are written, and what they hold."""

import numpy as np
import pytest
from _image_files import contents, deep_read, image, wave
from PIL import Image

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
