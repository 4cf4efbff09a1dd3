"""Numbers in grids: each where the sub-pixel step puts it, in the colour of its channel, and readable on it."""

import numpy as np
import pytest
from _drawing import drawn
from matplotlib.colors import to_hex, to_rgb

from srlib import show
from srlib.layers import PixelShuffle
from srlib.show.grids import CHANNELS

pytestmark = pytest.mark.usefixtures("no_figure_left_open")


def cells(axes):
    """Number -> where it stands and the colour under it, of every cell, from left to right and from top to bottom."""
    squares = [(square, square.get_facecolor()) for square in axes.patches if hasattr(square, "get_xy")]
    found = []
    for text in axes.texts:
        x, y = text.get_position()
        fills = [to_hex(c) for s, c in squares if c[3] and 0 < x - s.get_x() < s.get_width() and 0 < y - s.get_y() < s.get_height()]  # fmt: skip
        if fills:
            found.append((text.get_text(), (x, y), fills, text.get_color()))
    return found


@pytest.mark.parametrize("shape", [(2, 2, 4), (1, 3, 4)])
def test_every_number_is_where_the_step_puts_it_in_its_channels_colour(shape):
    x = np.arange(np.prod(shape)).reshape(shape)
    fig = show.pixel_shuffle(x)
    drawn(fig)
    found, side = cells(fig.axes[0]), max(place[0] for _, place, *_ in cells(fig.axes[0]))
    hr = np.asarray(PixelShuffle(2)(x[None].astype("float32")))[0, ..., 0]
    left = side - (hr.shape[1] - 0.5)  # where the HR image begins
    right_grid = sorted((y, x, int(number)) for number, (x, y), *_ in found if x > left)
    assert [number for *_, number in right_grid] == hr.astype(int).ravel().tolist()
    for number, _, fills, _ in found:
        assert fills == [CHANNELS[int(number) % 4][0]]
    assert len(found) == 2 * x.size
    frames = [patch for patch in fig.axes[0].patches if not patch.get_facecolor()[3]]
    inside = lambda f: {n for n, (x, y), *_ in found if 0 < x - f.get_x() < f.get_width() and 0 < y - f.get_y() < f.get_height()}  # fmt: skip
    assert sorted(map(sorted, map(inside, frames))) == [["0"], ["0", "1", "2", "3"], ["1"], ["2"], ["3"]]


def luminance(colour):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return np.dot(linear, (0.2126, 0.7152, 0.0722))


def test_numbers_are_readable_and_channels_differ_in_grey():
    contrast = lambda a, b: (max(a, b) + 0.05) / (min(a, b) + 0.05)
    levels = [luminance(fill) for fill, _ in CHANNELS]
    assert all(contrast(level, luminance(ink)) >= 4.5 for level, (_, ink) in zip(levels, CHANNELS))
    assert min(contrast(a, b) for i, a in enumerate(levels) for b in levels[:i]) > 1.3


@pytest.mark.parametrize("shape", [(2, 2), (2, 2, 3), (5, 2, 4), (0, 2, 4)])
def test_what_cannot_be_drawn_is_refused(shape):
    with pytest.raises(ValueError, match=r"expected \(h, w, 4\)"):
        show.pixel_shuffle(np.zeros(shape))
