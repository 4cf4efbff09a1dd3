"""A figure drawn, and the words and numbers on it."""

import re

from matplotlib.figure import Figure


def drawn(fig):
    """The words below the images of a figure, after it has really been drawn."""
    assert isinstance(fig, Figure)
    fig.canvas.draw()
    return [axes.get_xlabel() for axes in fig.axes]


def numbers(text):
    """The decimal numbers in a text."""
    return [float(n) for n in re.findall(r"-?\d+\.\d+", text)]
