"""The embedded photographs: their splits, which share no patch, and the crops, which tile them."""

import numpy as np
import pytest
import skimage.data
from _fingerprints import fingerprints, shared, shared_by_splits
from PIL import Image

import srlib
from srlib.data import CATALOGUE, SAMPLE_SPLITS, sample_photograph

SPLITS = ("train", "validation", "test")
PHOTOGRAPHS = sum(SAMPLE_SPLITS.values(), ())


WINDOWS = pytest.mark.parametrize("height, width", [(16, 16), (1, 48)], ids=["squares", "pieces of rows"])


@WINDOWS
def test_no_patch_is_in_two_splits(height, width, sample):
    found = shared_by_splits({split: sample[split].images for split in SPLITS}, height, width)
    assert len(found) == 3 and not any(found.values()), found


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
    found = shared_by_splits(whole, 16, 16)
    assert len(found) == 3 and not any(found.values()), found


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
        (terms,) = (part for part in images.provenance.licence.split("; ") if part.startswith(f"{photograph}: "))
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
