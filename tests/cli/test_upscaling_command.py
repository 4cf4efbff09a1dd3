"""``srlib upscale``: files and folders in, larger files out, and nothing lost on the way."""

import os
import shutil

import numpy as np
import pytest
from _command_line import contents, failed, is_upscaled, run
from PIL import Image

import srlib
from srlib.checkpoints import load_model, save_model
from srlib.image_files import read_image
from srlib.images import to_uint8
from srlib.models import build_model


@pytest.mark.parametrize("scale", (2, 3))
@pytest.mark.parametrize("out", ["large.png", "new/folder/large.png", "large.bmp"])
def test_upscale_a_file_to_a_file(here, capsys, out, scale):
    before = contents(here)
    assert run("upscale", "one.png", "-o", out, "--model", "bicubic", "--scale", scale) == 0
    assert capsys.readouterr() == ("", "")
    is_upscaled(out, "one.png", scale=scale)
    made = {name for name in contents(here) if name not in before and (here / name).is_file()}
    assert made == {out}


def test_upscale_with_a_network(here):
    assert run("upscale one.png -o large.png --model net") == 0
    is_upscaled("large.png", "one.png", load_model("net"))


def test_upscale_a_file_into_a_folder(here):
    assert run("upscale one.png -o new --model bicubic") == 0
    is_upscaled("new/one.png", "one.png")
    assert run("upscale one.png -o empty --model bicubic") == 0
    is_upscaled("empty/one.png", "one.png")


def test_upscale_a_folder_keeps_its_folders(here):
    (here / "nested" / "a.png").mkdir()  # a folder that is called like an image
    assert run("upscale nested -o large --model bicubic") == 0
    made = {name for name, data in contents(here / "large").items() if data is not None}
    assert made == {"top.png", "deep/down/below.png"}
    is_upscaled("large/deep/down/below.png", "nested/deep/down/below.png")


def test_upscale_several(here):
    assert run("upscale one.png images/0.png nested -o large --model bicubic") == 0
    made = {name for name, data in contents(here / "large").items() if data is not None}
    assert made == {"one.png", "0.png", "top.png", "deep/down/below.png"}


def test_upscale_a_jpeg_and_an_odd_image(here):
    Image.new("LA", (6, 5), (10, 200)).save("odd.png")
    Image.new("L", (6, 5), 77).save("grey.jpg")
    assert run("upscale odd.png grey.jpg tiny/dot.png -o large --model net") == 0
    assert [Image.open(f"large/{name}").size for name in ("odd.png", "grey.jpg", "dot.png")] == [
        (12, 10),
        (12, 10),
        (2, 2),
    ]


def test_upscale_replaces_only_by_force(here, capsys):
    (here / "large.png").write_text("precious")
    assert run("upscale one.png -o large.png --model bicubic") == 1
    failed(capsys, "large.png")
    assert (here / "large.png").read_text() == "precious"
    assert run("upscale one.png -o large.png --model bicubic --force") == 0
    is_upscaled("large.png", "one.png")


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX's")
def test_what_is_written_has_ordinary_rights(here):
    mask = os.umask(0o022)
    try:
        assert run("upscale one.png -o large.png --model bicubic") == 0
    finally:
        os.umask(mask)
    assert (here / "large.png").stat().st_mode & 0o777 == 0o644


def test_one_bad_image_does_not_stop_the_others(here, capsys):
    assert run("upscale mixed one.png -o large --model bicubic") == 1
    out, err = capsys.readouterr()
    refused, summary = err.splitlines()
    assert out == "" and refused.startswith("srlib: mixed/b.png is not an image")
    assert summary == "srlib: 4 images: 3 done, 1 refused (b.png); no image: notes.txt"
    assert set(contents(here / "large")) == {"a.png", "c.png", "one.png"}
    for name, source in (("a.png", "mixed/a.png"), ("c.png", "mixed/c.png"), ("one.png", "one.png")):
        is_upscaled(f"large/{name}", source)


def test_an_image_of_a_kind_that_is_not_written_becomes_another(here, capsys):
    for name in ("one.strange", "photo.2024", "plain"):
        shutil.copy("one.png", name)
    for name, format in (("one.gif", "GIF"), ("two.jfif", "JPEG"), ("three.jp2", "JPEG2000")):
        Image.open("one.png").save(name, format=format)
    names = "one.strange photo.2024 plain one.gif two.jfif three.jp2"
    assert run("upscale", names, "-o new --model bicubic") == 0
    assert set(contents(here / "new")) == {
        "one.strange.png", "photo.2024.png", "plain.png", "one.png", "two.jpg", "three.png",
    }  # fmt: skip
    is_upscaled("new/photo.2024.png", "photo.2024")
    assert capsys.readouterr().err == "srlib: 6 images: 6 done\n"


def test_a_full_disk_leaves_no_half_an_image(here, capsys, monkeypatch):
    (here / "large.png").write_text("precious")
    before = contents(here)

    def full(image, file, **_):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    assert run("upscale one.png -o large.png --model bicubic --force") == 1
    failed(capsys, "No space left on device")
    assert contents(here) == before


def test_a_network_of_nan_writes_nothing(here, capsys):
    model = build_model("subpixel", width=4, blocks=1)
    model.set_weights([np.full_like(w, np.nan) for w in model.get_weights()])
    save_model(model, here / "broken")
    assert run("upscale", next((here / "images").iterdir()), "--model broken -o large.png") == 1
    assert "holds NaN or infinity" in capsys.readouterr().err and not (here / "large.png").exists()


def test_a_folder_called_image_is_no_obstacle(here):
    (here / "large" / "image").mkdir(parents=True)
    assert run("upscale", next((here / "images").iterdir()), "--model bicubic -o large") == 0


def test_a_full_disk_is_told_with_the_image(here, capsys, monkeypatch):
    def full(image, file, **_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    assert run("upscale one.png -o large.png --model bicubic") == 1
    failed(capsys, "one.png: ", "No space left on device")


def test_which_network_is_taken_depends_on_the_file_and_is_told_once(here, capsys):
    image = Image.open("one.png")
    for name in ("a", "b"):
        image.save(f"{name}.jpg", quality=80)
    image.save("fine.jpg", quality=97)
    assert run("upscale a.jpg b.jpg fine.jpg one.png -o out") == 0
    told = capsys.readouterr().err.splitlines()
    assert told[:-1] == [
        "srlib: photo_x2 is taken for images that were compressed with loss; --model takes another.",
        "srlib: small_x2 is taken for images that were not compressed with loss; --model takes another.",
    ]
    made = srlib.upscale(read_image("a.jpg"), load_model("photo_x2"))
    found = np.asarray(Image.open("out/a.jpg")).astype(int)
    assert np.abs(found - 255 * made).mean() < 2  # it is a JPEG itself
    is_upscaled("out/one.png", "one.png", load_model("small_x2"))
    assert run("upscale a.jpg -o b.png --model small_x2") == 0 and "is taken" not in capsys.readouterr().err


def test_sharpness_chooses_the_network(here, capsys):
    for sharpness, network in ((0, "small_x4"), (1, "sharp_x4")):
        assert run("upscale one.png --sharpness", sharpness, "-o", f"{network}.png") == 0
        expected = to_uint8(srlib.upscale(read_image("one.png"), load_model(network)))
        assert np.abs(np.asarray(Image.open(f"{network}.png")) - expected.astype(int)).max() <= 1
    for options in ("--sharpness 2", "--sharpness 0.5 --model small_x4"):
        capsys.readouterr()
        assert run(f"upscale one.png -o other.png {options}") == 1
        failed(capsys, "sharpness")
