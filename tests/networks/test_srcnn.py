"""SRCNN against its paper.

What the paper's own count leaves out or has smaller: it works on one channel (Y), we on three, so the first convolution
has three times the inputs and the last one three times the outputs.
"""

import pytest

from srlib import build_model
from srlib.models import gmacs

PIXELS = 1280 * 720


def test_srcnn_is_the_papers_but_for_the_channels():
    model = build_model("srcnn")
    first, last = 9 * 9 * 64, 5 * 5 * 32
    assert model.count_params() == 57_281 + 2 * first + 2 * last + 2  # two more biases at the end
    published = 1e9 * gmacs(model) - 2 * (first + last) * PIXELS
    assert published == pytest.approx(52.7e9, rel=0.001)
