"""The interpolation inside a network is that of `srlib.upscale`, but not clipped."""

import numpy as np
import pytest
from _networks import KERNELS, SCALES, array, noise

import srlib
from srlib.layers import Interpolation, traits_of


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("scale", SCALES)
def test_the_upscale_layer_is_upscale(scale, kernel):
    layer = Interpolation(scale, kernel)
    for height, width in ((1, 1), (1, 8), (5, 3), (7, 11), (16, 16)):
        lr = noise(2, height, width, 3)
        made = array(layer(lr))
        assert made.shape == layer.compute_output_shape(lr.shape) == (2, scale * height, scale * width, 3)
        np.testing.assert_allclose(made.clip(0, 1), srlib.upscale(lr, kernel, scale), atol=1e-6)


def test_the_upscale_layer_does_not_clip():
    step = np.zeros((1, 6, 6, 3), np.float32)
    step[:, :, 3:] = 1
    made = array(Interpolation(2, "bicubic")(step))
    assert made.max() > 1.01 and made.min() < -0.01


@pytest.mark.parametrize("kernel", KERNELS)
def test_at_scale_1_it_changes_nothing(kernel):
    lr = noise(1, 4, 5, 3)
    np.testing.assert_array_equal(array(Interpolation(1, kernel)(lr)), lr)


@pytest.mark.parametrize("kernel, reach", [*zip(KERNELS, (0, 1, 2, 3))])
def test_its_traits(kernel, reach):
    traits = traits_of(Interpolation(3, kernel))
    assert (traits.scale, traits.reach, traits.macs, traits.stride) == (3, reach, 0, 1) and traits.colour
