"""Plots: spectra of images, scores image by image, and quality against cost.

The numbers that are drawn come from elsewhere: the lessons print each of them as well.
"""

import numpy as np

from ..images import check_choice
from ..metrics import power_spectrum
from .labels import keep_apart
from .style import COLOURS, FONT, INK, MUTED, line_style, name_rows, new_figure, style_plot


def spectrum(images: dict, *, mark: float | None = None, title: str = "Detail, from coarse to fine"):
    """Power against spatial frequency, one line for each image or set of images.

    Parameters
    ----------
    images : dict
        Name -> square image (H, H, 3) or batch of them.
    mark : float, optional
        A frequency to mark with a line, in cycles per pixel.
    title : str
        Above the plot.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError, ValueError
        What is not an image, or one that is not square.

    Examples
    --------
    >>> import srlib
    >>> hr = srlib.load_images("dead_leaves", count=1)[0]
    >>> sr = srlib.upscale(srlib.downscale(hr, 2), "bilinear", 2)
    >>> figure = srlib.show.spectrum({"HR": hr, "bilinear": sr}, mark=0.25)
    >>> len(figure.axes[0].lines)  # two spectra, and the mark
    3
    """
    fig = new_figure(6.4, 3.2)
    axes = fig.subplots()
    ends = []
    for i, (name, image) in enumerate(images.items()):
        frequency, power = power_spectrum(image)
        axes.loglog(frequency, power, linewidth=1.6, label=name, **line_style(i))
        ends.append(f"{name} from {power[0]:.1e} to {power[-1]:.1e}")
    span = f"{frequency[0]:.2g} to {frequency[-1]:.2g} cycles per pixel"
    fig.tell(title, f"Power against spatial frequency, {span}: {'; '.join(ends)}")
    if mark:
        axes.axvline(mark, color=MUTED, linewidth=1)
        axes.text(
            mark * 0.97,
            axes.get_ylim()[1],
            "finest detail an image\nof half the size can hold",
            ha="right",
            va="top",
            fontsize=FONT - 1,
            color=MUTED,
        )
    axes.set_xticks([1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2], ["1/64", "1/32", "1/16", "1/8", "1/4", "1/2"])
    axes.minorticks_off()
    style_plot(axes, "spatial frequency (cycles per pixel)", "power", title)
    axes.legend(fontsize=FONT - 1, frameon=False, loc="lower left")
    return fig


def spread(table, *, over: str, metric: str = "psnr", title: str = ""):
    """What each method gains over a baseline, one dot for each image: filled where it is ahead, open where it is behind.

    A few images that lie far from all others would press these together, so the axis ends before them: they are told at
    its ends, each by a triangle and its number.

    Parameters
    ----------
    table : srlib.scores.Table
        From :func:`srlib.evaluate`.
    over : str
        The baseline: the method that the others are compared with.
    metric : {"psnr", "ssim", "mse"}
        What is compared.
    title : str
        Above the plot.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        A method or a metric that the table does not hold.

    Examples
    --------
    >>> import srlib
    >>> images = srlib.load_images("dead_leaves", count=3)
    >>> table = srlib.evaluate({"bilinear": "bilinear", "bicubic": "bicubic"}, images)
    >>> figure = srlib.show.spread(table, over="bilinear")
    >>> len(figure.axes[0].collections[0].get_offsets())
    3
    """
    others = [method for method in table.scores if method != over]
    fig = new_figure(8.0, 0.5 * len(others) + 1.1)
    axes = fig.subplots()
    base, told = table.values(over, metric), []
    gains = {method: table.values(method, metric) - base for method in others}
    low, high = _fences(np.concatenate(list(gains.values())))
    decimals, better = {"psnr": 2, "ssim": 4}.get(metric, 5), -1 if metric == "mse" else 1
    for i, (method, gain) in enumerate(gains.items()):
        row = len(others) - 1 - i
        heights = row + np.linspace(-0.18, 0.18, len(gain))[np.argsort(np.argsort(gain))]  # no dot hides another
        faces = [COLOURS[0] if ahead else "white" for ahead in better * gain >= 0]
        axes.scatter(gain, heights, s=20, c=faces, edgecolors=COLOURS[0], linewidths=1)
        axes.plot([gain.mean()] * 2, [row - 0.32, row + 0.32], color=INK, linewidth=2)
        for end, sign, beyond in ((low, -1, gain[gain < low]), (high, 1, gain[gain > high])):
            _tell_beyond(axes, end, sign, row, [f"{value:+.{decimals}f}" for value in sorted(beyond)])
        mean, least, most = (f"{value:+.{decimals}f}" for value in (gain.mean(), gain.min(), gain.max()))
        told.append(f"{method} {mean} ({least} to {most})")
    unit = " (dB)" if metric == "psnr" else ""
    words = f"{metric.upper()}{unit} above {over}"
    fig.tell(title, f"{words} on each of {len(base)} images, mean and range: {'; '.join(told)}")
    style_plot(axes, f"{words}; a dot is an image, open where it is behind; the bar is their mean", "", title)
    name_rows(axes, others)
    axes.set_ylim(-0.6, len(others) - 0.4)
    room = 0.04 * (high - low)
    axes.set_xlim(low - room, high + room)
    return fig


def _fences(values) -> tuple[float, float]:
    """Where the axis ends: at the values' own ends, or, where a few would take most of it, at Tukey's fences."""
    (low, high), (first, third) = (values.min(), values.max()), np.percentile(values, (25, 75))
    reach = 3 * max(third - first, 1e-12)
    inner = values[(values >= first - reach) & (values <= third + reach)]
    few = len(values) - len(inner) <= 0.1 * len(values)
    if few and high - low > 1.5 * (inner.max() - inner.min()):
        low, high = inner.min(), inner.max()
    return min(low, 0), max(high, 0)


def _tell_beyond(axes, end: float, sign: int, row: int, values: list[str]) -> None:
    """A triangle at an end of the axis, and the numbers of the dots that lie beyond it."""
    if values:
        mark = dict(marker="<" if sign < 0 else ">", color=COLOURS[1], markersize=7, clip_on=False, linestyle="")
        axes.plot([end], [row - 0.3], **mark)
        place = dict(xytext=(-7 * sign, 0), textcoords="offset points", ha="left" if sign < 0 else "right", va="center")
        axes.annotate(", ".join(values), (end, row - 0.3), fontsize=FONT - 1, color=INK, **place)


def quality(published, *, of: str = "set5", title: str = "What quality costs"):
    """PSNR against GMACs: our networks as filled dots, published ones as circles.

    The networks fill the plot. An interpolation is a line across, or, where it lies below all networks, a note at the foot.

    Parameters
    ----------
    published : list of srlib.published.LeaderboardRow, or dict of title -> list
        From :func:`srlib.leaderboard`; several are drawn one below the other. A self-ensemble is left out: its network is
        there already.
    of : {"set5", "set14", "bsd100"}
        The set whose PSNR is drawn.
    title : str
        Above the plot, where there is one list.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        A set that is none of these; no network among the lines with both a score on it and a cost.

    Examples
    --------
    >>> import srlib
    >>> from srlib.published import LeaderboardRow
    >>> net = LeaderboardRow("mine", True, 12_000, 6.0, "91 images", {"set5": (36.9, 0.955)})
    >>> figure = srlib.show.quality([net])
    >>> figure.axes[0].get_ylabel()
    'PSNR on Set5 (dB)'
    """
    from ..published import SETS  # brings Keras

    check_choice(of, SETS, "of")
    boards = published if isinstance(published, dict) else {title: published}
    dots = [
        [line for line in board if line.gmacs and of in line.scores and not line.ensemble] for board in boards.values()
    ]
    if not all(dots):
        raise ValueError(
            f"No network here has both a score on {of} and a number of GMACs; expected at least one: use srlib.leaderboard()."
        )
    fig = new_figure(9.0, 4.4 * len(boards))
    panels, labels = fig.subplots(len(boards), 1, squeeze=False)[:, 0], []
    costs = lambda line: f"{line.method}, {line.gmacs:,.1f} GMACs, {line.scores[of][0]:.2f} dB"
    told = [f"{title}: {'; '.join(map(costs, networks))}" for title, networks in zip(boards, dots)]
    fig.tell(f"PSNR on {SETS[of]} against GMACs, our networks as filled dots, published ones as circles", *told)
    for axes, (title, board), networks in zip(panels, boards.items(), dots):
        axes.set_xscale("log")
        labels.append([_put_dot(axes, line, of) for line in networks])
        axes.margins(x=0.05, y=0.08)
        _mark_costs(axes)
        axes.set_ylim(axes.get_ylim())
        _mark_interpolations(
            axes, [line for line in board if line.ours and line.parameters is None and of in line.scores], of
        )
        style_plot(axes, "GMACs for an output of 1280x720", f"PSNR on {SETS[of]} (dB)", title)
    for axes, names in zip(panels, labels):
        keep_apart(fig, axes, names)
    return fig


def _mark_interpolations(axes, lines, of: str) -> None:
    """Lines across for those that lie among the networks, and one note at the foot for those below."""
    low, below = axes.get_ylim()[0], []
    across = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "ha": "right", "color": INK}
    for line in sorted(lines, key=lambda line: line.scores[of][0]):
        height = line.scores[of][0]
        if height < low:
            below.append(f"{line.method} {height:.2f}")
            continue
        axes.axhline(height, color=MUTED, linewidth=1.2, zorder=0)
        axes.annotate(line.method, (1, height), (-4, 3), fontsize=FONT - 1, **across)
    if below:
        axes.annotate(f"below: {', '.join(below)} dB", (1, low), (-4, 4), fontsize=FONT - 1, **across)


def _put_dot(axes, line, of: str):
    """The dot of one network; its name, which is moved to a free place later."""
    place = line.gmacs, line.scores[of][0]
    fill = {"color": COLOURS[1], "markeredgewidth": 0} if line.ours else {"color": INK, "markerfacecolor": "white"}
    axes.plot(*place, "o", markersize=8 if line.ours else 6, **fill)
    name = axes.annotate(
        line.method, place, (8, 0), textcoords="offset points", va="center_baseline", fontsize=FONT, color=INK,
        fontweight="bold" if line.ours else "normal",
    )  # fmt: skip
    name.set_in_layout(False)  # it is placed when the layout is done, and must not change that
    return name


def _mark_costs(axes) -> None:
    """Ticks of the logarithmic axis of the costs, and room for a name beside the last dot."""
    from matplotlib.ticker import LogLocator, NullFormatter

    left, right = axes.get_xlim()
    right *= (right / left) ** 0.16
    axes.set_xlim(left, right)
    axes.xaxis.set_major_locator(LogLocator(subs=(1,) if right > 1000 * left else (1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.xaxis.set_minor_formatter(NullFormatter())


def realism(results: dict):
    """Detectability against PSNR, one plot for each set; networks and what lies between them on a line.

    Parameters
    ----------
    results : dict
        From :func:`srlib.realism_results`: of each set the rows of what was upscaled, in the order of the line, after bicubic
        interpolation.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import srlib
    >>> figure = srlib.show.realism(srlib.realism_results())
    >>> figure.axes[0].get_ylabel()
    'detectability: told from real'
    """
    fig = new_figure(4.4 * len(results), 3.6)
    told = []
    for i, (axes, (name, rows)) in enumerate(
        zip(np.atleast_1d(fig.subplots(1, len(results), sharey=True)), results.items())
    ):
        rows = [row for row in rows if "lr_psnr" in row]
        x, y = [row["psnr"] for row in rows], [np.mean(row["shares"]) for row in rows]
        axes.plot(x[1:], y[1:], color=COLOURS[0])
        axes.errorbar(x, y, [np.std(row["shares"], ddof=1) for row in rows], fmt="o", color=COLOURS[0], capsize=3)
        axes.axhline(0.5, color=MUTED, linestyle=":")
        for row, a, b in zip(rows, x, y):
            label = row["name"].replace("between, ", "")
            where = (5, 5) if row is rows[1] else (5, -13)  # the first network's dot is near the one beside it
            axes.annotate(label, (a, b), where, textcoords="offset points", fontsize=FONT - 1, color=INK)
        axes.margins(x=0.25)
        axes.set_ylim(0.45, 1.03)
        style_plot(axes, "PSNR (dB): nearer to the truth", "" if i else "detectability: told from real", f"{name}, x4")
        told.append(f"{name}: " + "; ".join(f"{row['name']} {a:.2f} dB, {b:.2f}" for row, a, b in zip(rows, x, y)))
    fig.tell("Detectability, of which 0.5 is chance, against PSNR", *told)
    return fig
