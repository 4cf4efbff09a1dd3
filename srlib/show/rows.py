"""Rows of pixels as curves: what methods make of an edge, and what waves a row is a sum of.

Lesson 02 (``02_preprocessing``) reads both.
"""

import numpy as np

from ..images import check, check_alike, to_float
from .style import COLOURS, FONT, INK, MUTED, TRUTH, line_style, new_figure, style_plot


def profile(hr, methods: dict, *, row: int, columns: tuple[int, int], title: str = ""):
    """One row of an image as a curve of its brightness, and the same row from every method.

    Parameters
    ----------
    hr : ndarray, (H, W, 3)
        The ground truth.
    methods : dict
        Name -> SR image of the same shape.
    row : int
        Which row, counted from the top.
    columns : (int, int)
        The first column that is drawn, and the one after the last.
    title : str
        Above the plot.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError, ValueError
        What is not an image; images of other shapes; pixels that the image does not have.

    Examples
    --------
    >>> import srlib
    >>> hr = srlib.load_images("dead_leaves", count=1)[0]
    >>> sr = srlib.upscale(srlib.downscale(hr, 2), "bicubic", 2)
    >>> figure = srlib.show.profile(hr, {"bicubic": sr}, row=40, columns=(20, 60))
    >>> [len(line.get_xdata()) for line in figure.axes[0].lines]
    [40, 40]
    """
    height, width = check(hr, "hr").shape[:2]
    first, last = columns
    if not (0 <= row < height and 0 <= first < last <= width):
        raise ValueError(
            f"row is {row} and columns are {columns}, the image {height}x{width}; expected pixels inside it: choose others."
        )
    values = lambda image: to_float(image)[row, first:last].mean(-1)
    curves = {TRUTH: values(hr)}
    for name, sr in methods.items():
        curves[name] = values(check_alike(sr, hr, (name, "hr"))[0])
    fig = new_figure(7.4, 3.2)
    axes = fig.subplots()
    place = np.arange(first, last)
    axes.plot(place, curves[TRUTH], color=MUTED, linewidth=4, label=TRUTH)
    for i, name in enumerate(methods):
        axes.plot(place, curves[name], linewidth=1.5, marker="o", markersize=3, label=name, **line_style(i))
    style_plot(axes, f"column, in row {row}", "brightness, 0 to 1", title)
    axes.locator_params(axis="x", integer=True)  # there is no column 22.5
    axes.legend(fontsize=FONT - 1, frameon=False)
    spans = "; ".join(f"{name} from {curve.min():.3f} to {curve.max():.3f}" for name, curve in curves.items())
    fig.tell(title, f"Brightness along row {row}, columns {first} to {last - 1}: {spans}")
    return fig


def waves(rows: dict, *, title: str = ""):
    """Rows of pixels as stripes, as curves, and as the strengths of the waves whose sum they are.

    Parameters
    ----------
    rows : dict
        Name -> brightness of the pixels of a row, from 0 to 1, (W,).
    title : str
        Above the figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        What is not a row of at least four numbers.

    Examples
    --------
    >>> import numpy as np
    >>> import srlib
    >>> wave = 0.5 + 0.4 * np.cos(2 * np.pi * np.arange(64) / 16)  # one wave in 16 pixels
    >>> figure = srlib.show.waves({"a wave": wave})
    >>> print(figure.alt)
    Rows as stripes, as curves and as the amplitudes of their waves, of which the strongest are. a wave: 0.40 at 0.0625
    """
    rows = {name: np.asarray(row, float) for name, row in rows.items()}
    for name, row in rows.items():
        if row.ndim != 1 or len(row) < 4:
            raise ValueError(
                f"{name} has shape {row.shape}; expected a row of at least four numbers: take one, such as image[0].mean(-1)."
            )
    fig = new_figure(9.0, 1.15 * len(rows) + (0.75 if title else 0.5))
    grid = fig.subplots(len(rows), 3, squeeze=False, sharex="col", width_ratios=(2, 3, 3))
    amplitudes = {name: _amplitudes(row) for name, row in rows.items()}
    highest, told = max(amplitude.max() for _, amplitude in amplitudes.values()), []
    for (name, row), (stripes, curve, bars) in zip(rows.items(), grid):
        extent = (-0.5, len(row) - 0.5, 0, len(row) / 4)
        stripes.imshow(np.tile(row, (8, 1)), cmap="gray", vmin=0, vmax=1, extent=extent, interpolation="nearest")
        style_plot(stripes, "", "", name)
        stripes.set_yticks([])
        stripes.grid(False)
        curve.plot(row, color=COLOURS[0], linewidth=1.2)
        curve.set_ylim(-0.05, 1.05)
        style_plot(curve, "", "")
        frequency, amplitude = amplitudes[name]
        bars.bar(frequency, amplitude, width=0.006, color=COLOURS[0])
        bars.set_ylim(0, 1.1 * highest)
        bars.set_xticks([0, 1 / 16, 1 / 8, 1 / 4, 3 / 8, 1 / 2], ["0", "1/16", "1/8", "1/4", "3/8", "1/2"])
        style_plot(bars, "", "")
        strongest = [k for k in np.sort(np.argsort(-amplitude)[:2]) if amplitude[k] > 0.1 * amplitude.max()]
        told.append(f"{name}: " + ", ".join(f"{amplitude[k]:.2f} at {frequency[k]:.3g}" for k in strongest))
    for axes, label in zip(grid[-1], ("column", "column", "spatial frequency (cycles per pixel)")):
        axes.set_xlabel(label, fontsize=FONT, color=INK)
    for axes, label in zip(grid[0, 1:], ("brightness", "amplitude of each wave")):
        axes.set_title(label, fontsize=FONT + 1, color=INK, loc="left")
    if title:
        fig.suptitle(title, fontsize=FONT + 2, color=INK)
    fig.tell(
        title, "Rows as stripes, as curves and as the amplitudes of their waves, of which the strongest are", *told
    )
    return fig


def _amplitudes(row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The frequencies of the waves whose sum a row is, in cycles per pixel, and how high each wave is above its middle."""
    amplitude = 2 * np.abs(np.fft.rfft(row - row.mean())) / len(row)
    if len(row) % 2 == 0:
        amplitude[-1] /= 2  # the wave of two pixels is its own mirror image: it is not counted twice
    return np.fft.rfftfreq(len(row)), amplitude
