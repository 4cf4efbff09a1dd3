"""The experiment in one row."""

import pytest
from _drawing import drawn, numbers
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
