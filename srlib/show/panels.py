"""Images beside each other: a page of them, and what methods made of one, with scores, enlarged, or as error maps.

A comparison always shows the ground truth, then each method on the same pixels, with that method's numbers beneath.
"""

import numpy as np

from ..images import check, check_alike, to_float
from .style import COLOURS, FONT, INK, TRUTH, new_figure, put_image, scores_in_words


def images(images, titles=None, *, columns: int = 6, size: float = 1.5):
    """A page of images.

    Parameters
    ----------
    images : ImageSet, ndarray (N, H, W, 3), or list of (H, W, 3)
        ``uint8`` or ``float32`` in [0, 1].
    titles : list of str, optional
        Below each image; the names of an `ImageSet` unless given, ``[]`` for none.
    columns : int
        How many images stand in a row.
    size : float
        Width of one image in inches.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError, ValueError
        What is not an image, or no images at all.

    Examples
    --------
    >>> import srlib
    >>> photographs = srlib.load_images("sample", split="validation")
    >>> figure = srlib.show.images(photographs[:4], columns=2)
    >>> len(figure.axes)
    4
    """
    if titles is None:
        titles = getattr(images, "names", [])
    origin = "+".join(map(str, getattr(images, "provenance", ())))
    images = list(images)
    if not images:
        raise ValueError("There are no images to show; expected at least one: look at how they were loaded.")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    fig = new_figure(size * columns, (size + (0.2 if len(titles) else 0.05)) * rows)
    for i, axes in enumerate(fig.subplots(rows, columns, squeeze=False).flat):
        if i < len(images):
            put_image(axes, check(images[i]), titles[i] if i < len(titles) else "")
        else:
            axes.axis("off")
    count = "One image" if len(images) == 1 else f"{len(images)} images"
    fig.tell(f"{count} of {origin}" if origin else count, fig.words_below())
    return fig


def compare(hr, methods: dict, *, title: str = "", truth: str = TRUTH, size: float = 2.4):
    """The ground truth and what each method made of it, with PSNR and SSIM beneath.

    Parameters
    ----------
    hr : ndarray, (H, W, 3), or list of them
        One row for each.
    methods : dict
        Name -> SR image of the same shape, or list of images, one for each row.
    title : str
        Above the figure.
    truth : str
        Below the first image. At scale 1 there is no HR image: say what it is instead, such as ``"undamaged"``.
    size : float
        Width of one image in inches.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError, ValueError
        What is not an image, or images of other shapes.

    Examples
    --------
    >>> import srlib
    >>> hr = srlib.load_images("dead_leaves", count=1)[0]
    >>> lr = srlib.downscale(hr, 2)
    >>> figure = srlib.show.compare(hr, {"bicubic": srlib.upscale(lr, "bicubic", 2)})
    >>> [axes.get_xlabel().splitlines()[0] for axes in figure.axes]
    ['ground truth (HR)', 'bicubic']
    """
    rows = hr if _are_several(hr) else [hr]
    methods = {name: sr if _are_several(sr) else [sr] for name, sr in methods.items()}
    height = size * rows[0].shape[0] / rows[0].shape[1]
    fig = new_figure(size * (1 + len(methods)), (height + 0.45) * len(rows) + (0.3 if title else 0))
    grid = fig.subplots(len(rows), 1 + len(methods), squeeze=False)
    for r, row in enumerate(rows):
        put_image(grid[r, 0], row, truth)
        for axes, (name, sr) in zip(grid[r, 1:], methods.items()):
            put_image(axes, sr[r], f"{name}\n{scores_in_words(sr[r], row)}")
    _put_title(fig, title)
    fig.tell(title, f"The same image from each method: {fig.words_below()}")
    return fig


def zoom(hr, methods: dict, *, box: tuple[int, int, int], title: str = "", truth: str = TRUTH, size: float = 2.3):
    """One square of an image, enlarged, from every method: the same square everywhere, its own scores beneath.

    Parameters
    ----------
    hr : ndarray, (H, W, 3)
        The ground truth.
    methods : dict
        Name -> SR image of the same shape.
    box : (int, int, int)
        Top row, left column and side of the square, in pixels of the HR image.
    title : str
        Above the figure.
    truth : str
        Below the first square, as for :func:`compare`.
    size : float
        Width of one square in inches.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError, ValueError
        What is not an image; images of other shapes; a box that leaves the image.

    Examples
    --------
    >>> import srlib
    >>> hr = srlib.load_images("dead_leaves", count=1)[0]
    >>> sr = srlib.upscale(srlib.downscale(hr, 2), "bicubic", 2)
    >>> figure = srlib.show.zoom(hr, {"bicubic": sr}, box=(8, 16, 32))
    >>> figure.axes[2].images[0].get_array().shape
    (32, 32, 3)
    """
    for name, sr in methods.items():
        check_alike(sr, hr, (name, "hr"))
    top, left, side = box
    if not (0 <= top and 0 <= left and 0 < side and top + side <= hr.shape[0] and left + side <= hr.shape[1]):
        raise ValueError(
            f"box is {box}, the image {hr.shape[0]}x{hr.shape[1]}; expected (top, left, side) inside it: choose a smaller or another square."
        )
    cut = lambda image: image[top : top + side, left : left + side]
    fig = new_figure(size * (2 + len(methods)), size + 0.55 + (0.25 if title else 0))
    grid = fig.subplots(1, 2 + len(methods), squeeze=False)[0]
    put_image(grid[0], hr, "the image, and the square")
    from matplotlib.patches import Rectangle  # the figure has told if there is no matplotlib

    for colour, width in (("white", 2.6), (COLOURS[1], 1.3)):
        mark = Rectangle((left - 0.5, top - 0.5), side, side, fill=False, edgecolor=colour, linewidth=width)
        grid[0].add_patch(mark)
    put_image(grid[1], cut(hr), truth)
    for axes, (name, sr) in zip(grid[2:], methods.items()):
        put_image(axes, cut(sr), f"{name}\n{scores_in_words(cut(sr), cut(hr))}")
    _put_title(fig, title)
    square = f"A square of {side}x{side} pixels, {top} from the top and {left} from the left"
    fig.tell(title, f"{square}, enlarged from each method: {fig.words_below()}")
    return fig


def errors(hr, methods: dict, *, limit: float | None = None, size: float = 2.4):
    """Where each method errs: the absolute difference, averaged over the channels, on one scale for all.

    Parameters
    ----------
    hr : ndarray, (H, W, 3)
        The ground truth.
    methods : dict
        Name -> SR image of the same shape.
    limit : float, optional
        The difference, of values in [0, 1], that is drawn darkest; the largest 99th percentile unless given.
    size : float
        Width of one image in inches.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    TypeError, ValueError
        What is not an image, or images of other shapes.

    Examples
    --------
    >>> import srlib
    >>> hr = srlib.load_images("dead_leaves", count=1)[0]
    >>> sr = srlib.upscale(srlib.downscale(hr, 2), "bicubic", 2)
    >>> figure = srlib.show.errors(hr, {"bicubic": sr}, limit=0.1)
    >>> figure.axes[1].images[0].get_clim()
    (0.0, 0.1)
    """
    maps = {}
    for name, sr in methods.items():
        sr, truth = check_alike(sr, hr, (name, "hr"))
        maps[name] = np.abs(to_float(sr) - to_float(truth)).mean(-1)
    limit = limit or max(float(np.percentile(error, 99)) for error in maps.values())
    fig = new_figure(size * (1 + len(maps)) + 0.5, size * hr.shape[0] / hr.shape[1] + 0.5)
    grid = fig.subplots(1, 1 + len(maps), squeeze=False)[0]
    put_image(grid[0], hr, TRUTH)
    for axes, (name, error) in zip(grid[1:], maps.items()):
        put_image(axes, error, f"{name}\nmean error {error.mean():.4f}", cmap="magma_r", vmin=0, vmax=limit)
    bar = fig.colorbar(grid[-1].images[0], ax=grid[-1], fraction=0.046, pad=0.03)
    bar.ax.tick_params(labelsize=FONT - 1, colors=INK)
    bar.outline.set_visible(False)
    fig.tell(f"Maps of the absolute error of each method, dark where it reaches {limit:.3f}: {fig.words_below()}")
    return fig


def _are_several(images) -> bool:
    return isinstance(images, (list, tuple)) or getattr(images, "ndim", 3) == 4


def _put_title(fig, title: str) -> None:
    if title:
        fig.suptitle(title, fontsize=FONT + 2, color=INK)
