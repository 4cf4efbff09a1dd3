"""Images beside each other: at any size, with the right scores, the right square, one scale for all errors."""

import re

import numpy as np
import pytest
from _drawing import drawn, numbers
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from srlib import show
from srlib.data import ImageSet

pytestmark = pytest.mark.usefixtures("no_figure_left_open")

SIZES = [(1, 1), (2, 3), (1, 30), (30, 1), (6, 6), (7, 7), (37, 51), (64, 64)]
sizes = pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)


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


@sizes
def test_images_of_any_size(size, pair):
    assert drawn(show.images(list(pair(*size)), ["one", "two"])) == ["one", "two"]


@sizes
def test_compare_at_any_size(size, pair):
    true, wrong = pair(*size)
    if max(size) > 20 * min(size):
        size = None  # a strip: only that it draws
    labels = drawn(show.compare(true, {"mine": wrong, "again": true}, title="a title"))
    assert [label.split("\n")[0] for label in labels] == ["ground truth (HR)", "mine", "again"]
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


def test_what_the_others_are_compared_with_is_called_as_one_wishes(pair):
    true, wrong = pair(24, 24)
    assert drawn(show.compare(true, {"mine": wrong}, truth="undamaged"))[0] == "undamaged"
    assert drawn(show.zoom(true, {"mine": wrong}, box=(0, 0, 20), truth="undamaged"))[1] == "undamaged"


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


def test_a_page_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no images"):
        show.images([])
