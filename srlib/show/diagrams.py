"""Diagrams of the experiment: all of it in one row, and the plain form of a network beside the residual one.

They are drawn from the images themselves, so that they cannot disagree with them.
"""

import numpy as np

from ..images import check, to_float
from ..resampling import downscale, interpolate
from .style import COLOURS, FAINT, FONT, INK, TRUTH, new_figure, put_image, scores_in_words


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


def plain_and_residual(hr, *, scale: int = 2, kernel: str = "bilinear", times: float = 4):
    """The plain form of a network beside its residual form: what goes in, what the network must give, what comes out.

    Parameters
    ----------
    hr : ndarray, (H, W, 3)
        Sides that the scale divides; ``uint8`` or ``float32`` in [0, 1].
    scale : int
        How many times smaller the LR image is along each side.
    kernel : {"bilinear", "bicubic", "area"}
        How it is downscaled.
    times : float
        How strongly the missing part is drawn, around grey.

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
    >>> figure = srlib.show.plain_and_residual(hr)
    >>> [text.get_text() for text in figure.texts if text.get_fontweight() == "bold"]
    ['plain', 'residual']
    """
    hr = to_float(check(hr))
    linear = interpolate(downscale(hr, scale, kernel=kernel), scale)
    missing = hr - linear
    drawn = np.clip(0.5 + times * missing, 0, 1)
    asked = hr.std(), missing.std()  # not a mean: a network's biases could add that alone
    # inches from the lower left corner: the middles of the columns, and the lower edges of what stands in them
    width, height, side, middles = 9, 5.5, 1.05, (2.0, 6.4)
    top, box, between, plus, bottom = 4.1, 3.3, 1.95, 1.54, 0.07
    fig = new_figure(width, height)
    fig.set_layout_engine("none")
    place = lambda x, y: (x / width, y / height)
    arrow = lambda *points: _put_arrow(fig, *(place(*point) for point in points))
    write = lambda x, y, words, **more: fig.text(
        *place(x, y), words, va="center", **{"fontsize": FONT, "color": INK} | more
    )
    for x, form in zip(middles, ("plain", "residual")):
        write(x, height - 0.17, form, ha="center", fontsize=FONT + 2, fontweight="bold")
        images = {top: (linear, "the upscaled input"), bottom: (hr, "the output:\nas near as can be to this")}
        if form == "residual":
            images[between] = drawn, f"what is missing\n({times:g} times, around grey):\ncontrast {asked[1]:.3f}"
        for y, (image, words) in images.items():
            put_image(fig.add_axes((*place(x - side / 2, y), *place(side, side))), image)
            write(x + side / 2 + 0.12, y + side / 2, words)
        _put_box(fig, place(x - 0.95, box), place(1.9, 0.5), "network\nencoder, code, decoder")
        arrow((x, top - 0.02), (x, box + 0.52))
        if form == "plain":
            arrow((x, box - 0.02), (x, bottom + side + 0.02))
            write(x + 0.12, between + side / 2, f"the whole image:\ncontrast {asked[0]:.3f}")
            continue
        arrow((x, box - 0.02), (x, between + side + 0.02))
        arrow((x, between - 0.02), (x, plus + 0.12))
        arrow((x, plus - 0.12), (x, bottom + side + 0.02))
        arrow((x - side / 2 - 0.04, top + side / 2), (x - 1.3, top + side / 2), (x - 1.3, plus), (x - 0.13, plus))
        write(x - 1.4, (top + plus) / 2, "the skip", ha="right")
        write(x, plus, "\N{CIRCLED PLUS}", ha="center", fontsize=FONT + 9)
    fig.tell(
        "Two forms of a network side by side",
        f"Plain: the upscaled input enters the network, which must give the whole image, of contrast {asked[0]:.3f}",
        f"Residual: the network must give only what is missing, of contrast {asked[1]:.3f}; a skip leads the upscaled input around it, and the two are added",
    )
    return fig


def _put_box(fig, corner, size, words: str) -> None:
    """Draw a box with words in it, in coordinates of the figure."""
    from matplotlib.patches import Rectangle

    fig.add_artist(Rectangle(corner, *size, facecolor=FAINT, edgecolor=COLOURS[0], linewidth=1.3))
    middle = corner[0] + size[0] / 2, corner[1] + size[1] / 2
    fig.text(*middle, words, ha="center", va="center", fontsize=FONT, color=INK, linespacing=1.3)


def _put_arrow(fig, *points) -> None:
    """Draw an arrow through points of the figure, with its head at the last."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import FancyArrowPatch

    # patches of the figure: an annotation of an axes stays behind when a notebook crops the figure to what is drawn
    mark = dict(arrowstyle="-|>", color=INK, linewidth=1.3, mutation_scale=12, shrinkA=0, shrinkB=0)
    fig.add_artist(FancyArrowPatch(points[-2], points[-1], transform=fig.transFigure, **mark))
    fig.add_artist(Line2D(*zip(*points[:-1]), color=INK, linewidth=1.3))
