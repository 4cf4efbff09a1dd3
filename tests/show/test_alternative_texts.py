"""What a figure shows, in words: every function writes it, from what it draws, and a notebook stores it."""

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import select_figure_formats
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.text import Text

import srlib
from srlib import show
from srlib.published import LeaderboardRow
from srlib.show.style import line_style

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
    quoted = LeaderboardRow("theirs", False, 57_000, 52.7, "91 images", {"set5": (36.66, 0.954)})
    return {
        "images": (show.images(leaves), ["2 images of dead_leaves", *leaves.names]),
        "an array": (show.images([hr]), ["One image"]),
        "compare": (show.compare(hr, {"cubic": sr}, title="a title"), ["a title. ", "ground truth", f"cubic: {db:.2f} dB"]),
        "zoom": (show.zoom(hr, {"cubic": sr}, box=(8, 16, 32)), ["32x32 pixels, 8 from the top and 16 from the left"]),
        "errors": (show.errors(hr, {"cubic": sr}), [f"cubic: mean error {error:.4f}"]),
        "spectrum": (show.spectrum({"one": hr, "two": sr}, mark=0.25), ["one from", "two from", "0.5 cycles per pixel"]),
        "spread": (show.spread(scores, over="bilinear"), [f"bicubic {gain.mean():+.2f} ({gain.min():+.2f} to {gain.max():+.2f})"]),
        "realism": (show.realism({"set": [{"name": "soft", "psnr": 25.0, "lr_psnr": 48.0, "shares": [0.9, 0.8]}] * 2}), ["set: soft 25.00 dB, 0.85"]),
        "quality": (show.quality([row, quoted]), ["PSNR on Set5", "mine, 6.0 GMACs, 36.90 dB"]),
        "pixel_shuffle": (show.pixel_shuffle(np.arange(4).reshape(1, 1, 4)), ["channel 3 holds 3", "row by row: 0 1; 2 3"]),
        "workflow": (show.workflow(hr, "bicubic", name="cubic"), ["128x128", "64x64", "cubic: "]),
        "architecture": (show.architecture(network), ["convolution (4)", "pixel shuffle (1)"]),
        "distributions": (show.distributions({"mine": gain}, label="gain (dB)"), [f"gain (dB), mean and range: mine {gain.mean():+.3f}"]),
        "profile": (show.profile(hr, {"cubic": sr}, row=9, columns=(4, 40)), ["row 9, columns 4 to 39", "ground truth (HR) from", "cubic from"]),
        "waves": (show.waves({"a row": hr[9].mean(-1) / 255}), ["amplitudes of their waves", "a row: "]),
        "plain_and_residual": (show.plain_and_residual(hr), ["Plain: ", "Residual: ", f"of contrast {(hr / 255).std():.3f}"]),
        "losses": (show.losses({"one": [0.4, 0.25]}), ["2 steps: one, from 0.4 to 0.25"]),
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


def luminance(colour):
    """Relative, as WCAG defines it."""
    channels = np.array(to_rgb(colour))
    linear = np.where(channels <= 0.03928, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722)


def contrast(colour, ground="white"):
    lighter, darker = sorted((luminance(colour), luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_what_wcag_says():
    assert contrast("black") == pytest.approx(21) and contrast("#777777") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("function", sorted(set(show.__all__) - {"curves"}))
def test_words_and_lines_stand_out(function, told):
    """Words at 4.5 to 1 from what is behind them and of at least 7 points, lines and dots at 3 to 1 (WCAG 2.2, AA)."""
    figure, _ = told[function]
    figure.draw_without_rendering()
    for text in figure.findobj(Text):
        if text.get_text().strip() and text.get_visible():
            box = text.get_bbox_patch()
            ground = box.get_facecolor() if box is not None and box.get_fill() else "white"
            assert contrast(text.get_color(), ground) >= 4.5 and text.get_fontsize() >= 7, text
    grid = {line for axes in figure.axes for line in (*axes.get_xgridlines(), *axes.get_ygridlines())}
    for line in set(figure.findobj(Line2D)) - grid:
        assert contrast(line.get_color()) >= 3 or not line.get_visible(), line


def test_lines_are_told_apart_without_colour():
    """By lightness (L* of CIELAB), or by their dashes."""
    styles = [line_style(i) for i in range(4)]
    lightness = [116 * luminance(style["color"]) ** (1 / 3) - 16 for style in styles]
    for i in range(4):
        for j in range(i):
            assert abs(lightness[i] - lightness[j]) > 10 or styles[i]["linestyle"] != styles[j]["linestyle"]
