"""Downscale, interpolate, make_pairs: against OpenCV, Pillow, SciPy, the definitions by brute force, and published images."""

import io
import json

import cv2
import numpy as np
import pytest
from PIL import Image
from scipy import fft

import srlib
from srlib import Blur, Degradation, Downscale, Jpeg, Noise, resampling
from srlib.image_files import read_image
from srlib.images import to_float, to_uint8
from srlib.metrics import score
from srlib.resampling import interpolate

SCALES = (2, 3, 4)
SIZES = ((1, 1), (1, 6), (5, 1), (3, 2), (8, 8), (11, 17), (24, 9))  # of the small image
DOWNSCALES = ("bilinear", "bicubic", "area")
UPSCALES = ("nearest", "bilinear", "bicubic", "lanczos")


def close(found, expected, tolerance):
    """Equal to an absolute tolerance, everywhere, shapes included."""
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


@pytest.fixture(params=SIZES, ids="{0[0]}x{0[1]}".format)
def size(request):
    return request.param


@pytest.fixture(params=SCALES, ids="by {}".format)
def scale(request):
    return request.param


# -- the definition by brute force: for every new pixel, a walk over all old pixels and their mirror images --------------


def keys(x):
    """Cubic convolution with a = -1/2 (Keys 1981, equation 15)."""
    x = abs(x)
    if x < 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0.0


KERNELS = {
    "nearest": lambda x: float(-0.5 <= x < 0.5),
    "area": lambda x: float(-0.5 <= x < 0.5),
    "bilinear": lambda x: max(0.0, 1 - abs(x)),
    "bicubic": keys,
    "lanczos": lambda x: float(np.sinc(x) * np.sinc(x / 3)) if abs(x) < 3 else 0.0,
}


def matrix(n_new, n_old, kernel, widen=1.0):
    """Weights of the old pixels in each new one: half-pixel centres, mirrored edges, rows that sum to 1."""
    out = np.zeros((n_new, n_old))
    for i in range(n_new):
        centre = (i + 0.5) * n_old / n_new - 0.5
        for k in range(int(centre - 3 * widen) - 1, int(centre + 3 * widen) + 2):
            mirrored = k % (2 * n_old)
            out[i, min(mirrored, 2 * n_old - 1 - mirrored)] += KERNELS[kernel]((k - centre) / widen)
        out[i] /= out[i].sum()
    return out


def by_brute_force(image, height, width, kernel, widen=1.0):
    """In double precision, not clipped."""
    rows = matrix(height, image.shape[0], kernel, widen)
    columns = matrix(width, image.shape[1], kernel, widen)
    return np.einsum("ih,hwc,jw->ijc", rows, image.astype(np.float64), columns)


@pytest.mark.parametrize("kernel", UPSCALES)
def test_upscale_is_its_definition(kernel, size, scale, rng):
    lr = rng.random((*size, 3), np.float32)
    expected = by_brute_force(lr, size[0] * scale, size[1] * scale, kernel)
    close(interpolate(lr, scale, kernel=kernel), expected.clip(0, 1), 1e-6)


@pytest.mark.parametrize("kernel", DOWNSCALES)
def test_downscale_is_its_definition(kernel, size, scale, rng):
    hr = rng.random((size[0] * scale, size[1] * scale, 3), np.float32)
    widen = 1 if kernel == "bilinear" else scale  # bilinear looks at its neighbours only, and aliases
    expected = by_brute_force(hr, *size, kernel, widen)
    close(srlib.downscale(hr, scale, kernel=kernel), expected.clip(0, 1), 1e-6)


# -- OpenCV, NumPy, Pillow ------------------------------------------------------------------------------------------------


def opencv(image, factor, interpolation):
    height, width = (round(n * factor) for n in image.shape[:2])
    return cv2.resize(image, (width, height), interpolation=interpolation)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_bilinear_is_opencvs(dtype, size, scale, make_image):
    small, large = (make_image(*(n * factor for n in size)) for factor in (1, scale))
    small, large = (x if dtype == np.uint8 else to_float(x) for x in (small, large))
    downscaled, upscaled = srlib.downscale(large, scale), interpolate(small, scale)
    close(downscaled, opencv(to_float(large), 1 / scale, cv2.INTER_LINEAR), 1e-5)
    close(upscaled, opencv(to_float(small), scale, cv2.INTER_LINEAR), 1e-5)


def test_area_is_opencvs_and_the_mean_of_each_block(size, scale, make_image):
    hr = to_float(make_image(*(n * scale for n in size)))
    means = hr.reshape(size[0], scale, size[1], scale, 3).mean((1, 3))
    close(srlib.downscale(hr, scale, kernel="area"), means, 1e-6)
    close(means, opencv(hr, 1 / scale, cv2.INTER_AREA), 1e-5)


def test_bilinear_by_2_is_the_mean_of_2x2(make_image):
    hr = make_image(20, 14)
    close(srlib.downscale(hr, 2), srlib.downscale(hr, 2, kernel="area"), 1e-6)
    hr = hr[:12, :12]
    assert np.abs(srlib.downscale(hr, 4) - srlib.downscale(hr, 4, kernel="area")).max() > 0.01  # by 4 it is not


def test_nearest_repeats_pixels(size, scale, make_image):
    lr = make_image(*size)
    repeated = lr.repeat(scale, 0).repeat(scale, 1)
    assert np.array_equal(interpolate(lr, scale, kernel="nearest"), to_float(repeated))


@pytest.mark.parametrize(
    "verb, kernel", [("downscale", "bicubic"), ("interpolate", "bicubic"), ("interpolate", "lanczos")]
)
def test_inside_pillow_does_the_same_to_a_level(verb, kernel, scale, make_image):
    x = make_image(60, 84) // 2 + 64  # far from black and white, where Pillow clips between rows and columns
    ours = to_uint8(getattr(resampling, verb)(x, scale, kernel=kernel))
    theirs = Image.fromarray(x).resize(ours.shape[1::-1], Image.Resampling[kernel.upper()])
    difference = np.abs(ours - np.asarray(theirs).astype(int))
    edge = 3 if verb == "downscale" else 3 * scale  # Pillow cuts the kernel at the edge where we mirror
    assert difference[edge:-edge, edge:-edge].max() <= 1


# -- properties -------------------------------------------------------------------------------------------------------------


def resize(verb, kernel):
    return lambda x, scale: getattr(resampling, verb)(x, scale, kernel=kernel)


RESIZES = {f"downscale {k}": resize("downscale", k) for k in DOWNSCALES} | {
    f"upscale {k}": resize("interpolate", k) for k in UPSCALES
}
all_resizes = pytest.mark.parametrize("name", RESIZES)


@all_resizes
def test_a_flat_image_stays_flat(name, scale):
    colour = np.array([0.1, 0.5, 1.0], np.float32)
    out = RESIZES[name](np.broadcast_to(colour, (12, 24, 3)), scale)
    close(out, np.broadcast_to(colour, out.shape), 1e-6)


@pytest.mark.parametrize("name", [n for n in RESIZES if n != "downscale bilinear"])
@pytest.mark.parametrize("place", [(24, 24), (25, 26), (23, 27)])
def test_the_light_of_a_point_is_kept(name, place, scale):
    x = np.full((48, 48, 3), 0.5, np.float32)
    x[place] += 0.3  # on grey, so that negative lobes are not clipped
    out = RESIZES[name](x, scale) - 0.5
    area = 1 / scale**2 if "downscale" in name else scale**2
    assert out.sum((0, 1)) == pytest.approx([0.3 * area] * 3, rel=1e-3)


def test_bilinear_downscaling_by_3_loses_points():
    x = np.full((12, 12, 3), 0.5, np.float32)
    x[3, 3] = 1  # between the pixels that it looks at: why lesson 02 speaks of aliasing
    assert np.ptp(srlib.downscale(x, 3)) == 0 < np.ptp(srlib.downscale(x, 3, kernel="bicubic"))


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("name", [n for n in RESIZES if n != "upscale nearest"])
def test_a_ramp_stays_a_ramp_and_does_not_shift(name, axis, scale):
    n = 48
    ramp = lambda place: (place + 2) / (n + 4)
    x = np.zeros((n, n, 3), np.float32)
    x += ramp(np.arange(n)).reshape((n, 1, 1) if axis == 0 else (1, n, 1))
    out = RESIZES[name](x, scale)
    factor = 1 / scale if "downscale" in name else scale
    centres = (np.arange(out.shape[axis]) + 0.5) / factor - 0.5
    edge = 3 if "downscale" in name else 3 * scale
    line = np.moveaxis(out, axis, 0)[edge:-edge]
    # normalised Lanczos bends a ramp by a few hundredths of a step, the others do not
    tolerance = 0.05 / n if "lanczos" in name else 1e-6
    close(line, np.broadcast_to(ramp(centres)[edge:-edge, None, None], line.shape), tolerance)


@all_resizes
def test_mirror_and_transpose_commute(name, scale, make_image):
    x = make_image(24, 36)
    out = RESIZES[name](x, scale)
    close(RESIZES[name](x[::-1, ::-1], scale), out[::-1, ::-1], 1e-6)
    close(RESIZES[name](x.transpose(1, 0, 2), scale), out.transpose(1, 0, 2), 1e-6)


@all_resizes
@pytest.mark.parametrize("count, height, width", [(7, 120, 144), (3, 24, 12), (300, 12, 12), (2, 240, 252)])
def test_a_batch_is_its_images_one_by_one(name, count, height, width, rng):
    x = rng.random((count, height, width, 3), np.float32)  # some fill a block of work, some share one
    out = RESIZES[name](x, 2)
    assert out.shape[0] == count and out.ndim == 4
    assert np.array_equal(out, np.stack([RESIZES[name](one, 2) for one in x]))


@all_resizes
def test_8_bit_and_float_images_give_the_same(name, scale, image):
    before = image.copy()
    out = RESIZES[name](image, scale)
    close(out, RESIZES[name](to_float(image), scale), 1e-7)
    assert np.array_equal(image, before)  # and the image that came is left alone


@all_resizes
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_results_are_float32_clipped_and_of_the_right_size(name, dtype, scale):
    x = np.zeros((12, 24, 3), dtype)
    x[3:9, 5:17] = 255 if dtype == np.uint8 else 1
    out = RESIZES[name](x, scale)
    size = (12 // scale, 24 // scale) if "downscale" in name else (12 * scale, 24 * scale)
    assert out.dtype == np.float32 and out.shape == (*size, 3)
    assert out.min() >= 0 and out.max() <= 1


def test_bicubic_and_lanczos_need_the_clipping():
    x = np.zeros((12, 12, 3), np.float32)
    x[4:8, 4:8] = 1
    for kernel in ("bicubic", "lanczos"):
        unclipped = by_brute_force(x, 24, 24, kernel)
        assert unclipped.min() < -0.05 and unclipped.max() > 1.05


@all_resizes
def test_views_give_what_copies_give(name, scale, make_image):
    x = make_image(48, 60)[::2, 12:48][:, ::-1]
    assert np.array_equal(RESIZES[name](x, scale), RESIZES[name](x.copy(), scale))


def test_antialiasing_is_in_bicubic_downscaling_and_not_in_bilinear():
    stripes = np.zeros((48, 48, 3), np.float32)
    stripes[:, ::4] = stripes[:, 1::4] = 1  # a period of four: nothing of it can be left after downscaling by four
    assert np.ptp(srlib.downscale(stripes, 4, kernel="bicubic")[3:-3, 3:-3]) < 0.01
    thin = np.zeros((48, 48, 3), np.float32)
    thin[:, ::5] = 1
    assert np.ptp(srlib.downscale(thin, 4)) > 3 * np.ptp(srlib.downscale(thin, 4, kernel="bicubic")[3:-3, 3:-3])


def test_the_defaults_are_the_references(image):
    assert np.array_equal(srlib.downscale(image), srlib.downscale(image, 2, kernel="bilinear"))
    assert np.array_equal(interpolate(image), interpolate(image, 2, kernel="bilinear"))


@pytest.mark.parametrize("size", [(13, 12), (12, 13), (1, 12)])
@pytest.mark.parametrize("kernel", DOWNSCALES)
def test_downscale_names_crop_to_multiple(kernel, size):
    with pytest.raises(ValueError, match=rf"{size[0]}x{size[1]}.*expected multiples.*srlib\.crop_to_multiple\(hr, 4\)"):
        srlib.downscale(np.zeros((*size, 3), np.uint8), 4, kernel=kernel)


# -- crop_to_multiple ---------------------------------------------------------------------------------------------------------


def test_crop_to_multiple_cuts_at_the_bottom_and_right(scale, make_image):
    x = make_image(25, 31)
    expected = x[: {2: 24, 3: 24, 4: 24}[scale], : {2: 30, 3: 30, 4: 28}[scale]]
    for given, wanted in ((x, expected), (np.stack([x, x]), np.stack([expected, expected]))):
        cropped = srlib.crop_to_multiple(given, scale)
        assert np.array_equal(cropped, wanted) and cropped.dtype == np.uint8
        assert np.shares_memory(cropped, given)


@pytest.mark.parametrize("size", [(1, 8), (8, 1)])
def test_crop_to_multiple_leaves_no_empty_image(size):
    with pytest.raises(ValueError, match=r"nothing is left.*expected at least 2 rows and columns"):
        srlib.crop_to_multiple(np.zeros((*size, 3), np.uint8), 2)


# -- make_pairs -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kernel", DOWNSCALES)
def test_a_pair_is_the_cropped_image_and_its_downscale(kernel, scale, make_image):
    x = make_image(37, 26)[None]
    lr, hr = srlib.make_pairs(x, Downscale(scale, kernel))
    cropped = x[:, : 37 - 37 % scale, : 26 - 26 % scale]
    assert np.array_equal(hr, to_float(cropped)) and hr.dtype == lr.dtype == np.float32
    assert np.array_equal(lr, srlib.downscale(cropped, scale, kernel=kernel))


@pytest.mark.parametrize("sigma", [0.5, 1.3])
def test_blur_comes_before_the_downscaling(sigma, batch):
    lr, hr = srlib.make_pairs(batch, (Blur(sigma), Downscale(2, "area")))
    # the discrete Gaussian by its transfer function; a cosine transform mirrors an image at its edges
    light = fft.dctn(hr, axes=(1, 2))
    for axis in (1, 2):
        shape = [1, 1, 1, 1]
        shape[axis] = n = hr.shape[axis]
        light *= np.exp(sigma**2 * (np.cos(np.pi * np.arange(n) / n) - 1)).reshape(shape)
    blurred = fft.idctn(light, axes=(1, 2)).astype(np.float32)
    close(lr, srlib.downscale(blurred.clip(0, 1), 2, kernel="area"), 1e-4)
    assert np.array_equal(hr, to_float(batch))  # the true image stays sharp
    assert np.abs(lr - srlib.downscale(batch, 2, kernel="area")).max() > 0.01


def test_noise_is_seeded_and_differs_from_image_to_image():
    grey = np.full((3, 64, 64, 3), 0.5, np.float32)
    one, two, other = (srlib.make_pairs(grey, (Downscale(2), Noise(25.5)), seed=seed)[0] for seed in (7, 7, 8))
    assert np.array_equal(one, two)
    assert np.abs(one - other).mean() > 0.05
    assert np.abs(one[0] - one[1]).mean() > 0.05 and np.abs(one[..., 0] - one[..., 1]).mean() > 0.05


@pytest.mark.parametrize("sigma", [0.01, 0.05, 0.1])
def test_noise_has_its_standard_deviation_and_comes_last(sigma):
    grey = np.full((4, 128, 128, 3), 0.5, np.float32)
    lr, hr = srlib.make_pairs(grey, (Downscale(2), Noise(255 * sigma)))
    assert lr.std() == pytest.approx(sigma, rel=0.02) and lr.mean() == pytest.approx(0.5, abs=sigma / 20)
    assert np.ptp(hr) == 0


def test_noisy_images_stay_in_range():
    black_and_white = np.zeros((1, 32, 32, 3), np.float32)
    black_and_white[:, 16:] = 1
    lr, _ = srlib.make_pairs(black_and_white, (Downscale(2), Noise(127.5)))
    assert lr.min() == 0 and lr.max() == 1 and lr.dtype == np.float32


def test_lists_of_different_sizes_give_lists(make_image):
    images = [make_image(13, 20), make_image(8, 9), make_image(31, 6)]
    lr, hr = srlib.make_pairs(images, Downscale(2, "bicubic"))
    assert [x.shape for x in hr] == [(12, 20, 3), (8, 8, 3), (30, 6, 3)]
    assert [x.shape for x in lr] == [(6, 10, 3), (4, 4, 3), (15, 3, 3)]
    for image, small, large in zip(images, lr, hr):
        assert np.array_equal(large, to_float(srlib.crop_to_multiple(image, 2)))
        assert np.array_equal(small, srlib.downscale(large, 2, kernel="bicubic"))


def test_a_list_an_array_and_images_give_the_same_pairs(batch):
    from srlib.data import ImageSet

    camera = Blur(0.7), Downscale(3), Noise(12.75)
    lr, hr = srlib.make_pairs(batch, camera, seed=3)
    for same in (list(batch), tuple(batch), ImageSet(batch, list("abc")), ImageSet(list(batch), list("abc"))):
        again = srlib.make_pairs(same, camera, seed=3)
        assert np.array_equal(again[0], lr) and np.array_equal(again[1], hr)


@pytest.mark.parametrize("step, what", [(Blur, "a blur"), (Noise, "a noise")])
@pytest.mark.parametrize(
    "value", [(-0.1,), (float("nan"),), (float("inf"),), ("1",), (True,), (2, 1), (1, float("nan"))]
)
def test_blur_and_noise_are_standard_deviations(step, what, value):
    with pytest.raises(ValueError, match=f"the standard deviation of {what} is .*; expected a number of 0 or more"):
        step(*value)


@pytest.mark.parametrize("value", [(0,), (101,), (50.5,), (75, 40), (40, 101), ("high",)])
def test_the_quality_of_a_jpeg_is_from_1_to_100(value):
    with pytest.raises(ValueError, match="the quality of a JPEG is .*; expected"):
        Jpeg(*value)


def test_a_blur_has_the_second_moment_asked_for():
    """Of a point of light, in the middle of the grey range."""
    point = np.zeros((41, 41, 3), np.float32)
    point[20, 20] = 1
    for sigma in (0.8, 1.5):
        spread = Degradation(Blur(sigma))(point)[..., 0].astype(float)
        y, x = np.mgrid[-20:21, -20:21]
        assert spread.sum() == pytest.approx(1, abs=1e-5)
        for axis in (y, x):
            assert (spread * axis**2).sum() == pytest.approx(sigma**2, rel=0.01)


def test_noise_has_the_deviation_asked_for_drawn_evenly_from_its_range():
    grey = np.full((40, 40, 3), 0.5, np.float32)
    spreads = [255 * (Degradation(Noise(2, 12))(grey, seed=seed) - grey).std() for seed in range(200)]
    assert 2 <= min(spreads) < 2.6 and 11.4 < max(spreads) <= 12.6 and np.mean(spreads) == pytest.approx(7, abs=0.7)


@pytest.mark.parametrize("quality", [10, 75, 95])
def test_a_jpeg_is_what_opencv_decodes_of_pillows_file(quality, image):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    expected = cv2.imdecode(np.frombuffer(file.getvalue(), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    found = to_uint8(Degradation(Jpeg(quality))(image))
    assert np.abs(found.astype(int) - expected).mean() < 0.5 and found.shape == image.shape


def test_a_fixed_degradation_is_downscale_and_json_gives_it_back(image):
    degradation = Degradation(Downscale(2, "bicubic"))
    assert np.array_equal(degradation(image), srlib.downscale(image, 2, "bicubic")) and not degradation.random
    for each in (degradation, Degradation((Blur(0.2, 1.5), Downscale(4), Noise(3), Jpeg(40, 75))), Degradation(())):
        assert Degradation.from_dict(json.loads(json.dumps(each.to_dict()))) == each
    assert Degradation(Blur(1)).scale == 1 and Degradation((Downscale(2), Downscale(3))).scale == 6


@pytest.mark.parametrize("steps", ["bicubic", (Downscale(2), "noise"), 2, None])
def test_what_is_no_step_is_refused(steps):
    with pytest.raises(TypeError, match="a step of the degradation is .*; expected one of .*Downscale, .*Blur"):
        Degradation(steps)


def test_a_step_that_nobody_registered_is_not_read():
    with pytest.raises(ValueError, match="a step of the degradation is .*'rain'.*; expected one of"):
        Degradation.from_dict({"steps": [{"step": "rain", "amount": 3}]})


# -- published images -----------------------------------------------------------------------------------------------------------


def mean_scores(pairs, scale=2):
    """PSNR and SSIM under protocol "y" of (small, true) images upscaled bicubically."""
    scores = [score(interpolate(lr, scale, kernel="bicubic"), hr, protocol="y", scale=scale) for lr, hr in pairs]
    return np.mean([s["psnr"] for s in scores]), np.mean([s["ssim"] for s in scores])


def downscaled(pairs, scale):
    """The same large images with small ones made here, as 8-bit files would hold them."""
    return [(to_uint8(srlib.downscale(hr, scale, kernel="bicubic")), hr) for hr, _ in pairs]


def test_bicubic_on_the_published_set5(benchmark):
    pairs = benchmark("Set5")
    assert len(pairs) == 5
    psnr, ssim = mean_scores([(lr, hr) for hr, lr in pairs])
    assert psnr == pytest.approx(33.67, abs=0.03)
    assert ssim == pytest.approx(0.930, abs=0.001)
    ours, _ = mean_scores(downscaled(pairs, 2))
    assert ours == pytest.approx(psnr, abs=0.05)


def test_downscaling_without_antialiasing_would_flatter_the_baseline(benchmark):
    """That the test above can fail: OpenCV's bicubic, which does not antialias, scores elsewhere."""
    pairs = benchmark("Set5")
    aliased = [(opencv(hr, 1 / 2, cv2.INTER_CUBIC), hr) for hr, _ in pairs]
    assert abs(mean_scores(aliased)[0] - 33.67) > 0.25


@pytest.mark.parametrize("name, factor, count", [("Set5", 2, 5), ("Set5", 3, 5), ("Set5", 4, 5), ("Set14", 2, 14)])
def test_our_small_images_are_the_published_ones(name, factor, count, benchmark):
    pairs = benchmark(name, factor)
    assert len(pairs) == count
    differences = [np.abs(ours.astype(int) - lr) for (ours, _), (_, lr) in zip(downscaled(pairs, factor), pairs)]
    assert max(d.mean() for d in differences) < 0.3
    if name == "Set5":  # Set14 has print beside white paper, where MATLAB clips between rows and columns
        assert max(d[4:-4, 4:-4].max() for d in differences) <= 2


def test_bicubic_on_set14(benchmark):
    """The one grey image of the fourteen is repeated over the channels: its Y is 16 + 219/255 of the grey."""
    pairs = benchmark("Set14")
    assert len(pairs) == 14
    psnr, ssim = mean_scores(downscaled(pairs, 2))
    assert psnr == pytest.approx(30.33, abs=0.05)
    assert ssim == pytest.approx(0.8700, abs=0.001)


def test_bicubic_on_bsd100(data_root):
    files = sorted((data_root / "BSDS500/BSDS500/data/images/val").glob("*.jpg"))
    assert len(files) == 100
    pairs = [(None, srlib.crop_to_multiple(read_image(file), 2)) for file in files]
    assert {hr.shape for _, hr in pairs} == {(320, 480, 3), (480, 320, 3)}
    psnr, ssim = mean_scores(downscaled([(hr, None) for _, hr in pairs], 2))
    assert psnr == pytest.approx(29.56, abs=0.05)
    assert ssim == pytest.approx(0.8435, abs=0.001)
