"""Rows as curves and as waves: that what is drawn is what the pixels hold."""

import numpy as np
import pytest
from _drawing import drawn

from srlib import show

pytestmark = pytest.mark.usefixtures("no_figure_left_open")


def test_a_profile_draws_the_brightness_of_that_row(pair):
    hr, sr = pair(32, 48)
    fig = show.profile(hr, {"a method": np.float32(sr / 255)}, row=5, columns=(10, 30))
    drawn(fig)
    truth, method = fig.axes[0].lines
    assert truth.get_xdata().tolist() == method.get_xdata().tolist() == list(range(10, 30))
    np.testing.assert_allclose(truth.get_ydata(), hr[5, 10:30].mean(-1) / 255, atol=1e-6)
    np.testing.assert_allclose(method.get_ydata(), sr[5, 10:30].mean(-1) / 255, atol=1e-6)
    assert [tick % 1 for tick in fig.axes[0].get_xticks()] == [0] * len(fig.axes[0].get_xticks())


@pytest.mark.parametrize("row, columns", [(32, (0, 9)), (-1, (0, 9)), (0, (9, 9)), (0, (40, 49))])
def test_pixels_that_the_image_does_not_have_are_refused(make_image, row, columns):
    with pytest.raises(ValueError, match="the image 32x48; expected pixels inside it"):
        show.profile(make_image(32, 48), {}, row=row, columns=columns)


@pytest.mark.parametrize("width", [64, 63])
def test_bars_are_as_high_as_the_waves_of_the_sum(width):
    places = np.arange(width)
    wave = lambda cycles, amplitude: amplitude * np.cos(2 * np.pi * cycles * places / width + 1)
    fig = show.waves({"a wave": 0.5 + wave(4, 0.2), "a sum": 0.5 + wave(4, 0.2) + wave(16, 0.1)})
    drawn(fig)
    one, both = ([round(bar.get_height(), 6) for bar in fig.axes[i].patches] for i in (2, 5))
    assert {i: height for i, height in enumerate(one) if height} == {4: 0.2}
    assert {i: height for i, height in enumerate(both) if height} == {4: 0.2, 16: 0.1}
    assert fig.axes[2].get_ylim() == fig.axes[5].get_ylim()  # so that the rows can be compared


def test_the_shortest_wave_is_counted_once():
    fig = show.waves({"stripes": np.tile([0.2, 0.8], 16)})
    assert fig.axes[2].patches[-1].get_height() == pytest.approx(0.3)
    assert "0.30 at 0.5" in fig.alt


def test_what_is_not_a_row_is_refused(make_image):
    with pytest.raises(ValueError, match="a row of at least four numbers"):
        show.waves({"an image": make_image(8, 8)})
