"""Mirrored borders against NumPy."""

import numpy as np
import pytest
from _networks import array, noise

from srlib.layers import CropLike, PadToMultiple


@pytest.mark.parametrize("size", [(1, 1), (4, 8), (5, 3), (7, 10), (2, 9)])
def test_pad_to_multiple_mirrors_at_the_bottom_and_right(size):
    x = noise(2, *size, 3)
    height, width = size
    layer = PadToMultiple(4)
    made = array(layer(x))
    np.testing.assert_array_equal(
        made, np.pad(x, ((0, 0), (0, -height % 4), (0, -width % 4), (0, 0)), mode="symmetric")
    )
    assert layer.compute_output_shape(x.shape) == made.shape


def test_crop_like_cuts_at_the_bottom_and_right():
    x, like = noise(2, 8, 12, 5), noise(2, 7, 9, 3)
    layer = CropLike()
    np.testing.assert_array_equal(array(layer([x, like])), x[:, :7, :9])
    assert layer.compute_output_shape((x.shape, like.shape)) == (2, 7, 9, 5)
