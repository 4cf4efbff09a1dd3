"""Any image, any size, any method: tiles must not show, and what is no method must be told so."""

import functools

import numpy as np
import pytest
from _networks import shipped_model

import srlib
from srlib import checkpoints
from srlib.backend import keras
from srlib.layers import Traits, traits_of
from srlib.models import build_model
from srlib.networks import NETWORKS
from srlib.resampling import interpolate
from srlib.upscaling import tiles

SCALES = (2, 3, 4)
layers = keras.layers
# height, width, tile: odd, even, prime, thin, smaller than a tile, of exactly one tile
SIZES = (
    (1, 70, 16), (70, 1, 24), (1, 1, 16), (2, 41, 13), (7, 7, 16), (16, 16, 16), (17, 33, 16),
    (61, 47, 13), (67, 51, 16), (83, 19, 24), (60, 91, 24), (23, 101, 19), (35, 29, 3), (33, 34, 1),
)  # fmt: skip


def awake(name, scale=2, seed=1):
    """A small network with every weight at random, whose results fill [0, 1] and seldom leave it."""
    model = build_model(name, scale, width=4, **({"blocks": 2} if name == "edsr" else {}))
    rng = np.random.default_rng(seed)
    convolutions = [layer for layer in model.layers if isinstance(layer, (layers.Conv2D, layers.Conv2DTranspose))]
    for layer in convolutions:
        fan_in = np.prod(layer.kernel.shape[:3])
        layer.kernel.assign(rng.normal(0, np.sqrt(2 / fan_in), layer.kernel.shape))
        layer.bias.assign(rng.uniform(-0.1, 0.1, layer.bias.shape))
    last = convolutions[-1]
    last.kernel.assign((0.02 if name == "edsr" else 0.1) * np.asarray(last.kernel))
    if name not in ("residual_autoencoder", "subpixel"):  # nothing is added to their result: keep it off the clipped 0
        last.bias.assign(last.bias + 0.5)
    return model


def grain(height, width, seed=0):
    """Noise, in which nothing repeats: a pixel that lands in the wrong place shows."""
    return (0.25 + 0.5 * np.random.default_rng([seed, height, width]).random((height, width, 3))).astype(np.float32)


def whole(model, image):
    """The network on the whole image at once: what tiles must come to."""
    return np.clip(keras.ops.convert_to_numpy(model(image[None])), 0, 1)[0]


@pytest.fixture(scope="module")
def networks():
    return {(name, scale): awake(name, scale) for name in NETWORKS for scale in SCALES}


# -- tiles --------------------------------------------------------------------------------------------------------------


DEEP = ("autoencoder", "subpixel")  # on the large side and on the small one; the others are of the same layers


@pytest.mark.parametrize(
    "name, height, width, tile", [(name, *size) for name in NETWORKS for size in SIZES[:: 1 if name in DEEP else 3]]
)
def test_tiles_do_not_show(networks, name, height, width, tile):
    model, image = networks[name, 2], grain(height, width)
    expected = whole(model, image)
    assert np.mean((expected == 0) | (expected == 1)) < 0.2, "clipping would hide a difference"
    np.testing.assert_allclose(srlib.upscale(image, model, tile=tile), expected, atol=1e-5)


@pytest.mark.parametrize("scale", (3, 4))
@pytest.mark.parametrize("name", NETWORKS)
def test_tiles_do_not_show_at_other_scales(networks, name, scale):
    model = networks[name, scale]
    for height, width, tile in ((59, 41, 15), (1, 70, 12)):
        image = grain(height, width)
        np.testing.assert_allclose(srlib.upscale(image, model, tile=tile), whole(model, image), atol=1e-5)


SHIPPED = sorted(checkpoints.shipped())
CORNERS = ((1, 700, 48), (700, 1, 64), (1, 1, 16), (13, 11, 64), (97, 89, 31))


def random_sizes(count):
    """Height, width and tile: whatever chance gives, the same every time."""
    rng = np.random.default_rng(6)
    for _ in range(count):
        yield *map(int, rng.integers(1, 151, 2)), int(rng.integers(20, 65))


def check_shipped(name, sizes):
    model = shipped_model(name)
    for height, width, tile in sizes:
        image = grain(height, width)
        made = srlib.upscale(image, model, tile=tile)
        np.testing.assert_allclose(made, whole(model, image), atol=1e-5, err_msg=f"{height}x{width}, tile {tile}")


@pytest.mark.parametrize("name", SHIPPED)
def test_tiles_of_shipped_networks_do_not_show(name):
    check_shipped(name, ((1, 700, 48), (97, 89, 31)))


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", {repr(card.architecture): name for name, card in checkpoints.shipped().items()}.values()
)
def test_tiles_of_shipped_networks_do_not_show_at_30_sizes(name):
    """One of every architecture, of which alone it depends what a tile must see."""
    check_shipped(name, [*CORNERS, *random_sizes(25)])


@pytest.mark.parametrize("name", [name for name, card in checkpoints.shipped().items() if card.scale == 2])
def test_there_is_no_seam(name, monkeypatch):
    """On a photograph the error beside the borders of tiles is that of the untiled result there; without margins it is not."""
    model = shipped_model(name)
    # high enough for tiles of all that look far, and no wider than one
    hr = srlib.load_images("sample", "test")["chelsea"][:, 84:168]
    lr = srlib.downscale(hr, 2)
    tile = max(lr.shape[1], (len(lr) - 2 * traits_of(model).reach) // 4)
    error = lambda sr: np.abs(sr - hr / np.float32(255)).mean(-1)
    untiled = error(whole(model, lr))

    def excess(windows):
        """How much worse the tiled result is beside the borders, and elsewhere."""
        near = np.zeros(len(lr), bool)
        for _, kept in windows[1:]:
            near[kept.start - 1 : kept.start + 1] = True
        assert 2 <= near.sum() <= len(lr) / 4
        near = near.repeat(2)
        worse = error(srlib.upscale(lr, model, tile=tile)) - untiled
        return np.abs(worse[near]).mean(), np.abs(worse[~near]).mean()

    at_borders, elsewhere = excess(tiles._windows(len(lr), tile, traits_of(model)))
    assert at_borders <= 1e-6 and at_borders <= elsewhere + 1e-7
    bare = lambda length, *_: [(slice(i, min(length, i + tile)),) * 2 for i in range(0, length, tile)]
    monkeypatch.setattr(tiles, "_windows", bare)
    at_borders, elsewhere = excess(bare(len(lr)))
    assert at_borders > 3 * elsewhere and at_borders > 1e-4


def difference_with(monkeypatch, model, changed):
    """How far tiles of 13 are from the whole, if the network's traits were others."""
    monkeypatch.setattr("srlib.layers.traits_of", lambda _: changed)
    image = grain(97, 113)
    return np.abs(srlib.upscale(image, model, tile=13) - whole(model, image)).max()


@pytest.mark.parametrize("name", NETWORKS)
def test_without_a_margin_tiles_would_show(networks, name, monkeypatch):
    known = traits_of(networks[name, 2])
    assert difference_with(monkeypatch, networks[name, 2], Traits(stride=known.stride)) > 1e-3


def test_off_the_stride_tiles_would_show(networks, monkeypatch):
    known = traits_of(networks["autoencoder", 2])
    assert known.stride == 2
    odd = known.reach + 1 - known.reach % 2  # a wider margin does not help a tile that begins between two
    assert difference_with(monkeypatch, networks["autoencoder", 2], Traits(reach=odd)) > 1e-3


def test_the_default_tile_is_used_on_a_large_image(networks, monkeypatch):
    model = networks["subpixel", 2]
    image = grain(260, 600)
    calls, predict = [], tiles._predict
    monkeypatch.setattr(tiles, "_predict", lambda model, x: calls.append(x.shape) or predict(model, x))
    made = srlib.upscale(image, model)
    assert len(calls) == 2 and max(max(shape) for shape in calls) < 300
    np.testing.assert_allclose(made, whole(model, image), atol=1e-5)


def test_smaller_tiles_are_taken_where_the_memory_does_not_suffice(networks, monkeypatch):
    model, image, predict = networks["subpixel", 2], grain(150, 140), tiles._predict

    def short_of_memory(model, lr):
        if lr.shape[1] * lr.shape[2] > 150 * 120:
            raise MemoryError("no room")
        return predict(model, lr)

    monkeypatch.setattr(tiles, "_predict", short_of_memory)
    np.testing.assert_allclose(srlib.upscale(image, model), whole(model, image), atol=1e-5)
    with pytest.raises(MemoryError, match="no room"):  # what was asked for is not changed in silence
        srlib.upscale(image, model, tile=256)


# -- what goes in and comes out -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tile", (14, 9))  # two by two, in pieces
@pytest.mark.parametrize("method", [*NETWORKS, "bicubic"])
def test_a_batch_is_its_images_one_by_one(networks, method, tile):
    model = networks.get((method, 2), method)
    images = np.stack([grain(9, 11, seed) for seed in range(5)])
    made = srlib.upscale(images, model, tile=tile)
    assert made.shape == (5, 18, 22, 3)
    for one, image in zip(made, images):
        np.testing.assert_allclose(one, srlib.upscale(image, model, tile=tile), atol=1e-6)


@pytest.mark.parametrize("method", [*NETWORKS, "bilinear"])
def test_uint8_and_float_are_one_image(networks, method, image):
    model = networks.get((method, 2), method)
    np.testing.assert_array_equal(
        srlib.upscale(image, model), srlib.upscale((image / np.float32(255)).astype(np.float32), model)
    )


def test_the_image_is_left_as_it_was(networks, image):
    before = image.copy()
    for method in (networks["autoencoder", 2], "bicubic"):
        srlib.upscale(image, method, tile=20)
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize("method", ["nearest", "bilinear", "bicubic", "lanczos"])
def test_an_interpolation_by_its_name(method, image):
    np.testing.assert_array_equal(srlib.upscale(image, method), interpolate(image, 2, kernel=method))
    np.testing.assert_array_equal(srlib.upscale(image, method, 3), interpolate(image, 3, kernel=method))


@pytest.mark.parametrize("bias, value", [(3.0, 1.0), (-3.0, 0.0)])
def test_the_result_is_clipped_float32(bias, value, image):
    model = build_model("subpixel", width=4)
    weights = model.get_weights()
    weights[-1] += bias
    model.set_weights(weights)
    made = srlib.upscale(image, model)
    assert made.dtype == np.float32 and (made == value).all()


@pytest.mark.parametrize("name", NETWORKS)
def test_the_scale_may_be_confirmed(networks, name, image):
    np.testing.assert_array_equal(srlib.upscale(image, networks[name, 3], 3), srlib.upscale(image, networks[name, 3]))


def test_a_network_built_by_hand_sees_the_image_whole():
    entry = keras.Input((None, None, 3))
    model = keras.Model(entry, layers.Conv2D(3, 5, padding="same")(layers.UpSampling2D(3)(entry)))
    images = np.stack([grain(37, 29, seed) for seed in range(2)])
    expected = np.stack([whole(model, image) for image in images])
    np.testing.assert_allclose(srlib.upscale(images, model, tile=8), expected, atol=1e-6)
    np.testing.assert_allclose(srlib.upscale(images[0], model, 3), expected[0], atol=1e-6)
    with pytest.raises(ValueError, match="made 111x87 of 37x29; expected .*, 2: look"):
        srlib.upscale(images[0], model, 2)


def test_a_function_is_a_method_too():
    images = np.stack([grain(11, 9, seed) for seed in range(2)])
    twice = lambda lr: lr.repeat(2, axis=1).repeat(2, axis=2)
    for function in (twice, functools.partial(np.kron, b=np.ones((1, 2, 2, 1), np.float32))):
        np.testing.assert_array_equal(srlib.upscale(images, function), srlib.upscale(images, "nearest"))
    table = srlib.evaluate({"mine": twice, "nearest": "nearest"}, np.stack([grain(24, 24)]), srlib.Downscale(2))
    assert table.mean("mine") == table.mean("nearest")
    with pytest.raises(ValueError, match="made 22x18 of 11x9; expected .*, 3: look"):
        srlib.upscale(images, twice, 3)
    with pytest.raises(ValueError, match="gives values that are not finite"):
        srlib.upscale(images, lambda lr: lr / 0 - lr / 0)


def test_a_network_that_does_not_upscale_evenly_is_refused():
    entry = keras.Input((None, None, 3))
    model = keras.Model(entry, layers.Cropping2D(1)(layers.UpSampling2D(2)(entry)))
    with pytest.raises(ValueError, match="made 14x18 of 8x10; expected the same whole multiple"):
        srlib.upscale(grain(8, 10), model)
    model = keras.Model(entry, layers.UpSampling2D((2, 3))(entry))
    with pytest.raises(ValueError, match="made 16x30 of 8x10"):
        srlib.upscale(grain(8, 10), model)


# -- the door -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method, settings, error, words",
    [
        ("subpixel", {"scale": 3}, ValueError, ["scale is 3", "subpixel upscales by 2"]),
        ("subpixel", {"scale": 0}, ValueError, ["scale is 0"]),
        ("subpixel", {"scale": 2.0}, ValueError, ["scale is 2.0"]),
        ("subpixel", {"tile": 0}, ValueError, ["tile is 0", "at least 1"]),
        ("subpixel", {"tile": -8}, ValueError, ["tile is -8"]),
        ("subpixel", {"tile": 16.0}, ValueError, ["tile is 16.0"]),
        ("subpixel", {"tile": True}, ValueError, ["tile is True"]),
        ("bicubic", {"scale": 0}, ValueError, ["scale is 0"]),
        ("bicubic", {"scale": 1.5}, ValueError, ["scale is 1.5"]),
        ("bikubic", {}, ValueError, ["'bikubic'", "bicubic", "load_model"]),
        (7, {}, TypeError, ["int", "load_model"]),
        (None, {}, TypeError, ["NoneType"]),
    ],
)
def test_what_is_no_method_is_refused_with_a_sentence(networks, image, method, settings, error, words):
    method = networks.get((method, 2), method)
    with pytest.raises(error) as refusal:
        srlib.upscale(image, method, **settings)
    told = str(refusal.value)
    assert "\n" not in told and "expected" in told
    assert all(word in told for word in words), told


@pytest.mark.parametrize(
    "wrong", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.full((4, 4, 3), np.nan, np.float32), "image.png"]
)
@pytest.mark.parametrize("method", ["subpixel", "bicubic"])
def test_what_is_no_image_is_refused(networks, wrong, method):
    with pytest.raises((TypeError, ValueError), match="expected"):
        srlib.upscale(wrong, networks.get((method, 2), method))


# -- the graph --------------------------------------------------------------------------------------------------------------


def test_the_graph_follows_the_weights_and_goes_with_the_network():
    import gc
    import weakref

    model = build_model("subpixel", width=4, blocks=1)
    small = np.random.default_rng(0).random((9, 7, 3), np.float32)
    before = srlib.upscale(small, model)
    model.set_weights([weights + 0.05 for weights in model.get_weights()])
    after = srlib.upscale(small, model)
    assert np.abs(after - before).max() > 0.01
    one_by_one = np.clip(keras.ops.convert_to_numpy(model(small[None], training=False)[0]), 0, 1)
    np.testing.assert_allclose(after, one_by_one, atol=1e-6)
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


def test_images_of_many_sizes_share_a_graph():
    """And batches with them: a graph takes longer to make than to run."""
    model = build_model("subpixel", width=4, blocks=1)
    for side in range(5, 25):
        srlib.upscale(np.zeros((side, 2 * side, 3), np.uint8), model)
    for count in (2, 3, 4):
        srlib.upscale(np.zeros((count, 9, 9, 3), np.uint8), model)
    assert model._srlib_graph.experimental_get_tracing_count() == 1


def test_many_networks_are_no_reason_to_warn(caplog):
    """TensorFlow warns of five graphs in a row where it takes them for one function's."""
    networks = [keras.Sequential([keras.Input((None, None, 3)), layers.UpSampling2D()]) for _ in range(8)]
    for network in networks:
        for side in (5, 6):
            tiles._graph(network)(np.zeros((1, side, 7, 3), np.float32))
    assert "retracing" not in caplog.text


def test_a_network_of_ones_own_may_change():
    """Nothing is known of it, so nothing of it is kept."""
    model = keras.Sequential([keras.Input((None, None, 3)), keras.layers.UpSampling2D()])
    small = np.full((4, 4, 3), 0.5, np.float32)
    srlib.upscale(small, model)
    model.add(keras.layers.Rescaling(0.5))
    assert srlib.upscale(small, model).max() == 0.25


@pytest.mark.parametrize("policy", ["mixed_float16", "float64"])
def test_what_comes_out_is_float32_whatever_the_network_computes_in(policy, image):
    layer = keras.layers.UpSampling2D(2, dtype=policy)
    made = srlib.upscale(image, keras.Sequential([layer]))
    assert made.dtype == np.float32
    assert srlib.evaluate({"own": keras.Sequential([layer])}, [srlib.crop_to_multiple(image, 2)]).mean("own") > 0


def test_a_network_without_colours_is_refused(image):
    grey = keras.Sequential([keras.layers.UpSampling2D(2), keras.layers.Conv2D(1, 1)])
    with pytest.raises(ValueError, match=r"array of shape \(1, .*, 1\); expected images .*: look at its last layer"):
        srlib.upscale(image, grey)
