"""Any size of a result: what is asked for, and the resize to it, against Pillow's."""

import numpy as np
import pytest
from PIL import Image

import srlib
from srlib.resampling import resize_taps
from srlib.upscaling import sizes
from srlib.upscaling.sizes import check_size, planned, resized, size_of

KERNELS = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


def pieces(image, alpha, rows, columns, again=0):
    """An image cut into pieces; a few of them come once more, as where memory ran out."""
    height, width = image.shape[:2]
    places = [
        (slice(y, min(height, y + rows)), slice(x, min(width, x + columns)))
        for y in range(0, height, rows)
        for x in range(0, width, columns)
    ]
    for place in [*places[:again], *places]:
        yield *place, image[place], alpha[place]


def together(parts, size):
    colours, alpha = np.full((*size, 3), np.nan, np.float32), np.full(size, np.nan, np.float32)
    for rows, columns, c, a in parts:
        colours[rows, columns], alpha[rows, columns] = c, a
    return colours, alpha


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("wanted", [(45, 61), (31, 40), (90, 122), (100, 40), (7, 9), (46, 60), (3, 2), (150, 200)])
def test_resized_is_pillows_away_from_the_edges(kernel, wanted, make_image):
    image = make_image(90, 122).astype(np.float32) / 255
    colours, alpha = together(
        resized(pieces(image, np.ones((90, 122), np.float32), 13, 50), (90, 122), wanted, kernel), wanted
    )
    assert np.abs(alpha - 1).max() < 1e-6
    planes = [Image.fromarray(image[..., c]).resize(wanted[::-1], KERNELS[kernel]) for c in range(3)]
    expected = np.clip(np.stack(planes, -1), 0, 1)
    edge = [int(3 * max(1, w / n)) + 3 for n, w in zip((90, 122), wanted)]  # where Pillow ends and we mirror
    inner = tuple(slice(e, w - e) for e, w in zip(edge, wanted))
    np.testing.assert_allclose(colours[inner], expected[inner], atol=2e-5)
    flat, _ = together(
        resized(pieces(np.full_like(image, 0.3), np.ones((90, 122), np.float32), 7, 122), (90, 122), wanted, kernel), wanted
    )  # fmt: skip
    np.testing.assert_allclose(flat, 0.3, atol=1e-5)  # up to the edges


@pytest.mark.parametrize("rows, columns, again", [(7, 50, 0), (13, 40, 5), (1, 122, 0), (90, 1, 0)])
@pytest.mark.parametrize("wanted", [(31, 40), (100, 140)])
def test_however_it_is_cut(rows, columns, again, wanted, make_image):
    image, alpha = make_image(90, 122).astype(np.float32) / 255, make_image(90, 122, 1)[..., 0].astype(np.float32) / 255
    whole, cut = (
        together(resized(pieces(image, alpha, *how), (90, 122), wanted, "bicubic"), wanted)
        for how in ((90, 122), (rows, columns, again))
    )
    assert all(np.array_equal(a, b) for a, b in zip(whole, cut))


@pytest.mark.parametrize("kernel", [*KERNELS, "nearest"])
@pytest.mark.parametrize("scale", [1, 2, 3])
def test_at_a_whole_scale_it_is_the_interpolation(kernel, scale, make_image):
    image = make_image(20, 23).astype(np.float32) / 255
    size = (20 * scale, 23 * scale)
    colours, _ = together(resized(pieces(image, np.ones((20, 23), np.float32), 6, 23), (20, 23), size, kernel), size)
    np.testing.assert_allclose(colours, srlib.upscale(image, kernel, scale), atol=1e-5)


def test_colours_are_weighted_by_alpha():
    """A white disc with a soft edge, black and transparent outside: laid on white it is white, before and after."""
    r = np.hypot(*(np.mgrid[:64, :64] - 31.5))
    alpha = np.clip(22 - r, 0, 1).astype(np.float32)
    image = np.where(alpha[..., None] > 0, np.float32(1), np.float32(0)) * np.ones(3, np.float32)
    colours, seen = together(resized(pieces(image, alpha, 9, 64), (64, 64), (43, 43), "bicubic"), (43, 43))
    on_white = colours * seen[..., None] + 1 - seen[..., None]
    assert np.abs(on_white - 1).max() < 1e-5 and seen.min() == 0 and seen.max() == 1


def test_the_filters_by_hand():
    places, weights = resize_taps(4, 2, "bicubic")  # a half: the cubic widened by two, as in lesson 02
    x = np.arange(-3.5, 4) / 2
    cubic = np.where(abs(x) <= 1, 1.5 * abs(x) ** 3 - 2.5 * x**2 + 1, -0.5 * abs(x) ** 3 + 2.5 * x**2 - 4 * abs(x) + 2)
    row = np.zeros(4)
    np.add.at(row, [2, 1, 0, 0, 1, 2, 3, 3], cubic / cubic.sum())  # mirrored to the left and to the right
    got = np.zeros(4)
    np.add.at(got, places[0], weights[0])
    np.testing.assert_allclose(got, row, atol=1e-6)
    places, weights = resize_taps(5, 3, "nearest")
    assert places[:, 0].tolist() == [0, 2, 4] and (weights == 1).all()


# -- what is asked for --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked, factor, size",
    [
        ({}, 2, (40, 60)),
        ({"scale": 3}, 3, (60, 90)),
        ({"scale": 1.5}, 1.5, (30, 45)),
        ({"scale": 1.01}, 1.01, (20, 30)),
        ({"width": 45}, 1.5, (30, 45)),
        ({"height": 50}, 2.5, (50, 75)),
        ({"width": 100}, 100 / 30, (67, 100)),
        ({"width": 100, "height": 67}, 100 / 30, (67, 100)),
        ({"width": 100, "height": 66}, 66 / 20, (66, 100)),
        ({"width": 30, "height": 20}, 1, (20, 30)),
    ],
)
def test_what_is_asked_for(asked, factor, size):
    check_size(asked.get("scale"), asked.get("width"), asked.get("height"))
    assert size_of((20, 30), **asked) == (factor, size)


@pytest.mark.parametrize(
    "asked, words",
    [
        ({"width": 100, "height": 60}, "100x60 is not of its proportions; expected 100x67 or 90x60"),
        ({"width": 29}, "it is 30x20, larger than 29x19; expected a size above its own"),
        ({"height": 10}, "larger than 15x10"),
        ({"scale": 0.5}, "scale is 0.5; expected a number of at least 1"),
        ({"scale": 0}, "scale is 0; "),
        ({"scale": float("nan")}, "scale is nan; "),
        ({"scale": float("inf")}, "scale is inf; "),
        ({"scale": 1e300}, "scale is 1e.300; "),
        ({"width": 10**400}, "width is more than 2,147,483,647"),
        ({"scale": True}, "scale is True; "),
        ({"scale": "2"}, "scale is '2'; "),
        ({"scale": 2, "width": 60}, "scale is 2 and width 60; expected one of them"),
        ({"width": 0}, "width is 0; expected a whole number"),
        ({"height": 2.5}, "height is 2.5; expected a whole number"),
    ],
)
def test_what_cannot_be_asked_for(asked, words):
    with pytest.raises(ValueError, match=words):
        check_size(asked.get("scale"), asked.get("width"), asked.get("height"))
        size_of((20, 30), **asked)


# -- who does it --------------------------------------------------------------------------------------------------------------


def test_the_next_scale_up_is_taken(monkeypatch):
    models = {scale: srlib.build_model("subpixel", scale, width=4, blocks=1) for scale in (2, 3, 4)}
    monkeypatch.setattr(sizes, "_loaded", lambda name, engine: models[int(name[-1])])
    for scale, own in ((None, 2), (1.01, 2), (2, 2), (2.01, 3), (3, 3), (3.5, 4), (4, 4)):
        assert planned((10, 20), None, scale) == (
            models[own],
            own,
            (round(10 * (scale or 2)), round(20 * (scale or 2))),
        )
    assert planned((10, 20), None, width=50) == (models[3], 3, (25, 50))
    assert planned((10, 20), models[4], 4) == (models[4], 4, (40, 80))
    assert planned((10, 20), models[4], height=15) == (models[4], 4, (15, 30))
    assert planned((10, 20), "lanczos", 9.5) == ("lanczos", 1, (95, 190))
    for method, scale, words in (
        (None, 4.5, "scale is 4.5, but the largest network of srlib's upscales by 4; expected .* at most 4 times"),
        (models[2], 3, "scale is 3, but subpixel upscales by 2; expected"),
        (models[2], 1, "scale is 1, but subpixel upscales by 2; expected more than 1"),
    ):
        with pytest.raises(ValueError, match=words):
            planned((10, 20), method, scale)
    with pytest.raises(ValueError, match="101x51 is 5.05 times its size, but the largest network"):
        planned((10, 20), None, width=101)


# -- in files -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1.5, 2.4])
@pytest.mark.parametrize("kind", ["png", "tif"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_sixteen_bits_and_transparency_survive(channels, kind, scale, tmp_path):
    """Against Pillow's resize of each plane in floating point, weighted by alpha, away from the edges."""
    from _image_files import deep_png, deep_read, deep_tiff, wave

    if (channels, kind) == (2, "tif"):
        pytest.skip("which Pillow does not read as grey")
    levels = wave(40, 50, channels, 65535)
    (deep_png if kind == "png" else deep_tiff)(tmp_path / f"a.{kind}", levels)
    large = srlib.upscale_file(tmp_path / f"a.{kind}", tmp_path / f"b.{kind}", "bicubic", scale)
    found = deep_read(large, channels).astype(float)
    planes = (levels if levels.ndim == 3 else levels[..., None]).astype(np.float32) / 65535
    size = (round(50 * scale), round(40 * scale))
    larger = lambda plane: np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.BICUBIC))
    if channels in (2, 4):
        seen = larger(planes[..., -1])
        expected = [larger(planes[..., c] * planes[..., -1]) / seen for c in range(channels - 1)] + [seen]
    else:
        expected = [larger(planes[..., c]) for c in range(channels)]
    assert found.shape == (*size[::-1], channels)
    difference = np.abs(found - 65535 * np.clip(np.stack(expected, -1), 0, 1))[8:-8, 8:-8]
    assert difference.max() <= 2


def test_grey_stays_grey_at_any_size(tmp_path):
    Image.effect_noise((30, 20), 50).save(tmp_path / "a.png")
    large = Image.open(srlib.upscale_file(tmp_path / "a.png", tmp_path / "b.jpg", "bicubic", height=50))
    assert (large.mode, large.size) == ("L", (75, 50))


def test_strips_take_little_memory():
    """Of a result of 40 megapixels, a few bands are held, and not the whole."""
    import tracemalloc

    def bands():
        for y in range(0, 4000, 100):
            yield (
                slice(y, y + 100),
                slice(0, 1000),
                np.zeros((100, 1000, 3), np.float32),
                np.ones((100, 1000), np.float32),
            )

    tracemalloc.start()
    for _ in resized(bands(), (4000, 1000), (3000, 750), "bicubic"):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**24  # the whole would be 61 MiB
