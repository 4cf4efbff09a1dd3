"""Plots of a training: its loss step by step, and what :func:`srlib.fit` noted on the way."""

import numpy as np

from .style import FONT, INK, MUTED, line_style, new_figure, style_plot


def losses(runs: dict, *, epoch: int | None = None, title: str = "Loss, step by step"):
    """The loss of every step of some trainings, on a logarithmic scale.

    Parameters
    ----------
    runs : dict
        Name -> losses, one for each step.
    epoch : int, optional
        How many steps an epoch has; the end of each is marked.
    title : str
        Above the plot.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import srlib
    >>> figure = srlib.show.losses({"slow": [0.4, 0.39, 0.38, 0.37], "fast": [0.4, 0.2, 0.15, 0.1]}, epoch=2)
    >>> figure.alt
    'Loss, step by step, for 4 steps: slow, from 0.4 to 0.37; fast, from 0.4 to 0.1. An epoch has 2 steps'
    """
    fig = new_figure(8.0, 3.2)
    axes = fig.subplots()
    first = [values[0] for values in runs.values()]
    for i, (name, values) in enumerate(runs.items()):
        axes.semilogy(range(1, len(values) + 1), values, linewidth=1.8, label=name, **line_style(i))
    axes.set_ylim(top=min(axes.get_ylim()[1], 4 * max(first)))  # what rises without end leaves the plot
    steps = max(len(values) for values in runs.values())
    for n, end in enumerate(range(epoch, steps + 1, epoch) if epoch else (), 1):
        axes.axvline(end + 0.5, color=MUTED, linewidth=1, linestyle=":")
        place = dict(xycoords=("data", "axes fraction"), textcoords="offset points", ha="right", va="top")
        axes.annotate(f"end of epoch {n}", (end + 0.5, 1), xytext=(-3, -2), fontsize=FONT - 1, color=MUTED, **place)
    _plain_ticks(axes)
    style_plot(axes, "step", "loss (log scale)", title)
    axes.legend(fontsize=FONT - 1, frameon=False, loc="upper left", bbox_to_anchor=(1, 1), labelcolor=INK)
    ends = "; ".join(f"{name}, from {values[0]:.3g} to {values[-1]:.3g}" for name, values in runs.items())
    fig.tell(f"{title}, for {steps} steps: {ends}", f"An epoch has {epoch} steps" if epoch else "")
    return fig


def curves(histories: dict, *, title: str = "PSNR on the validation images while training"):
    """Validation PSNR and training loss against steps.

    Parameters
    ----------
    histories : dict
        Name -> what :func:`srlib.fit` returned.
    title : str
        Above the plot of the PSNR.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import srlib
    >>> from srlib.callbacks import History
    >>> from srlib.recipe import Architecture, Run
    >>> about = Architecture("subpixel", 2), Run(srlib.Recipe(), srlib.Provenance())
    >>> history = History(*about, step=[10, 20], loss=[0.2, 0.1], psnr=[24.0, 25.0], baseline=23.5)
    >>> figure = srlib.show.curves({"mine": history})
    >>> figure.axes[0].lines[0].get_ydata().tolist()
    [24.0, 25.0]
    """
    fig = new_figure(8.2, 3.0)
    left, right = fig.subplots(1, 2, width_ratios=(3, 2))
    for i, (name, history) in enumerate(histories.items()):
        left.plot(history.step, history.psnr, linewidth=1.8, label=name, **line_style(i))
        right.semilogy(history.step, history.loss, linewidth=1.8, **line_style(i))
    ends = [
        f"{name}, {history.step[-1]} steps, PSNR from {history.psnr[0]:.2f} to {history.psnr[-1]:.2f} dB, loss from {history.loss[0]:.3g} to {history.loss[-1]:.3g}"
        for name, history in histories.items()
        if len(history.step)
    ]
    baseline = next(iter(histories.values())).baseline
    if np.isfinite(baseline):
        left.axhline(baseline, color=MUTED, linewidth=1.2, label="linear upscaling")
        left.set_ylim(bottom=max(left.get_ylim()[0], baseline - 4))  # what begins far below enters the plot later
        ends.append(f"linear upscaling, {baseline:.2f} dB")
    fig.tell(f"{title}, and the training loss: {'; '.join(ends)}")
    _plain_ticks(right)
    style_plot(left, "steps", "PSNR (dB)", title)
    style_plot(right, "steps", "loss", "Training loss (log scale)")
    left.legend(fontsize=FONT - 1, frameon=False, loc="lower right")
    return fig


def _plain_ticks(axes) -> None:
    """Numbers instead of powers of ten on the logarithmic axis of a loss."""
    from matplotlib.ticker import LogLocator, NullFormatter

    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())
