"""Every network that can be built, drawn: its layers, sizes and names, and the ways around."""

import numpy as np
import pytest
from _drawing import drawn

from srlib import show
from srlib.models import build_model
from srlib.networks import NETWORKS
from srlib.show import blueprint

pytest.importorskip("visualkeras")
pytestmark = pytest.mark.usefixtures("no_figure_left_open")
FEWER = {"edsr": {"blocks": 2}}  # of its 16, which take seconds to draw


def words(fig):
    return [text.get_text() for text in fig.axes[0].texts]


def legend(fig):
    return [text.get_text() for text in fig.legends[0].get_texts()]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("scale", (2, 3))
@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_is_drawn(name, scale):
    model = build_model(name, scale, width=8, **FEWER.get(name, {}))
    before = model.get_weights()
    fig = show.architecture(model)
    drawn(fig)
    kinds = {type(layer).__name__ for layer in model.layers}
    assert {"convolution", "LR image"} <= set(legend(fig))
    for label, kind in (
        ("interpolation", "Interpolation"),
        ("pixel shuffle", "PixelShuffle"),
        ("max-pooling", "MaxPooling2D"),
        ("add (skip)", "Add"),
    ):
        assert (label in legend(fig)) == (kind in kinds)
    assert f"{64 * scale}x{64 * scale}" in words(fig) and "3" in words(fig)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))


@pytest.mark.parametrize("name, more", [*((name, {}) for name in NETWORKS), ("espcn", {"width": 8})])
def test_no_box_hides_the_front_of_another_and_no_words_overlap(name, more):
    fig = show.architecture(build_model(name, **FEWER.get(name, {}), **more))
    fig.canvas.draw()
    pictures = sorted(fig.axes[0].images, key=lambda image: image.get_extent()[0])
    for image, following in zip(pictures, pictures[1:]):
        left, right, low, top = image.get_extent()
        front = right - (top - low) / 4  # the depth is a third of the height
        assert left < front < following.get_extent()[0] and image.zorder < following.zorder
        colours = np.unique(image.get_array().reshape(-1, 4), axis=0)
        assert len(colours) > 3  # a front, a side and a top, and not a blank
    boxes = [text.get_window_extent() for text in fig.axes[0].texts]
    assert all(fig.bbox.x0 <= box.x0 and box.x1 <= fig.bbox.x1 and box.y1 <= fig.bbox.y1 for box in boxes)
    assert not any(box.count_overlaps(boxes[:i]) for i, box in enumerate(boxes)), words(fig)


def test_the_autoencoder_has_its_sizes_its_names_and_its_skips():
    fig = show.architecture(build_model("autoencoder"))
    told = words(fig)
    first, second = told.index("channels"), told.index("size")
    assert told[first + 1 : second] == ["3", "64", "128", "256", "128", "64", "3"]
    sizes = ["64x64", "128x128", "64x64", "32x32", "64x64", "128x128"]
    assert told[second + 1 :] == [*sizes, "encoder", "code", "decoder"]
    assert "Skips as arcs: from layer 7 to 13, from layer 4 to 17" in fig.alt
    assert "Parts: encoder: layers 3 to 8, code: layers 9 to 9, decoder: layers 10 to 18" in fig.alt


@pytest.mark.parametrize(
    "name, ways",
    [
        ("residual_autoencoder", [(6, 12, ""), (3, 16, ""), (1, 18, "the upscaled input")]),
        ("subpixel", [(1, 4, ""), (4, 7, ""), (7, 10, ""), (0, 13, "the upscaled input")]),
        ("srcnn", []),
    ],
)
def test_a_skip_is_an_arc_above_what_it_spans(name, ways):
    model = build_model(name, width=8)
    boxes, arcs = blueprint._read(model, 64)
    assert [(arc.start, arc.end, arc.words) for arc in arcs] == ways
    assert all(boxes[end].label == "add (skip)" for _, end, _ in ways)
    fig = show.architecture(model)
    drawn(fig)
    highest = [patch.get_path().get_extents().y1 for patch in fig.axes[0].patches]
    pictures = sorted(fig.axes[0].images, key=lambda image: image.get_extent()[0])
    assert len(highest) == len(ways)
    for high, (start, end, _) in zip(highest, ways):
        assert max(image.get_extent()[3] for image in pictures[start : end + 1]) + 5 < high < fig.axes[0].get_ylim()[1]


def test_the_step_to_luma_is_named():
    colours, grey = (build_model("subpixel", width=8, channels=channels) for channels in (3, 1))
    told = [legend(show.architecture(model)) for model in (colours, grey)]
    assert "luminance" not in told[0] and set(told[1]) == {*told[0], "luminance"}


@pytest.mark.parametrize("options", [{}, {"channels": 1}, {"channels": 1, "symmetry": "d4_inversion"}])
def test_the_legend_fits_beneath(options):
    fig = show.architecture(build_model("subpixel", width=16, **options))
    fig.canvas.draw()
    below, lowest = fig.legends[0].get_window_extent(), min(t.get_window_extent().y0 for t in fig.axes[0].texts)
    assert fig.bbox.x0 <= below.x0 and below.x1 <= fig.bbox.x1
    assert fig.bbox.y0 <= below.y0 and below.y1 <= lowest
