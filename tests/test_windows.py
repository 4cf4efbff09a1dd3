"""Streaming: the patches of a folder that stays on disk, whatever the workers, the interruptions and the damaged files."""

import warnings

import numpy as np
import pytest
from PIL import Image

import srlib
from srlib import Blur, Degradation, Downscale, Jpeg, Noise, Recipe, windows
from srlib.images import to_uint8
from srlib.patches import Patches

FIXED = Downscale(2, "bicubic")
DRAWN = (Blur(0.2, 1.5), Downscale(2, "bicubic"), Noise(1, 8), Jpeg(40, 75))


@pytest.fixture(scope="module")
def folder(tmp_path_factory, make_image):
    """Forty images, each of another size."""
    place = tmp_path_factory.mktemp("stream")
    for i in range(40):
        Image.fromarray(make_image(40 + i, 90 - i, i)).save(place / f"{i:02}.png")
    return place


@pytest.fixture(scope="module")
def stream(folder):
    return srlib.load_images(folder, stream=True)


@pytest.fixture
def small(monkeypatch):
    """Tiles of 32 pixels, of which a few are held, each for one step or two; a function: patches of a stream."""
    monkeypatch.setattr(windows, "TILE", 32)
    monkeypatch.setattr(windows, "PATCHES", 4)

    def make(stream, degradation=FIXED, slots=6, **settings):
        keywords = {name: settings.pop(name) for name in ("start", "workers") if name in settings}
        recipe = Recipe(degradation, **{"patch_size": 16, "batch_size": 6, "steps": 60, **settings}).resolved(2)
        patches = Patches(stream, recipe, **keywords)
        patches._window.slots = slots
        return patches

    return make


def same(one, two):
    return all(np.array_equal(a, b) for a, b in zip(one, two))


@pytest.mark.parametrize("degradation", (FIXED, DRAWN), ids=("fixed", "drawn"))
def test_a_folder_that_fits_gives_the_patches_that_it_gives_from_memory(degradation, folder, stream):
    recipe = Recipe(degradation, patch_size=16, batch_size=8, steps=300).resolved(2)
    held, streamed = Patches(srlib.load_images(folder), recipe), Patches(stream, recipe, workers=3)
    for step in (0, 1, 2, 250):
        assert same(held[step], streamed[step])
    streamed.close()


@pytest.mark.parametrize("degradation", (FIXED, DRAWN), ids=("fixed", "drawn"))
def test_neither_workers_nor_interruptions_change_a_patch(degradation, stream, small):
    alone, several, later = (
        small(stream, degradation, **how) for how in ({}, {"workers": 4}, {"start": 25, "workers": 2})
    )
    expected = [alone[step] for step in range(32)]
    assert all(same(expected[step], several[step]) for step in (0, 0, *range(1, 32)))
    assert all(same(expected[25 + i], later[i]) for i in range(7))
    assert same(expected[3], alone[3])  # even what has left the window comes again
    other = small(stream, degradation, seed=1)
    assert not same(expected[25], other[25])
    for each in (alone, several, later, other):
        each.close()


@pytest.mark.parametrize("degradation", (FIXED, (Blur(1.1, 1.1), Downscale(2, "bicubic"))))
def test_a_patch_of_a_tile_is_that_of_the_whole_image(degradation, folder, small, tmp_path, make_image):
    """Also where it touches the border of its tile; a range without width draws the same for all."""
    hr = make_image(150, 131)
    Image.fromarray(hr).save(tmp_path / "a.png")
    whole = to_uint8(Degradation(degradation)(hr[:150, :130]))
    patches = small(srlib.load_images(tmp_path, stream=True), degradation, slots=1, augment=False)
    corners = set()
    for step in range(40):
        for lr, patch in zip(*patches[step]):
            seen = np.lib.stride_tricks.sliding_window_view(hr, patch.shape)[:, :, 0]
            ((y, x),) = np.argwhere((seen[:, :, 0, 0] == to_uint8(patch[0, 0])).all(-1) & (seen == to_uint8(patch)).all((2, 3, 4)))  # fmt: skip
            cut = whole[y // 2 : y // 2 + 8, x // 2 : x // 2 + 8].astype(int)
            assert np.abs(cut - to_uint8(lr)).max() <= 1
            corners.add((y, x))
    assert len(corners) > 150 and min(corners)[0] < 16 and max(corners)[0] > 110  # from all over it
    patches.close()


def test_every_file_comes_once_in_an_epoch_and_few_are_held(stream, small, monkeypatch):
    read, original = [], type(stream).read
    monkeypatch.setattr(type(stream), "read", lambda self, i: read.append(i) or original(self, i))
    patches = small(stream)
    for step in range(40):  # half as many new files as patches
        patches[step]
        assert len(patches._window._tiles) <= 6 + 6 + windows._AHEAD
    patches.close()
    assert sorted(read[:40]) == list(range(40)) and len(set(read[40:80])) == len(read[40:80]) > 20
    assert read[:20] != read[40:60] and len(read) <= 40 * 6 // 4 + 6 + 6 + windows._AHEAD


def test_the_window_holds_what_the_recipe_allows(stream):
    slots = lambda **s: windows.Window(stream[[0] * 5000], Recipe(window=100, patch_size=64, **s).resolved(2), 1).slots
    assert slots() == int(100e6 / (512 * 512 * 3 * 1.25)) and slots(degradation=DRAWN) == int(100e6 / (640 * 640 * 3))
    assert windows.Window(stream, Recipe(window=1).resolved(2), 1).slots == 1


def test_damaged_files_are_named_once_and_passed_over(folder, tmp_path, small):
    for i in range(12):
        (tmp_path / f"{i:02}.png").write_bytes((folder / f"{i:02}.png").read_bytes()[: 400 if i in (3, 7) else None])
    Image.new("RGB", (90, 14)).save(tmp_path / "short.png")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        stream = srlib.load_images(tmp_path, stream=True)
        runs = [small(stream, workers=n) for n in (1, 3)]
        assert all(same(runs[0][step], runs[1][step]) for step in range(40))
    told = sorted(str(warning.message) for warning in told)
    assert [sum(name in line for line in told) for name in ("03.png", "07.png", "short.png")] == [2, 2, 2]  # a run each
    assert all(line.startswith("passed over: ") and "expected" in line for line in told)
    for each in runs:
        each.close()


def test_a_folder_of_which_nothing_can_be_read(tmp_path, small):
    for name in "ab":
        (tmp_path / f"{name}.png").write_bytes(b"no image")
    patches = small(srlib.load_images(tmp_path, stream=True), slots=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(
            OSError, match=r"None of 100 files that were tried can be learnt from \(.*png is not an image"
        ):
            patches[0]
    patches.close()


def test_the_sum_of_a_stream_is_of_names_and_sizes(tmp_path):
    def total():
        return srlib.load_images(tmp_path, stream=True).sha256()

    Image.new("L", (9, 9), 1).save(tmp_path / "a.bmp")
    first = total()
    Image.new("L", (9, 9), 2).save(tmp_path / "a.bmp")
    assert total() == first
    Image.new("L", (9, 19), 2).save(tmp_path / "a.bmp")
    assert total() != first
    Image.new("L", (9, 9), 2).save(tmp_path / "a.bmp")
    (tmp_path / "a.bmp").rename(tmp_path / "b.bmp")
    assert total() != first


def test_pairs_are_streamed(folder, tmp_path, small):
    for i in range(12):
        hr = np.asarray(Image.open(folder / f"{i:02}.png"))[:40, :60]
        (tmp_path / "hr").mkdir(exist_ok=True), (tmp_path / "lr").mkdir(exist_ok=True)
        Image.fromarray(hr).save(tmp_path / "hr" / f"{i}.png")
        Image.fromarray(255 - to_uint8(srlib.downscale(hr, 2, "area"))).save(tmp_path / "lr" / f"{i}.png")
    stream = srlib.load_images(tmp_path / "hr", lr=tmp_path / "lr", stream=True)
    assert (len(stream), stream.scale, len(stream[::5])) == (12, 2, 3)
    patches = small(stream, srlib.degradation.paired(2))
    for lr, hr in zip(*patches[20]):
        np.testing.assert_allclose(1 - lr, hr.reshape(8, 2, 8, 2, 3).mean((1, 3)), atol=0.6 / 255)
    patches.close()
    held = stream.load()
    assert len(held.lr) == 12 and held.provenance == stream.provenance
    with pytest.raises(ValueError, match="at scale 2 and None; expected the same"):
        stream + srlib.load_images(folder, stream=True)
    assert len(stream + stream) == 24 and (stream + stream)[[0, 12]].provenance.images == 2


def test_a_streamed_training_is_taken_up(stream, small, tmp_path, interrupted_at, monkeypatch):
    monkeypatch.setattr(windows.Window, "first", lambda self, step: 3 * step)
    settings = dict(steps=6, validate_every=2, batch_size=2, patch_size=16, window=1, validation=stream[:2])
    net = lambda: srlib.build_model("subpixel", width=4, blocks=1)
    models = [net(), net()]
    whole = srlib.fit(models[0], stream, **settings)
    with interrupted_at(4), pytest.raises(KeyboardInterrupt):
        srlib.fit(net(), stream, out=tmp_path / "run", **settings)
    with pytest.raises(ValueError, match="begun with window 1, and now it is 2; expected the same"):
        srlib.fit(net(), stream, out=tmp_path / "run", resume=True, **{**settings, "window": 2})
    history = srlib.fit(models[1], stream, out=tmp_path / "run", resume=True, workers=4, **settings)
    assert history.loss == whole.loss and history.psnr == whole.psnr
    assert all(map(np.array_equal, models[0].get_weights(), models[1].get_weights()))
