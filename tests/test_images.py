"""The door: what is not an image is refused, everywhere, with a sentence that helps."""

import re

import numpy as np
import pytest

import srlib
from srlib import images
from srlib.metrics import score
from srlib.resampling import interpolate

SIDE = 16
GOOD = np.full((SIDE, SIDE, 3), 0.5, np.float32)

# Every public function that takes images: name of the argument in the message, and a call with one.
DOORS = {
    "mse": ("a", lambda x: srlib.mse(x, x)),
    "mse, second": ("b", lambda x: srlib.mse(GOOD, x)),
    "psnr": ("a", lambda x: srlib.psnr(x, x)),
    "psnr, second": ("b", lambda x: srlib.psnr(GOOD, x)),
    "ssim": ("a", lambda x: srlib.ssim(x, x)),
    "ssim, second": ("b", lambda x: srlib.ssim(GOOD, x)),
    "score": ("sr", lambda x: score(x, x)),
    "score, second": ("hr", lambda x: score(GOOD, x)),
    "downscale": ("hr", lambda x: srlib.downscale(x, 2)),
    "interpolate": ("lr", lambda x: srlib.upscale(x, "bilinear", 2)),
    "make_pairs": ("image", lambda x: srlib.make_pairs(x)),
    "make_pairs, in a list": ("image", lambda x: srlib.make_pairs([GOOD, x])),
    "crop_to_multiple": ("image", lambda x: srlib.crop_to_multiple(x, 2)),
    "upscale": ("lr", lambda x: srlib.upscale(x, "bicubic")),
}


def filled(value, dtype=np.float32, shape=(SIDE, SIDE, 3)):
    return np.full(shape, value, dtype)


def spotted(value):
    """A good image with one bad value."""
    x = GOOD.copy()
    x[3, 4, 1] = value
    return x


# What comes: the image, the error, what the message says of it, the way out that it names.
BAD = {
    "float64": (filled(0.5, np.float64), TypeError, "float64", "astype('float32')"),
    "float16": (filled(0.5, np.float16), TypeError, "float16", "astype('float32')"),
    "uint16": (filled(9, np.uint16), TypeError, "uint16", "65535"),
    "int64": (filled(9, np.int64), TypeError, "int64", "astype('uint8')"),
    "bool": (filled(1, np.bool_), TypeError, "bool", "astype('uint8')"),
    "0 to 255 as float32": (filled(200), ValueError, "200", "divide by 255"),
    "a little above 1": (spotted(1.01), ValueError, "1.01", "numpy.clip"),
    "a little below 0": (spotted(-0.25), ValueError, "-0.25", "numpy.clip"),
    "in [-1, 1]": (spotted(-0.97), ValueError, "-0.97", "(image + 1) / 2 if"),
    "12 bits as float32": (spotted(4000), ValueError, "4000", "divide by 4095"),
    "infinite": (spotted(np.inf), ValueError, "inf", "infinite values arise"),
    "NaN": (spotted(np.nan), ValueError, "1 NaN", "nan_to_num"),
    "masked": (
        np.ma.masked_invalid(spotted(np.nan)),
        TypeError,
        "masked array, with 1 of its values hidden",
        "filled(0)",
    ),
    "masked, 8 bits": (np.ma.masked_less(filled(9, np.uint8), 10), TypeError, "masked array, with 768", "filled(0)"),
    "2-D": (filled(0.5, shape=(SIDE, SIDE)), ValueError, "(16, 16)", "numpy.stack"),
    "1 channel": (filled(0.5, shape=(SIDE, SIDE, 1)), ValueError, "(16, 16, 1)", "numpy.repeat(grey, 3"),
    "2 channels": (filled(0.5, shape=(SIDE, SIDE, 2)), ValueError, "(16, 16, 2)", "red-green-blue"),
    "4 channels": (filled(0.5, shape=(SIDE, SIDE, 4)), ValueError, "(16, 16, 4)", "[..., :3]"),
    "channels first": (filled(0.5, shape=(3, SIDE, SIDE)), ValueError, "(3, 16, 16)", "moveaxis"),
    "channels first, batch": (filled(0.5, shape=(2, 3, SIDE, SIDE)), ValueError, "(2, 3, 16, 16)", "moveaxis"),
    "five axes": (filled(0.5, shape=(1, 1, SIDE, SIDE, 3)), ValueError, "(1, 1, 16, 16, 3)", "rows, columns"),
    "no rows": (filled(0.5, shape=(0, SIDE, 3)), ValueError, "(0, 16, 3)", "loaded or cut"),
    "no images": (filled(0.5, shape=(0, SIDE, SIDE, 3)), ValueError, "(0, 16, 16, 3)", "loaded or cut"),
    "list": ([[[0.5, 0.5, 0.5]]], TypeError, "list", "numpy.asarray"),
    "None": (None, TypeError, "NoneType", "numpy.asarray"),
    "str": ("image.jpg", TypeError, "str", "srlib.load_images"),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("door", DOORS)
def test_what_is_no_image_is_refused_with_a_sentence(door, case):
    name, call = DOORS[door]
    bad, error, came, remedy = BAD[case]
    with pytest.raises(error) as caught:
        call(bad)
    message = str(caught.value)
    # what came, what was expected, how to get there: in this order, on one line, ended
    assert re.fullmatch(rf"{name} .*{re.escape(came)}.*; expected .+: .*{re.escape(remedy)}.*\.", message), message


@pytest.mark.parametrize("least, most", [(-1, 1), (-0.5, 0.5), (0, 255), (-128, 127), (0, 1023), (0, 4095), (0, 65535)])
def test_the_advice_for_another_range_gives_the_image_back(least, most, make_image):
    """Done as it is told; an image that was in [-1, 1] must not be cut off at 0."""
    image = make_image(16, 16)
    image[0, 0], image[0, 1] = 0, 255
    image = image / np.float32(255)
    given = (least + image * (most - least)).astype(np.float32)
    with pytest.raises(ValueError) as refusal:
        images.check(given)
    told = str(refusal.value).partition("[0, 1]: ")[2]
    formula = re.match(r"use (.+?) if it spans", told) or re.match(r"(divide by \d+) if it spans", told)
    code = formula[1].replace("divide by", "image /")
    np.testing.assert_allclose(eval(code, {"image": given}), image, atol=1e-6)


@pytest.mark.parametrize("low, high", [(-2.1, 2.6), (-1000, 5), (0, 1e6)])
def test_a_range_that_nobody_uses_is_not_guessed(low, high):
    image = np.linspace(low, high, 48, dtype=np.float32).reshape(4, 4, 3)
    with pytest.raises(ValueError, match=r"\[0, 1\]: subtract the least value"):
        images.check(image)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_images_pass(door, dtype):
    DOORS[door][1](filled(0.5, dtype))


@pytest.mark.parametrize("door", [d for d in DOORS if "score" not in d and "second" not in d])
def test_batches_pass(door):
    DOORS[door][1](filled(0.5, shape=(2, SIDE, SIDE, 3)))


@pytest.mark.parametrize("low, high", [(0.0, 1.0), (0, 255)])
def test_the_ends_of_the_range_belong_to_it(low, high):
    x = filled(low, np.float32 if high == 1 else np.uint8)
    x[0] = high
    assert images.check(x) is x  # unchanged, not copied


def test_views_and_arrays_of_other_libraries_pass(image):
    class Tensor:
        dtype, shape = image.dtype, image.shape

        def __array__(self, dtype=None, copy=None):
            return image

    frozen = image.copy()
    frozen.flags.writeable = False
    assert np.array_equal(images.check(Tensor()), image)
    for x in (frozen, image[::-1, ::2], image.transpose(1, 0, 2)):
        assert srlib.mse(x, x) == 0


SCALED = {
    "downscale": lambda s: srlib.downscale(GOOD, s),
    "interpolate": lambda s: srlib.upscale(GOOD, "bilinear", s),
    "make_pairs": lambda s: srlib.make_pairs(GOOD[None], srlib.Downscale(s)),
    "crop_to_multiple": lambda s: srlib.crop_to_multiple(GOOD, s),
    "upscale": lambda s: srlib.upscale(GOOD, "bicubic", s),
    "score rgb": lambda s: score(GOOD, GOOD, scale=s),
    "score y": lambda s: score(GOOD, GOOD, scale=s, protocol="y"),
}


@pytest.mark.parametrize("scale", [0, -2, 2.0, True, "2", np.float32(2), float("nan")], ids=repr)
@pytest.mark.parametrize("function", SCALED)
def test_what_is_no_scale_is_refused(function, scale):
    with pytest.raises(ValueError) as caught:
        SCALED[function](scale)
    message = str(caught.value)
    assert message.startswith(f"scale is {scale!r}; expected a whole number of at least 1: "), message


@pytest.mark.parametrize("function", SCALED)
def test_numpy_integers_are_scales(function):
    SCALED[function](np.int64(2))


@pytest.mark.parametrize(
    "call, came, choices",
    [
        (lambda: srlib.downscale(GOOD, 2, kernel="lanczos"), "kernel is 'lanczos'", ("bilinear", "bicubic", "area")),
        (lambda: srlib.downscale(GOOD, 2, kernel=None), "kernel is None", ("bilinear", "bicubic", "area")),
        (
            lambda: srlib.make_pairs(GOOD[None], srlib.Downscale(2, "cubic")),
            "kernel is 'cubic'",
            ("bilinear", "bicubic", "area"),
        ),
        (
            lambda: interpolate(GOOD, 2, "area"),
            "kernel is 'area'",
            ("nearest", "bilinear", "bicubic", "lanczos"),
        ),
        (
            lambda: srlib.upscale(GOOD, "bikubic"),
            "method is 'bikubic'",
            ("nearest", "bilinear", "bicubic", "lanczos", "load_model"),
        ),
        (lambda: score(GOOD, GOOD, protocol="luma"), "protocol is 'luma'", ("rgb", "y")),
    ],
)
def test_an_unknown_choice_is_named_beside_the_known_ones(call, came, choices):
    with pytest.raises(ValueError) as caught:
        call()
    message = str(caught.value)
    assert message.startswith(came) and "; expected" in message
    assert all(choice in message.split("; expected")[1] for choice in choices), message


@pytest.mark.parametrize("metric", [srlib.mse, srlib.psnr, srlib.ssim, score])
@pytest.mark.parametrize("shape", [(SIDE, SIDE + 1, 3), (1, SIDE, SIDE, 3)])
def test_images_of_two_shapes_are_not_compared(metric, shape):
    with pytest.raises(ValueError, match=r"\(16, 16, 3\).*shapes must be equal: ") as caught:
        metric(GOOD, filled(0.5, shape=shape))
    assert str(shape) in str(caught.value)


def test_every_8_bit_level_survives_the_way_to_float_and_back():
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, -1)
    as_float = images.to_float(levels)
    assert as_float.dtype == np.float32 and as_float.min() == 0 and as_float.max() == 1
    assert np.array_equal(images.to_uint8(as_float), levels)


@pytest.mark.parametrize("value, level", [(0.0, 0), (0.49 / 255, 0), (0.51 / 255, 1), (254.4 / 255, 254), (1.0, 255)])
def test_to_uint8_rounds_to_the_nearest_level(value, level):
    assert np.unique(images.to_uint8(filled(value))).tolist() == [level]


def test_a_masked_array_that_hides_nothing_is_an_image():
    np.testing.assert_array_equal(srlib.upscale(np.ma.array(GOOD), "bicubic"), srlib.upscale(GOOD, "bicubic"))
