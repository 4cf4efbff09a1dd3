"""Plots: that they draw the numbers they are given, and that the names of dots can be read."""

from dataclasses import replace

import numpy as np
import pytest
from _drawing import drawn

from srlib import Degradation, Downscale, show
from srlib.evaluation import Table
from srlib.metrics import power_spectrum
from srlib.published import ENSEMBLE, SETS, leaderboard
from srlib.show.style import COLOURS

BILINEAR = Degradation(Downscale(2, "bilinear"))
pytestmark = pytest.mark.usefixtures("no_figure_left_open")


def test_spectrum_draws_a_line_for_each(make_image):
    images = {f"p{side}": make_image(side, side) for side in (3, 16, 33, 64)}
    fig = show.spectrum(images, mark=0.25)
    drawn(fig)
    axes = fig.axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(images)
    np.testing.assert_array_equal(axes.lines[3].get_ydata(), power_spectrum(images["p64"])[1])


def gains_of(**psnr):
    """A table of these PSNRs, method by method."""
    rows = lambda values: {f"p{i}": {"psnr": value, "ssim": 0.5, "mse": 0.1} for i, value in enumerate(values)}
    return Table({method: rows(values) for method, values in psnr.items()}, "d", "rgb", BILINEAR)


def dots(axes):
    """Of each method, from the first to the last: the places of its dots, and whether they are filled."""
    for drawn_dots in axes.collections:
        yield drawn_dots.get_offsets(), (drawn_dots.get_facecolors() != 1).any(1).tolist()


def test_spread_draws_the_gain_of_every_image():
    fig = show.spread(
        gains_of(linear=[20, 21, 22, 23], cubic=[21, 22.5, 24, 25.5], net=[19, 21, 23, 25]),
        over="linear",
        title="a title",
    )
    drawn(fig)
    axes = fig.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["net", "cubic"]
    (cubic, ahead), (net, mixed) = dots(axes)
    assert cubic[:, 0].tolist() == [1, 1.5, 2, 2.5] and net[:, 0].tolist() == [-1, 0, 1, 2]
    assert ahead == [True] * 4 and mixed == [False, True, True, True]  # open where it is behind
    assert np.round(net[:, 1]).tolist() == [0] * 4  # beside its own name
    assert list(axes.lines[0].get_xdata()) == [1.75, 1.75]
    assert "above linear" in axes.get_xlabel() and "dB" in axes.get_xlabel()


def test_a_smaller_error_is_ahead():
    table = gains_of(linear=[20, 20], net=[21, 21])
    for image, error in zip(table.scores["net"].values(), (0.05, 0.2)):
        image["mse"] = error
    [(_, ahead)] = dots(show.spread(table, over="linear", metric="mse").axes[0])
    assert ahead == [True, False]


def test_an_outlier_is_told_at_the_end_of_the_axis_and_does_not_press_the_others_together():
    usual = np.linspace(-1, 1, 19).tolist()
    fig = show.spread(gains_of(linear=[0] * 20, net=[*usual, -12], other=[*usual, 7.25]), over="linear")
    drawn(fig)
    axes = fig.axes[0]
    low, high = axes.get_xlim()
    assert -1.2 < low < -1 and 1 < high < 1.2
    assert [(text.get_text(), text.xy[0]) for text in axes.texts] == [("-12.00", -1), ("+7.25", 1)]
    assert [line.get_marker() for line in axes.lines if line.get_marker() in "<>"] == ["<", ">"]
    assert axes.lines[0].get_xdata()[0] == pytest.approx(-12 / 20)  # the bar is still the mean of all
    wide = show.spread(gains_of(linear=[0] * 4, net=[-1, 0, 1, 4]), over="linear").axes[0]
    assert wide.get_xlim()[1] > 4 and not wide.texts  # one of four is no outlier


def test_an_unknown_baseline_is_refused():
    scores = {m: {"p": {"psnr": 20.0, "ssim": 0.5, "mse": 0.1}} for m in ("a", "b")}
    with pytest.raises(ValueError, match="'c'; expected one of a, b"):
        show.spread(Table(scores, "d", "rgb", BILINEAR), over="c")


def test_the_figure_shows_every_network_whose_cost_is_known():
    table = leaderboard()
    axes = show.quality(table).axes[0]
    told = {text.get_text() for text in axes.texts}
    assert {line.method for line in table if line.gmacs} - {f"{ENSEMBLE}+"} <= told
    below = [text for text in told if text.startswith("below: bilinear 32.25, bicubic 33.68, lanczos 34.32 dB")]
    assert len(below) == 1  # they are no networks, and would leave these little room
    low, high = axes.get_ylim()
    networks = [line.scores["set5"][0] for line in table if line.gmacs]
    assert min(networks) - low < 0.2 * (high - low) and high - max(networks) < 0.2 * (high - low)
    assert "EDSR (2017)" not in told  # no GMACs were found
    assert f"{ENSEMBLE}+" not in told  # the same network, which is there
    places = {tuple(np.round(line.get_xydata()[0], 6)) for line in axes.lines if len(line.get_xydata()) == 1}
    small = table["small_x2"]
    assert (round(small.gmacs, 6), round(small.scores["set5"][0], 6)) in places


def test_our_networks_and_published_ones_are_told_apart_without_colour():
    axes = show.quality(leaderboard()).axes[0]
    ours = {line.method for line in leaderboard() if line.ours and line.gmacs}
    fills = {line.get_markerfacecolor() for line in axes.lines if len(line.get_xdata()) == 1}
    assert fills == {"white", COLOURS[1]}
    bold = {text.get_text() for text in axes.texts if text.get_fontweight() == "bold"}
    assert bold == ours - {f"{ENSEMBLE}+"}


def test_a_figure_of_nothing_is_refused():
    with pytest.raises(ValueError, match="number of GMACs"):
        show.quality([line for line in leaderboard() if not line.gmacs])


def test_labels_cover_neither_dots_nor_each_other():
    """Networks closer together than their names are long, and one at the right edge."""
    base = leaderboard()["VDSR (2016)"]
    crowd = [
        replace(base, method=f"a network, no. {i}", gmacs=base.gmacs * times, scores={"set5": (dB, 0.9)})
        for i, (times, dB) in enumerate([(0.02, 36.0), (0.03, 36.1), (40, 37.2)])
    ]
    figure = show.quality(leaderboard() + crowd)
    axes = figure.axes[0]
    names = {line.method for line in [*leaderboard(), *crowd] if line.gmacs}
    names.remove(f"{ENSEMBLE}+")  # the same network
    labels = [text for text in axes.texts if text.get_text() in names]
    boxes = [label.get_window_extent() for label in labels]
    assert len(labels) == len(names)
    for i, box in enumerate(boxes):
        assert not box.count_overlaps(boxes[:i] + boxes[i + 1 :]), labels[i].get_text()
        assert not any(box.contains(*axes.transData.transform(label.xy)) for label in labels), labels[i].get_text()
        assert axes.get_window_extent().contains(*box.max), labels[i].get_text()


@pytest.mark.parametrize("of", SETS)
@pytest.mark.parametrize("kernel, protocol", [("bicubic", "y"), ("bilinear", "rgb"), ("bilinear", "y")])
def test_names_are_where_they_were_placed_when_the_figure_is_drawn(kernel, protocol, of):
    figure = show.quality(leaderboard(kernel=kernel, protocol=protocol), of=of)
    labels = [text for text in figure.axes[0].texts if text.xycoords == "data"]
    before = [label.get_window_extent() for label in labels]
    figure.draw_without_rendering()
    dots = [figure.axes[0].transData.transform(label.xy) for label in labels]
    for label, box in zip(labels, before):
        np.testing.assert_allclose(label.get_window_extent().get_points(), box.get_points(), atol=0.6)
        assert not any(box.contains(*dot) for dot in dots), label.get_text()
    ticks = [t.get_window_extent() for t in figure.axes[0].get_xticklabels(which="both") if t.get_text()]
    assert len(ticks) > 2 and not any(box.count_overlaps(ticks[:i]) for i, box in enumerate(ticks))


def test_no_name_stands_between_two_dots_that_are_neighbours():
    """DRRN is left of DRCN: a name between them, above one and below the other, would be anybody's."""
    axes = show.quality(leaderboard()).axes[0]
    left, right = (next(t for t in axes.texts if t.get_text().startswith(name)) for name in ("DRRN", "DRCN"))
    dots = [axes.transData.transform(label.xy)[0] for label in (left, right)]
    assert dots[0] < dots[1]
    assert left.get_window_extent().x1 < dots[1] and right.get_window_extent().x0 > dots[1]


def test_boards_stand_one_below_the_other_and_what_lies_among_networks_is_a_line():
    bad = replace(leaderboard()["FSRCNN (2016)"], method="weak", scores={"set5": (33.0, 0.9)})
    figure = show.quality({"x2": leaderboard() + [bad], "x4": leaderboard(4)})
    assert [axes.get_title(loc="left") or axes.get_title() for axes in figure.axes] == ["x2", "x4"]
    assert figure.get_size_inches()[0] * figure.dpi <= 900  # as wide as a page, so that it is not reduced
    assert figure.axes[0].get_position().y0 > figure.axes[1].get_position().y1
    texts = [{text.get_text() for text in axes.texts} for axes in figure.axes]
    assert {"bicubic", "lanczos"} <= texts[0] and any(text.startswith("below: bilinear 32.25 dB") for text in texts[0])
    assert "RCAN (2018)" in texts[1] and "small_x4" in texts[1] and "small_x4" not in texts[0]
