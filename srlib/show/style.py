"""What all figures share: one palette, one size of type, frames for images and axes for plots.

The colours are told apart by the colour-blind, and by lightness when a page is printed grey.
"""

from ..extras import brought_by
from ..metrics import psnr, ssim

INK, MUTED, FAINT = "#22313f", "#616f7c", "#d8dee4"
COLOURS = ("#0b5c8a", "#cf7420", "#2f7d55", "#8c4a86", "#616f7c")
DASHES = ("-", "--", "-.", ":")
FONT = 9  # points
TRUTH = "ground truth (HR)"  # what a learner reads below the image that the others are compared with


def new_figure(width: float, height: float):
    """A figure of this size in inches. A notebook shows it when it is returned, and not again when the cell ends."""
    with brought_by("course", "matplotlib", "drawing figures"):
        import matplotlib.pyplot as plt

    from .figure import Figure

    fig = plt.figure(FigureClass=Figure, figsize=(width, height), dpi=100, layout="constrained", facecolor="white")
    plt.close(fig)
    return fig


def put_image(axes, image, below: str = "", **options) -> None:
    """Show an image without axes, its pixels as squares, with words below it."""
    axes.imshow(image, **{"interpolation": "nearest", **options})
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xlabel(below, fontsize=FONT, color=INK, linespacing=1.3, labelpad=4)


def style_plot(axes, xlabel: str, ylabel: str, title: str = "") -> None:
    """Label the axes of a plot, and draw a faint grid behind it."""
    axes.set_xlabel(xlabel, fontsize=FONT, color=INK)
    axes.set_ylabel(ylabel, fontsize=FONT, color=INK)
    axes.set_title(title, fontsize=FONT + 1, color=INK, loc="left")
    axes.tick_params(labelsize=FONT - 1, colors=INK)
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def name_rows(axes, names: list[str]) -> None:
    """Names instead of numbers on the vertical axis, the first one at the top, and a line at 0 behind what is drawn."""
    axes.axvline(0, color=MUTED, linewidth=1, zorder=0)
    axes.set_yticks(range(len(names)), names[::-1], fontsize=FONT)
    axes.grid(axis="y", visible=False)


def line_style(i: int) -> dict:
    """Colour and dashes of the i-th line of a plot."""
    return {"color": COLOURS[i % len(COLOURS)], "linestyle": DASHES[i % len(DASHES)]}


def scores_in_words(sr, hr) -> str:
    """PSNR and SSIM for the words below an image; PSNR alone where SSIM's window does not fit."""
    if min(hr.shape[:2]) < 7:
        return f"{psnr(sr, hr):.2f} dB"
    return f"{psnr(sr, hr):.2f} dB, SSIM {ssim(sr, hr):.3f}"
