"""FSRCNN against its paper.

What the paper's own count leaves out or has smaller: it works on one channel (Y), we on three, so the first convolution
has three times the inputs and the last one three times the outputs.
"""

import numpy as np
import pytest

from srlib import build_model
from srlib.models import gmacs

PIXELS = 1280 * 720


def test_fsrcnn_is_the_papers_but_for_the_channels():
    model = build_model("fsrcnn")
    first, last = 5 * 5 * 56, 9 * 9 * 56
    weights = sum(int(np.prod(w.shape)) for w in model.weights if len(w.shape) == 4)
    assert weights == 12_464 + 2 * first + 2 * last
    published = 1e9 * gmacs(model) - 2 * first * PIXELS / 4 - 2 * last * PIXELS
    assert published == pytest.approx(6.0e9, rel=0.01)
