"""Diagrams: the experiment in one row, and every network that can be built."""

import numpy as np
import pytest
from _drawing import drawn, numbers
from matplotlib.patches import FancyArrowPatch

import srlib
from srlib import show
from srlib.models import build_model
from srlib.networks import NETWORKS

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


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("scale", (2, 3))
@pytest.mark.parametrize("name", NETWORKS)
def test_architecture_draws_every_network(name, scale):
    pytest.importorskip("visualkeras")
    fewer = {"blocks": 2} if name == "edsr" else {}  # of its 16, which take seconds to draw
    model = build_model(name, scale, width=8, **fewer)
    before = model.get_weights()
    fig = show.architecture(model)
    drawn(fig)
    image = fig.axes[0].images[0].get_array()
    assert image.ndim == 3 and len(np.unique(image.reshape(-1, 3), axis=0)) > 10  # boxes, not a blank page
    told = [text.get_text() for text in fig.legends[0].get_texts()]
    kinds = {type(layer).__name__ for layer in model.layers}
    assert "convolution" in told and "LR image" in told
    for words, kind in (
        ("interpolation", "Interpolation"),
        ("pixel shuffle", "PixelShuffle"),
        ("max-pooling", "MaxPooling2D"),
        ("add (skip)", "Add"),
    ):
        assert (words in told) == (kind in kinds)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))


def test_architecture_names_the_step_to_luma():
    pytest.importorskip("visualkeras")
    colours, grey = (build_model("subpixel", width=8, channels=channels) for channels in (3, 1))
    told = [[text.get_text() for text in show.architecture(m).legends[0].get_texts()] for m in (colours, grey)]
    assert "luminance" not in told[0] and set(told[1]) == {*told[0], "luminance"}


@pytest.mark.parametrize("options", [{}, {"channels": 1}, {"channels": 1, "symmetry": "d4_inversion"}])
def test_the_legend_of_an_architecture_fits_beneath_it(options):
    pytest.importorskip("visualkeras")
    fig = show.architecture(build_model("subpixel", width=16, **options))
    fig.canvas.draw()
    legend, image = fig.legends[0].get_window_extent(), fig.axes[0].get_window_extent()
    assert fig.bbox.x0 <= legend.x0 and legend.x1 <= fig.bbox.x1
    assert fig.bbox.y0 <= legend.y0 and legend.y1 <= image.y0
