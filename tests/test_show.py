"""Figures: that they draw, say the right numbers, and leave nothing behind."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

import srlib
from srlib import show
from srlib.data import ImageSet
from srlib.evaluation import Table
from srlib.models import BUILDERS, build_model
from srlib.runs import History

SIZES = [(1, 1), (2, 3), (1, 30), (30, 1), (6, 6), (7, 7), (37, 51), (64, 64)]
sizes = pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)


@pytest.fixture(autouse=True)
def nothing_left_open():
    """A figure that stays open in pyplot is shown twice by a notebook, and never freed."""
    yield
    assert plt.get_fignums() == []


@pytest.fixture
def pair(make_image):
    """A function: an image, and the same a little wrong."""

    def make(height, width):
        true = make_image(height, width)
        wrong = np.clip(true + np.random.default_rng(1).normal(0, 20, true.shape), 0, 255).astype(np.uint8)
        return true, wrong

    return make


def drawn(fig):
    """The figure, after it has really been drawn; and what it says below its images."""
    assert isinstance(fig, Figure)
    fig.canvas.draw()
    return [axes.get_xlabel() for axes in fig.axes]


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d+\.\d+", text)]


def by_hand(wrong, true):
    """PSNR and SSIM by scikit-image."""
    return (
        peak_signal_noise_ratio(true, wrong, data_range=255),
        structural_similarity(true / 255, wrong / 255, data_range=1, channel_axis=-1),
    )


def says(label, wrong, true):
    psnr, ssim = by_hand(wrong, true)
    assert numbers(label) == [pytest.approx(psnr, abs=0.00501), pytest.approx(ssim, abs=0.000501)]
    assert "dB" in label and "SSIM" in label


# -- any size, the right numbers ------------------------------------------------------------------------------------------


@sizes
def test_images_of_any_size(size, pair):
    assert drawn(show.images(list(pair(*size)), ["one", "two"])) == ["one", "two"]


@sizes
def test_compare_at_any_size(size, pair):
    true, wrong = pair(*size)
    if max(size) > 20 * min(size):
        size = None  # a strip: only that it draws
    labels = drawn(show.compare(true, {"mine": wrong, "again": true}, title="a title"))
    assert [label.split("\n")[0] for label in labels] == ["what it should be", "mine", "again"]
    assert "dB" in labels[1] and "inf" in labels[2]
    if size and min(size) >= 7:
        says(labels[1], wrong, true)
    elif size:
        assert numbers(labels[1]) == [pytest.approx(peak_signal_noise_ratio(true, wrong), abs=0.00501)]


@sizes
def test_zoom_at_any_size(size, pair):
    true, wrong = pair(*size)
    side = min(size)
    box = (size[0] - side, size[1] - side, side)
    labels = drawn(show.zoom(true, {"mine": wrong}, box=box, title="a title"))
    assert len(labels) == 3 and labels[2].startswith("mine\n")


@sizes
def test_errors_at_any_size(size, pair):
    true, wrong = pair(*size)
    labels = drawn(show.errors(true, {"mine": wrong, "again": true}))
    expected = np.abs(true.astype(float) - wrong).mean() / 255
    assert numbers(labels[1]) == [pytest.approx(expected, abs=0.000051)]
    assert numbers(labels[2]) == [0.0]


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


def test_the_zoom_is_of_the_square_and_so_are_its_numbers(pair):
    true, wrong = pair(40, 50)
    fig = show.zoom(true, {"mine": wrong}, box=(3, 11, 20))
    labels = drawn(fig)
    cut = (slice(3, 23), slice(11, 31))
    says(labels[2], wrong[cut], true[cut])
    shown = [axes.images[0].get_array() for axes in fig.axes]
    np.testing.assert_array_equal(shown[0], true)
    np.testing.assert_array_equal(shown[1], true[cut])
    np.testing.assert_array_equal(shown[2], wrong[cut])
    for frame in fig.axes[0].patches:  # around the same square, half a pixel out
        assert frame.get_bbox().bounds == (10.5, 2.5, 20, 20)


def test_compare_has_a_row_for_each_image(pair):
    rows = [pair(20, 24), pair(21, 24)]
    fig = show.compare([true for true, _ in rows], {"mine": [wrong for _, wrong in rows]})
    labels = drawn(fig)
    assert len(fig.axes) == 4
    for i, (true, wrong) in enumerate(rows):
        says(labels[2 * i + 1], wrong, true)
        np.testing.assert_array_equal(fig.axes[2 * i + 1].images[0].get_array(), wrong)
    batch = np.stack([rows[0][0]] * 2)
    assert len(show.compare(batch, {"mine": batch}).axes) == 4


def test_error_maps_share_one_scale(pair):
    true, wrong = pair(30, 30)
    worse = 255 - true
    fig = show.errors(true, {"mine": wrong, "worse": worse})
    drawn(fig)
    maps = [axes.images[0] for axes in fig.axes[1:3]]
    assert maps[0].get_clim() == maps[1].get_clim()
    for image, made in zip(maps, (wrong, worse)):
        expected = np.abs(true.astype(float) - made).mean(-1) / 255
        np.testing.assert_allclose(image.get_array(), expected, atol=1e-6)
    largest = max(np.percentile(np.asarray(image.get_array()), 99) for image in maps)
    assert maps[0].get_clim() == (0, pytest.approx(largest))
    limited = show.errors(true, {"mine": wrong}, limit=0.3)
    assert limited.axes[1].images[0].get_clim() == (0, 0.3)


def test_a_page_of_images(make_image):
    images = ImageSet(np.stack([make_image(12, 12, i) for i in range(7)]), [f"p{i}" for i in range(7)])
    fig = show.images(images, columns=3)
    assert drawn(fig)[:7] == images.names
    assert len(fig.axes) == 9 and [axes.axison for axes in fig.axes] == [True] * 7 + [False] * 2
    assert drawn(show.images(images, [], columns=3))[:7] == [""] * 7
    assert len(show.images(images[:2], columns=6).axes) == 2


# -- spectra --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cycles", (3, 8, 16, 27))
@pytest.mark.parametrize("axis", (0, 1))
def test_the_spectrum_of_a_cosine_peaks_at_its_frequency(cycles, axis):
    side = 64
    wave = 0.5 + 0.4 * np.cos(2 * np.pi * cycles * np.arange(side) / side)
    line = wave[:, None] if axis == 0 else wave[None]
    image = np.broadcast_to(line[..., None], (side, side, 3)).astype(np.float32)
    frequency, power = show.power_spectrum(image)
    assert frequency[0] == pytest.approx(1 / side) and frequency[-1] == 0.5
    assert frequency[power.argmax()] == pytest.approx(cycles / side)
    far = np.abs(frequency - cycles / side) > 3 / side
    assert power[far].max() < 1e-3 * power.max()


def test_the_spectrum_of_a_slanted_cosine_peaks_at_its_length():
    y, x = np.mgrid[0:80, 0:80]
    wave = 0.5 + 0.4 * np.cos(2 * np.pi * (12 * y + 16 * x) / 80)  # 12 and 16 are 20 along the slant
    frequency, power = show.power_spectrum(np.repeat(wave[..., None], 3, -1).astype(np.float32))
    assert frequency[power.argmax()] == pytest.approx(20 / 80)


def test_the_spectrum_of_a_batch_is_the_mean(batch):
    squares = batch[:, :24, :24]
    each = [show.power_spectrum(image)[1] for image in squares]
    np.testing.assert_allclose(show.power_spectrum(squares)[1], np.mean(each, 0), rtol=1e-5)


def test_spectrum_draws_a_line_for_each(make_image):
    images = {f"p{side}": make_image(side, side) for side in (3, 16, 33, 64)}
    fig = show.spectrum(images, mark=0.25)
    drawn(fig)
    axes = fig.axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(images)
    np.testing.assert_array_equal(axes.lines[3].get_ydata(), show.power_spectrum(images["p64"])[1])


# -- curves, spread, architecture -----------------------------------------------------------------------------------------


@pytest.fixture
def history():
    return History({}, step=[10, 20, 30], loss=[0.3, 0.2, 0.1], psnr=[20.0, 24.0, 25.0], baseline=22.0)


def test_curves_draw_what_the_history_holds(history):
    other = History({}, step=[5, 10], loss=[0.5, 0.4], psnr=[19.0, 20.0], baseline=22.0)
    fig = show.curves({"mine": history, "other": other})
    drawn(fig)
    left, right = fig.axes
    assert left.lines[0].get_xdata().tolist() == [10, 20, 30] and left.lines[1].get_ydata().tolist() == [19.0, 20.0]
    assert right.lines[0].get_ydata().tolist() == [0.3, 0.2, 0.1] and right.get_yscale() == "log"
    assert list(left.lines[2].get_ydata()) == [22.0, 22.0]
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["mine", "other"]


def test_curves_without_validation(history):
    history.psnr, history.baseline = [float("nan")] * 3, float("nan")
    fig = show.curves({"mine": history})
    drawn(fig)
    assert len(fig.axes[0].lines) == 1


def test_spread_draws_the_gain_of_every_image():
    scores = {
        method: {f"p{i}": {"psnr": base + i * step, "ssim": 0.5, "mse": 0.1} for i in range(4)}
        for method, base, step in (("linear", 20, 1), ("cubic", 21, 1.5), ("net", 19, 2))
    }
    fig = show.spread(Table(scores, "d", "rgb", "bilinear", 2), over="linear", title="a title")
    drawn(fig)
    axes = fig.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["net", "cubic"]
    assert axes.lines[0].get_xdata().tolist() == [1, 1.5, 2, 2.5]  # cubic above linear, image by image
    assert list(axes.lines[1].get_xdata()) == [1.75, 1.75]
    assert axes.lines[2].get_xdata().tolist() == [-1, 0, 1, 2]
    assert np.round(axes.lines[2].get_ydata()).tolist() == [0] * 4  # beside its own name
    assert "above linear" in axes.get_xlabel() and "dB" in axes.get_xlabel()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("scale", (2, 3))
@pytest.mark.parametrize("name", BUILDERS)
def test_architecture_draws_every_network(name, scale):
    pytest.importorskip("visualkeras")
    model = build_model(name, scale, width=8)
    before = model.get_weights()
    fig = show.architecture(model)
    drawn(fig)
    image = fig.axes[0].images[0].get_array()
    assert image.ndim == 3 and len(np.unique(image.reshape(-1, 3), axis=0)) > 10  # boxes, not a blank page
    told = [text.get_text() for text in fig.legends[0].get_texts()]
    kinds = {type(layer).__name__ for layer in model.layers}
    assert "convolution" in told and "the small image" in told
    for words, kind in (("pixel shuffle", "PixelShuffle"), ("max-pooling", "MaxPooling2D"), ("add (skip)", "Add")):
        assert (words in told) == (kind in kinds)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))


def test_architecture_names_the_step_to_brightness():
    pytest.importorskip("visualkeras")
    colours, grey = (build_model("subpixel", width=8, channels=channels) for channels in (3, 1))
    told = [[text.get_text() for text in show.architecture(m).legends[0].get_texts()] for m in (colours, grey)]
    assert "brightness" not in told[0] and set(told[1]) == {*told[0], "brightness"}


@pytest.mark.parametrize("options", [{}, {"channels": 1}, {"channels": 1, "orientations": 8, "polarities": 2}])
def test_the_legend_of_an_architecture_fits_beneath_it(options):
    pytest.importorskip("visualkeras")
    fig = show.architecture(build_model("subpixel", width=16, **options))
    fig.canvas.draw()
    legend, image = fig.legends[0].get_window_extent(), fig.axes[0].get_window_extent()
    assert fig.bbox.x0 <= legend.x0 and legend.x1 <= fig.bbox.x1
    assert fig.bbox.y0 <= legend.y0 and legend.y1 <= image.y0


# -- the door -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("box", [(0, 0, 31), (-1, 0, 5), (0, -1, 5), (28, 0, 5), (0, 38, 5), (0, 0, 0)])
def test_a_box_outside_the_image_is_refused(box, pair):
    true, wrong = pair(30, 40)
    with pytest.raises(ValueError, match=rf"box is {re.escape(str(box))}, the image 30x40; expected"):
        show.zoom(true, {"mine": wrong}, box=box)
    show.zoom(true, {"mine": wrong}, box=(0, 10, 30))  # the largest there is


@pytest.mark.parametrize(
    "draw",
    [
        lambda a, b: show.compare(a, {"mine": b}),
        lambda a, b: show.zoom(a, {"mine": b}, box=(0, 0, 5)),
        lambda a, b: show.errors(a, {"mine": b}),
    ],
    ids=["compare", "zoom", "errors"],
)
@pytest.mark.parametrize("shape", [(11, 10), (1, 10)])
def test_images_of_other_shapes_are_refused(draw, shape, make_image):
    with pytest.raises(ValueError, match="the shapes must be equal"):
        draw(make_image(10, 10), make_image(*shape))


def test_an_unknown_baseline_is_refused():
    scores = {m: {"p": {"psnr": 20.0, "ssim": 0.5, "mse": 0.1}} for m in ("a", "b")}
    with pytest.raises(ValueError, match="'c'; expected one of a, b"):
        show.spread(Table(scores, "d", "rgb", "bilinear", 2), over="c")


def test_the_spectrum_of_what_is_not_square_is_refused(make_image):
    with pytest.raises(ValueError, match="20x30; expected a square"):
        show.power_spectrum(make_image(20, 30))


def test_a_page_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no images"):
        show.images([])


def test_workflow_wants_sizes_that_the_scale_divides(make_image):
    with pytest.raises(ValueError, match="crop_to_multiple"):
        show.workflow(make_image(9, 10), "bicubic")
