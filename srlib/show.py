"""Figures: images side by side with their numbers, zooms, error maps, spectra, curves, networks.

Enters: images, tables, histories, models. Leaves: a matplotlib Figure, shown by a notebook when it is a cell's last
line, and saved with ``.savefig``. Nothing here computes a result that is not also printed by a lesson.
"""

from functools import partial
from math import ceil

import numpy as np

from .degradation import downscale, interpolate
from .images import check, check_alike, to_float
from .metrics import psnr, ssim

# One palette: told apart by the colour-blind, and by lightness when printed grey.
INK, MUTED, FAINT = "#22313f", "#7b8a97", "#d8dee4"
COLOURS = ("#0b5c8a", "#d9822b", "#4a9a6f", "#8c4a86", "#7b8a97")
_FONT = 9


def _figure(width: float, height: float):
    """A figure that a notebook shows once, when it is returned, and not again when the cell ends."""
    import matplotlib.pyplot as plt

    fig = plt.figure(figsize=(width, height), dpi=100, layout="constrained", facecolor="white")
    plt.close(fig)
    return fig


def _frame(axes, image, below: str = "", above: str = "", **options):
    axes.imshow(image, **{"interpolation": "nearest", **options})
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xlabel(below, fontsize=_FONT, color=INK, linespacing=1.3, labelpad=4)
    axes.set_title(above, fontsize=_FONT + 1, color=INK, pad=4)


def _plot(axes, xlabel: str, ylabel: str, title: str = "") -> None:
    axes.set_xlabel(xlabel, fontsize=_FONT, color=INK)
    axes.set_ylabel(ylabel, fontsize=_FONT, color=INK)
    axes.set_title(title, fontsize=_FONT + 1, color=INK, loc="left")
    axes.tick_params(labelsize=_FONT - 1, colors=INK)
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _numbers(image, hr) -> str:
    if min(hr.shape[:2]) < 7:
        return f"{psnr(image, hr):.2f} dB"
    return f"{psnr(image, hr):.2f} dB, SSIM {ssim(image, hr):.3f}"


def images(images, titles=None, *, columns: int = 6, size: float = 1.5):
    """A page of images.

    Parameters
    ----------
    images : ImageSet, ndarray (N, H, W, 3), or list of (H, W, 3)
    titles : list of str, optional
        Below each; the names of `ImageSet` unless given, ``[]`` for none.
    columns : int
    size : float
        Width of one image in inches.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        No images.
    """
    if titles is None:
        titles = getattr(images, "names", [])
    images = list(images)
    if not images:
        raise ValueError("There are no images to show; expected at least one: look at how they were loaded.")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    fig = _figure(size * columns, (size + (0.2 if len(titles) else 0.05)) * rows)
    grid = fig.subplots(rows, columns, squeeze=False)
    for i, axes in enumerate(grid.flat):
        if i < len(images):
            _frame(axes, check(images[i]), titles[i] if i < len(titles) else "")
        else:
            axes.axis("off")
    return fig


def compare(hr, methods: dict, *, title: str = "", size: float = 2.4):
    """The true image and what each method made of it, with PSNR and SSIM beneath.

    Parameters
    ----------
    hr : ndarray, (H, W, 3), or list of them
        One row for each.
    methods : dict
        Name -> image of the same shape, or list of images, one for each row.
    title : str
    size : float
        Width of one image in inches.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows = hr if isinstance(hr, (list, tuple)) or getattr(hr, "ndim", 3) == 4 else [hr]
    made = {name: p if isinstance(p, (list, tuple)) or p.ndim == 4 else [p] for name, p in methods.items()}
    tall = size * rows[0].shape[0] / rows[0].shape[1]
    fig = _figure(size * (1 + len(made)), (tall + 0.45) * len(rows) + (0.3 if title else 0))
    grid = fig.subplots(len(rows), 1 + len(made), squeeze=False)
    for r, true in enumerate(rows):
        _frame(grid[r, 0], true, "what it should be")
        for axes, (name, p) in zip(grid[r, 1:], made.items()):
            _frame(axes, p[r], f"{name}\n{_numbers(p[r], true)}")
    if title:
        fig.suptitle(title, fontsize=_FONT + 2, color=INK)
    return fig


def zoom(hr, methods: dict, *, box: tuple[int, int, int], title: str = "", size: float = 2.3):
    """One square of an image, large, from every method; the same square everywhere, its own numbers beneath.

    Parameters
    ----------
    hr : ndarray, (H, W, 3)
    methods : dict
        Name -> image of the same shape.
    box : (int, int, int)
        Top row, left column and side of the square, in pixels of the large image.
    title : str
    size : float
        Width of one square in inches.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        A box that leaves the image, or images of other shapes.
    """
    from matplotlib.patches import Rectangle

    for name, p in methods.items():
        check_alike(p, hr, (name, "hr"))
    top, left, side = box
    if not (0 <= top and 0 <= left and 0 < side and top + side <= hr.shape[0] and left + side <= hr.shape[1]):
        raise ValueError(
            f"box is {box}, the image {hr.shape[0]}x{hr.shape[1]}; expected (top, left, side) inside it: choose a smaller or another square."
        )
    cut = lambda p: p[top : top + side, left : left + side]
    fig = _figure(size * (2 + len(methods)), size + 0.55 + (0.25 if title else 0))
    grid = fig.subplots(1, 2 + len(methods), squeeze=False)[0]
    _frame(grid[0], hr, "the image, and the square")
    grid[0].add_patch(Rectangle((left - 0.5, top - 0.5), side, side, fill=False, edgecolor="white", linewidth=2.6))
    grid[0].add_patch(Rectangle((left - 0.5, top - 0.5), side, side, fill=False, edgecolor=COLOURS[1], linewidth=1.3))
    _frame(grid[1], cut(hr), "what it should be")
    for axes, (name, p) in zip(grid[2:], methods.items()):
        _frame(axes, cut(p), f"{name}\n{_numbers(cut(p), cut(hr))}")
    if title:
        fig.suptitle(title, fontsize=_FONT + 2, color=INK)
    return fig


def errors(hr, methods: dict, *, limit: float | None = None, size: float = 2.4):
    """Where each method is wrong: the absolute difference, averaged over the channels, on one scale.

    Parameters
    ----------
    hr : ndarray, (H, W, 3)
    methods : dict
        Name -> image of the same shape.
    limit : float, optional
        The difference, on the scale of 1, that is drawn darkest; the largest 99th percentile unless given.
    size : float

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError, ValueError
        What is not an image.
    """
    maps = {}
    for name, p in methods.items():
        made, true = check_alike(p, hr, (name, "hr"))
        maps[name] = np.abs(to_float(made) - to_float(true)).mean(-1)
    limit = limit or max(float(np.percentile(m, 99)) for m in maps.values())
    fig = _figure(size * (1 + len(maps)) + 0.5, size * hr.shape[0] / hr.shape[1] + 0.5)
    grid = fig.subplots(1, 1 + len(maps), squeeze=False)[0]
    _frame(grid[0], hr, "what it should be")
    for axes, (name, m) in zip(grid[1:], maps.items()):
        _frame(axes, m, f"{name}\nmean error {m.mean():.4f}", cmap="magma_r", vmin=0, vmax=limit)
    bar = fig.colorbar(grid[-1].images[0], ax=grid[-1], fraction=0.046, pad=0.03)
    bar.ax.tick_params(labelsize=_FONT - 1, colors=INK)
    bar.outline.set_visible(False)
    return fig


def power_spectrum(image) -> tuple[np.ndarray, np.ndarray]:
    """Mean power of an image by spatial frequency.

    Parameters
    ----------
    image : ndarray, (H, W, 3) or (N, H, W, 3)
        Square images; for a batch, the mean of their spectra.

    Returns
    -------
    frequency, power : ndarray
        Cycles per pixel, up to 0.5; power of the mean of the channels under a Hann window, which keeps the image's
        edges from posing as detail.

    Raises
    ------
    ValueError
        An image that is not square.
    """
    grey = to_float(check(image)).mean(-1)
    height, side = grey.shape[-2:]
    if height != side:
        raise ValueError(
            f"image is {height}x{side}; expected a square, so that a frequency means the same in both directions: cut one out of it."
        )
    window = np.outer(np.hanning(side), np.hanning(side))
    centred = grey - grey.mean(axis=(-2, -1), keepdims=True)
    power = np.abs(np.fft.fft2(centred * window)) ** 2
    power = power if power.ndim == 2 else power.mean(0)
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
    ring = np.round(frequency * side).astype(int)
    total, count = np.bincount(ring.ravel(), power.ravel()), np.bincount(ring.ravel())
    kept = slice(1, side // 2 + 1)
    return np.arange(len(total))[kept] / side, (total / count)[kept]


def spectrum(images: dict, *, mark: float | None = None, title: str = "Detail, from coarse to fine"):
    """Power against spatial frequency, one line for each image or set of images.

    Parameters
    ----------
    images : dict
        Name -> square image (H, H, 3) or batch of them.
    mark : float, optional
        A frequency to mark with a line, in cycles per pixel.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    fig = _figure(6.4, 3.2)
    axes = fig.subplots()
    for i, (name, p) in enumerate(images.items()):
        style = ("-", "--", "-.", ":")[i % 4]
        axes.loglog(*power_spectrum(p), style, color=COLOURS[i % len(COLOURS)], linewidth=1.6, label=name)
    if mark:
        axes.axvline(mark, color=MUTED, linewidth=1)
        axes.text(
            mark * 0.97,
            axes.get_ylim()[1],
            "finest detail an image\nof half the size can hold",
            ha="right",
            va="top",
            fontsize=_FONT - 1,
            color=MUTED,
        )
    axes.set_xticks([1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2], ["1/64", "1/32", "1/16", "1/8", "1/4", "1/2"])
    axes.minorticks_off()
    _plot(axes, "spatial frequency (cycles per pixel)", "power", title)
    axes.legend(fontsize=_FONT - 1, frameon=False, loc="lower left")
    return fig


def curves(histories: dict, *, title: str = "PSNR on the validation images while training"):
    """Validation PSNR and training loss against steps.

    Parameters
    ----------
    histories : dict
        Name -> what :func:`srlib.fit` returned.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    fig = _figure(8.2, 3.0)
    left, right = fig.subplots(1, 2, width_ratios=(3, 2))
    for i, (name, h) in enumerate(histories.items()):
        style, colour = ("-", "--", "-.", ":")[i % 4], COLOURS[i % len(COLOURS)]
        left.plot(h.step, h.psnr, style, color=colour, linewidth=1.8, label=name)
        right.semilogy(h.step, h.loss, style, color=colour, linewidth=1.8)
    base = next(iter(histories.values())).baseline
    if np.isfinite(base):
        left.axhline(base, color=MUTED, linewidth=1.2)
        left.text(
            left.get_xlim()[1], base, "linear upscaling ", ha="right", va="bottom", fontsize=_FONT - 1, color=MUTED
        )
    _plot(left, "steps", "PSNR (dB)", title)
    _plot(right, "steps", "loss", "Training loss (log scale)")
    left.legend(fontsize=_FONT - 1, frameon=False, loc="lower right")
    return fig


def spread(table, *, over: str, metric: str = "psnr", title: str = ""):
    """What each method gains over a baseline, one dot for each image.

    Parameters
    ----------
    table : srlib.evaluation.Table
    over : str
        The method that the others are compared with.
    metric : {"psnr", "ssim", "mse"}
    title : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    others = [m for m in table.scores if m != over]
    fig = _figure(7.0, 0.55 * len(others) + 1.1)
    axes = fig.subplots()
    base = table.values(over, metric)
    for i, method in enumerate(others):
        gain = table.values(method, metric) - base
        shift = np.linspace(-0.18, 0.18, len(gain))[np.argsort(np.argsort(gain))]
        axes.plot(
            gain,
            len(others) - 1 - i + shift,
            "o",
            color=COLOURS[i % len(COLOURS)],
            markersize=4,
            alpha=0.75,
            markeredgewidth=0,
        )
        axes.plot([gain.mean()] * 2, [len(others) - 1.32 - i, len(others) - 0.68 - i], color=INK, linewidth=2)
    axes.axvline(0, color=MUTED, linewidth=1)
    unit = " (dB)" if metric == "psnr" else ""
    _plot(axes, f"{metric.upper()}{unit} above {over}; a dot is an image, the bar their mean", "", title)
    axes.set_yticks(range(len(others)), others[::-1], fontsize=_FONT)
    axes.grid(axis="y", visible=False)
    axes.set_ylim(-0.6, len(others) - 0.4)
    return fig


def workflow(hr, method, *, scale: int = 2, kernel: str = "bilinear", name: str = "the network"):
    """The whole experiment in one row: true image, downscaled, upscaled again, restored, each at its own size.

    Parameters
    ----------
    hr : ndarray, (H, W, 3)
        Sides that the scale divides.
    method : keras.Model or str
    scale : int
    kernel : {"bilinear", "bicubic", "area"}
    name : str
        What to call the method.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError, ValueError
        What is not an image.
    """
    from matplotlib.lines import Line2D
    from matplotlib.patches import FancyArrowPatch

    from .upscaling import upscale

    hr = to_float(check(hr))
    lr = downscale(hr, scale, kernel=kernel)
    linear, restored = interpolate(lr, scale), upscale(lr, method, scale)
    steps = [
        (hr, f"the true image\n{hr.shape[1]}x{hr.shape[0]}", 1.0, f"downscale\nby {scale}"),
        (lr, f"all that is kept\n{lr.shape[1]}x{lr.shape[0]}", 1 / scale, "upscale\n(linear)"),
        (linear, f"linear upscaling\n{_numbers(linear, hr)}", 1.0, ""),
        (restored, f"{name}\n{_numbers(restored, hr)}", 1.0, ""),
    ]
    tall = 3.4
    fig = _figure(10, tall)
    fig.set_layout_engine("none")
    side, gap, x = 0.222, 0.066, 0.004
    bottom, high, middles = 0.55 / tall, side * 10 / tall, []
    write = dict(ha="center", color=INK)

    def arrow(*points):
        """Through points of the figure, with its head at the last."""
        # patches of the figure: an annotation of an axes stays behind when a notebook crops the figure to what is drawn
        mark = dict(arrowstyle="-|>", color=INK, linewidth=1.3, mutation_scale=12, downscaleA=0, downscaleB=0)
        fig.add_artist(FancyArrowPatch(points[-2], points[-1], transform=fig.transFigure, **mark))
        fig.add_artist(Line2D(*zip(*points[:-1]), color=INK, linewidth=1.3))

    for image, words, size, towards in steps:
        low = bottom + high * (1 - size) / 2
        _frame(fig.add_axes((x, low, side * size, high * size)), image)
        middles.append(x + side * size / 2)
        fig.text(middles[-1], low - 0.03, words, va="top", fontsize=_FONT, **write)
        x += side * size
        if towards:
            fig.text(x + gap / 2, bottom + high / 2 + 0.06, towards, va="bottom", fontsize=_FONT - 1, **write)
            arrow((x + 0.006, bottom + high / 2), (x + gap - 0.006, bottom + high / 2))
        x += gap
    # the method sees the small image, not the linear upscaling: its way leads over that
    top = bottom + high
    low, over = bottom + high * (1 + 1 / scale) / 2 + 0.02, top + 0.07
    arrow((middles[1], low), (middles[1], over), (middles[3], over), (middles[3], top + 0.01))
    fig.text(
        (middles[1] + middles[3]) / 2, over + 0.02, f"upscale with {name}", va="bottom", fontsize=_FONT - 1, **write
    )
    return fig


_LAYER_COLOURS = {
    "InputLayer": ("the small image", "#f2c14e"), "Upscale": ("upscale (interpolation)", "#8c4a86"), "Conv2D": ("convolution", "#0b5c8a"),
    "EquivariantConv2D": ("convolution in all positions", "#0b5c8a"),
    "MaxPooling2D": ("max-pooling", "#4a9a6f"), "UpSampling2D": ("up-sampling", "#d9822b"), "Add": ("add (skip)", "#22313f"), "PixelShuffle": ("pixel shuffle", "#d9822b"),
    "Luminance": ("brightness", "#8a9099"),
    "Rescaling": ("counted from middle grey", "#c3c8cc"),
}  # fmt: skip


def architecture(model, *, side: int = 64):
    """The network's layers drawn to scale by visualkeras: height and depth are the image's, thickness the channels.

    Parameters
    ----------
    model : keras.Model
        From :func:`srlib.build_model`.
    side : int
        Side of the small image that the drawing assumes.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ImportError
        visualkeras is not installed.
    """
    from matplotlib.patches import Patch

    from ._backend import keras
    from .layers import CropLike, PadToMultiple
    from .models import BUILDERS

    try:
        import visualkeras
    except ImportError as error:
        raise ImportError(
            "visualkeras is not installed; expected it for drawing networks: pip install 'srlib[lessons]'."
        ) from error
    config = model.srlib_config
    small = keras.Input((side, side, 3))
    drawn = keras.Model(small, BUILDERS[config["builder"]](small, config["scale"], **config["options"]))
    for layer in drawn.layers:
        layer.output_shape = tuple(layer.output.shape)  # visualkeras asks for what Keras 3 no longer has
    colours = {
        type(layer): {"fill": _LAYER_COLOURS[type(layer).__name__][1]}
        for layer in drawn.layers
        if type(layer).__name__ in _LAYER_COLOURS
    }
    image = visualkeras.layered_view(
        drawn,
        type_ignore=[PadToMultiple, CropLike],
        color_map=colours,
        legend=False,
        legend_text_spacing_offset=0,
        scale_xy=150 / (side * config["scale"]),
        scale_z=0.6,
        min_z=12,
        max_z=160,
        spacing=12,
        background_fill="white",
    )
    present = dict.fromkeys(type(layer).__name__ for layer in drawn.layers)
    patches = [
        Patch(facecolor=_LAYER_COLOURS[kind][1], label=_LAYER_COLOURS[kind][0])
        for kind in present
        if kind in _LAYER_COLOURS
    ]
    lines = ceil(len(patches) / 6)  # more do not fit beside each other
    fig = _figure(9, 9 * image.height / image.width + 0.25 + 0.25 * lines)
    axes = fig.subplots()
    _frame(axes, np.asarray(image.convert("RGB")), interpolation="antialiased")
    fig.legend(
        handles=patches, loc="outside lower center", ncols=ceil(len(patches) / lines), fontsize=_FONT, frameon=False,
        handlelength=1.2,
    )  # fmt: skip
    return fig


def quality(published, *, of: str = "set5", title: str = "What quality costs"):
    """PSNR against multiply-adds: ours in colour, published networks in grey, interpolations as lines across.

    Parameters
    ----------
    published : list of srlib.published.LeaderboardRow
        From :func:`srlib.leaderboard`. An ensemble is left out: it is a network that is there already.
    of : {"set5", "set14", "bsd100"}
        The set whose PSNR is drawn.
    title : str

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        No network among the lines has both a score on the set and a cost.
    """
    from matplotlib.ticker import LogLocator, NullFormatter

    dots = [line for line in published if line.multiply_adds and of in line.scores and not line.ensemble]
    if not dots:
        raise ValueError(
            f"No network here has both a score on {of} and a number of multiply-adds; expected at least one: use srlib.leaderboard()."
        )
    fig = _figure(7.0, 5.0)
    axes = fig.subplots()
    axes.set_xscale("log")
    labels = []
    for line in dots:
        colour, size = (COLOURS[1], 8) if line.ours else (MUTED, 6)
        place = line.multiply_adds / 1e9, line.scores[of][0]
        axes.plot(*place, "o", color=colour, markersize=size, markeredgewidth=0)
        words = axes.annotate(
            line.method, place, (8, 0), textcoords="offset points", va="center_baseline", fontsize=_FONT,
            color=INK if line.ours else MUTED, fontweight="bold" if line.ours else "normal",
        )  # fmt: skip
        words.set_in_layout(False)  # it is placed when the layout is done, and must not change that
        labels.append(words)
    for line in published:
        if line.ours and line.parameters is None and of in line.scores:
            axes.axhline(line.scores[of][0], color=MUTED, linewidth=1.2, zorder=0)
            axes.annotate(
                line.method, (1, line.scores[of][0]), (-4, 3), xycoords=("axes fraction", "data"),
                textcoords="offset points", ha="right", fontsize=_FONT - 1, color=MUTED,
            )  # fmt: skip
    axes.margins(x=0.05, y=0.08)
    left, right = axes.get_xlim()
    right *= (right / left) ** 0.16  # room for a name beside the last dot
    axes.set_xlim(left, right)
    axes.xaxis.set_major_locator(LogLocator(subs=(1,) if right > 1000 * left else (1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.xaxis.set_minor_formatter(NullFormatter())
    _plot(axes, "multiply-adds for an output of 1280x720, in GMACs", f"PSNR on {of} (dB)", title)
    _keep_apart(fig, axes, labels)
    return fig


def _keep_apart(fig, axes, labels: list) -> None:
    """Put each label on the side of its dot where it covers fewest dots and other labels, and comes nearest to no other dot."""
    from matplotlib.transforms import Bbox

    fig.draw_without_rendering()  # the layout decides where the dots are
    dots = np.array([axes.transData.transform(label.xy) for label in labels])
    reach = 5 * fig.dpi / 72
    around = [Bbox([dot - reach, dot + reach]) for dot in dots]
    inside = axes.get_window_extent()
    sides = [((8, 0), "left"), ((-8, 0), "right"), ((0, 13), "center"), ((0, -13), "center")]
    sides += [((x, y), side) for y in (11, -11, 22, -22) for x, side in ((5, "left"), (-5, "right"))]
    boxes: dict = {}  # of the labels that are placed

    def put(i, side):
        labels[i].set_position(side[0])
        labels[i].set_horizontalalignment(side[1])
        return labels[i].get_window_extent()

    def cost(i, side):
        box = put(i, side)
        outside = not (inside.contains(*box.min) and inside.contains(*box.max))
        covered = box.count_overlaps([*around, *(boxes[k] for k in boxes if k != i)])
        away = np.hypot(*np.maximum(0, np.maximum(box.min - dots, dots - box.max)).T)
        mistaken = np.delete(away, i).min(initial=np.inf) < 2 * away[i]  # one would read it as another dot's
        far = abs(side[0][1]) > 13
        return 100 * outside + 2 * covered + mistaken + far

    for i in [*range(len(labels))] * 3:  # later rounds know where those stand that came later
        boxes[i] = put(i, min(sides, key=partial(cost, i)))
