"""Numbers in coloured grids: where the sub-pixel step puts each channel of an LR pixel.

The grids hold the numbers that are given, and what the step makes of them, so that the drawing cannot disagree with it.
"""

import numpy as np

from .style import FONT, INK, new_figure

# of each channel: its colour, told from the others by lightness as well, and the colour of the number on it
CHANNELS = (("#0b5c8a", "white"), ("#f8e6c8", INK), ("#d9822b", INK), ("#93c9a8", INK))
LR_CELL, GAP, BETWEEN = 0.8, 0.5, 2.6  # in units of a cell of the HR image


def pixel_shuffle(x):
    """The sub-pixel step at scale 2 on a few numbers: four channels of the LR image, a colour each, and what they become.

    Frames mark the first LR pixel in each channel, and the block that it fills.

    Parameters
    ----------
    x : ndarray, (h, w, 4)
        An LR image of at most 4x4, for one colour.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        An array of another shape.

    Examples
    --------
    >>> import numpy as np, srlib
    >>> figure = srlib.show.pixel_shuffle(np.arange(16).reshape(2, 2, 4))
    >>> print(figure.alt.split(". ")[1])
    The HR image of 4x4 that they become, row by row: 0 1 4 5; 2 3 6 7; 8 9 12 13; 10 11 14 15
    """
    x = np.asarray(x)
    if x.ndim != 3 or x.shape[2] != 4 or not 0 < min(x.shape) <= max(x.shape) <= 4:
        raise ValueError(
            f"x has shape {x.shape}; expected (h, w, 4), with at most 4 LR pixels a side: cut out a corner."
        )
    h, w, _ = x.shape
    hr = x.reshape(h, w, 2, 2).transpose(0, 2, 1, 3).reshape(2 * h, 2 * w)
    step = LR_CELL * h + GAP  # from one channel to the next below it
    high, left = 4 * step - GAP, LR_CELL * w + BETWEEN
    top = (high - 2 * h) / 2 - 0.4
    fig = new_figure(0.55 * (left + 2 * w + 1.8), 0.55 * (high + 1.3))
    axes = fig.subplots()
    for k in range(4):
        _put_grid(axes, x[..., k], (0, k * step), LR_CELL, np.full((h, w), k))
        axes.text(-0.2, k * step + LR_CELL * h / 2, f"channel {k}", ha="right", va="center", fontsize=FONT, color=INK)
    _put_grid(axes, hr, (left, top), 1.0, np.tile([[0, 1], [2, 3]], (h, w)))
    _frame_first(axes, step, (left, top))
    ends = (LR_CELL * w + 0.4, top + h), (left - 0.4, top + h)
    axes.annotate(
        "", ends[1], ends[0], arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 2, "mutation_scale": 16}
    )
    axes.text(left - BETWEEN / 2, top + h - 0.2, "pixel shuffle", ha="center", va="bottom", fontsize=FONT, color=INK)
    for words, middle, y in (
        (f"LR image, {h}x{w}", LR_CELL * w / 2, high),
        (f"HR image, {2 * h}x{2 * w}", left + w, top + 2 * h),
    ):
        axes.text(middle, y + 0.2, words, ha="center", va="top", fontsize=FONT, color=INK)
    axes.set(xlim=(-1.7, left + 2 * w + 0.1), ylim=(high + 0.7, -0.6), aspect="equal")
    axes.axis("off")
    rows = lambda grid: "; ".join(" ".join(map(str, row)) for row in grid)
    channels = ", ".join(f"channel {k} holds {rows(x[..., k])}" for k in range(4))
    fig.tell(
        f"On the left an LR image, a grid in a colour of its own for each channel: {channels}",
        f"The HR image of {2 * h}x{2 * w} that they become, row by row: {rows(hr)}",
        "Frames mark the first number of each channel, and the block of four in the upper left corner that they fill",
    )
    return fig


def _put_grid(axes, numbers, corner, cell: float, channel) -> None:
    """Squares with a number in each, in the colour of the channel that the number comes from."""
    from matplotlib.patches import Rectangle

    for (row, column), number in np.ndenumerate(numbers):
        fill, ink = CHANNELS[channel[row, column]]
        x, y = corner[0] + cell * column, corner[1] + cell * row
        axes.add_patch(Rectangle((x, y), cell, cell, facecolor=fill, edgecolor="white", linewidth=1.5))
        write = {"fontsize": FONT + 1, "color": ink, "bbox": {"facecolor": fill, "edgecolor": "none", "pad": 1}}
        axes.text(x + cell / 2, y + cell / 2, str(number), ha="center", va="center", **write)


def _frame_first(axes, step: float, target) -> None:
    """Frames around the first LR pixel in each channel, and around the block that it becomes."""
    from matplotlib.patches import Rectangle

    frame = {"facecolor": "none", "edgecolor": INK, "linewidth": 2.5, "zorder": 3}
    axes.add_patch(Rectangle(target, 2, 2, **frame))
    for k in range(4):
        axes.add_patch(Rectangle((0, k * step), LR_CELL, LR_CELL, **frame))
