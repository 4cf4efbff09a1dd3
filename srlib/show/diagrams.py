"""Diagrams of the experiment: all of it in one row.

They are drawn from the images themselves, so that they cannot disagree with them.
"""

from ..images import check, to_float
from ..resampling import downscale, interpolate
from .style import FONT, INK, TRUTH, new_figure, put_image, scores_in_words


def workflow(hr, method, *, scale: int = 2, kernel: str = "bilinear", name: str = "the network"):
    """The whole experiment in one row: the HR image, downscaled, upscaled again, restored, each at its own size.

    Parameters
    ----------
    hr : ndarray, (H, W, 3)
        Sides that the scale divides; ``uint8`` or ``float32`` in [0, 1].
    method : keras.Model or str
        A network, or the name of an interpolation.
    scale : int
        How many times smaller the LR image is along each side.
    kernel : {"bilinear", "bicubic", "area"}
        How it is downscaled.
    name : str
        What to call the method.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError, ValueError
        What is not an image, or one whose sides the scale does not divide.

    Examples
    --------
    >>> import srlib
    >>> hr = srlib.load_images("dead_leaves", count=1)[0]
    >>> figure = srlib.show.workflow(hr, "bicubic", name="bicubic")
    >>> figure.texts[0].get_text().splitlines()[0]
    'ground truth (HR)'
    """
    from ..upscaling import upscale

    hr = to_float(check(hr))
    lr = downscale(hr, scale, kernel=kernel)
    linear, sr = interpolate(lr, scale), upscale(lr, method, scale)
    # image, the words below it, its size beside the others', the words above the arrow to the next
    steps = [
        (hr, f"{TRUTH}\n{hr.shape[1]}x{hr.shape[0]}", 1.0, f"downscale\nby {scale}"),
        (lr, f"all that is kept (LR)\n{lr.shape[1]}x{lr.shape[0]}", 1 / scale, "upscale\n(linear)"),
        (linear, f"linear upscaling\n{scores_in_words(linear, hr)}", 1.0, ""),
        (sr, f"{name}\n{scores_in_words(sr, hr)}", 1.0, ""),
    ]
    width, height = 10, 3.4
    fig = new_figure(width, height)
    fig.set_layout_engine("none")
    side, gap, x = 0.222, 0.066, 0.004
    bottom, high, middles = 0.55 / height, side * width / height, []
    write = dict(ha="center", color=INK)
    for image, words, size, above_arrow in steps:
        low = bottom + high * (1 - size) / 2
        put_image(fig.add_axes((x, low, side * size, high * size)), image)
        middles.append(x + side * size / 2)
        fig.text(middles[-1], low - 0.03, words, va="top", fontsize=FONT, **write)
        x += side * size
        if above_arrow:
            fig.text(x + gap / 2, bottom + high / 2 + 0.06, above_arrow, va="bottom", fontsize=FONT - 1, **write)
            _put_arrow(fig, (x + 0.006, bottom + high / 2), (x + gap - 0.006, bottom + high / 2))
        x += gap
    # the method is given the LR image, not the linear upscaling: its arrow leads over that
    top = bottom + high
    low, over = bottom + high * (1 + 1 / scale) / 2 + 0.02, top + 0.07
    _put_arrow(fig, (middles[1], low), (middles[1], over), (middles[3], over), (middles[3], top + 0.01))
    middle = (middles[1] + middles[3]) / 2
    fig.text(middle, over + 0.02, f"upscale with {name}", va="bottom", fontsize=FONT - 1, **write)
    told = "; ".join(words for _, words, _, _ in steps)
    fig.tell(f"Four images joined by arrows: {told}", "The last is made from the second")
    return fig


def _put_arrow(fig, *points) -> None:
    """Draw an arrow through points of the figure, with its head at the last."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import FancyArrowPatch

    # patches of the figure: an annotation of an axes stays behind when a notebook crops the figure to what is drawn
    mark = dict(arrowstyle="-|>", color=INK, linewidth=1.3, mutation_scale=12, shrinkA=0, shrinkB=0)
    fig.add_artist(FancyArrowPatch(points[-2], points[-1], transform=fig.transFigure, **mark))
    fig.add_artist(Line2D(*zip(*points[:-1]), color=INK, linewidth=1.3))
