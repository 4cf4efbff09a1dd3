"""Networks between two others, and networks of luminance in colour."""

import numpy as np
import pytest

import srlib
from srlib.mixing import between, in_colour


def test_a_network_of_luminance_in_colour_gives_the_same_images():
    model = srlib.build_model("subpixel", 4, width=8, blocks=1, channels=1, seed=3)
    model.layers[-3].set_weights(
        [np.random.default_rng(0).normal(size=w.shape) / 20 for w in model.layers[-3].get_weights()]
    )
    lr = np.random.default_rng(1).random((2, 9, 7, 3), np.float32)
    colour = in_colour(model)
    np.testing.assert_allclose(np.asarray(colour(lr)), np.asarray(model(lr)), atol=1e-5)
    assert colour.card.architecture.options["channels"] == 3 and in_colour(colour) is colour
    for other in (
        srlib.build_model("espcn", width=8),
        srlib.build_model("subpixel", width=16, blocks=1, channels=1, symmetry="d4"),
    ):
        with pytest.raises(ValueError, match="of luminance without a symmetry"):
            in_colour(other)


def test_what_lies_between_two_networks():
    first, second = (srlib.build_model("espcn", width=8, seed=seed) for seed in (0, 1))
    mixed = between(first, second, 0.25)
    for a, b, c in zip(first.get_weights(), second.get_weights(), mixed.get_weights()):
        np.testing.assert_allclose(c, 0.75 * a + 0.25 * b, atol=1e-7)
    for share, (like, unlike) in ((0, (first, second)), (1, (second, first))):
        lr = np.random.default_rng(0).random((1, 5, 6, 3), np.float32)
        np.testing.assert_allclose(np.asarray(between(first, second, share)(lr)), np.asarray(like(lr)), atol=1e-6)
        assert np.abs(np.asarray(like(lr)) - np.asarray(unlike(lr))).max() > 0.01
    for share in (-0.1, 1.1, "half", True, float("nan")):
        with pytest.raises(ValueError, match="a number from 0 to 1"):
            between(first, second, share)
    with pytest.raises(ValueError, match="two of one architecture"):
        between(first, srlib.build_model("espcn", width=4), 0.5)
