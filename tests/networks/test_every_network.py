"""What all networks have in common: any size, any scale, first weights from a seed, a start at the interpolation."""

import numpy as np
import pytest
from _networks import KERNELS, SCALES, array, noise, shaken, small

import srlib
from srlib.backend import keras
from srlib.layers import traits_of
from srlib.networks import NETWORKS

RESIDUAL = ("residual_autoencoder", "subpixel")


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", NETWORKS)
def test_every_builder_takes_every_size(name, scale):
    model = shaken(small(name, scale))
    assert model.output_shape == (None, None, None, 3)
    for height, width in ((1, 1), (37, 51), (2, 9), (8, 8)):
        made = array(model(noise(2, height, width, 3)))
        assert made.shape == (2, scale * height, scale * width, 3)
        assert np.isfinite(made).all() and made.dtype == np.float32


@pytest.mark.parametrize("name", NETWORKS)
def test_at_scale_1_an_image_keeps_its_size(name):
    """For repairs without upscaling."""
    lr = keras.Input((None, None, 3))
    short = {"width": 4, "blocks": 1}
    model = keras.Model(
        lr, NETWORKS[name](lr, 1, **{k: v for k, v in short.items() if k in NETWORKS[name].__kwdefaults__})
    )
    image = noise(1, 7, 10, 3)
    sr = array(model(image))
    assert sr.shape == image.shape and traits_of(model).scale == 1
    if name in RESIDUAL:
        np.testing.assert_array_equal(sr, image)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", RESIDUAL)
def test_residual_networks_start_at_the_interpolation(name, scale, kernel):
    lr = noise(1, 9, 13, 3)
    made = array(small(name, scale, kernel=kernel)(lr))
    if kernel in ("nearest", "bilinear"):  # these cannot overshoot, so there is nothing to clip
        assert np.abs(made - srlib.upscale(lr, kernel, scale)).max() < 1e-6
    else:
        assert made.max() > 1 or made.min() < 0, "the model clips"
        assert np.abs(made.clip(0, 1) - srlib.upscale(lr, kernel, scale)).max() < 1e-6


@pytest.mark.parametrize("name", NETWORKS)
def test_the_seed_decides_the_first_weights(name):
    first, again, other = (small(name, seed=seed).get_weights() for seed in (3, 3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(first, again))
    assert not any(np.array_equal(a, b) for a, b in zip(first, other) if a.ndim == 4 and a.any())
