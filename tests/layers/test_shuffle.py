"""The sub-pixel step against the loop of its paper, and against TensorFlow."""

import numpy as np
import pytest
from _networks import SCALES, array, noise

from srlib.layers import PixelShuffle


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("channels", (1, 3))
def test_pixel_shuffle_is_the_loop_of_its_paper(scale, channels):
    x = noise(2, 3, 5, channels * scale**2)
    expected = np.empty((2, 3 * scale, 5 * scale, channels), np.float32)
    for y in range(3 * scale):
        for z in range(5 * scale):
            for c in range(channels):
                place = channels * (scale * (y % scale) + z % scale) + c
                expected[:, y, z, c] = x[:, y // scale, z // scale, place]
    layer = PixelShuffle(scale)
    made = array(layer(x))
    np.testing.assert_array_equal(made, expected)
    assert layer.compute_output_shape(x.shape) == expected.shape


@pytest.mark.parametrize("scale", SCALES)
def test_pixel_shuffle_is_depth_to_space(scale):
    tf = pytest.importorskip("tensorflow")
    x = noise(2, 4, 3, 3 * scale**2)
    np.testing.assert_array_equal(array(PixelShuffle(scale)(x)), tf.nn.depth_to_space(x, scale).numpy())
