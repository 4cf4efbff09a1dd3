"""Detectability: what is the same cannot be told, what differs can; the order of the images changes nothing."""

import numpy as np
import pytest

import srlib
from srlib.discriminators import build_discriminator


@pytest.fixture(scope="module")
def hr():
    """Two kinds of noise make eight images that a detector can learn from."""
    return np.random.default_rng(0).integers(0, 256, (8, 64, 64, 3), np.uint8)


@pytest.fixture(scope="module")
def blurred(hr):
    return [srlib.Degradation((srlib.Blur(1.5),))(image) for image in hr]


@pytest.fixture(scope="module")
def told(hr, blurred):
    return srlib.detectability(blurred, hr, seeds=2, steps=20)


def test_what_is_blurred_is_always_told(told):
    assert min(told.shares) >= 0.95
    assert told.mean == pytest.approx(np.mean(told.shares)) and told.spread == pytest.approx(
        np.std(told.shares, ddof=1)
    )


def test_real_against_real_is_chance(hr):
    others = srlib.detectability(hr[:4], hr[4:], seeds=2, steps=20)
    assert abs(others.mean - 0.5) < 0.15
    assert srlib.detectability(hr, hr, seeds=1, steps=2).shares == (0.5,)


def test_the_order_of_the_images_changes_nothing(hr):
    softer = [srlib.Degradation((srlib.Blur(0.3 + 0.05 * i),))(image) for i, image in enumerate(hr)]
    first = srlib.detectability(softer, hr, seeds=3, steps=4)  # so few that it depends on the images
    order = np.random.default_rng(1).permutation(len(hr))
    again = srlib.detectability([softer[i] for i in order], hr[order], seeds=3, steps=4)
    assert again == first and 0.5 < first.mean < 1


def test_both_sides_are_rounded_to_8_bits(hr):
    finer = [np.float32(image) / 255 for image in hr]
    for image in finer:
        image[image < 0.5] += np.float32(0.3 / 255)  # which a file cannot hold
    assert srlib.detectability(finer, hr, seeds=1, steps=5).shares == (0.5,)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda a, b: (a[:3], b), "sr holds 3 images and hr 8"),
        (lambda a, b: (a[:1], b[:1]), "two at least"),
        (lambda a, b: ([x[:20, :20] for x in a], b[:, :20, :20]), "shortest side of an image is 20"),
        (lambda a, b: ([x[:60] for x in a], b), "shapes must be equal"),
    ],
)
def test_images_that_do_not_go_together_are_refused(hr, blurred, change, message):
    with pytest.raises(ValueError, match=message):
        srlib.detectability(*change(blurred, hr))


def test_the_discriminator_sees_no_flat_colour():
    grey = np.full((1, 32, 32, 3), 0.3, np.float32)
    *_, a = build_discriminator(8)(grey)
    *_, b = build_discriminator(8)(grey + np.float32(0.4))
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), atol=1e-5)
