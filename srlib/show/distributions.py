"""Groups of numbers, one above the other: every number a dot, the mean of each group a bar.

Lesson 01 (``01_dataset``) compares a split that leaks with one that does not.
"""

import numpy as np

from .style import COLOURS, FONT, INK, name_rows, new_figure, style_plot

_BINS = 48  # over the range of all groups; numbers of one bin are stacked


def distributions(groups: dict, *, label: str, title: str = ""):
    """The numbers of each group as stacked dots in a row of their own, and their mean as a bar.

    Parameters
    ----------
    groups : dict
        Name -> numbers, (N,).
    label : str
        What the numbers are, and their unit; below the plot.
    title : str
        Above the plot.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        A group without numbers, or with some that are not finite.

    Examples
    --------
    >>> import srlib
    >>> figure = srlib.show.distributions({"mine": [0.1, 0.3], "yours": [0.2, 0.2]}, label="gain (dB)")
    >>> print(figure.alt)
    gain (dB), mean and range: mine +0.200 (+0.100 to +0.300), 2 dots; yours +0.200 (+0.200 to +0.200), 2 dots
    """
    groups = {name: np.asarray(values, float).ravel() for name, values in groups.items()}
    for name, values in groups.items():
        if not (len(values) and np.isfinite(values).all()):
            raise ValueError(
                f"{name} holds {len(values)} numbers, {np.isfinite(values).sum()} of them finite; expected finite numbers, at least one: look at how they were computed."
            )
    fig = new_figure(8.0, 1.0 * len(groups) + 0.8)
    axes = fig.subplots()
    width = (max(map(np.max, groups.values())) - min(map(np.min, groups.values()))) / _BINS or 1.0
    heights = {name: _heights(values, width) for name, values in groups.items()}
    tallest, told = max(map(np.max, heights.values())), []
    for i, (name, values) in enumerate(groups.items()):
        row, mean = len(groups) - 1 - i, values.mean()
        place, up = width * np.round(values / width), row + 0.5 * heights[name] / max(tallest, 5)
        axes.plot(place, up, "o", color=COLOURS[i % len(COLOURS)], markersize=5, markeredgewidth=0)
        axes.plot([mean] * 2, [row - 0.1, row + 0.72], color=INK, linewidth=2)
        beside = {"xytext": (5, 0), "textcoords": "offset points", "va": "top", "fontsize": FONT, "color": INK}
        axes.annotate(f"mean {mean:+.3f}", (mean, row + 0.72), **beside)
        told.append(f"{name} {mean:+.3f} ({values.min():+.3f} to {values.max():+.3f}), {len(values)} dots")
    style_plot(axes, label, "", title)
    name_rows(axes, [*groups])
    axes.set_ylim(-0.2, len(groups) - 0.1)
    fig.tell(title, f"{label}, mean and range: {'; '.join(told)}")
    return fig


def _heights(values: np.ndarray, width: float) -> np.ndarray:
    """How many dots lie under each one, where those of one bin are stacked."""
    bins = np.round(values / width)
    return np.array([(bins[:i] == bins[i]).sum() for i in range(len(bins))])
