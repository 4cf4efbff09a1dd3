"""What the benchmarks measure is what they say; that their table is the one of their numbers; memory, at the size of a test."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import srlib

HERE = Path(__file__).parents[1] / "benchmarks"


def script(name):
    spec = importlib.util.spec_from_file_location(f"benchmarks_{name}", HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def task(name, **settings):
    words = [sys.executable, HERE / "tasks.py", name, json.dumps(settings)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_the_reference_is_fed_what_the_reference_feeds(batch):
    """Its pairs are OpenCV's, which are ours to rounding; its network is our autoencoder."""
    reference = script("reference")
    low, high = reference.pairs(batch, len(batch))
    np.testing.assert_allclose(high, batch / 255, atol=1e-6)
    np.testing.assert_allclose(low, srlib.upscale(srlib.downscale(batch, 2), "bilinear", 2), atol=1e-5)
    ours, theirs = srlib.build_model("autoencoder"), reference.network()
    theirs.set_weights(ours.get_weights())
    assert theirs.count_params() == 1_110_403
    small = srlib.downscale(batch, 2)
    np.testing.assert_allclose(srlib.upscale(small, reference.as_method(theirs)), srlib.upscale(small, ours), atol=1e-5)


def test_made_up_images_are_many():
    images = list(script("tasks").made_up(20, 32))
    assert {image.shape for image in images} == {(32, 32, 3)} and images[0].dtype == np.uint8
    assert len({image.tobytes() for image in images}) == 20 and min(image.std() for image in images) > 20


def test_the_squares_are_those_of_the_first_measurements(data_root, monkeypatch):
    """Linear and bicubic upscaling reached 26.02 dB / 0.8015 and 26.87 dB / 0.8386 on the 100 squares then."""
    monkeypatch.setenv("SRLIB_DATA", str(data_root))
    squares = script("tasks").squares("val")
    assert squares.shape == (100, 128, 128, 3) and squares.dtype == np.uint8
    table = srlib.evaluate({name: name for name in ("bilinear", "bicubic")}, squares)
    for name, level, similar in (("bilinear", 26.02, 0.8015), ("bicubic", 26.87, 0.8386)):
        assert table.mean(name) == pytest.approx(level, abs=0.006)
        assert table.mean(name, "ssim") == pytest.approx(similar, abs=2e-4)


def test_the_table_is_that_of_the_numbers():
    results = json.loads((HERE / "results.json").read_text())
    assert script("run").markdown(results) == (HERE / "RESULTS.md").read_text()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc, which Linux alone has")
def test_loading_and_feeding_takes_at_most_a_fifth_of_the_references_memory(tmp_path):
    task("write_images", folder=str(tmp_path), count=2000)
    theirs, ours = (task("feed", way=way, folder=str(tmp_path)) for way in ("reference", "ours"))
    floats = 2 * 2000 * 128 * 128 * 3 * 4
    assert theirs["added_bytes"] > 0.9 * floats  # two arrays of float32 at least
    assert ours["added_bytes"] <= theirs["added_bytes"] / 5, (ours, theirs)


@pytest.mark.slow
def test_the_command_measures_and_writes(tmp_path):
    for name in ("preprocessing", "upscaling"):  # the second keeps what the first has written
        words = [sys.executable, HERE / "run.py", "--quick", "--only", name, "--out", tmp_path]
        done = subprocess.run(words, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
    results = json.loads((tmp_path / "results.json").read_text())
    assert results.keys() == {"preprocessing", "upscaling"}
    assert results["upscaling"]["found"]["methods"]["autoencoder"]["gmacs"] > 1
    told = (tmp_path / "RESULTS.md").read_text()
    assert "## Preprocessing against OpenCV" in told and "## Upscaling" in told and "rehearsal" in told
