"""What a figure shows, in words: every function writes it, from what it draws, and a notebook stores it."""

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import select_figure_formats

import srlib
from srlib import show
from srlib.published import LeaderboardRow

pytestmark = pytest.mark.usefixtures("no_figure_left_open")


def table(images):
    return srlib.evaluate({"bilinear": "bilinear", "bicubic": "bicubic"}, images)


@pytest.fixture(scope="module")
def told():
    """Function -> the alternative text of a figure that it drew, and what it was drawn from."""
    leaves = srlib.load_images("dead_leaves", count=2)
    hr = leaves[0]
    sr = srlib.upscale(srlib.downscale(hr, 2), "bicubic", 2)
    scores, network = table(leaves), srlib.build_model("subpixel", width=8, blocks=1)
    gain = scores.values("bicubic") - scores.values("bilinear")
    db, error = srlib.psnr(sr, hr), np.abs(sr - hr / 255).mean()
    row = LeaderboardRow("mine", True, 12_000, 6.0, "91 images", {"set5": (36.9, 0.955)})
    return {
        "images": (show.images(leaves), ["2 images of dead_leaves", *leaves.names]),
        "an array": (show.images([hr]), ["One image"]),
        "compare": (show.compare(hr, {"cubic": sr}, title="a title"), ["a title. ", "ground truth", f"cubic: {db:.2f} dB"]),
        "zoom": (show.zoom(hr, {"cubic": sr}, box=(8, 16, 32)), ["32x32 pixels, 8 from the top and 16 from the left"]),
        "errors": (show.errors(hr, {"cubic": sr}), [f"cubic: mean error {error:.4f}"]),
        "spectrum": (show.spectrum({"one": hr, "two": sr}), ["one from", "two from", "0.5 cycles per pixel"]),
        "spread": (show.spread(scores, over="bilinear"), [f"bicubic {gain.mean():+.2f} ({gain.min():+.2f} to {gain.max():+.2f})"]),
        "realism": (show.realism({"set": [{"name": "soft", "psnr": 25.0, "lr_psnr": 48.0, "shares": [0.9, 0.8]}] * 2}), ["set: soft 25.00 dB, 0.85"]),
        "quality": (show.quality([row]), ["PSNR on Set5", "mine, 6.0 GMACs, 36.90 dB"]),
        "workflow": (show.workflow(hr, "bicubic", name="cubic"), ["128x128", "64x64", "cubic: "]),
        "architecture": (show.architecture(network), ["convolution (4)", "pixel shuffle (1)"]),
        "explorer": (show.explorer(leaves, ["bilinear", "bicubic"]).still(), ["downscaled by 2", "bicubic: "]),
    }  # fmt: skip


def test_every_function_that_draws_is_here(told):
    assert set(show.__all__) - {"curves"} <= set(told)  # curves: see below


@pytest.mark.parametrize("function", [*sorted(set(show.__all__) - {"curves"}), "an array"])
def test_a_figure_says_what_it_shows(function, told):
    figure, words = told[function]
    assert [word for word in words if word not in figure.alt] == []
    assert "\n" not in figure.alt and not figure.alt.startswith(". ")


def test_curves_say_where_they_begin_and_end():
    from srlib.callbacks import History
    from srlib.recipe import Architecture, Run

    about = Architecture("subpixel", 2), Run(srlib.Recipe(), srlib.Provenance())
    history = History(*about, step=[10, 20], loss=[0.2, 0.1], psnr=[24.0, 25.0], baseline=23.5)
    alt = show.curves({"mine": history}).alt
    assert "mine, 20 steps, PSNR from 24.00 to 25.00 dB, loss from 0.2 to 0.1; linear upscaling, 23.50 dB" in alt


def test_a_notebook_stores_the_words_beside_the_picture(told):
    shell = InteractiveShell()
    select_figure_formats(shell, {"png"})
    figure, _ = told["an array"]
    figure.alt = "a word of mine"
    data, beside = shell.display_formatter.format(figure)
    assert data["image/png"] and beside == {"image/png": {"alt": "a word of mine"}}
