"""The engine onnx: the pictures of Keras to one level, without Keras."""

import subprocess
import sys

import numpy as np
import pytest
from _networks import noise, shaken, small
from PIL import Image

import srlib
from srlib import onnx_export
from srlib.checkpoints import save_model
from srlib.engines import OnnxNetwork, load_network
from srlib.image_files import read_image
from srlib.images import to_uint8
from srlib.layers import traits_of
from srlib.onnx_export import encoded
from srlib.upscaling import method_named


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SRLIB_DATA", str(tmp_path / "cache"))
    return tmp_path / "cache" / "onnx"


@pytest.fixture
def photo(tmp_path, make_image):
    Image.fromarray(make_image(300, 41)).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def apart(first, second):
    return np.abs(read_image(first).astype(int) - read_image(second)).max()


@pytest.mark.parametrize("method, asked", [(None, {}), ("small_x3", {"scale": 2.5}), ("autoencoder_quarter", {})])
def test_a_file_is_that_of_keras_to_one_level(method, asked, photo, tmp_path):
    theirs, ours = (
        srlib.upscale_file(photo, tmp_path / f"{engine}.png", method, **asked, engine=engine)
        for engine in ("keras", "onnx")
    )
    assert apart(theirs, ours) <= 1
    assert apart(ours, srlib.upscale_file(photo, tmp_path / "b.png", "bicubic", **asked or {"scale": 2})) > 8


def test_tiles_are_the_whole_image_and_the_self_ensemble_is_known(make_image, tmp_path):
    model = shaken(small("subpixel", border="mirror"))
    folder, image = save_model(model, tmp_path / "own"), make_image(70, 50)
    for name, network in ((folder, model), (f"{folder}+", srlib.self_ensemble(model))):
        found = method_named(name, engine="onnx")
        assert isinstance(found, OnnxNetwork) and found.card.scale == 2
        assert (found.traits.reach, found.traits.stride) == (traits_of(network).reach, traits_of(network).stride)
        for tile in (16, None):
            np.testing.assert_allclose(srlib.upscale(image, found, tile=tile), srlib.upscale(image, network), atol=1e-5)


HIDDEN = ("onnx", "keras", "tensorflow", "jax", "scipy", "skimage", "matplotlib")


def test_no_keras_is_needed_and_with_a_network_in_the_cache_even_less(photo, tmp_path, cache):
    code = """
import sys
for name in sys.argv[3:]:
    sys.modules[name] = None  # importing it fails
from srlib.cli import main
sys.exit(main(["upscale", sys.argv[1], "-o", sys.argv[2]]))
"""
    for target, hidden in (("first.png", HIDDEN), ("again.png", (*HIDDEN, "h5py"))):
        words = [sys.executable, "-c", code, photo, tmp_path / target, *hidden]
        done = subprocess.run(words, capture_output=True, text=True)
        assert done.returncode == 0 and "small_x2 is taken" in done.stderr, done.stderr
        (file,) = cache.iterdir()
    assert apart(tmp_path / "first.png", tmp_path / "again.png") == 0
    assert apart(tmp_path / "first.png", srlib.upscale_file(photo, tmp_path / "c.png", engine="keras")) <= 1
    file.unlink()
    words[4] = tmp_path / "not.png"
    assert subprocess.run(words, capture_output=True).returncode == 1 and not (tmp_path / "not.png").exists()


def test_a_command_of_its_own_does_without_keras_where_there_is_one(photo, tmp_path):
    code = """
import sys
from srlib.cli import main
sys.argv = ["srlib", *sys.argv[1:]]
assert main() == 0
print({"keras", "tensorflow"} & {*sys.modules})
"""
    for words, loaded in (
        (["upscale", photo, "-o", tmp_path / "a.png"], False),
        (["export", "small_x2", "-o", tmp_path / "a.onnx"], False),
        (["upscale", photo, "-o", tmp_path / "b.png", "--engine", "keras"], True),
    ):
        done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert ("keras" in done.stdout) == loaded, words
    assert (tmp_path / "a.onnx").read_bytes() == encoded(srlib.load_model("small_x2"))


def test_unless_told_otherwise_what_keras_has_loaded_stays_there(photo, tmp_path):
    model = shaken(small("espcn"))
    own = srlib.upscale_file(photo, tmp_path / "a.png", model)
    named = srlib.upscale_file(photo, tmp_path / "b.png", save_model(model, tmp_path / "own"))
    np.testing.assert_array_equal(read_image(own), to_uint8(srlib.upscale(read_image(photo), model)))
    assert apart(own, named) <= 1


def test_a_network_that_was_trained_on_is_another(tmp_path, cache, monkeypatch):
    lr, folder = noise(1, 5, 6, 3), tmp_path / "own"
    made = []
    for seed in (1, 2):
        save_model(shaken(small("espcn"), seed), folder)
        made.append(load_network(folder, "onnx")(lr))
        assert len(list(cache.iterdir())) == seed
    assert np.abs(made[0] - made[1]).max() > 0.01
    monkeypatch.setattr(onnx_export, "encoded", None)  # it is not written again
    np.testing.assert_array_equal(load_network(str(folder), "onnx")(lr), made[1])


def test_without_a_cache_it_works_too(tmp_path, cache):
    cache.parent.write_text("no folder")
    assert load_network("small_x2", "onnx")(noise(1, 3, 4, 3)).shape == (1, 6, 8, 3)
    assert cache.parent.read_text() == "no folder"


def test_refusals(photo, tmp_path):
    with pytest.raises(ValueError, match="engine 'tpu'|engine is 'tpu'"):
        srlib.upscale_file(photo, tmp_path / "a.png", engine="tpu")
    with pytest.raises(ValueError, match="engine is 'onnx', and method is espcn, which Keras has loaded"):
        srlib.upscale_file(photo, tmp_path / "a.png", small("espcn"), engine="onnx")
    with pytest.raises(ValueError, match="There is no model 'smal'"):
        srlib.upscale_file(photo, tmp_path / "a.png", "smal", engine="onnx")
    with pytest.raises(ValueError, match="has no model.json"):
        srlib.upscale_file(photo, tmp_path / "a.png", tmp_path, engine="onnx")
    assert sorted(file.name for file in tmp_path.glob("*.png")) == ["photo.png"]


def test_the_command_line_has_both(photo, tmp_path, capsys):
    from srlib.cli import main

    for engine in ("keras", "onnx"):
        assert (
            main(
                [
                    "upscale",
                    str(photo),
                    "-o",
                    str(tmp_path / f"{engine}.png"),
                    "--model",
                    "small_bilinear",
                    "--engine",
                    engine,
                ]
            )
            == 0
        )
    assert apart(tmp_path / "keras.png", tmp_path / "onnx.png") <= 1
    expected = to_uint8(srlib.upscale(read_image(photo), srlib.load_model("small_bilinear")))
    np.testing.assert_array_equal(read_image(tmp_path / "keras.png"), expected)


def test_a_sharpness_is_a_mixture_on_either_engine():
    lr = np.random.default_rng(0).random((1, 12, 9, 3), np.float32)
    soft, half, sharp = (np.asarray(srlib.load_model(f"sharp_x4@{share}")(lr)) for share in ("0", "0.5", "1"))
    np.testing.assert_allclose(soft, np.asarray(srlib.load_model("small_x4")(lr)), atol=1e-5)
    np.testing.assert_allclose(sharp, np.asarray(srlib.load_model("sharp_x4")(lr)), atol=1e-5)
    assert np.abs(half - soft).max() > 0.01 and np.abs(half - sharp).max() > 0.01
    for share in ("0.5", "0.25"):  # each with a file of its own in the cache
        ours = load_network(f"sharp_x4@{share}", "onnx")(lr)
        np.testing.assert_allclose(ours, np.asarray(srlib.load_model(f"sharp_x4@{share}")(lr)), atol=1e-5)
    for share in ("1.5", "-1", "much", "nan"):
        with pytest.raises(ValueError, match="a number from 0 to 1"):
            srlib.load_model(f"sharp_x4@{share}")
