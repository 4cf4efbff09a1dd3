"""Patches: LR and HR of one place, the same from the same seed and step, by however many workers, fixed or drawn."""

import numpy as np
import pytest

import srlib
from srlib import Blur, Degradation, Downscale, Jpeg, Noise, Recipe
from srlib.images import to_uint8
from srlib.patches import Patches


@pytest.fixture(scope="module")
def leaves():
    return srlib.load_images("dead_leaves", count=12, size=32, seed=0)


def patches(images, scale, kernel, workers=1, **settings):
    return Patches(images, Recipe(Downscale(scale, kernel), **settings).resolved(scale), workers=workers)


def ramp(height=48, width=40, slope=3):
    """Red says which column a pixel is in, green which row, blue their sum: an image that knows where it is."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([slope * x, slope * y, x + y], -1).astype(np.uint8)


def block_mean(large, scale):
    n, height, width, _ = large.shape
    return large.reshape(n, height // scale, scale, width // scale, scale, 3).mean((2, 4))


@pytest.mark.parametrize("scale", (2, 3, 4))
@pytest.mark.parametrize("source", ["ramp", "leaves"])
def test_small_and_large_crops_are_of_one_place_by_area(source, scale, leaves):
    """The mean of each block commutes with flips and turns, so it must hold for every crop, to the rounding of 8 bits."""
    images = [ramp(), ramp(41, 53)] if source == "ramp" else leaves
    crops = patches(images, scale, "area", patch_size=4 * scale, batch_size=32)
    for step in range(3):
        small, large = crops[step]
        assert small.shape == (32, 4, 4, 3) and large.shape == (32, 4 * scale, 4 * scale, 3)
        assert small.dtype == large.dtype == np.float32
        np.testing.assert_allclose(small, block_mean(large, scale), atol=0.5 / 255 + 1e-6)


@pytest.mark.parametrize("scale", (2, 3, 4))
@pytest.mark.parametrize("kernel", ["bilinear", "bicubic"])
def test_small_and_large_crops_are_of_one_place_by_interpolation(kernel, scale):
    """On a ramp every kernel gives the block's middle; one large pixel aside would be three levels."""
    small, large = patches([ramp()], scale, kernel, patch_size=4 * scale, batch_size=64)[0]
    off = 255 * np.abs(small - block_mean(large, scale))
    assert np.median(off) <= 0.51
    if kernel == "bilinear":  # looks at the block alone, so the image's edges are no exception
        assert off.max() <= 0.51


def test_crops_come_from_the_same_seed_and_step_again(leaves):
    one, two = (patches(leaves, 2, "bilinear", patch_size=8, batch_size=4, seed=3) for _ in range(2))
    two[0], two[5]  # what was asked before does not matter
    for step in (0, 1, 7):
        for a, b in zip(one[step], two[step]):
            np.testing.assert_array_equal(a, b)


def test_other_steps_and_seeds_give_other_crops(leaves):
    crops = patches(leaves, 2, "bilinear", patch_size=8, batch_size=4, seed=3)
    other = patches(leaves, 2, "bilinear", patch_size=8, batch_size=4, seed=4)
    drawn = [crops[0][1], crops[1][1], crops[2][1], other[0][1], other[1][1]]
    assert len({batch.tobytes() for batch in drawn}) == len(drawn)


def test_all_eight_turns_occur_and_nothing_else():
    whole = ramp(12, 12)
    turns = {np.rot90(p, k).tobytes() for p in (whole, whole[:, ::-1]) for k in range(4)}
    assert len(turns) == 8
    seen = lambda crops: {
        np.rint(255 * large).astype(np.uint8).tobytes() for step in range(8) for large in crops[step][1]
    }
    assert seen(patches([whole], 2, "area", patch_size=12, batch_size=16)) == turns
    assert seen(patches([whole], 2, "area", patch_size=12, batch_size=16, augment=False)) == {whole.tobytes()}


def test_every_place_and_every_image_occurs():
    one, two = ramp(8, 10), 255 - ramp(8, 6)
    crops = patches([one, two], 2, "area", patch_size=6, batch_size=64, augment=False)
    corners = {tuple(np.rint(255 * large[0, 0]).astype(int)) for step in range(2) for large in crops[step][1]}
    expected = {
        tuple(map(int, p[y, x])) for p, columns in ((one, (0, 2, 4)), (two, (0,))) for y in (0, 2) for x in columns
    }
    assert corners == expected


def test_float_images_give_the_same_crops(leaves):
    floats = (leaves.images / np.float32(255)).astype(np.float32)
    for a, b in zip(
        patches(leaves, 2, "bicubic", patch_size=8, batch_size=4)[0],
        patches(floats, 2, "bicubic", patch_size=8, batch_size=4)[0],
    ):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "sizes, scale, crop, nearest",
    [
        ((20, 33), 2, 22, 20), ((21, 33), 2, 22, 20), ((20, 33), 3, 21, 18), ((20, 33), 2, 9, 8), ((20, 33), 4, 11, 12),
        ((70, 90), 3, 64, 63), ((70, 90), 3, 65, 66), ((70, 90), 6, 64, 66), ((64, 90), 6, 64, 60), ((20, 33), 4, 1, 4),
    ],
)  # fmt: skip
def test_a_crop_that_does_not_fit_is_refused_with_the_nearest_that_does(sizes, scale, crop, nearest):
    images = [ramp(*sizes), ramp(80, 80)]
    with pytest.raises(ValueError, match=f"patch_size is {crop}, .*: choose patch_size={nearest}\\."):
        patches(images, scale, "area", patch_size=crop, batch_size=1)
    patches(images, scale, "area", patch_size=nearest, batch_size=1)[0]  # and that one does fit


@pytest.mark.parametrize("workers", (2, 4))
@pytest.mark.parametrize(
    "degradation", [Downscale(2, "area"), (Blur(0.2, 1.5), Downscale(2, "bicubic"), Noise(1, 8), Jpeg(40, 75))]
)
def test_workers_change_nothing(workers, degradation, leaves):
    recipe = Recipe(degradation, steps=9, patch_size=16, batch_size=3, seed=2).resolved(2)
    alone, several = Patches(leaves, recipe), Patches(leaves, recipe, workers=workers)
    for i in (0, 0, *range(1, 9)):  # Keras asks for the first one twice
        for a, b in zip(alone[i], several[i]):
            np.testing.assert_array_equal(a, b)
    several.close()


def test_a_run_that_goes_on_gets_the_patches_of_its_step(leaves):
    recipe = Recipe(steps=9, patch_size=16, batch_size=3).resolved(2)
    begun, later = Patches(leaves, recipe), Patches(leaves, recipe, start=5, workers=2)
    assert (len(begun), len(later)) == (9, 4)
    for i in range(4):
        np.testing.assert_array_equal(begun[5 + i][1], later[i][1])
    later.close()


def test_a_drawn_degradation_differs_from_patch_to_patch_and_step_to_step():
    flat = np.full((1, 32, 32, 3), 128, np.uint8)
    drawn = Patches(flat, Recipe((Downscale(2, "area"), Noise(1, 30)), patch_size=16, batch_size=4).resolved(2))
    spreads = [round(float(lr.std()), 6) for step in range(3) for lr in drawn[step][0]]
    assert len(set(spreads)) == 12 and max(spreads) / min(spreads) > 1.5


@pytest.mark.parametrize("scale", (1, 2, 3))
def test_the_border_of_a_drawn_patch_is_that_of_the_whole_image(scale):
    """A range without width draws the same for all, so that the whole image, degraded at once, is an independent oracle."""
    hr = np.random.default_rng(0).integers(0, 256, (48, 60, 3), np.uint8)
    steps = (Blur(1.1, 1.1), Downscale(scale, "bicubic")) if scale > 1 else (Blur(1.1, 1.1),)
    assert Degradation(steps).random
    whole = to_uint8(Degradation(steps)(hr)).astype(int)
    found = Patches(hr[None], Recipe(steps, patch_size=4 * scale, batch_size=64, augment=False).resolved(scale))
    for lr, patch in zip(*found[0]):
        ((y, x),) = np.argwhere(
            (np.lib.stride_tricks.sliding_window_view(hr, patch.shape)[:, :, 0] == to_uint8(patch)).all((2, 3, 4))
        )
        cut = whole[y // scale : y // scale + 4, x // scale : x // scale + 4]
        assert np.abs(cut - to_uint8(lr)).max() <= 1
