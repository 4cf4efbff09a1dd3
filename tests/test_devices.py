"""One training on several devices and in several processes: the same losses, the same folder, taken up either way round."""

import csv
import importlib.util
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import srlib
from srlib import devices
from srlib.backend import _join, keras
from srlib.patches import Patches
from srlib.recipe import Recipe

STEPS, EVERY = 50, 5
# `pip install -e ".[jax]" && pytest tests/test_devices.py -m slow` runs them all
on_jax = pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")


# -- what needs neither ---------------------------------------------------------------------------------------------------


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="of the other backend")
def test_tensorflow_sends_to_jax(sample):
    with pytest.raises(ValueError, match="devices is 2, and Keras runs on tensorflow; expected JAX"):
        srlib.fit(srlib.build_model("espcn", width=4), sample["test"], steps=1, devices=2)


@pytest.mark.parametrize("wrong", (0, -1, 1.5, "two", "", None))
def test_devices_that_are_none(wrong):
    with pytest.raises(ValueError, match="devices is .*; expected"):
        Recipe(devices=wrong)
    assert Recipe(devices="3").devices == 3 and Recipe(devices="all").devices == "all"


@pytest.mark.parametrize(
    "backend, words", [("tensorflow", "runs on tensorflow; expected JAX"), ("jax", r"\(no port\); expected")]
)
def test_a_process_that_cannot_join_says_what_it_needs(backend, words, monkeypatch):
    jax = pytest.importorskip("jax")

    def initialize():
        raise ValueError("no port\nmore")

    stand_in = SimpleNamespace(
        backend=SimpleNamespace(backend=lambda: backend), distribution=SimpleNamespace(initialize=initialize)
    )
    _join(stand_in)  # alone, there is nothing to do
    monkeypatch.setenv("KERAS_DISTRIBUTION_JOB_ADDRESSES", "somewhere")
    monkeypatch.setattr(jax.distributed, "is_initialized", lambda: False)
    with pytest.raises(ConnectionError, match=words):
        _join(stand_in)


@pytest.mark.parametrize("degradation", (None, (srlib.Downscale(2), srlib.Noise(1, 9))))
def test_the_parts_of_a_batch_make_the_whole(degradation, sample):
    recipe = Recipe(degradation, batch_size=6, patch_size=16, steps=9).resolved(2)
    whole, *parts = (
        Patches(sample["test"][:3], recipe, places=part) for part in (None, range(0, 2), range(2, 4), range(4, 6))
    )
    for step in (0, 7):
        for i, kind in enumerate(whole[step]):
            np.testing.assert_array_equal(kind, np.concatenate([part[step][i] for part in parts]))


class JaxRuntimeError(RuntimeError):
    """Called like JAX' own."""


def test_only_the_loss_of_a_process_is_told_as_one(monkeypatch):
    left = []
    monkeypatch.setattr(devices.atexit, "register", left.append)
    monkeypatch.setattr(devices, "first_process", lambda: (True, 2))
    share = devices.Share(None, 0, 2, range(4))
    with pytest.raises(ConnectionError, match="Process 1 of 2 has lost .*--resume.*the last checkpoint in run"):
        with share.together("run"):
            raise JaxRuntimeError("INTERNAL: Gloo all-reduce failed: connection reset by peer")
    assert left == [devices._leave]
    for error in (JaxRuntimeError("RESOURCE_EXHAUSTED: out of memory"), ValueError("gloo")):
        with pytest.raises(type(error), match=str(error)), share.together("run"):
            raise error


# -- devices and processes ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def place(tmp_path_factory, make_image):
    """A folder with a few images, in which all runs of this module lie."""
    place = tmp_path_factory.mktemp("devices")
    (place / "images").mkdir()
    for i in range(4):
        Image.fromarray(make_image(40, 48, i)).save(place / "images" / f"{i}.png")
    return place


@pytest.fixture(scope="module")
def start(place):
    """A function: begin `srlib train` into a folder or go on, on some virtual devices or as some processes."""

    def begin(out, virtual=1, processes=1, *more):
        port = socket.create_server(("127.0.0.1", 0))
        address = f"127.0.0.1:{port.getsockname()[1]}"
        port.close()
        words = f"-m srlib train --model subpixel --option width=8 --option blocks=1 --data images --validation images --steps {STEPS} --validate-every {EVERY} --batch-size 4 --patch-size 16 --devices all --out {out}"
        started = []
        for number in range(processes):
            env = {**os.environ, "KERAS_BACKEND": "jax", "TF_CPP_MIN_LOG_LEVEL": "3"}
            env["PYTHONPATH"] = os.pathsep.join([str(Path(srlib.__file__).parents[1]), env.get("PYTHONPATH", "")])
            env["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={virtual}"
            if processes > 1:
                env |= {
                    "KERAS_DISTRIBUTION_JOB_ADDRESSES": address,
                    "KERAS_DISTRIBUTION_NUM_PROCESSES": str(processes),
                    "KERAS_DISTRIBUTION_PROCESS_ID": str(number),
                }
            started.append(
                subprocess.Popen(
                    [sys.executable, *words.split(), *more],
                    cwd=place,
                    env=env,
                    text=True,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )  # fmt: skip
            )
        return started

    return begin


@pytest.fixture(scope="module")
def finished(start):
    """A function: the same, to its end; what its processes said."""

    def run(*how):
        said = [process.communicate(timeout=300) + (process.returncode,) for process in start(*how)]
        assert all(code == 0 for *_, code in said), said
        return [[line for line in out.splitlines() if "[Gloo]" not in line] for out, *_ in said]

    return run


def rows(folder):
    """The history of a run: (step, loss, PSNR)."""
    with (folder / "history.csv").open(newline="") as file:
        return np.array([[float(row[name]) for name in ("step", "loss", "psnr")] for row in csv.DictReader(file)])


@pytest.fixture(scope="module")
def whole(place, finished):
    """The run on one device."""
    finished("whole")
    return place / "whole"


def is_the_same_run(folder, whole):
    assert rows(folder).shape == (STEPS // EVERY, 3)
    np.testing.assert_array_equal(rows(folder)[:, 0], rows(whole)[:, 0])
    np.testing.assert_allclose(rows(folder)[:, 1], rows(whole)[:, 1], atol=1e-6)
    np.testing.assert_allclose(rows(folder)[:, 2], rows(whole)[:, 2], atol=1e-3)
    assert sorted(p.name for p in folder.iterdir()) == sorted(p.name for p in whole.iterdir())
    assert (folder / "recipe.json").read_bytes() == (whole / "recipe.json").read_bytes()


@on_jax
@pytest.mark.slow
@pytest.mark.parametrize("virtual, processes", [(2, 1), (1, 2)], ids=("devices", "processes"))
def test_shared_by_two_it_is_the_same_run(virtual, processes, place, whole, start, finished):
    first, *others = finished(f"shared{virtual}", virtual, processes)
    assert first[0].startswith(f"shared{virtual}: {STEPS} steps") and len(first) == 1 and not any(others)
    is_the_same_run(place / f"shared{virtual}", whole)
    if processes > 1:  # what the first refuses is refused in both, and none waits for the other
        both = start("shared1", virtual, processes)
        said = [process.communicate(timeout=100)[1] for process in both]
        assert "holds a run already" in said[0] and both[0].returncode == 1 and both[1].returncode != 0


@on_jax
@pytest.mark.slow
def test_killed_in_every_way_and_taken_up_in_every_other(place, whole, start, finished):
    """As two processes, of which first the one and then the other is killed; on two devices; to the end on one."""
    out, draw, done = place / "killed", random.Random(7), 0
    for virtual, processes, victim in ((1, 2, 1), (1, 2, 0), (2, 1, 0)):
        started = start("killed", virtual, processes, *(["--resume"] if done else []))
        goal = done + EVERY * draw.randint(1, 2)
        while not out.exists() or not (out / "history.csv").exists() or rows(out)[-1, 0] < goal:
            assert all(process.poll() is None for process in started), [p.communicate() for p in started]
            time.sleep(0.01)
        time.sleep(draw.uniform(0, 0.1))
        os.kill(started[victim].pid, signal.SIGKILL)
        for number, process in enumerate(started):
            told = process.communicate(timeout=120)[1]
            assert process.returncode != 0 and (number == victim or "--resume" in told), told
        assert not (out / "model.json").exists()
        done = int(rows(out)[-1, 0])
        assert goal <= done < STEPS  # each time it went on from the last checkpoint, or it would not have come here
    finished("killed", 1, 1, "--resume")
    is_the_same_run(out, whole)


@on_jax
@pytest.mark.slow
def test_several_steps_at_once_are_the_same_steps(tmp_path):
    """What is done on an accelerator, here on the CPU: the last steps are fewer than are made at once."""
    script = """
import sys, srlib
from srlib import training
leaves = srlib.load_images("dead_leaves", count=6, size=32)
models, histories = [], []
for at_once in (1, 5):
    training._steps_at_once = lambda recipe: at_once
    models.append(srlib.build_model("subpixel", width=4, blocks=1))
    histories.append(srlib.fit(models[-1], leaves, steps=23, validate_every=10, batch_size=2, patch_size=8, validation=leaves[:2], progress=True))
assert histories[0].step == histories[1].step == [10, 20, 23]
assert histories[0].loss == histories[1].loss and histories[0].psnr == histories[1].psnr
assert all((a == b).all() for a, b in zip(*(model.get_weights() for model in models)))
for devices, words in ((2, "JAX sees 1 in 1 process"),):
    try:
        srlib.fit(models[0], leaves, steps=1, devices=devices)
    except ValueError as error:
        assert words in str(error), error
"""
    subprocess.run([sys.executable, "-c", script], env={**os.environ, "KERAS_BACKEND": "jax"}, check=True)
