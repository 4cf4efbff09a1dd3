"""What installs packages: an environment that holds what Colab holds and nothing of the clone, and one with JAX and no TensorFlow."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import srlib
from srlib.models import load_model, shipped

ROOT = Path(__file__).parents[1]
# Colab, August 2026
COLAB = {
    "tensorflow": "2.20.0", "keras": "3.13.2", "numpy": "2.1.3", "scikit-image": "0.25.2", "matplotlib": "3.10.0",
    "ipywidgets": "7.7.1", "ipykernel": "6.17.1",
}  # fmt: skip
QUICK = ("00_start_here", "02_preprocessing", "04_results")  # those that do not train

pytestmark = pytest.mark.online


def python_313():
    """An interpreter of Colab's version, or None."""
    found = [
        shutil.which("python3.13"),
        *map(str, Path(os.environ.get("PYENV_ROOT", "/nowhere")).glob("versions/3.13*/bin/python")),
    ]
    for candidate in [sys.executable, *filter(None, found)]:
        told = subprocess.run(
            [candidate, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True
        )
        if told.stdout.split() == ["3", "13"]:
            return candidate
    return None


def wheel_of_this_tree(python, place):
    """Built in that environment, out of a copy."""
    shutil.copytree(ROOT, place / "tree", ignore=shutil.ignore_patterns(".git", "*.egg-info", "build"))
    words = [python, "-m", "pip", "wheel", "-q", "--no-deps", "-w", "wheels", "./tree"]
    subprocess.run(words, check=True, capture_output=True, cwd=place)
    return next((place / "wheels").glob("srlib-*.whl"))


@pytest.fixture(scope="module")
def colab(tmp_path_factory):
    """A virtual environment with Colab's packages, then the wheel of this tree; the folder, and its versions before and after."""
    base = python_313()
    if base is None:
        pytest.skip("no Python 3.13 here, which is what Colab runs")
    place = tmp_path_factory.mktemp("colab")
    run = lambda *words: subprocess.run(words, check=True, capture_output=True, text=True, cwd=place).stdout
    run(base, "-m", "venv", "env")
    python = str(place / "env" / "bin" / "python")
    run(
        python,
        "-m",
        "pip",
        "install",
        "-q",
        *(f"{name}=={version}" for name, version in COLAB.items()),
        "nbval",
        "pytest",
    )
    before = run(python, "-m", "pip", "freeze")
    wheel = wheel_of_this_tree(python, place)
    run(python, "-m", "pip", "install", "-q", str(wheel), "visualkeras")
    return place, python, before, run(python, "-m", "pip", "freeze")


def test_installing_changes_nothing_that_colab_has(colab):
    _, _, before, after = colab
    assert set(before.splitlines()) <= set(after.splitlines())


@pytest.mark.parametrize("lesson", QUICK)
def test_lesson_runs_and_prints_the_same_with_colabs_versions(colab, lesson):
    place, python, _, _ = colab
    alone = place / lesson
    alone.mkdir()
    shutil.copy(ROOT / "notebooks" / f"{lesson}.ipynb", alone)
    done = subprocess.run(
        [python, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", "-p", "no:cacheprovider", f"{lesson}.ipynb"],
        cwd=alone, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]


# -- the same pictures elsewhere ------------------------------------------------------------------------------------------

ELSEWHERE = """
import sys, numpy as np
from srlib._backend import keras
from srlib.models import load_model, shipped

here = np.load(sys.argv[1])
print(keras.backend.backend(), keras.__version__)
for name in shipped():
    there = keras.ops.convert_to_numpy(load_model(name)(here["small"]))
    print(name, float(np.abs(there - here[name]).max()))
"""


@pytest.fixture(scope="module")
def pictures_here(tmp_path_factory):
    """What the shipped networks make of two test photographs in this process, unclipped, in a file."""
    small = srlib.shrink(srlib.load_photos("sample", split="test").images[[0, 12]]).astype(np.float32)
    made = {name: np.asarray(load_model(name)(small)) for name in shipped()}
    file = tmp_path_factory.mktemp("pictures") / "here.npz"
    np.savez(file, small=small, **made)
    return file


def surroundings(**settings):
    """The environment of a process that shall find nothing of this clone but what is installed."""
    return {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "KERAS_BACKEND")} | settings


def differences(python, pictures, place, **settings):
    """What that environment calls its backend and its Keras, and how far its pictures are from ours."""
    done = subprocess.run(
        [python, "-c", ELSEWHERE, pictures], cwd=place, capture_output=True, text=True, env=surroundings(**settings)
    )
    assert done.returncode == 0, done.stderr[-3000:]
    head, *lines = done.stdout.splitlines()
    return head.split(), {name: float(value) for name, value in map(str.split, lines)}


def test_weights_of_the_newest_keras_give_the_same_with_colabs(colab, pictures_here):
    place, python, _, _ = colab
    (backend, version), found = differences(python, pictures_here, place)
    assert (backend, version) == ("tensorflow", COLAB["keras"])
    assert found.keys() == shipped().keys() and max(found.values()) < 1e-5, found


@pytest.fixture(scope="module")
def jax(tmp_path_factory):
    """A virtual environment with this tree, JAX, and no TensorFlow: its folder and its interpreter."""
    place = tmp_path_factory.mktemp("jax")
    subprocess.run([sys.executable, "-m", "venv", place / "env"], check=True)
    python = str(place / "env" / "bin" / "python")
    wheel = wheel_of_this_tree(python, place)
    subprocess.run([python, "-m", "pip", "install", "-q", f"{wheel}[jax]"], check=True, capture_output=True)
    return place, python


def test_there_is_no_tensorflow_beside_jax(jax):
    place, python = jax
    done = subprocess.run([python, "-c", "import tensorflow"], cwd=place, capture_output=True, text=True)
    assert done.returncode == 1 and "ModuleNotFoundError" in done.stderr
    done = subprocess.run(
        [python, "-m", "srlib.cli", "models"],
        cwd=place, capture_output=True, text=True, env=surroundings(),
    )  # fmt: skip
    assert done.returncode == 1 and "KERAS_BACKEND=jax" in done.stderr and done.stderr.count("\n") == 1


def test_jax_gives_the_same_pictures(jax, pictures_here):
    place, python = jax
    (backend, _), found = differences(python, pictures_here, place, KERAS_BACKEND="jax")
    assert backend == "jax"
    assert found.keys() == shipped().keys() and max(found.values()) < 1e-5, found


def test_jax_trains_what_tensorflow_loads(jax, tmp_path):
    """By squares: the absolute error has no slope where flat areas meet the truth exactly, and there rounding decides."""
    place, python = jax
    words = [
        "-m", "srlib.cli", "train", "--model", "subpixel", "--data", "sample", "--steps", "20", "--average", "0.9",
        "--batch", "4", "--crop", "32", "--loss", "mse", "--out",
    ]  # fmt: skip
    looks = []
    for backend, program in (("jax", python), ("tensorflow", sys.executable)):
        done = subprocess.run(
            [program, *words, tmp_path / backend],
            cwd=place, capture_output=True, text=True,
            env=surroundings(KERAS_BACKEND=backend, **({} if backend == "jax" else {"PYTHONPATH": str(ROOT)})),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        looks.append(np.genfromtxt(tmp_path / backend / "history.csv", delimiter=",", names=True))
    assert looks[0]["step"].tolist() == list(range(1, 21))
    np.testing.assert_allclose(looks[0]["loss"], looks[1]["loss"], rtol=1e-3)  # the same first weights, the same crops
    np.testing.assert_allclose(looks[0]["psnr"], looks[1]["psnr"], atol=0.01)  # of the average, each step
    table = srlib.evaluate(
        {"jax": load_model(tmp_path / "jax")}, srlib.load_photos("sample", split="validation")
    )  # made by JAX, enlarged by TensorFlow
    assert table.mean("jax") == pytest.approx(looks[0]["psnr"][-1], abs=1e-3)
