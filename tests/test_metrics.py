"""MSE, PSNR, SSIM and the two protocols, against arithmetic, scikit-image and the definitions written out."""

import math

import numpy as np
import pytest
import skimage.metrics
from scipy.signal import convolve2d

import srlib
from srlib.images import to_float
from srlib.metrics import luma, power_spectrum, score

METRICS = {"mse": srlib.mse, "psnr": srlib.psnr, "ssim": srlib.ssim}


def flat(value, side=16):
    return np.full((side, side, 3), value, np.float32)


@pytest.fixture
def pair(make_image, rng):
    """A uint8 image and a damaged copy, not square."""
    a = make_image(40, 57)
    return a, np.clip(a + rng.normal(0, 20, a.shape), 0, 255).astype(np.uint8)


# -- by hand ------------------------------------------------------------------------------------------------------------


def test_mse_by_hand():
    a = np.array([[[0, 51, 102], [255, 0, 0]]], np.uint8)
    b = np.array([[[51, 51, 0], [0, 0, 0]]], np.uint8)
    # differences 1/5, 0, 2/5, 1, 0, 0: (1/25 + 4/25 + 1) / 6
    assert srlib.mse(a, b) == pytest.approx(0.2, abs=1e-7)


@pytest.mark.parametrize("difference, decibel", [(1.0, 0.0), (0.1, 20.0), (0.01, 40.0), (0.5, 20 * math.log10(2))])
def test_psnr_by_hand(difference, decibel):
    assert srlib.psnr(flat(0), flat(difference)) == pytest.approx(decibel, abs=1e-4)


@pytest.mark.parametrize("a, b", [(0.25, 0.75), (0.0, 1.0), (0.5, 0.6)])
def test_ssim_of_flat_images_by_hand(a, b):
    expected = (2 * a * b + 0.01**2) / (a**2 + b**2 + 0.01**2)  # no variance, so the second factor is c2 / c2
    assert srlib.ssim(flat(a), flat(b)) == pytest.approx(expected, abs=1e-6)


def test_ssim_of_one_window_by_hand(rng):
    a, b = rng.random((2, 7, 7, 3), np.float32)
    channels = []
    for x, y in ((a[..., c].ravel().astype(float), b[..., c].ravel().astype(float)) for c in range(3)):
        (var_x, cov), (_, var_y) = np.cov(x, y)  # 49 pixels, divided by 48
        mean_x, mean_y = x.sum() / 49, y.sum() / 49
        channels.append(
            (2 * mean_x * mean_y + 1e-4) * (2 * cov + 9e-4) / ((mean_x**2 + mean_y**2 + 1e-4) * (var_x + var_y + 9e-4))
        )
    assert srlib.ssim(a, b) == pytest.approx(sum(channels) / 3, abs=1e-6)


# -- against scikit-image, on the 8-bit scale -----------------------------------------------------------------------------


def test_mse_is_scikit_images(pair):
    assert srlib.mse(*pair) == pytest.approx(skimage.metrics.mean_squared_error(*pair) / 255**2, rel=1e-5)


def test_psnr_is_scikit_images(pair):
    assert srlib.psnr(*pair) == pytest.approx(skimage.metrics.peak_signal_noise_ratio(*pair, data_range=255), abs=1e-4)


def test_ssim_is_scikit_images(pair):
    expected = skimage.metrics.structural_similarity(*pair, data_range=255, channel_axis=-1)
    assert srlib.ssim(*pair) == pytest.approx(expected, abs=1e-6)
    assert expected < 0.95  # the pair is different enough to tell


# -- properties -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_identical_images(image, dtype):
    x = image if dtype == np.uint8 else to_float(image)
    assert (srlib.mse(x, x), srlib.psnr(x, x)) == (0, math.inf)
    assert srlib.ssim(x, x) == pytest.approx(1, abs=1e-12)
    assert score(x, x, protocol="y")["psnr"] == score(x, x)["psnr"] == math.inf


@pytest.mark.parametrize("name", METRICS)
def test_the_order_does_not_matter(name, pair):
    a, b = pair
    assert METRICS[name](a, b) == pytest.approx(METRICS[name](b, a), rel=1e-12)


@pytest.mark.parametrize("name", METRICS)
def test_8_bit_and_float_images_score_alike_also_mixed(name, pair):
    a, b = pair
    scores = [METRICS[name](x, y) for x in (a, to_float(a)) for y in (b, to_float(b))]
    assert scores == pytest.approx([scores[0]] * 4, rel=1e-9)


def test_sums_are_in_double_precision():
    a, b = flat(0.0), flat(2.0**-13)
    a[0, 0, 0], b[0, 0, 0] = 0, 1
    assert srlib.mse(a, b) == pytest.approx((1 + 767 * 2.0**-26) / 768, rel=1e-12)


@pytest.mark.parametrize("name", METRICS)
def test_the_score_of_a_batch_is_the_mean_of_its_images(name, batch, rng):
    spread = np.array([2, 10, 40]).reshape(3, 1, 1, 1)  # images damaged to different degrees
    damaged = np.clip(batch + spread * rng.normal(0, 1, batch.shape), 0, 255).astype(np.uint8)
    one_by_one = [METRICS[name](a, b) for a, b in zip(batch, damaged)]
    assert METRICS[name](batch, damaged) == pytest.approx(sum(one_by_one) / 3, rel=1e-12)
    assert max(one_by_one) > 1.05 * min(one_by_one)


def test_the_psnr_of_a_batch_is_not_that_of_its_mean_error():
    a, b = np.stack([flat(0), flat(0)]), np.stack([flat(0.1), flat(0.01)])
    assert srlib.psnr(a, b) == pytest.approx(30, abs=1e-4)  # the mean of 20 and 40
    assert 10 * math.log10(1 / srlib.mse(a, b)) == pytest.approx(22.967, abs=1e-3)


@pytest.mark.parametrize("side", [(6, 20), (20, 6), (1, 1)])
def test_ssim_needs_one_window(side):
    x = np.zeros((*side, 3), np.float32)
    with pytest.raises(ValueError, match=r"at least 7 rows and columns: use a larger image") as caught:
        srlib.ssim(x, x)
    assert str(x.shape) in str(caught.value)
    assert srlib.psnr(x, x) == math.inf  # the others do not


# -- luma -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rgb, expected",
    [
        ((0, 0, 0), 16),
        ((255, 255, 255), 235),
        ((255, 0, 0), 81.481),
        ((0, 255, 0), 144.553),
        ((0, 0, 255), 40.966),
        ((51, 102, 204), 16 + 65.481 * 0.2 + 128.553 * 0.4 + 24.966 * 0.8),
        ((1, 1, 1), 16 + 219 / 255),  # not rounded
    ],
)
def test_luma_of_known_colours(rgb, expected):
    y = luma(np.full((2, 3, 3), rgb, np.uint8))
    assert y.dtype == np.float64 and y.shape == (2, 3)
    assert y == pytest.approx(expected, abs=1e-9)


# -- protocols ------------------------------------------------------------------------------------------------------------


def y_by_definition(sr, hr, scale):
    """Protocol "y" for float images, step by step, with none of srlib."""
    luma_of = []
    for x in (sr, hr):
        r, g, b = np.moveaxis(np.floor(x.astype(np.float64) * 255 + 0.5), -1, 0)  # as an 8-bit file holds it
        y = 16 + (65.481 * r + 128.553 * g + 24.966 * b) / 255
        luma_of.append(y[scale : y.shape[0] - scale, scale : y.shape[1] - scale])
    a, b = luma_of
    bell = np.exp(-((np.arange(11) - 5) ** 2) / (2 * 1.5**2))
    window = np.outer(bell, bell) / bell.sum() ** 2
    mean = lambda x: convolve2d(x, window, mode="valid")
    var_a, var_b, cov = mean(a * a) - mean(a) ** 2, mean(b * b) - mean(b) ** 2, mean(a * b) - mean(a) * mean(b)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    similar = (2 * mean(a) * mean(b) + c1) * (2 * cov + c2)
    similar /= (mean(a) ** 2 + mean(b) ** 2 + c1) * (var_a + var_b + c2)
    error = ((a - b) ** 2).mean()
    return {"psnr": 20 * math.log10(255) - 10 * math.log10(error), "ssim": similar.mean(), "mse": error}


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("size", [(19, 19), (48, 36), (37, 51)])
def test_protocol_y_is_its_definition(size, scale, rng):
    hr = rng.random((*size, 3), np.float32)
    sr = np.clip(hr + rng.normal(0, 0.1, hr.shape), 0, 1).astype(np.float32)
    assert score(sr, hr, protocol="y", scale=scale) == pytest.approx(y_by_definition(sr, hr, scale), rel=1e-9)


def test_protocol_y_is_on_the_scale_of_255():
    a, b = np.full((2, 20, 20, 3), 100, np.uint8)
    b = b + np.uint8(10)
    error = (10 * 219 / 255) ** 2
    found = score(a, b, protocol="y")
    assert found["mse"] == pytest.approx(error)
    assert found["psnr"] == pytest.approx(10 * math.log10(255**2 / error))


def test_protocol_y_rounds_to_8_bits_and_keeps_luma_unrounded():
    hr = flat(100 / 255, 20)
    sr = flat(100.4 / 255, 20)
    assert score(sr, hr, protocol="y")["psnr"] == math.inf  # the same file
    assert score(sr, hr)["psnr"] < 60
    sr = flat(101 / 255, 20)  # one level is 219/255 of luma: rounded, it would be 1
    assert score(sr, hr, protocol="y")["mse"] == pytest.approx((219 / 255) ** 2)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_protocol_y_crops_as_many_pixels_as_the_scale(scale, make_image):
    hr = make_image(30, 40)
    inside = (slice(scale, -scale), slice(scale, -scale))
    border = 255 - hr
    border[inside] = hr[inside]
    assert score(border, hr, protocol="y", scale=scale)["psnr"] == math.inf
    for y, x in ((scale, 20), (29 - scale, 20), (15, scale), (15, 39 - scale)):  # the outermost that count
        touched = hr.copy()
        touched[y, x] = 255 - hr[y, x]
        assert score(touched, hr, protocol="y", scale=scale)["psnr"] < math.inf


def test_protocol_rgb_is_the_three_metrics(pair):
    found = score(*pair, protocol="rgb", scale=4)
    assert list(found) == ["psnr", "ssim", "mse"] == list(score(*pair, protocol="y"))
    assert found == pytest.approx({name: METRICS[name](*pair) for name in found}, rel=1e-12)


@pytest.mark.parametrize("scale", [2, 4])
def test_protocol_y_needs_one_window_after_the_border_crop(scale, make_image):
    enough = make_image(11 + 2 * scale, 30)
    assert score(enough, enough, protocol="y", scale=scale)["ssim"] == pytest.approx(1)
    for small in (enough[1:], enough[:1]):
        with pytest.raises(ValueError, match=rf"crops {scale} pixels.*needs 11x11.*: use a larger image"):
            score(small, small, protocol="y", scale=scale)


def test_a_score_is_of_one_image(batch):
    with pytest.raises(ValueError, match=r"\(3, 24, 36, 3\).*one image.*srlib.evaluate"):
        score(batch, batch)


# -- the reference's number -------------------------------------------------------------------------------------------------


def test_the_references_ssim_and_what_it_should_have_been(benchmark):
    """Down and up by 2, RGB, Set5: SSIM with a range of 2 assumed on numbers up to 255 is 0.806; it is 0.901."""
    import cv2

    as_reference, right = [], []
    for hr, _ in benchmark("Set5"):
        true = hr.astype(np.float32)
        height, width = (n - n % 2 for n in true.shape[:2])
        true = true[:height, :width]
        small = cv2.resize(true, (width // 2, height // 2), interpolation=cv2.INTER_LINEAR)
        blurred = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
        as_reference.append(skimage.metrics.structural_similarity(true, blurred, data_range=2, channel_axis=-1))
        right.append(srlib.ssim(np.clip(blurred / 255, 0, 1), true / 255))
    assert len(right) == 5
    assert np.mean(as_reference) == pytest.approx(0.806, abs=0.0005)
    assert np.mean(right) == pytest.approx(0.901, abs=0.0005)


def test_protocol_y_is_its_definition_on_a_photograph_too(benchmark):
    hr, lr = benchmark("Set5")[2]
    sr = srlib.upscale(lr, "bicubic", 2)
    # halves of a level are frequent here, and are rounded to even by one and upwards by the other
    assert score(sr, hr, protocol="y") == pytest.approx(y_by_definition(sr, to_float(hr), 2), rel=1e-4)


# -- the power spectrum -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cycles", (3, 8, 16, 27))
@pytest.mark.parametrize("axis", (0, 1))
def test_the_spectrum_of_a_cosine_peaks_at_its_frequency(cycles, axis):
    side = 64
    wave = 0.5 + 0.4 * np.cos(2 * np.pi * cycles * np.arange(side) / side)
    line = wave[:, None] if axis == 0 else wave[None]
    image = np.broadcast_to(line[..., None], (side, side, 3)).astype(np.float32)
    frequency, power = power_spectrum(image)
    assert frequency[0] == pytest.approx(1 / side) and frequency[-1] == 0.5
    assert frequency[power.argmax()] == pytest.approx(cycles / side)
    far = np.abs(frequency - cycles / side) > 3 / side
    assert power[far].max() < 1e-3 * power.max()


def test_the_spectrum_of_a_slanted_cosine_peaks_at_its_length():
    y, x = np.mgrid[0:80, 0:80]
    wave = 0.5 + 0.4 * np.cos(2 * np.pi * (12 * y + 16 * x) / 80)  # 12 and 16 are 20 along the slant
    frequency, power = power_spectrum(np.repeat(wave[..., None], 3, -1).astype(np.float32))
    assert frequency[power.argmax()] == pytest.approx(20 / 80)


def test_the_spectrum_of_a_batch_is_the_mean(batch):
    squares = batch[:, :24, :24]
    each = [power_spectrum(image)[1] for image in squares]
    np.testing.assert_allclose(power_spectrum(squares)[1], np.mean(each, 0), rtol=1e-5)


def test_the_spectrum_of_what_is_not_square_is_refused(make_image):
    with pytest.raises(ValueError, match="20x30; expected a square"):
        power_spectrum(make_image(20, 30))


# -- in strips --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strip", [1, 400, 1000, 2**20])  # pixels: one place of the window at a time, and all at once
@pytest.mark.parametrize("protocol", ["rgb", "y"])
def test_scores_do_not_depend_on_how_much_is_judged_at_a_time(protocol, strip, pair, monkeypatch):
    monkeypatch.setattr(srlib.metrics, "_STRIP", strip)
    a, b = pair
    found = score(a, b, protocol=protocol, scale=2)
    if protocol == "rgb":
        x, y = (image / 255 for image in pair)
        expected = skimage.metrics.structural_similarity(x, y, data_range=1.0, channel_axis=-1)
    else:
        x, y = (luma(image)[2:-2, 2:-2] for image in pair)
        expected = skimage.metrics.structural_similarity(
            x, y, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
        )
    assert found["ssim"] == pytest.approx(expected, abs=1e-7)
    assert found["mse"] == pytest.approx(np.mean((x - y) ** 2), rel=1e-6)


def test_a_large_image_is_judged_in_little_memory(monkeypatch):
    import tracemalloc

    monkeypatch.setattr(srlib.metrics, "_STRIP", 2**17)
    a = np.random.default_rng(0).integers(0, 256, (1500, 1400, 3), np.uint8)
    tracemalloc.start()
    score(a, a[::-1], protocol="y", scale=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6  # whole, it would be 250
