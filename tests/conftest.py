"""What the tests share: small seeded images, the embedded photographs, and the benchmark images where they stand."""

import contextlib
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

os.environ.setdefault("MPLBACKEND", "Agg")  # figures are made, never shown on a screen


def _image(height: int, width: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng([seed, height, width])
    y, x = np.mgrid[0:height, 0:width]
    waves = [127 + 90 * np.sin(0.3 * (c + 1) * x + 0.2 * y + rng.uniform(0, 6)) for c in range(3)]
    edge = np.where(x * height > y * width, 40, -40)[..., None]
    return np.clip(np.stack(waves, -1) + edge + rng.normal(0, 12, (height, width, 3)), 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def make_image():
    """A function (height, width, seed=0) -> uint8 image with waves, an edge and grain."""
    return _image


@pytest.fixture
def pair(make_image):
    """A function (height, width) -> an image, and the same a little wrong."""

    def make(height, width):
        hr = make_image(height, width)
        sr = np.clip(hr + np.random.default_rng(1).normal(0, 20, hr.shape), 0, 255).astype(np.uint8)
        return hr, sr

    return make


@pytest.fixture
def no_figure_left_open():
    """A figure that stays open in pyplot is shown twice by a notebook, and never freed."""
    import matplotlib.pyplot as plt

    yield
    assert plt.get_fignums() == []


@pytest.fixture
def under_policy():
    """A function (name) -> a context in which Keras builds layers under that policy."""
    from srlib.backend import keras

    @contextlib.contextmanager
    def context(name):
        usual = keras.config.dtype_policy()
        keras.config.set_dtype_policy(name)
        try:
            yield
        finally:
            keras.config.set_dtype_policy(usual)

    return context


@pytest.fixture
def interrupted_at(monkeypatch):
    """A function (step) -> a context in which Ctrl-C is pressed when a training has done so many steps."""
    from srlib.callbacks import Validation

    @contextlib.contextmanager
    def context(at):
        def after_step(self, step, logs):
            if step == at:
                raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(Validation, "after_step", after_step)
            yield

    return context


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def image():
    """One uint8 image, 24x36, not square, sides that 2, 3 and 4 divide."""
    return _image(24, 36)


@pytest.fixture
def batch():
    """Three uint8 images of 24x36."""
    return np.stack([_image(24, 36, seed) for seed in range(3)])


@pytest.fixture(scope="session")
def sample():
    """The embedded photographs: split -> ImageSet."""
    import srlib

    return {split: srlib.load_images("sample", split=split) for split in ("train", "validation", "test")}


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of benchmark images, or a skip; under SRLIB_REQUIRE_DATA=1, as in CI, a failure."""
    folder = os.environ.get("SRLIB_DATA", "")
    if folder and Path(folder).is_dir():
        return Path(folder)
    came = f"SRLIB_DATA is {folder!r}, which is no folder" if folder else "SRLIB_DATA is not set"
    sentence = f"{came}; it should point at the benchmark images (the folder that holds SelfExSR/ and BSDS500/)."
    if os.environ.get("SRLIB_REQUIRE_DATA") == "1":
        pytest.fail(sentence)
    pytest.skip(sentence)


@pytest.fixture(scope="session")
def benchmark(data_root):
    """A function (set, scale) -> list of published (HR, LR) pairs, uint8 RGB; a grey file is repeated over the channels."""

    def load(name: str, scale: int = 2) -> list[tuple[np.ndarray, np.ndarray]]:
        folder = data_root / "SelfExSR" / "data" / name / f"image_SRF_{scale}"
        rgb = lambda path: np.asarray(Image.open(path).convert("RGB"))
        return [(rgb(p), rgb(p.with_name(p.name.replace("_HR", "_LR")))) for p in sorted(folder.glob("*_HR.png"))]

    return load


@pytest.fixture(scope="session")
def benchmark_images(data_root):
    """A function (set) -> ImageSet, as `srlib.load_images` gives them."""
    import srlib

    return srlib.load_images


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder, which is the current one."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"
