"""srlib degrade: what the library draws for the same seed, into files, folders and pipes."""

import io
import json

import numpy as np
import pytest
from _command_line import contents, failed, run
from PIL import Image

import srlib
from srlib.degradation import PRESETS
from srlib.images import to_uint8


@pytest.fixture
def photo(tmp_path, monkeypatch, make_image):
    monkeypatch.chdir(tmp_path)
    pixels = make_image(41, 50)
    Image.fromarray(pixels).save("photo.png")
    return pixels


def expected(pixels, degradation, seed=0):
    return to_uint8(degradation(srlib.crop_to_multiple(pixels, degradation.scale), seed))


@pytest.mark.parametrize("scale", [1, 2, 4])
@pytest.mark.parametrize("name", PRESETS)
def test_a_file_holds_what_the_library_draws(name, scale, photo, capsys):
    for suffix in ("png", "jpg"):  # as a JPEG it is the one that the preset ends with
        assert run(f"degrade photo.png -o small.{suffix} --preset {name} --scale {scale} --seed 3") == 0
        drawn = srlib.preset(name, scale).drawn(3)
        assert str(drawn) in capsys.readouterr().err
        found = np.asarray(Image.open(f"small.{suffix}"))
        if suffix == "png" or "JPEG" in str(drawn):
            np.testing.assert_array_equal(found, expected(photo, srlib.preset(name, scale), 3))
            if suffix == "jpg":
                assert (
                    Image.open("small.jpg").quantization
                    == Image.open(io.BytesIO(drawn.steps[-1].encoded(found))).quantization
                )


def test_options_make_a_degradation_and_a_file_holds_one(photo):
    own = srlib.Degradation((srlib.Blur(1, 2), srlib.Downscale(2, "area"), srlib.Noise(3), srlib.Jpeg(20, 30)))
    assert run("degrade photo.png -o a.png --kernel area --blur 1 2 --noise 3 --jpeg 20 30 --seed 5") == 0
    np.testing.assert_array_equal(np.asarray(Image.open("a.png")), expected(photo, own, 5))
    with open("own.json", "w") as file:
        json.dump(own.to_dict(), file)
    assert run("degrade photo.png -o b.png --preset own.json --seed 5") == 0
    assert Image.open("a.png").tobytes() == Image.open("b.png").tobytes()


def test_a_folder_gives_a_folder_each_image_with_a_seed_of_its_own(photo, capsys):
    for name in "ab":
        Image.fromarray(photo).save(f"{name}.png")
    assert run("degrade a.png b.png -o out --preset camera --seed 7") == 0
    for k, name in enumerate("ab"):
        np.testing.assert_array_equal(
            np.asarray(Image.open(f"out/{name}.png")), expected(photo, srlib.preset("camera"), 7 + k)
        )


def test_one_damaged_image_does_not_stop_the_rest(photo, tmp_path, capsys):
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert run("degrade bad.png photo.png -o out --preset web") == 1
    assert [file for file in contents(tmp_path / "out")] == ["photo.png"] and "bad.png" in capsys.readouterr().err


@pytest.mark.parametrize("words, told", [
    ("--jpeg 101", "the quality of a JPEG is 101; expected a number from 1 to 100"), ("--noise -1", "the standard deviation"),
    ("--blur 2 1", "the lower one first"), ("--noise 1 2 3", "--noise has 3 numbers"), ("--scale 0", "scale is 0"),
    ("--preset wed", "--preset is 'wed'; expected one of clean, camera, web"), ("--seed -1 --preset web", "seed is -1"),
    ("--preset web --jpeg 50", "--preset is web and --jpeg is given"), ("--preset missing.json", "missing.json"),
    ("--preset photo.png", "--preset is 'photo.png'"), ("--preset one.json", "one.json has scale 1, and 2 is asked for"),
    ("--preset odd.json", "odd.json holds no degradation"), ("--preset bad.json", "a step of the degradation is {'step': 'rain'}"),
    ("--scale 60", "nothing is left"),
])  # fmt: skip
def test_what_cannot_be_is_refused_in_a_line_and_nothing_is_written(words, told, photo, tmp_path, capsys):
    for name, steps in {"one": {"steps": []}, "odd": [1, 2], "bad": {"steps": [{"step": "rain"}]}}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(steps))
    before = contents(tmp_path)
    assert run(f"degrade photo.png -o small.png {words}") == 1
    failed(capsys, told)
    assert contents(tmp_path) == before


def test_what_is_there_is_kept(photo, capsys):
    assert run("degrade photo.png -o photo.png --preset web --force") == 1
    failed(capsys, "photo.png is one of the images that were given, and would be lost")
    assert run("degrade photo.png -o small.png --preset web") == 0
    capsys.readouterr()
    assert run("degrade photo.png -o small.png --preset web") == 1
    failed(capsys, "small.png exists")
