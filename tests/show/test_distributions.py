"""Groups of numbers as dots: every number is there, in its group, and the mean is marked."""

import numpy as np
import pytest
from _drawing import drawn

from srlib import show

pytestmark = pytest.mark.usefixtures("no_figure_left_open")


def test_every_number_is_a_dot_in_its_row_and_the_bar_is_their_mean():
    groups = {"one": np.array([0.1, 0.5, 0.5, -0.2]), "two": np.array([1.0, 1.2])}
    fig = show.distributions(groups, label="gain (dB)")
    drawn(fig)
    axes = fig.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["two", "one"]
    dots, bar, others, other_bar = axes.lines[:4]
    np.testing.assert_allclose(dots.get_xdata(), groups["one"], atol=1.4 / 48 / 2)  # half a bin
    assert list(bar.get_xdata()) == pytest.approx([0.225] * 2) and list(other_bar.get_xdata()) == pytest.approx(
        [1.1] * 2
    )
    heights = dots.get_ydata()
    assert heights[1] != heights[2] and heights[0] == heights[3]  # equal numbers are stacked
    assert min(heights) >= 1 and max(others.get_ydata()) < 1  # each group in its own row
    assert [text.get_text() for text in axes.texts] == ["mean +0.225", "mean +1.100"]


def test_equal_numbers_are_drawn():
    drawn(show.distributions({"all": [2.0, 2.0, 2.0]}, label="x"))


@pytest.mark.parametrize("values", [[], [0.1, np.nan]])
def test_what_cannot_be_drawn_is_refused(values):
    with pytest.raises(ValueError, match="expected finite numbers"):
        show.distributions({"mine": values}, label="x")
