"""Degradations that are drawn anew for every image: each step against an oracle of its own, presets, parts of an image."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage, stats

import srlib
from srlib import AnisotropicBlur, Blur, Defocus, Degradation, Downscale, Jpeg, Noise, OneOf, preset
from srlib.degradation import PRESETS, Step, register_step
from srlib.images import to_float, to_uint8
from srlib.patches import Patches

WEB = Degradation((Blur(0.2, 1.5), Downscale(2, "bicubic"), Noise(1, 8), Jpeg(40, 75)))
GREY = np.full((64, 64, 3), 0.5, np.float32)


def spread(step, side=61):
    """The image of a point of light, and its second moments: of rows, of columns, of both."""
    point = np.zeros((side, side, 3), np.float32)
    point[side // 2, side // 2] = 1
    light = Degradation(step)(point)[..., 0].astype(float)
    y, x = np.mgrid[:side, :side] - side // 2
    assert light.sum() == pytest.approx(1, abs=1e-4)
    return light, [(light * product).sum() for product in (y * y, x * x, x * y)]


# -- blur ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sigma", [0.1, 0.2, 0.35, 0.5, 0.8, 1.5, 4])
def test_a_blur_has_the_variance_asked_for_also_below_a_pixel(sigma):
    """Samples of the bell curve would have 0.21 instead of 0.25 at a deviation of 0.5, and 0.000007 instead of 0.04 at 0.2."""
    _, (yy, xx, xy) = spread(Blur(sigma))
    assert (yy, xx) == (pytest.approx(sigma**2, rel=2e-3), pytest.approx(sigma**2, rel=2e-3)) and abs(xy) < 1e-6


def test_where_it_is_wide_a_blur_is_scipys(image):
    expected = ndimage.gaussian_filter(to_float(image), (3, 3, 0))
    np.testing.assert_allclose(Degradation(Blur(3))(image), expected, atol=0.006)


@pytest.mark.parametrize(
    "along, across, angle", [(3, 0.5, 0), (3, 0.5, 90), (2.5, 1, 30), (1.2, 0.4, 135), (0.5, 0.5, 20)]
)
def test_an_anisotropic_blur_has_the_second_moments_asked_for(along, across, angle):
    """The covariance of a turned Gaussian: R diag(along^2, across^2) R', rows counted downwards."""
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    covariance = np.array([[c, -s], [s, c]]) @ np.diag([along**2, across**2]) @ np.array([[c, s], [-s, c]])
    _, (yy, xx, xy) = spread(AnisotropicBlur(along, across, angle))
    assert (xx, yy, xy) == pytest.approx((covariance[0, 0], covariance[1, 1], covariance[0, 1]), rel=0.02, abs=0.01)


@pytest.mark.parametrize("radius", [1, 1.5, 2.5, 5])
def test_a_defocus_is_an_evenly_lit_disc(radius):
    light, moments = spread(Defocus(radius))
    y, x = np.mgrid[:61, :61] - 30
    far, near = np.hypot(x, y) > radius + 0.75, np.hypot(x, y) < radius - 0.75
    assert light[far].max() < 1e-6
    np.testing.assert_allclose(light[near], 1 / (np.pi * radius**2), rtol=0.02)
    # the share of the disc that lies in each pixel, at 99 places a side
    fine = (np.arange(-99 * 30.5, 99 * 30.5) + 0.5) / 99
    disc = (fine[:, None] ** 2 + fine**2 <= radius**2).reshape(61, 99, 61, 99).mean((1, 3))
    np.testing.assert_allclose(light, disc / disc.sum(), atol=0.015 / radius**2)
    # in the limit the second moment of a disc, and that of a pixel, over which light is collected
    assert moments[:2] == pytest.approx([radius**2 / 4 + 1 / 12] * 2, rel=0.2 if radius < 2 else 0.03)


@pytest.mark.parametrize("step", [Blur(2), AnisotropicBlur(2, 1, 30), Defocus(3)])
def test_beyond_its_edges_an_image_is_mirrored(step, make_image):
    image = make_image(20, 24)
    around = np.pad(image, ((20, 20), (24, 24), (0, 0)), mode="symmetric")
    np.testing.assert_allclose(Degradation(step)(image), Degradation(step)(around)[20:40, 24:48], atol=1e-5)


# -- noise --------------------------------------------------------------------------------------------------------------------


def test_poisson_noise_grows_with_the_light():
    for level in (0.1, 0.4, 0.8):
        flat = np.full((200, 200, 3), level, np.float32)
        found = Degradation(Noise(10, kind="poisson"))(flat, seed=1) - flat
        assert found.var() == pytest.approx((10 / 255) ** 2 * level, rel=0.03)
    assert np.ptp(Degradation(Noise(10, kind="poisson"))(np.zeros_like(flat), seed=1)) == 0


def test_gaussian_noise_is_gaussian_and_independent():
    found = Degradation(Noise(5))(np.full((100, 100, 3), 0.5, np.float32), seed=2) - 0.5
    assert stats.kstest(found.ravel() / (5 / 255), "norm").pvalue > 0.01
    assert np.abs(np.corrcoef(found.reshape(-1, 3).T) - np.eye(3)).max() < 0.05
    assert abs(np.corrcoef(found[:, 1:].ravel(), found[:, :-1].ravel())[0, 1]) < 0.03


@pytest.mark.parametrize("kind", ["gaussian", "poisson"])
def test_grey_noise_is_the_same_in_all_channels(kind):
    found = Degradation(Noise(5, kind=kind, grey=True))(GREY, seed=3)
    assert np.ptp(found, axis=-1).max() < 1e-6 < found.std()


# -- JPEG -----------------------------------------------------------------------------------------------------------------------

# Annex K of ITU-T T.81, luminance, first row
ANNEX_K = np.array([16, 11, 10, 16, 24, 40, 51, 61])


@pytest.mark.parametrize("quality", [1, 10, 40, 50, 75, 95, 100])
def test_a_jpeg_has_the_quantisation_tables_of_its_quality(quality, image):
    """The rule of the Independent JPEG Group, from its documentation."""
    factor = 5000 // quality if quality < 50 else 200 - 2 * quality
    expected = np.clip((ANNEX_K * factor + 50) // 100, 1, 255)
    file = Image.open(io.BytesIO(Jpeg(quality).encoded(image)))
    assert file.quantization[0][:8] == expected.tolist()
    assert file.layer[0][1:3] == (2, 2) and file.layer[1][1:3] == (1, 1)  # colours at half the resolution
    np.testing.assert_array_equal(to_uint8(Degradation(Jpeg(quality))(image)), np.asarray(file))


def test_every_quality_of_the_range_is_drawn_equally_often():
    drawn = [Degradation(Jpeg(40, 75)).drawn(seed).steps[0].low for seed in range(3600)]
    counts = np.bincount(drawn)[40:]
    assert len(counts) == 36 and stats.chisquare(counts).pvalue > 1e-3 and set(drawn) == set(range(40, 76))


# -- choices ------------------------------------------------------------------------------------------------------------------


def test_one_of_several_is_drawn_as_often_as_its_chance_says():
    choice = Degradation(OneOf((Noise(1), (), Jpeg(50)), (3, 1, 0)))
    drawn = [str(choice.drawn(seed)) for seed in range(2000)]
    assert set(drawn) == {"noise 1", "nothing"}
    assert drawn.count("noise 1") / 2000 == pytest.approx(0.75, abs=0.03)


def test_a_choice_may_hold_choices_and_json_gives_it_back():
    nested = Degradation(
        (AnisotropicBlur((0.5, 2), 1), OneOf((preset("photo", 3), Downscale(3, "area"))), Defocus(1, 2))
    )
    again = Degradation.from_dict(json.loads(json.dumps(nested.to_dict())))
    assert again == nested and again.scale == 3 and again.random
    hr = np.random.default_rng(0).random((24, 24, 3), np.float32)
    assert np.array_equal(again(hr, 5), nested(hr, 5))


@pytest.mark.parametrize("choices, chances, told", [
    ((), None, "there are no choices"), ((Downscale(2), Jpeg(50)), None, r"different scales \(1, 2\)"),
    ((Noise(1), Jpeg(50)), (1,), "chances .* for 2 choices"), ((Noise(1),), (0,), "not all 0"), ((Noise(1),), (-1,), "chances"),
    ((Noise(1),), (float("nan"),), "chances"),
])  # fmt: skip
def test_choices_that_make_no_sense_are_refused(choices, chances, told):
    with pytest.raises(ValueError, match=told):
        OneOf(choices, chances)


@pytest.mark.parametrize("make", [
    lambda: AnisotropicBlur(-1, 1), lambda: AnisotropicBlur(1, (2, 1)), lambda: AnisotropicBlur((1, 2, 3), 1),
    lambda: AnisotropicBlur("1", 1), lambda: AnisotropicBlur(1, float("inf")), lambda: Defocus(-1), lambda: Defocus(3, 1),
    lambda: Noise(1, kind="pink"), lambda: Noise(1, grey=2), lambda: Jpeg(101), lambda: Jpeg(0, 50),
    lambda: preset("wed"), lambda: preset("web", 0), lambda: preset("web", 1.5), lambda: Downscale(0),
])  # fmt: skip
def test_what_cannot_be_is_refused_in_one_sentence(make):
    with pytest.raises(ValueError, match=r"^[^\n]+; expected [^\n]+\.$"):
        make()


# -- presets ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_the_presets_are_these(scale):
    down = () if scale == 1 else (Downscale(scale, "bicubic"),)
    assert preset("clean", scale) == Degradation(down)
    assert preset("camera", scale) == Degradation((Blur(0, 0.8), *down, Noise(1, 8), Jpeg(80, 95)))
    assert preset("web", scale) == Degradation((Blur(0.2, 1.5), *down, Noise(1, 8), Jpeg(40, 75)))
    for name in PRESETS:
        assert preset(name, scale).scale == scale
        assert preset(name, scale)(np.zeros((24, 36, 3), np.uint8)).shape == (24 // scale, 36 // scale, 3)


def test_a_recipe_takes_a_preset_at_the_scale_of_the_network():
    recipe = srlib.Recipe("web", steps=3)
    assert recipe.resolved(4).degradation == preset("web", 4) and recipe.resolved(1).degradation == preset("web", 1)
    assert srlib.Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe
    again = recipe.resolved(3)
    assert srlib.Recipe.from_dict(json.loads(json.dumps(again.to_dict()))) == again
    with pytest.raises(ValueError, match="the degradation is 'wed'; expected one of clean, camera, web"):
        srlib.Recipe("wed")


def test_a_name_is_a_preset_where_pairs_are_made(make_image):
    images = make_image(24, 24)[None]
    np.testing.assert_array_equal(srlib.make_pairs(images, "web", seed=3)[0], srlib.make_pairs(images, WEB, seed=3)[0])


# -- what is drawn ----------------------------------------------------------------------------------------------------------


def test_calling_a_degradation_applies_what_it_draws(make_image):
    image = make_image(40, 48)
    for name in PRESETS:
        degradation = preset(name)
        rng = np.random.default_rng(7)
        fixed = degradation.drawn(rng)
        assert all(getattr(step, "high", None) is None for step in fixed.steps)
        np.testing.assert_array_equal(degradation(image, 7), fixed.apply(to_float(image), rng))
    assert degradation.drawn(7) == fixed


@pytest.mark.parametrize("box", [(0, 8, 0, 8), (13, 30, 5, 22), (31, 48, 40, 60), (0, 48, 0, 60)])
@pytest.mark.parametrize("degradation", [
    (Blur(1.5, 1.5), Downscale(2, "bicubic"), Jpeg(50, 50)), (Downscale(2, "area"), Blur(1, 1), Jpeg(20, 20)),
    (Jpeg(30, 30), Defocus(2, 2), Downscale(2)), (AnisotropicBlur((2, 2), 1, 30), Downscale(2), Jpeg(60, 60), Jpeg(40, 40)),
])  # fmt: skip
def test_a_part_is_that_of_the_whole_image(box, degradation, rng):
    """Blocks of a JPEG begin in the corner of the image, not of the patch; nothing is drawn here but what is certain."""
    hr = rng.integers(0, 256, (96, 120, 3), np.uint8)
    top, bottom, left, right = box
    part = Degradation(degradation).apply_part(hr, (slice(top, bottom), slice(left, right)), np.random.default_rng(0))
    np.testing.assert_allclose(part, Degradation(degradation)(hr)[top:bottom, left:right], atol=1e-5)


def test_noise_of_a_part_is_drawn_for_that_part_alone():
    part = Degradation((Downscale(2), Noise(10))).apply_part(
        np.full((96, 96, 3), 128, np.uint8), (slice(10, 40), slice(7, 48)), np.random.default_rng(0)
    )
    assert part.shape == (30, 41, 3) and 255 * part.std() == pytest.approx(10, rel=0.05)


def test_a_step_of_ones_own_is_sampled_in_patches_too():
    from dataclasses import dataclass

    @register_step
    @dataclass(frozen=True)
    class Darken(Step):
        most: float = 0.5

        def apply(self, image, rng):
            return image * np.float32(rng.uniform(self.most, 1))

    try:
        white = np.full((2, 32, 32, 3), 255, np.uint8)
        recipe = srlib.Recipe((Downscale(2), Darken()), batch_size=8, patch_size=16).resolved(2)
        lr, _ = Patches(white, recipe)[0]
        levels = lr.mean((1, 2, 3))
        assert len(set(levels.tolist())) == 8 and levels.min() > 0.5 and np.ptp(lr, axis=(1, 2, 3)).max() == 0
    finally:
        from srlib.degradation import STEPS

        del STEPS["darken"]


# -- scale 1 ------------------------------------------------------------------------------------------------------------------


def test_without_downscaling_everything_works_at_scale_1(make_image, tmp_path):
    """Build, train, save, load, upscale, evaluate."""
    images = np.stack([make_image(32, 40) for _ in range(3)])
    model = srlib.build_model("subpixel", 1, width=8, blocks=1)
    history = srlib.fit(
        model,
        images,
        degradation="repair",
        validation=images,
        steps=2,
        batch_size=2,
        patch_size=16,
        out=tmp_path / "run",
    )
    assert history.run.recipe.degradation == preset("repair", 1)
    again = srlib.load_model(tmp_path / "run")
    assert srlib.upscale(images[0], again).shape == images[0].shape
    noisy = Degradation(Noise(10))
    table = srlib.evaluate({"nothing": "nearest", "network": again}, images, noisy, seed=1)
    lr, hr = srlib.make_pairs(images, noisy, seed=1)
    assert table.values("nothing").tolist() == pytest.approx([srlib.psnr(a, b) for a, b in zip(lr, hr)], abs=1e-4)
