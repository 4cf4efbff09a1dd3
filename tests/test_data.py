"""Where images come from: the embedded photographs and their splits, dead leaves, folders, and ImageSet."""

import struct
from itertools import combinations

import cv2
import numpy as np
import pytest
import skimage.data
import tifffile
from PIL import Image
from scipy.ndimage import maximum_filter, minimum_filter

import srlib
from srlib.data import CATALOGUE, SAMPLE_SPLITS, ImageSet, read_image, sample_photograph

SPLITS = ("train", "validation", "test")
PHOTOGRAPHS = sum(SAMPLE_SPLITS.values(), ())


# -- content: a fingerprint of every patch, at every place ------------------------------------------------------------------


def fingerprints(image, height, width):
    """For each place of a height x width window, a 64-bit number that depends on every value in it."""
    weights = np.random.default_rng(0).integers(2**63, size=height + width + 3, dtype=np.uint64) | np.uint64(1)
    rows, columns, channels = np.split(weights, [height, height + width])
    total = (image.astype(np.uint64) * channels).sum(-1, dtype=np.uint64)
    across = sum(total[:, j : total.shape[1] - width + 1 + j] * w for j, w in enumerate(columns))
    return sum(across[i : total.shape[0] - height + 1 + i] * w for i, w in enumerate(rows))


def patches(images, height, width, *, turned=False):
    """The fingerprints of all patches that are not flat; of mirrored and turned ones too."""
    found = []
    for original in images:
        turns = [np.rot90(m, k) for m in (original, original[:, ::-1]) for k in range(4)]
        for image in turns if turned else [original]:
            green = image[..., 1].astype(int)
            contrast = maximum_filter(green, (height, width)) - minimum_filter(green, (height, width))
            marks = fingerprints(image, height, width)
            contrast = contrast[height // 2 :, width // 2 :][: marks.shape[0], : marks.shape[1]]
            found.append(marks[contrast > 20])
    return np.sort(np.concatenate(found))


def shared(one, other, height, width):
    """How many patches of `other` are in `one`, as they are or mirrored or turned."""
    known, asked = patches(one, height, width), patches(other, height, width, turned=True)
    assert len(known) > 1000 and len(asked) > 1000  # else nothing was compared
    return int((known[np.searchsorted(known, asked).clip(max=len(known) - 1)] == asked).sum())


WINDOWS = pytest.mark.parametrize("height, width", [(16, 16), (1, 48)], ids=["squares", "pieces of rows"])


@WINDOWS
def test_no_patch_is_in_two_splits(height, width, sample):
    for one, other in combinations(SPLITS, 2):
        assert shared(sample[one].images, sample[other].images, height, width) == 0, (one, other)


@WINDOWS
@pytest.mark.parametrize("turn", [0, 1])
def test_a_leaked_patch_is_found(height, width, turn, sample):
    train, leaked = sample["train"].images, sample["test"].images.copy()
    i, y, x = max(
        ((i, y, x) for i in range(3) for y in (30, 61) for x in (13, 50)),
        key=lambda place: train[place[0]][place[1] :, place[2] :][:20, :60].std(),
    )
    piece = np.rot90(train[i, y : y + 20, x : x + 60], turn)
    leaked[4, 7 : 7 + piece.shape[0], 41 : 41 + piece.shape[1]] = piece
    assert shared(train, leaked, height, width) > 0


def test_no_photograph_is_in_two_splits(sample):
    assert len(set(PHOTOGRAPHS)) == len(PHOTOGRAPHS)
    for split in SPLITS:
        assert tuple(sample[split].class_names) == SAMPLE_SPLITS[split]
    # by content, the parts between the crops included
    whole = {split: [sample_photograph(name) for name in SAMPLE_SPLITS[split]] for split in SPLITS}
    for one, other in combinations(SPLITS, 2):
        assert shared(whole[one], whole[other], 16, 16) == 0, (one, other)


# -- sample -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("split", SPLITS)
def test_a_split_of_the_sample(split, sample):
    images = sample[split]
    assert images.images.dtype == np.uint8 and images.images.shape == (len(images), 128, 128, 3)
    assert len(images) == len(images.names) == len(images.labels) == len(set(images.names))
    fits = [(h // 128) * (w // 128) for h, w in (sample_photograph(name).shape[:2] for name in SAMPLE_SPLITS[split])]
    assert np.bincount(images.labels).tolist() == fits and min(fits) > 0
    for name, label in zip(images.names, images.labels):
        assert name.startswith(images.class_names[label] + "-")
    for photograph in SAMPLE_SPLITS[split]:
        (terms,) = (part for part in images.licence.split("; ") if part.startswith(f"{photograph}: "))
        assert "CC0" in terms or "public domain" in terms


def test_the_whole_sample_is_its_splits(sample):
    images = srlib.load_images("sample")
    assert np.array_equal(images.images, np.concatenate([sample[split].images for split in SPLITS]))
    assert images.names == sum((sample[split].names for split in SPLITS), [])
    assert [images.class_names[i] for i in images.labels] == [name.rsplit("-", 1)[0] for name in images.names]
    assert len(images) == int(CATALOGUE["sample"].images)  # what `srlib data list` says


@pytest.mark.parametrize("photograph", PHOTOGRAPHS)
def test_crops_tile_their_photograph_without_overlap(photograph, sample):
    (images,) = (sample[split] for split in SPLITS if photograph in SAMPLE_SPLITS[split])
    crops = images.images[images.labels == images.class_names.index(photograph)]
    whole = sample_photograph(photograph)
    marks = fingerprints(whole, 128, 128)
    covered = np.zeros(whole.shape[:2], int)
    for crop in crops:
        (place,) = np.argwhere(marks == fingerprints(crop, 128, 128)[0, 0])  # found by content, and once
        window = tuple(slice(p, p + 128) for p in place)
        assert np.array_equal(whole[window], crop)
        covered[window] += 1
    assert covered.max() == 1 and covered.sum() == len(crops) * 128**2
    assert max(whole.shape[0] - covered.any(1).sum(), whole.shape[1] - covered.any(0).sum()) < 128  # no more would fit


@pytest.mark.parametrize("photograph", PHOTOGRAPHS)
def test_photographs_are_scikit_images(photograph):
    ours, theirs = sample_photograph(photograph), getattr(skimage.data, photograph)()[..., :3]
    factor = theirs.shape[0] // ours.shape[0]
    if factor == 1:
        assert np.array_equal(ours, theirs)
    else:  # large scans are downscaled; Pillow's bicubic is the oracle
        theirs = theirs[: ours.shape[0] * factor, : ours.shape[1] * factor]
        theirs = Image.fromarray(theirs).resize(ours.shape[1::-1], Image.Resampling.BICUBIC)
        assert np.abs(ours - np.asarray(theirs).astype(int)).mean() < 0.5


@pytest.mark.parametrize("name", ["lena", "", None])
def test_an_unknown_photograph_is_named_beside_the_known_ones(name):
    with pytest.raises(ValueError, match=rf"photograph is {name!r}; expected one of .*chelsea"):
        sample_photograph(name)


# -- dead leaves ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def leaves():
    return srlib.load_images("dead_leaves", count=40, seed=5)


def test_dead_leaves_are_images(leaves):
    assert leaves.images.shape == (40, 128, 128, 3) and leaves.images.dtype == np.uint8
    assert len(set(leaves.names)) == 40 and leaves.licence == "CC0"
    assert srlib.load_images("dead_leaves").images.shape == (100, 128, 128, 3)


def test_dead_leaves_are_seeded_and_the_first_of_many_are_the_few(leaves):
    few = srlib.load_images("dead_leaves", count=3, seed=5)
    assert np.array_equal(few.images, leaves.images[:3]) and few.names == leaves.names[:3]


def test_dead_leaves_of_two_seeds_share_nothing(leaves):
    other = srlib.load_images("dead_leaves", count=8, seed=6)
    assert not set(other.names) & set(leaves.names)
    assert shared(leaves.images, other.images, 16, 16) == 0
    assert len({image.tobytes() for image in [*leaves, *other]}) == 48


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
    assert np.isin(inside, colour(sample["train"].images)).mean() > 0.99
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


# -- a folder -------------------------------------------------------------------------------------------------------------------


def save(path, array, mode=None, **options):
    """Write an array as an image file and give its path back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(array)
    (image.convert(mode) if mode else image).save(path, **options)
    return path


def test_a_folder_of_one_size_is_one_array(tmp_path, make_image):
    expected = [make_image(9, 14, seed) for seed in range(3)]
    for name, x in zip(("b.png", "a.bmp", "c.TIF"), expected):
        save(tmp_path / name, x)
    (tmp_path / "notes.txt").write_text("not an image, and not asked to be one")
    images = srlib.load_images(tmp_path)
    assert images.names == ["a.bmp", "b.png", "c.TIF"]
    assert np.array_equal(images.images, np.stack([expected[i] for i in (1, 0, 2)]))
    assert images.labels is None and images.class_names is None and images.licence == "not stated"
    assert np.array_equal(srlib.load_images(str(tmp_path)).images, images.images)


def test_a_folder_of_many_sizes_is_a_list(tmp_path, make_image):
    expected = [make_image(9, 14), make_image(14, 9), make_image(1, 1)]
    for i, x in enumerate(expected):
        save(tmp_path / f"{i}.png", x)
    images = srlib.load_images(tmp_path)
    assert isinstance(images.images, list) and len(images) == 3
    assert all(np.array_equal(a, b) for a, b in zip(images, expected))


def test_folders_in_a_folder_are_classes(tmp_path, make_image):
    for name in ("dog/1.png", "dog/more/2.png", "bird/1.png"):
        save(tmp_path / name, make_image(4, 4))
    images = srlib.load_images(tmp_path)
    assert images.class_names == ["bird", "dog"]
    assert images.names == ["bird/1.png", "dog/1.png", "dog/more/2.png"] and images.labels.tolist() == [0, 1, 1]
    save(tmp_path / "stray.png", make_image(4, 4))  # then the folders are no classes
    assert srlib.load_images(tmp_path).class_names is None


def test_a_folder_may_have_splits(tmp_path, make_image):
    save(tmp_path / "train" / "dog" / "1.png", make_image(4, 4))
    save(tmp_path / "test" / "dog" / "2.png", make_image(4, 4))
    images = srlib.load_images(tmp_path, split="train")
    assert images.names == ["dog/1.png"] and images.class_names == ["dog"]
    with pytest.raises(FileNotFoundError, match="no folder 'validation'; expected .*: leave the split out"):
        srlib.load_images(tmp_path, split="validation")


RED, GREY = np.array([200, 10, 30], np.uint8), np.uint8(77)


def with_alpha(alpha):
    return np.concatenate([np.broadcast_to(RED, (2, 2, 3)), np.full((2, 2, 1), alpha, np.uint8)], -1)


@pytest.mark.parametrize(
    "name, array, mode, expected, tolerance",
    [
        ("opaque.png", with_alpha(255), None, RED, 0),
        ("clear.png", with_alpha(0), None, [255, 255, 255], 0),
        ("half.png", with_alpha(51), None, 0.2 * RED + 0.8 * 255, 1),
        ("half.webp", with_alpha(51), None, 0.2 * RED + 0.8 * 255, 3),
        ("half.tiff", with_alpha(51), None, 0.2 * RED + 0.8 * 255, 1),
        ("grey.png", np.full((2, 2), GREY), None, [77, 77, 77], 0),
        ("grey and alpha.png", with_alpha(0), "LA", [255, 255, 255], 0),
        ("palette.png", np.full((2, 2, 3), RED), "P", None, 0),
        ("black and white.png", np.full((2, 2), 255, np.uint8), "1", [255, 255, 255], 0),
        ("print.tiff", np.full((2, 2, 3), RED), "CMYK", RED, 1),
        ("print.jpg", np.full((16, 16, 3), 128, np.uint8), "CMYK", [128, 128, 128], 3),
        ("image.jpeg", np.full((16, 16, 3), RED), None, RED, 4),
        ("16 bits.png", np.full((2, 2), 77 * 257, np.uint16), None, [77, 77, 77], 0),
        ("16 bits.tif", np.full((2, 2), 77 * 257 + 100, np.uint16), None, [77, 77, 77], 0),
        ("16 bits, high.tif", np.full((2, 2), 65535, np.uint16), None, [255, 255, 255], 0),
        ("16 bits, big end first.tif", np.full((2, 2), 77 * 257, ">u2"), None, [77, 77, 77], 0),
    ],
)
def test_every_kind_of_file_becomes_rgb(name, array, mode, expected, tolerance, tmp_path):
    path = save(tmp_path / name, array, mode)
    if expected is None:  # a palette approximates, and dithers
        expected = Image.open(path).convert("RGB")
    found = read_image(path)
    assert found.dtype == np.uint8 and found.shape == (*array.shape[:2], 3)
    assert np.abs(found - np.asarray(expected, float)).max() <= tolerance
    assert np.array_equal(srlib.load_images(tmp_path).images[0], found)


@pytest.mark.parametrize(
    "tags, bits",
    [({"photometric": "miniswhite"}, 16), ({"photometric": "miniswhite"}, 8), ({"bitspersample": 12}, 12)],
    ids=["white is zero", "white is zero in 8 bits", "12 bits"],
)
def test_a_tiffs_levels_are_those_that_upscale_reads(tags, bits, tmp_path):
    """From black to white, whatever its tags say of the numbers."""
    from srlib.files import read

    path, top = tmp_path / "x.tif", 2**bits - 1
    if bits == 12:  # three bytes hold two values
        values = np.linspace(0, top, 12).astype(np.uint32).reshape(3, 4)
        packed = bytes(b for a, c in values.reshape(-1, 2).tolist() for b in (a >> 4, (a & 15) << 4 | c >> 8, c & 255))
        path.write_bytes(tiff_of(packed, 4, 3, {258: 12, 262: 1}))
    else:
        values = np.linspace(0, top, 12).astype(f"u{bits // 8}").reshape(3, 4)
        tifffile.imwrite(path, values, **tags)
    light = values / top if bits == 12 else 1 - values / top
    found, levels = read_image(path), read(path).levels
    assert np.abs(found[..., 0] / 255 - light).max() < 0.003
    assert np.abs(levels / np.iinfo(levels.dtype).max - light).max() < 0.003


def tiff_of(data: bytes, width: int, height: int, tags: dict) -> bytes:
    """A grey TIFF in one strip, its header written out."""
    tags = {256: width, 257: height, 259: 1, 277: 1, 278: height, 279: len(data), **tags}
    tags[273] = 8 + 2 + 12 * (len(tags) + 1) + 4
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(tags.items()))
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", 0) + data


def test_a_tiffs_thumbnail_is_not_the_image(tmp_path):
    large, small = np.full((6, 8, 3), 200, np.uint8), np.full((3, 4, 3), 10, np.uint8)
    with tifffile.TiffWriter(tmp_path / "x.tif") as file:
        file.write(small, photometric="rgb", subfiletype=1)
        file.write(large, photometric="rgb")
    assert np.array_equal(read_image(tmp_path / "x.tif"), large)


def test_16_bit_colour_keeps_its_upper_bits(tmp_path):
    deep = np.arange(48, dtype=np.uint16).reshape(4, 4, 3) * 1365
    cv2.imwrite(str(tmp_path / "deep.png"), deep[..., ::-1])
    assert np.abs(read_image(tmp_path / "deep.png") - deep / 257).max() <= 1


def test_a_transparent_colour_of_a_palette_is_white(tmp_path):
    image = Image.fromarray(np.array([[0, 1]], np.uint8)).convert("P")
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.save(tmp_path / "x.png", transparency=0)
    assert read_image(tmp_path / "x.png").tolist() == [[[255, 255, 255], [200, 100, 50]]]


@pytest.mark.parametrize(
    "orientation, upright",
    [
        (1, lambda x: x),
        (2, lambda x: x[:, ::-1]),
        (3, lambda x: x[::-1, ::-1]),
        (4, lambda x: x[::-1]),
        (5, lambda x: x.transpose(1, 0, 2)),
        (6, lambda x: np.rot90(x, -1)),
        (7, lambda x: x[::-1, ::-1].transpose(1, 0, 2)),
        (8, lambda x: np.rot90(x)),
    ],
)
def test_a_camera_held_sideways(orientation, upright, tmp_path, make_image):
    x = make_image(5, 8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert np.array_equal(read_image(save(tmp_path / "x.png", x, exif=exif)), upright(x))


def truncated(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    "name, spoil",
    [
        ("cut.jpg", truncated),
        ("cut.png", truncated),
        ("cut.webp", truncated),
        ("cut.bmp", truncated),
        ("empty.png", lambda path: path.write_bytes(b"")),
        ("text.jpg", lambda path: path.write_text("I am no image")),
    ],
)
def test_a_broken_file_is_named(name, spoil, tmp_path, make_image):
    save(tmp_path / "good.png", make_image(40, 40))
    spoil(save(tmp_path / name, make_image(40, 40)))
    for call in (lambda: srlib.load_images(tmp_path), lambda: read_image(tmp_path / name)):
        with pytest.raises(OSError, match=r"; expected .*: .*\.$") as caught:
            call()
        assert str(tmp_path / name) in str(caught.value) and "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no file .*gone.png.*; expected an image: check the spelling"):
        read_image(tmp_path / "gone.png")


def test_a_folder_without_images(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing here")
    with pytest.raises(FileNotFoundError, match=r"holds no image; expected files ending in \.jpg.*: ") as caught:
        srlib.load_images(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_a_file_instead_of_a_folder(tmp_path, make_image):
    path = save(tmp_path / "one.png", make_image(4, 4))
    with pytest.raises(
        FileNotFoundError, match="one.png is a file; expected a folder .*: give the folder that holds it"
    ):
        srlib.load_images(path)


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(FileNotFoundError, match="no set or folder 'sampel'; expected one of sample, dead_leaves.*: "):
        srlib.load_images("sampel")


def test_a_folder_that_bears_a_sets_name_is_reached_by_its_path(tmp_path, make_image, monkeypatch):
    save(tmp_path / "sample" / "mine.png", make_image(4, 4))
    monkeypatch.chdir(tmp_path)
    assert srlib.load_images("./sample").names == ["mine.png"]
    assert len(srlib.load_images("sample", split="test")) > 1


@pytest.mark.parametrize(
    "source, options, words",
    [
        ("sample", {"split": "dev"}, r"split is 'dev'; expected one of train, validation, test"),
        ("sample", {"seed": 1}, r"sample got seed.*expected nothing but the name"),
        ("dead_leaves", {"split": "train"}, r"split is 'train'.*no splits; expected none: use another seed"),
        ("dead_leaves", {"radius": 3}, r"dead_leaves got radius.*takes count, size and seed"),
        (".", {"count": 3}, r"got count, which it does not take"),
    ],
)
def test_options_that_a_source_does_not_have_are_refused(source, options, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=words):
        srlib.load_images(source, **options)


# -- ImageSet ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["array", "list"])
def images(request, make_image):
    """Five images in two classes, in one array or in a list of two sizes."""
    sizes = [(6, 8)] * 5 if request.param == "array" else [(6, 8), (6, 8), (5, 4), (7, 7), (6, 8)]
    images = [make_image(*size, seed) for seed, size in enumerate(sizes)]
    images = np.stack(images) if request.param == "array" else images
    return ImageSet(images, list("abcde"), np.array([0, 0, 1, 1, 0]), ["dog", "bird"], "CC0", "mine")


def test_images_have_a_length_and_are_walked_through(images):
    assert len(images) == 5
    assert all(np.array_equal(x, images.images[i]) for i, x in enumerate(images))
    assert sum(1 for _ in images) == 5


@pytest.mark.parametrize("index, place", [(0, 0), (4, 4), (-1, 4), (np.int64(2), 2), ("c", 2)])
def test_a_number_or_a_name_gives_an_image(index, place, images):
    assert np.array_equal(images[index], images.images[place])


@pytest.mark.parametrize("index", [5, -6])
def test_a_number_beyond_the_end_is_refused(index, images):
    with pytest.raises(IndexError):
        images[index]


def test_an_unknown_name_of_an_image_is_refused(images):
    with pytest.raises(ValueError, match="image is 'z'; expected one of a, b, c, d, e"):
        images["z"]


@pytest.mark.parametrize(
    "index, places",
    [
        (slice(1, 4), [1, 2, 3]),
        (slice(None, None, -2), [4, 2, 0]),
        ([3, 0], [3, 0]),
        (np.array([1, 1]), [1, 1]),
        (np.array([True, False, True, False, False]), [0, 2]),
        (slice(0, 0), []),
    ],
    ids=str,
)
def test_a_slice_a_list_or_a_mask_gives_images(index, places, images):
    some = images[index]
    assert isinstance(some, ImageSet) and len(some) == len(places)
    assert all(np.array_equal(x, images.images[i]) for x, i in zip(some, places))
    assert some.names == [images.names[i] for i in places] and some.labels.tolist() == [
        images.labels[i] for i in places
    ]
    assert (some.class_names, some.licence, some.source) == (images.class_names, "CC0", "mine")


def test_a_choice_of_one_size_is_one_array(images):
    assert isinstance(images[[0, 1, 4]].images, np.ndarray)


def test_images_without_labels_are_sliced_too(batch):
    some = ImageSet(batch, list("abc"))[1:]
    assert some.labels is None and some.names == ["b", "c"] and np.array_equal(some.images, batch[1:])


def test_adding_keeps_images_names_and_classes(images, batch):
    unlabelled = ImageSet(batch, list("xyz"), licence="mine", source="other")
    both = images + unlabelled
    assert len(both) == 8 and both.names == list("abcdexyz")
    assert all(np.array_equal(x, y) for x, y in zip(both, [*images, *batch]))
    assert both.class_names == ["dog", "bird", "other"]
    assert [both.class_names[i] for i in both.labels] == ["dog", "dog", "bird", "bird", "dog"] + ["other"] * 3
    assert both.licence == "CC0; mine" and both.source == "mine+other"
    assert len(images) == 5 and len(unlabelled) == 3  # the summands are left alone


def test_adding_merges_classes_by_name(batch):
    one = ImageSet(batch, list("abc"), np.array([0, 1, 1]), ["cat", "dog"], "CC0", "one")
    two = ImageSet(batch, list("def"), np.array([0, 0, 1]), ["dog", "cat"], "CC0", "one")
    both = one + two
    assert both.class_names == ["cat", "dog"] and both.labels.tolist() == [0, 1, 1, 1, 1, 0]
    assert both.licence == "CC0" and both.source == "one"
    assert isinstance(both.images, np.ndarray) and both.images.shape == (6, 24, 36, 3)


def test_squares_are_the_middle_downscaled(images):
    found = images.squares(3)
    assert found.images.shape == (5, 3, 3, 3) and found.images.dtype == np.uint8
    assert found.names == images.names and found.labels.tolist() == images.labels.tolist()
    assert found.source == "mine, squares of 3" and found.licence == "CC0" and found.published is None
    for image, made in zip(images, found):
        side = min(image.shape[:2])
        top, left = ((n - side) // 2 for n in image.shape[:2])
        middle = Image.fromarray(image).crop((left, top, left + side, top + side))
        assert np.array_equal(made, middle.resize((3, 3), Image.Resampling.LANCZOS))


def test_squares_of_the_images_own_side_are_cut_and_nothing_else(images):
    wide = images[[0, 1, 4]]
    assert np.array_equal(wide.squares(6).images, np.stack([image[:, 1:7] for image in wide]))


@pytest.mark.parametrize("side", (0, -1, 7, 2.0, True, None))
def test_squares_are_never_upscaled(side, images):
    with pytest.raises(ValueError, match=f"squares of {side!r} pixels were .* from 1 to .*, [46]: choose a smaller"):
        images.squares(side)


@pytest.mark.parametrize("factor", (0.75, 0.5, 0.05))
def test_downscaled_images_are_pillows(factor, images):
    found = images.downscaled(factor)
    assert isinstance(found, ImageSet) and found.labels.tolist() == images.labels.tolist()
    assert found.names == [f"{name} at {factor}" for name in images.names]
    assert found.source == f"mine, at {factor}" and found.licence == "CC0" and found.published is None
    for image, made in zip(images, found):
        height, width = (max(1, round(side * factor)) for side in image.shape[:2])
        assert np.array_equal(made, Image.fromarray(image).resize((width, height), Image.Resampling.LANCZOS))
    both = images + found
    assert both.source == f"mine+mine, at {factor}" and np.array_equal(both[f"b at {factor}"], found[1])


@pytest.mark.parametrize("factor", (0, 1, 1.5, -0.5, float("nan"), True, None, "0.5"))
def test_images_are_downscaled_to_a_part_of_their_size(factor, images):
    with pytest.raises(ValueError, match=f"at {factor!r} of their size .* between 0 and 1"):
        images.downscaled(factor)


def test_only_images_can_be_added(images):
    with pytest.raises(TypeError):
        images + [images[0]]


@pytest.mark.parametrize(
    "made, words",
    [
        (lambda x: ImageSet(x, list("abc"), source="mine"), "<ImageSet mine, 3 images, 24x36>"),
        (
            lambda x: ImageSet(x, list("abc"), np.array([1, 1, 0]), ["dog", "bird"], source="mine"),
            "<ImageSet mine, 3 images, 24x36: dog 1, bird 2>",
        ),
        (
            lambda x: ImageSet([x[0], x[1, :8], x[2, :12]], list("abc"), source="mine"),
            "<ImageSet mine, 3 images, sizes from 8x36 to 24x36>",
        ),
        (lambda x: ImageSet(x, list("abc"), source="mine")[:0], "<ImageSet mine, 0 images, no size>"),
    ],
)
def test_repr(made, words, batch):
    assert repr(made(batch)) == words


def test_repr_of_the_sample(sample):
    for split in SPLITS:
        words = repr(sample[split])
        assert words.startswith(f"<ImageSet sample/{split}, {len(sample[split])} images, 128x128: ")
        assert all(name in words for name in SAMPLE_SPLITS[split])


def test_hidden_files_are_not_images(tmp_path):
    for name in ("a.png", "._a.png", ".ipynb_checkpoints/a-checkpoint.png", "more/.b.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (9, 8)).save(tmp_path / name)
    (tmp_path / "._a.png").write_bytes(b"no image at all")
    assert srlib.load_images(tmp_path).names == ["a.png"]


def test_damaged_exif_does_not_lose_the_image(tmp_path):
    Image.new("RGB", (16, 8), "red").save(
        tmp_path / "a.jpg", exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x09"
    )
    assert srlib.load_images(tmp_path)[0].shape == (8, 16, 3)


@pytest.mark.parametrize("mode", ["F", "I"])
def test_numbers_without_a_stated_range_are_refused(tmp_path, mode):
    Image.new(mode, (9, 8)).save(tmp_path / "a.tif")
    with pytest.raises(OSError, match="without a stated range"):
        srlib.load_images(tmp_path)
