"""Images that are partly transparent: upscaled and laid on a background, they are what comes of doing it the other way round."""

import struct
from pathlib import Path

import numpy as np
import pytest
from _image_files import deep_png, deep_read, deep_tiff, enlarged, keys, lanczos, png
from PIL import Image
from scipy.ndimage import distance_transform_edt, minimum_filter

from srlib.checkpoints import load_model
from srlib.upscaling import upscale_file
from srlib.upscaling.transparency import _all_around, _without_hidden_colours

BACKGROUNDS = {"white": 1.0, "grey": 0.5, "black": 0.0}
KERNELS = {"bicubic": (keys, 2), "lanczos": (lanczos, 3)}  # and by how many levels they may differ
FROM_CENTRE = np.hypot(*(np.mgrid[:32, :32] - 15.5))


def laid(planes, background):
    """Colours and alpha in [0, 1] on a background of one level, in levels."""
    return 255 * (planes[..., :-1] * planes[..., -1:] + background * (1 - planes[..., -1:]))


def disc(colour, inside, rim, outside=0, beneath=0):
    """Opaque in the middle, then a rim of another alpha, then what is outside; what is beneath the two is another colour."""
    alpha = np.where(FROM_CENTRE < 10, inside, np.where(FROM_CENTRE < 11.5, rim, outside))
    colours = np.where((FROM_CENTRE < 10)[..., None], colour, beneath)
    return np.dstack([colours, alpha]).astype(np.uint8)


def upscaled(planes, method="bicubic", name="a.png"):
    Image.fromarray(planes).save(name)
    upscale_file(name, "large.png", method, replace=True)
    return np.asarray(Image.open("large.png"))


def off(planes, made, kernel, background, top=255):
    """By how much two results differ: laid then enlarged, and enlarged then laid; where an interpolation can be both.

    Where alpha overshoots beyond opaque, or a colour beyond its alpha, an opaque image may change with the background
    and no transparent one can.
    """
    planes, made = planes / top, made / top
    alpha, products = (
        enlarged(planes[..., -1:], kernel=kernel),
        enlarged(planes[..., :-1] * planes[..., -1:], kernel=kernel),
    )
    wanted = enlarged(np.rint(laid(planes, background)), kernel=kernel)
    possible = (alpha > -1e-9) & (alpha < 1 + 1e-9) & (products > -1e-9) & (products < alpha + 1e-9)
    assert possible.mean() > 0.2
    return np.abs(laid(made, background) - np.rint(np.clip(wanted, 0, 255)))[possible].max()


@pytest.mark.parametrize("method", KERNELS)
@pytest.mark.parametrize("background", BACKGROUNDS)
def test_edges_of_every_alpha(method, background, here):
    """What has the colour of the background cannot be seen on it, whatever lies beneath."""
    most, level = KERNELS[method][1], BACKGROUNDS[background]
    colour = round(255 * level)
    for rim in (0, 1, 2, 3, 64, 127, 128, 200, 254, 255):
        beneath = 255 - colour if rim < 2 else colour  # of alpha 1 nothing else can be seen
        planes = disc(colour, 255, rim, beneath=beneath)
        difference = np.abs(laid(upscaled(planes, method) / 255, level) - colour).max()
        assert difference <= most, (rim, difference)


@pytest.mark.parametrize("method", KERNELS)
@pytest.mark.parametrize(
    "inside, rim, outside", [(255, 2, 0), (255, 150, 0), (255, 254, 128), (128, 1, 0), (254, 255, 1)]
)
def test_it_is_the_same_before_and_after(method, inside, rim, outside, here):
    kernel, most = KERNELS[method]
    planes = disc((230, 40, 40), inside, rim, outside, beneath=(10, 60, 200))
    made = upscaled(planes, method)
    for background in BACKGROUNDS.values():
        assert off(planes, made, kernel, background) <= most


@pytest.mark.parametrize("softness", [64, 24, 8])
def test_soft_edges_are_the_same_everywhere(softness, here):
    """Where nothing overshoots by much, all of the image is."""
    alpha = np.clip((13 - FROM_CENTRE) * softness, 0, 255)
    planes = np.dstack([np.full((32, 32, 3), (230, 40, 40)), alpha]).astype(np.uint8)
    made = upscaled(planes)
    for background in BACKGROUNDS.values():
        wanted = np.clip(enlarged(np.rint(laid(planes / 255, background))), 0, 255)
        assert np.abs(laid(made / 255, background) - wanted).max() <= (6 if softness == 64 else 2)


def cut_out(height=20, width=20):
    """An opaque square in the middle of nothing."""
    alpha = np.zeros((height, width), int)
    alpha[5:15, 5:15] = 1
    return alpha


COLOURS = {1: (200,), 3: (200, 120, 40)}


def write_keyed(path, channels, bits):
    """A PNG without alpha, in which one colour stands for nothing."""
    top, key = 2**bits - 1, 2**bits - 1
    seen = [c * top // 255 for c in COLOURS[channels]]
    values = np.where(cut_out()[..., None], seen, key)
    values = values.reshape(20, -1)
    if bits == 16:
        rows = [row.astype(">u2").tobytes() for row in values]
    else:
        one_bits = (values[..., None] >> np.arange(bits - 1, -1, -1)) & 1
        rows = [np.packbits(row.reshape(-1)).tobytes() for row in one_bits]
    data = struct.pack(f">{channels}H", *[key] * channels)
    path.write_bytes(png(20, 20, bits, 0 if channels == 1 else 2, rows, (b"tRNS", data)))
    return np.array(seen) / top


@pytest.mark.parametrize("channels, bits", [(1, 1), (1, 2), (1, 4), (1, 8), (1, 16), (3, 8), (3, 16)])
def test_a_colour_that_stands_for_nothing_does_not_bleed(channels, bits, here):
    colour = write_keyed(Path("a.png"), channels, bits)
    upscale_file("a.png", "b.png", "bicubic")
    made = deep_read(Path("b.png"), channels + 1) if bits == 16 else np.asarray(Image.open("b.png"))
    top = np.iinfo(made.dtype).max
    wanted = np.clip(enlarged(cut_out()), 0, 1)
    assert np.abs(made[..., -1] / top - wanted).max() <= 0.51 / top
    assert np.abs(made[..., :-1] / top - colour).max() <= (0.02 if bits == 16 else 0.51) / top * (
        257 if bits == 16 else 1
    )


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("channels", [2, 4])
def test_sixteen_bits_are_weighted_too(channels, suffix, here):
    alpha = np.where(cut_out(), 65535, 600)
    colours = np.where(cut_out()[..., None], (50000, 9000, 30000)[: channels - 1], 100)
    planes = np.dstack([colours, alpha]).astype(np.uint16)
    source = Path("a.tif" if suffix == ".tif" and channels == 4 else "a.png")  # Pillow reads no grey one
    (deep_png if source.suffix == ".png" else deep_tiff)(source, planes)
    upscale_file(source, f"b{suffix}", "bilinear")
    made = deep_read(Path(f"b{suffix}"), 4 if suffix == ".tif" else channels)
    made = made[..., [0, 3]] if made.shape[2] > channels else made  # a grey TIFF is written as RGB
    linear = lambda x: np.maximum(0, 1 - np.abs(x))
    veil = enlarged(alpha[..., None] / 65535, kernel=linear)
    products = enlarged(colours / 65535 * (alpha[..., None] / 65535), kernel=linear)
    assert np.abs(made[..., -1:] / 65535 - veil).max() <= 0.51 / 65535
    assert np.abs(made[..., :-1] / 65535 - products / veil).max() <= 2 / 65535


def test_a_palette_with_partial_transparency(here):
    small = Image.fromarray(cut_out().astype(np.uint8), "L").convert("P")
    small.putpalette([0, 0, 255, 200, 120, 40])
    small.save("a.png", transparency=bytes([1, 255]))
    planes = np.asarray(small.convert("RGB"))
    planes = np.dstack([planes, np.where(cut_out(), 255, 1)]).astype(np.uint8)
    upscale_file("a.png", "b.png", "bicubic")
    assert off(planes, np.asarray(Image.open("b.png")), keys, 0.5) <= 2


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_hidden_colours_do_not_bleed(mode, here):
    """A cut-out on hidden black, and the same on hidden white, look the same, and are of its own colour."""
    channels = len(mode) - 1
    for name, hidden in (("black.png", 0), ("white.png", 255)):
        colours = np.where(cut_out()[..., None], COLOURS[channels], hidden)
        planes = np.dstack([colours, 255 * cut_out()]).astype(np.uint8)
        Image.fromarray(planes, mode).save(name)
        upscale_file(Path(name), Path(f"large-{name}"), "bicubic")
    made = [np.asarray(Image.open(f"large-{name}")) for name in ("black.png", "white.png")]
    np.testing.assert_array_equal(*made)
    assert (made[0][..., :-1] == COLOURS[channels]).all() and 0.2 < (made[0][..., -1] > 0).mean() < 0.5


@pytest.mark.parametrize("method", ["nearest", "bilinear", "bicubic", "lanczos"])
def test_bands_leave_no_seams(method, here, monkeypatch):
    rng = np.random.default_rng(0)
    planes = rng.integers(0, 256, (37, 20, 4)).astype(np.uint8)
    whole = upscaled(planes, method)
    monkeypatch.setattr("srlib.upscaling.tiles.TILES", (8,))  # eight rows each
    np.testing.assert_array_equal(upscaled(planes, method), whole)


# -- through a network ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def network():
    return load_model("small_x2")


@pytest.mark.parametrize("softness", [64, 24])
@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_a_network_sees_opaque_images(mode, softness, network, here):
    """It makes of the image on a background what it makes of the opaque one, to the levels that are lost by rounding."""
    alpha = np.clip((13 - FROM_CENTRE) * softness, 0, 255)
    colours = np.dstack([FROM_CENTRE * 5 + 60 + 20 * c for c in range(len(mode) - 1)])
    colours[alpha == 0] = 0
    planes = np.dstack([colours, alpha]).astype(np.uint8)
    made = upscaled(planes, network).astype(float) / 255
    for background, most in ((0, 3), (1, 3), (0.5, 5)):
        rgb = np.rint(laid(planes / 255, background)).astype(np.uint8)
        opaque = upscaled(rgb if mode == "RGBA" else rgb[..., 0], network)
        difference = np.abs(laid(made, background) - opaque.reshape(64, 64, -1))
        assert difference.max() <= most, (background, difference.max())


def test_a_rim_that_is_not_seen_stays_unseen(network, here):
    made = upscaled(disc(255, 255, 2), network) / 255
    assert np.abs(laid(made, 1) - 255).max() <= 8


def test_what_is_opaque_stays_opaque(network, here):
    """A network alone would leave 254 here and there."""
    alpha = np.full((40, 40), 255)
    alpha[:10, :10] = 0
    rng = np.random.default_rng(0)
    made = upscaled(np.dstack([rng.integers(0, 256, (40, 40, 3)), alpha]).astype(np.uint8), network)[..., 3]
    assert (made[26:] == 255).all() and (made[:, 26:] == 255).all() and (made[:14, :14] == 0).all()


def test_where_memory_runs_out_tiles_become_smaller(network, here, monkeypatch):
    """For both backgrounds at once, and the result is the same."""
    from srlib.upscaling import transparency

    planes = np.tile(disc((230, 40, 40), 255, 128), (3, 3, 1))
    wanted, real, asked = upscaled(planes, network), transparency.upscaled_pieces, []

    def scarce(image, method, scale, *, tile):
        asked.append(tile)
        for i, piece in enumerate(real(image, method, scale, tile=tile)):
            if tile > 64 and (i or len(asked) % 2 == 0):
                raise MemoryError
            yield piece

    monkeypatch.setattr(transparency, "upscaled_pieces", scarce)
    assert np.abs(upscaled(planes, network).astype(int) - wanted).max() <= 1
    assert asked == [256, 256, 128, 128, 64, 64]


def test_bands_and_tiles_of_a_network_leave_no_seams(network, here, monkeypatch):
    rng = np.random.default_rng(0)
    planes = rng.integers(0, 256, (37, 40, 4)).astype(np.uint8)
    whole = upscaled(planes, network).astype(int)
    for module in ("tiles", "transparency"):
        monkeypatch.setattr(f"srlib.upscaling.{module}.TILES", (8,))
    made = upscaled(planes, network).astype(int)
    assert np.abs(made[..., 3] - whole[..., 3]).max() <= 1
    for background in BACKGROUNDS.values():
        assert np.abs(laid(made / 255, background) - laid(whole / 255, background)).max() <= 1.5


@pytest.mark.parametrize(
    "shape, share", [((50, 70), 0.3), ((60, 90), 0.003), ((1, 40), 0.1), ((40, 1), 0.1), ((9, 2), 0.1)]
)
def test_what_is_hidden_near_an_edge_has_the_colour_of_the_nearest_that_is_seen(shape, share, monkeypatch):
    monkeypatch.setattr("srlib.upscaling.tiles.TILES", (20,))  # several bands
    rng = np.random.default_rng(0)
    seen = rng.random(shape) < share
    seen[0, 0], seen[-1, -1] = True, False
    numbers = np.arange(seen.size, dtype=np.uint16).reshape(shape)
    filled = _without_hidden_colours(numbers, seen.astype(np.uint8))
    assert seen.ravel()[filled].all() and (filled == numbers)[seen].all()
    rows, columns = np.indices(shape)
    far = np.hypot(filled // shape[1] - rows, filled % shape[1] - columns)
    nearest = distance_transform_edt(~seen)
    np.testing.assert_allclose(far[nearest <= 4], nearest[nearest <= 4])
    assert not seen.all() and (nearest <= 4).any()


def test_what_is_near_is_a_square(rng):
    for share in (0.02, 0.98):
        plane = rng.random((30, 41)) < share
        np.testing.assert_array_equal(_all_around(plane), minimum_filter(plane, 7, mode="constant", cval=1))
        assert share < 0.5 or 0 < _all_around(plane).mean() < 1
