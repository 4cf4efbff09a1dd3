"""What installs packages: the lessons in an environment that holds what Colab holds, and nothing of the clone."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
    shutil.copytree(ROOT, place / "tree", ignore=shutil.ignore_patterns(".git", "*.egg-info", "build"))
    run(python, "-m", "pip", "wheel", "-q", "--no-deps", "-w", "wheels", "./tree")
    wheel = next((place / "wheels").glob("srlib-*.whl"))
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
