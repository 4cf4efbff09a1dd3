"""What installs packages: environments with the base alone, with what Colab holds, and with JAX and no TensorFlow."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import numpy as np
import pytest
from _lessons import quick
from PIL import Image

import srlib
from srlib.checkpoints import WEIGHTS, load_model, shipped

ROOT = Path(__file__).parents[1]
COLAB = tomllib.loads((ROOT / "tools" / "colab_versions.toml").read_text("utf-8"))["packages"]
LESSONS = sorted(p.stem for p in (ROOT / "notebooks").glob("*.ipynb"))
# those that need no minutes of training run as they are, and print what is stored
WHOLE = ("00_start_here", "01_dataset", "02_preprocessing", "04_results")

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


def copy_of_this_tree(place):
    """Without what another test run may be writing meanwhile."""
    left_out = shutil.ignore_patterns(".git", "*.egg-info", "build", "__pycache__", ".*_cache", ".ipynb_checkpoints")
    shutil.copytree(ROOT, place, ignore=left_out)


def wheel_of_this_tree(python, place):
    """Built in that environment, out of a copy."""
    copy_of_this_tree(place / "tree")
    words = [python, "-m", "pip", "wheel", "-q", "--no-deps", "-w", "wheels", "./tree"]
    subprocess.run(words, check=True, capture_output=True, cwd=place)
    return next((place / "wheels").glob("srlib-*.whl"))


def on_colab(place, stand_in=True):
    """The surroundings of a process on a pretended Colab, where the repository's address leads to this tree.

    git is told to look for the address in a folder, so that the installing cell runs as it is written. What stands in for
    Colab is a module `google.colab` that Python imports as it starts, as Colab's kernels do.
    """
    settings = {
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{place / 'tree'}.insteadOf", "GIT_CONFIG_VALUE_0": ADDRESS,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore",
    }  # fmt: skip
    return surroundings(**settings, **({"PRETEND_COLAB": "1"} if stand_in else {}))


ADDRESS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]["Repository"]


def installing_cell(lesson):
    """The source of the first code cell of a lesson."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{lesson}.ipynb", as_version=4)
    return next(cell.source for cell in notebook.cells if cell.cell_type == "code")


@pytest.fixture(scope="module")
def colab(tmp_path_factory):
    """A virtual environment with Colab's packages, then the installing cell; the folder, and its versions before and after."""
    base = python_313()
    if base is None:
        pytest.skip("no Python 3.13 here, which is what Colab runs")
    place = tmp_path_factory.mktemp("colab")

    def run(*words, **more):
        done = subprocess.run(words, capture_output=True, text=True, cwd=place, **more)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    run(base, "-m", "venv", "env")
    python = str(place / "env" / "bin" / "python")
    packages = [f"{name}=={version}" for name, version in COLAB.items()]
    run(python, "-m", "pip", "install", "-q", "--no-compile", *packages, "nbval", "pytest")
    library = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (library / "google" / "colab").mkdir(parents=True)
    (library / "google" / "colab" / "__init__.py").write_text("")
    (library / "sitecustomize.py").write_text(
        "import os\nif os.environ.get('PRETEND_COLAB'):\n    import google.colab\n"
    )
    before = run(python, "-m", "pip", "freeze")
    copy_of_this_tree(place / "tree")
    git = ("git", "-c", "user.name=srlib", "-c", "user.email=srlib@example.org", "-C", "tree")
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "This tree"]):
        run(*git, *words)
    run(python, "-c", installing_cell(LESSONS[0]), env=on_colab(place))
    return place, python, before, run(python, "-m", "pip", "freeze")


def test_installing_changes_nothing_that_colab_has(colab):
    _, _, before, after = colab
    assert set(before.splitlines()) <= set(after.splitlines())
    assert "srlib @ git+" in after and "visualkeras" in after.lower()


def test_every_lesson_has_the_same_installing_cell():
    assert {installing_cell(lesson) for lesson in LESSONS} == {installing_cell(LESSONS[0])}


@pytest.mark.parametrize("lesson", LESSONS)
def test_lesson_runs_alone_with_colabs_versions(colab, lesson):
    """In an empty folder, away from the clone. The first installs as on Colab once more, inside its kernel."""
    place, python, _, _ = colab
    alone = place / "lessons" / lesson
    alone.mkdir(parents=True)
    notebook = nbformat.read(ROOT / "notebooks" / f"{lesson}.ipynb", as_version=4)
    nbformat.write(notebook if lesson in WHOLE else quick(notebook), alone / f"{lesson}.ipynb")
    compared = "--nbval" if lesson in WHOLE else "--nbval-lax"
    done = subprocess.run(
        [python, "-m", "pytest", compared, "--nbval-current-env", "-q", "-p", "no:cacheprovider", f"{lesson}.ipynb"],
        cwd=alone, capture_output=True, text=True, env=on_colab(place, stand_in=lesson == LESSONS[0]),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_checks_work_there(colab):
    place, python, _, _ = colab
    code = "import srlib; print(srlib.checks.check_psnr(srlib.psnr))"
    done = subprocess.run(
        [python, "-c", code], cwd=place / "lessons", capture_output=True, text=True, encoding="utf-8",
        env=surroundings(PYTHONIOENCODING="utf-8"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.startswith("\N{CHECK MARK} my_psnr is right")


def test_one_command_enlarges_a_photograph_by_4_after_installing_from_an_empty_folder(colab, tmp_path):
    _, python, _, _ = colab
    srlib.upscale_file(WEIGHTS.parent / "data" / "photographs" / "dog.webp", tmp_path / "dog.jpg", "bicubic", scale=1)
    words = [python, "-m", "srlib", "upscale", "--scale", "4", "dog.jpg", "-o", "large.png"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, env=surroundings())
    assert done.returncode == 0, done.stderr[-3000:]
    assert Image.open(tmp_path / "large.png").size == (1024, 1024)


# -- the base alone -----------------------------------------------------------------------------------------------------


def test_the_base_is_small_and_upscales_without_a_framework(tmp_path):
    size = lambda: sum(file.stat().st_size for file in (tmp_path / "env").rglob("*") if file.is_file())
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "env"], check=True)
    python, empty = str(tmp_path / "env" / "bin" / "python"), size()
    subprocess.run(
        [python, "-m", "pip", "install", "-q", wheel_of_this_tree(python, tmp_path)], check=True, capture_output=True
    )
    assert size() - empty < 250e6
    told = subprocess.run([python, "-m", "pip", "freeze"], check=True, capture_output=True, text=True).stdout.lower()
    assert "onnxruntime" in told
    for package in ("keras", "tensorflow", "jax", "torch", "scipy", "scikit-image", "matplotlib", "ml-dtypes"):
        assert package not in told.replace("srlib", ""), told
    photo = WEIGHTS.parent / "data" / "photographs" / "dog.webp"

    def run(*words):
        return subprocess.run(
            [tmp_path / "env" / "bin" / "srlib", *words],
            cwd=tmp_path, capture_output=True, text=True, env=surroundings(SRLIB_DATA=str(tmp_path / "cache")),
        )  # fmt: skip

    for words in (
        ["upscale", photo, "-o", "a.png"],
        ["degrade", photo, "-o", "b.jpg", "--preset", "web"],
        ["models"],
        ["data", "list"],
    ):
        done = run(*words)
        assert done.returncode == 0, done.stderr[-3000:]
    here = srlib.upscale_file(photo, tmp_path / "here.png", engine="keras")
    assert np.abs(np.asarray(Image.open(tmp_path / "a.png")).astype(int) - np.asarray(Image.open(here))).max() <= 1
    done = run("train", "--model", "espcn", "--data", "sample", "--steps", "1", "--out", "run")
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "Keras is not installed" in done.stderr and "pip install 'srlib[tensorflow]'" in done.stderr


# -- the same images elsewhere ------------------------------------------------------------------------------------------

ELSEWHERE = """
import sys, numpy as np
from srlib.backend import keras
from srlib.checkpoints import WEIGHTS, load_model, shipped

here = np.load(sys.argv[1])
print(keras.backend.backend(), keras.__version__)
for name in shipped():
    there = keras.ops.convert_to_numpy(load_model(name)(here["small"]))
    print(name, float(np.abs(there - here[name]).max()))
"""


@pytest.fixture(scope="module")
def images_here(tmp_path_factory):
    """What the shipped networks make of two test photographs in this process, unclipped, in a file."""
    small = srlib.downscale(srlib.load_images("sample", split="test").images[[0, 7]]).astype(np.float32)
    made = {name: np.asarray(load_model(name)(small)) for name in shipped()}
    file = tmp_path_factory.mktemp("images") / "here.npz"
    np.savez(file, small=small, **made)
    return file


def surroundings(**settings):
    """The environment of a process that shall find nothing of this clone but what is installed."""
    return {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "KERAS_BACKEND")} | settings


def differences(python, images, place, **settings):
    """What that environment calls its backend and its Keras, and how far its images are from ours."""
    done = subprocess.run(
        [python, "-c", ELSEWHERE, images], cwd=place, capture_output=True, text=True, env=surroundings(**settings)
    )
    assert done.returncode == 0, done.stderr[-3000:]
    head, *lines = done.stdout.splitlines()
    return head.split(), {name: float(value) for name, value in map(str.split, lines)}


def test_weights_of_the_newest_keras_give_the_same_with_colabs(colab, images_here):
    place, python, _, _ = colab
    (backend, version), found = differences(python, images_here, place)
    assert (backend, version) == ("tensorflow", COLAB["keras"])
    assert found.keys() == shipped().keys() and max(found.values()) < 1e-5, found


@pytest.fixture(scope="module")
def jax(tmp_path_factory):
    """A virtual environment with this tree, JAX, and no TensorFlow: its folder and its interpreter."""
    place = tmp_path_factory.mktemp("jax")
    subprocess.run([sys.executable, "-m", "venv", place / "env"], check=True)
    python = str(place / "env" / "bin" / "python")
    wheel = wheel_of_this_tree(python, place)
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--no-compile", f"{wheel}[jax]"], check=True, capture_output=True
    )
    return place, python


def test_there_is_no_tensorflow_beside_jax(jax):
    place, python = jax
    done = subprocess.run([python, "-c", "import tensorflow"], cwd=place, capture_output=True, text=True)
    assert done.returncode == 1 and "ModuleNotFoundError" in done.stderr
    done = subprocess.run(
        [python, "-m", "srlib", "evaluate", "--model", "small_x2", "--data", "sample"],
        cwd=place, capture_output=True, text=True, env=surroundings(),
    )  # fmt: skip
    assert done.returncode == 1 and "KERAS_BACKEND=jax" in done.stderr and done.stderr.count("\n") == 1


def test_jax_gives_the_same_images(jax, images_here):
    place, python = jax
    (backend, _), found = differences(python, images_here, place, KERAS_BACKEND="jax")
    assert backend == "jax"
    assert found.keys() == shipped().keys() and max(found.values()) < 1e-5, found


@pytest.mark.parametrize(
    "extra",
    (
        ["--ema-decay", "0.9"],
        ["--optimizer", "muon"],
        ["--option", "symmetry=d4_inversion", "--option", "width=16"],
    ),
    ids=lambda extra: extra[0].strip("-"),
)
def test_jax_trains_what_tensorflow_loads(extra, jax, tmp_path):
    """By squares: the absolute error has no slope where flat areas meet the truth exactly, and there rounding decides."""
    place, python = jax
    words = [
        "-m", "srlib", "train", "--model", "subpixel", "--data", "sample", "--steps", "20", *extra,
        "--batch-size", "4", "--patch-size", "32", "--loss", "mse", "--out",
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
    np.testing.assert_allclose(
        looks[0]["loss"], looks[1]["loss"], rtol=1e-3
    )  # the same first weights, the same patches
    np.testing.assert_allclose(
        looks[0]["psnr"], looks[1]["psnr"], atol=0.01
    )  # with --ema-decay: of the average, each step
    table = srlib.evaluate(
        {"jax": load_model(tmp_path / "jax")}, srlib.load_images("sample", split="validation")
    )  # made by JAX, upscaled by TensorFlow
    assert table.mean("jax") == pytest.approx(looks[0]["psnr"][-1], abs=1e-3)
