"""Plots of a training: that they draw what they are given."""

import numpy as np
import pytest
from _drawing import drawn

from srlib import Provenance, Recipe, show
from srlib.callbacks import History
from srlib.recipe import Architecture, Run

ABOUT = Architecture("subpixel", 2), Run(Recipe(), Provenance())  # of a history, which the curves do not read
pytestmark = pytest.mark.usefixtures("no_figure_left_open")


@pytest.fixture
def history():
    return History(*ABOUT, step=[10, 20, 30], loss=[0.3, 0.2, 0.1], psnr=[20.0, 24.0, 25.0], baseline=22.0)


def test_curves_draw_what_the_history_holds(history):
    other = History(*ABOUT, step=[5, 10], loss=[0.5, 0.4], psnr=[19.0, 20.0], baseline=22.0)
    fig = show.curves({"mine": history, "other": other})
    drawn(fig)
    left, right = fig.axes
    assert left.lines[0].get_xdata().tolist() == [10, 20, 30] and left.lines[1].get_ydata().tolist() == [19.0, 20.0]
    assert right.lines[0].get_ydata().tolist() == [0.3, 0.2, 0.1] and right.get_yscale() == "log"
    assert list(left.lines[2].get_ydata()) == [22.0, 22.0]
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["mine", "other", "linear upscaling"]


def test_curves_without_validation(history):
    history.psnr, history.baseline = [float("nan")] * 3, float("nan")
    fig = show.curves({"mine": history})
    drawn(fig)
    assert len(fig.axes[0].lines) == 1


def test_a_curve_that_begins_far_below_leaves_the_plot_to_the_others(history):
    late = History(*ABOUT, step=[10, 20], loss=[0.5, 0.1], psnr=[6.0, 23.0], baseline=22.0)
    low, high = show.curves({"mine": history, "late": late}).axes[0].get_ylim()
    assert low == 18 and high > 25


def test_losses_draws_every_step_and_marks_the_epochs():
    runs = {"slow": [0.4, 0.39, 0.38, 0.37, 0.36], "fast": [0.4, 0.2, 0.1, 0.08, 0.07]}
    fig = show.losses(runs, epoch=2, title="a title")
    drawn(fig)
    axes = fig.axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["slow", "fast"]
    for line, values in zip(axes.lines, runs.values()):
        assert line.get_xdata().tolist() == [1, 2, 3, 4, 5] and line.get_ydata().tolist() == values
    assert [text.get_text() for text in axes.texts] == ["end of epoch 1", "end of epoch 2"]
    assert [line.get_xdata()[0] for line in axes.lines[2:]] == [2.5, 4.5]
    assert not show.losses(runs).axes[0].texts


def test_a_loss_that_rises_without_end_leaves_the_plot_to_the_others():
    axes = show.losses({"calm": [0.4, 0.3, 0.2], "wild": [0.4, 1e6, np.nan]}).axes[0]
    low, high = axes.get_ylim()
    assert low < 0.2 and 0.4 < high < 2
