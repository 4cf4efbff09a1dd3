"""Luminance against scikit-image."""

import numpy as np
from _networks import array, noise

from srlib.layers import Luminance


def test_luminance_is_that_of_scikit_image():
    from skimage.color import rgb2ycbcr

    colours = noise(2, 5, 4, 3)
    expected = (rgb2ycbcr(colours)[..., :1] - 16) / 219  # from black to white
    np.testing.assert_allclose(array(Luminance()(colours)), expected, atol=1e-6)
    assert Luminance().compute_output_shape((None, 5, None, 3)) == (None, 5, None, 1)
