"""Keras as other courses left it, and in processes that were forked."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import srlib
from srlib import backend
from srlib.models import build_model


@pytest.mark.parametrize(
    "text, chosen",
    [
        (json.dumps({"backend": "torch"}), "tensorflow"), (json.dumps({"backend": "theano"}), "tensorflow"),
        (json.dumps({"backend": ["jax"]}), "tensorflow"), (json.dumps({"backend": "jax"}), None),
        (json.dumps({"backend": "tensorflow"}), None), ("{}", None), ("no json", None), ("[]", None), ("[" * 10**5, None),
    ],
)  # fmt: skip
def test_a_backend_that_another_course_left_is_set_aside(text, chosen, tmp_path, monkeypatch):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.delitem(sys.modules, "keras")
    (tmp_path / "keras.json").write_text(text)
    told = backend._choose_backend(tmp_path / "keras.json")
    assert os.environ.get("KERAS_BACKEND") == chosen and len(told) == (chosen is not None)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)


def test_what_was_asked_for_is_not_changed(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    (tmp_path / "keras.json").write_text('{"backend": "torch"}')
    assert backend._choose_backend(tmp_path / "keras.json") == [] and os.environ["KERAS_BACKEND"] == "jax"


def test_settings_that_another_course_left_are_set_aside():
    held = {"image_data_format": "channels_first", "floatx": "float16", "epsilon": 1e-3}
    config = SimpleNamespace(**{name: lambda name=name: held[name] for name in held})
    for name in held:
        setattr(config, f"set_{name}", lambda value, name=name: held.update({name: value}))
    assert backend._settle(SimpleNamespace(config=config)) == [
        "image_data_format to 'channels_first'", "floatx to 'float16'", "epsilon to 0.001",
    ]  # fmt: skip
    assert held == {"image_data_format": "channels_last", "floatx": "float32", "epsilon": 1e-7}
    assert backend._settle(SimpleNamespace(config=config)) == []


@pytest.mark.parametrize("asked, found", [(None, "2"), ("5", "5")])
def test_few_threads_keep_what_is_prepared_for_a_size(asked, found, monkeypatch):
    """On sixteen cores there were sixteen: memory had grown by a third after 400 sizes, and grew on."""
    monkeypatch.delenv("TF_NUM_INTEROP_THREADS")
    if asked:
        monkeypatch.setenv("TF_NUM_INTEROP_THREADS", asked)
    backend._load()
    assert os.environ["TF_NUM_INTEROP_THREADS"] == found


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings, code, words",
    [
        (
            {"image_data_format": "channels_first", "backend": "torch", "floatx": "float16", "epsilon": 0.01}, 0,
            "sets backend to 'torch', image_data_format to 'channels_first', floatx to 'float16', epsilon to 0.01, which",
        ),
        ({"floatx": "float8"}, 1, "expected settings that it knows: remove the file, or edit it"),
    ],
    ids=["other settings", "an unknown one"],
)  # fmt: skip
def test_a_keras_json_of_another_course_breaks_nothing(settings, code, words, make_image, tmp_path):
    Image.fromarray(make_image(20, 30)).save(tmp_path / "a.png")
    (tmp_path / "keras.json").write_text(json.dumps(settings))
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    done = subprocess.run(
        [sys.executable, "-m", "srlib", "upscale", "a.png", "-o", "b.png", "--model", "small_x2", "--engine", "keras"],
        cwd=tmp_path, capture_output=True, text=True, env=environment | {"KERAS_HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == code and words in done.stderr and done.stderr.count("\n") == 1
    if code == 0:
        expected = srlib.upscale(make_image(20, 30), srlib.load_model("small_x2"))
        found = np.asarray(Image.open(tmp_path / "b.png"))
        assert np.abs(found - 255 * expected).max() <= 0.51


def test_a_forked_process_is_told_so(monkeypatch):
    """It would wait for threads that were not copied, for ever."""
    model = build_model("subpixel", width=4, blocks=1)
    image = np.zeros((4, 4, 3), np.uint8)
    monkeypatch.setattr(os, "getpid", lambda: backend._PID + 1)
    for work in (lambda: srlib.upscale(image, model), lambda: srlib.build_model("espcn")):
        with pytest.raises(RuntimeError, match="was forked .*; expected a fresh one: use multiprocessing"):
            work()
    assert srlib.upscale(image, "bicubic").shape == (8, 8, 3)


FORKED = """
import multiprocessing, numpy, srlib
model, image = srlib.load_model("small_x2"), numpy.zeros((9, 9, 3), numpy.uint8)
def work(_):
    return srlib.upscale(image, model).shape
work(0)
with multiprocessing.get_context("fork").Pool(1) as pool:
    try:
        pool.map(work, [1])
    except RuntimeError as error:
        print(error)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows does not fork")
@pytest.mark.parametrize("name", ["tensorflow", "jax"])
def test_a_pool_of_forked_processes_does_not_hang(name):
    pytest.importorskip(name)
    environment = os.environ | {"KERAS_BACKEND": name}
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0 and "This process was forked" in done.stdout
