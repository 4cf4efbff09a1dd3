"""The experiment in one row; the plain form of a network beside the residual one."""

import numpy as np
import pytest
from _drawing import drawn, numbers
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch

import srlib
from srlib import show
from srlib.models import build_model

pytestmark = pytest.mark.usefixtures("no_figure_left_open")


@pytest.mark.parametrize("size", [(2, 2), (6, 10), (36, 50), (64, 64)], ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("method", ["bicubic", "net"])
def test_workflow_at_any_even_size(size, method, pair):
    true, _ = pair(*size)
    network = build_model("autoencoder", width=4) if method == "net" else method
    fig = show.workflow(true, network, name="mine")
    drawn(fig)
    told = [text.get_text() for text in fig.texts]
    assert f"{size[1]}x{size[0]}" in told[0] and any(f"\n{size[1] // 2}x{size[0] // 2}" in words for words in told)
    made = srlib.upscale(srlib.downscale(true, 2), network, 2)
    mine = next(words for words in told if words.startswith("mine"))
    assert numbers(mine)[0] == pytest.approx(srlib.psnr(made, true), abs=0.006)
    # what an axes holds in figure coordinates stays behind when a notebook crops the figure: the arrows are the figure's own
    arrows = [patch for patch in fig.get_children() if isinstance(patch, FancyArrowPatch)]
    assert len(arrows) == 3 and not any(axes.texts for axes in fig.axes)


def test_workflow_wants_sizes_that_the_scale_divides(make_image):
    with pytest.raises(ValueError, match="crop_to_multiple"):
        show.workflow(make_image(9, 10), "bicubic")


def test_both_forms_show_what_the_network_is_asked_for(pair):
    hr, _ = pair(32, 32)
    missing = hr / 255 - srlib.upscale(srlib.downscale(hr), "bilinear")
    fig = show.plain_and_residual(hr, times=2)
    drawn(fig)
    told = " ".join(text.get_text() for text in fig.texts)
    assert f"contrast {missing.std():.3f}" in told and f"contrast {(hr / 255).std():.3f}" in told
    assert fig.alt.count("Plain: ") == fig.alt.count("Residual: ") == 1
    pictures = [axes.images[0].get_array() for axes in fig.axes]
    assert len(pictures) == 5  # what goes in and what comes out, twice, and what is missing
    assert any(np.allclose(picture, np.clip(0.5 + 2 * missing, 0, 1), atol=1e-6) for picture in pictures)
    skip = max((line.get_xydata() for line in fig.get_children() if isinstance(line, Line2D)), key=len)
    assert len(skip) == 3 and len({x for x, _ in skip}) == 2  # around the network, and back to the sum


def test_both_forms_want_sizes_that_the_scale_divides(make_image):
    with pytest.raises(ValueError, match="crop_to_multiple"):
        show.plain_and_residual(make_image(9, 10))
