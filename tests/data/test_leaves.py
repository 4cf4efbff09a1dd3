"""Dead leaves: the statistics of photographs, in other images for every seed and every split."""

import numpy as np
import pytest
from _fingerprints import shared
from scipy.ndimage import maximum_filter, minimum_filter

import srlib


@pytest.fixture(scope="module")
def leaves():
    return srlib.load_images("dead_leaves", count=40, seed=5)


def test_dead_leaves_are_images(leaves):
    assert leaves.images.shape == (40, 128, 128, 3) and leaves.images.dtype == np.uint8
    assert len(set(leaves.names)) == 40 and leaves.provenance.licence == "CC0"
    assert srlib.load_images("dead_leaves", size=4).images.shape == (100, 4, 4, 3)
    assert srlib.load_images("dead_leaves", count=1).images.shape == (1, 128, 128, 3)


def test_dead_leaves_are_seeded_and_the_first_of_many_are_the_few(leaves):
    few = srlib.load_images("dead_leaves", count=3, seed=5)
    assert np.array_equal(few.images, leaves.images[:3]) and few.names == leaves.names[:3]


def test_dead_leaves_of_two_seeds_share_nothing(leaves):
    other = srlib.load_images("dead_leaves", count=8, seed=6)
    assert not set(other.names) & set(leaves.names)
    assert shared(leaves.images, other.images, 16, 16) == 0
    assert len({image.tobytes() for image in [*leaves, *other]}) == 48


@pytest.mark.parametrize("split", ["validation", "test"])
def test_every_split_draws_other_leaves(split, leaves):
    other = srlib.load_images("dead_leaves", split, count=8, seed=5)
    assert not set(other.names) & set(leaves.names)
    assert shared(leaves.images, other.images, 16, 16) == 0
    assert not leaves.provenance.overlaps(other.provenance)


def test_the_leaves_of_the_shipped_networks_are_drawn_still():
    """Without a split, and for the training: one stream of random numbers for each (seed, image)."""
    first = srlib.load_images("dead_leaves", count=1, size=16, seed=7)
    assert np.array_equal(srlib.load_images("dead_leaves", "train", count=1, size=16, seed=7).images, first.images)
    assert np.random.default_rng([7, 0]).random() == np.random.default_rng([7, 0, 0]).random()


def slope(images, low, high):
    """The exponent of power against frequency, between two frequencies in cycles per image."""
    grey = images.astype(float).mean(-1)
    side = grey.shape[-1]
    window = np.outer(np.hanning(side), np.hanning(side))
    power = (np.abs(np.fft.fft2((grey - grey.mean((1, 2), keepdims=True)) * window)) ** 2).mean(0)
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side, 1 / side), np.fft.fftfreq(side, 1 / side)))
    ring = np.rint(frequency).astype(int)
    means = np.bincount(ring.ravel(), power.ravel()) / np.bincount(ring.ravel())
    kept = np.arange(low, high + 1)
    return np.polyfit(np.log(kept), np.log(means[kept]), 1)[0]


def test_radii_follow_the_cubed_power_law(leaves):
    """Then power falls with about the square of the frequency, as in photographs.

    Measured between 3 and 16 cycles: -1.94 +- 0.03 over seeds; radii by a square law give -2.7, by a fourth power -1.2,
    all radii equally likely -3.1, discs of one size -1.4, with a bend.
    """
    assert slope(leaves.images, 3, 16) == pytest.approx(-1.94, abs=0.25)
    assert -2.3 < slope(leaves.images, 2, 8) < -1.2  # large discs too
    assert -2.8 < slope(leaves.images, 8, 24) < -1.9


def test_every_image_of_leaves_has_its_own_lens(leaves):
    steepness = [slope(image[None], 24, 60) for image in leaves]
    assert min(steepness) < -6 < -4 < max(steepness)


def test_colours_are_those_of_the_training_photographs(leaves, sample):
    colour = lambda x: x.reshape(-1, 3).astype(int) @ [65536, 256, 1]
    inside = []
    for image in leaves:  # where a pixel equals all its neighbours, no edge was smoothed
        flat = (maximum_filter(image, (3, 3, 1)) == minimum_filter(image, (3, 3, 1))).all(-1)
        inside.append(image[flat])
    inside = np.unique(colour(np.concatenate(inside)))
    assert len(inside) > 1000
    known = np.isin(inside, colour(sample["train"].images)).mean()
    assert 0.8 < known < 0.9  # the others are pure colours
    assert np.isin(inside, colour(sample["test"].images)).mean() < 0.5  # another palette would be told apart


@pytest.mark.parametrize("size", [1, 2, 16, 33])
def test_dead_leaves_of_any_size(size):
    images = srlib.load_images("dead_leaves", count=2, size=size)
    assert images.images.shape == (2, size, size, 3)
    assert size < 16 or images.images.std() > 5


@pytest.mark.parametrize("name", ["count", "size"])
@pytest.mark.parametrize("value", [0, -3, 1.5, "8", None, True])
def test_bad_numbers_of_leaves_are_refused(name, value):
    with pytest.raises(ValueError, match=rf"{name} is {value!r}; expected a whole number of at least 1: "):
        srlib.load_images("dead_leaves", **{name: value})
