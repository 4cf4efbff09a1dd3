"""The embedded photographs: what they are cut from, their splits, and that nothing that is judged was learnt from."""

import hashlib

import numpy as np
import pytest
import sample as maker  # tools/sample.py
from _fingerprints import fingerprints, shared, shared_by_splits
from _twins import twins
from PIL import Image

import srlib
from srlib.data import CATALOGUE, FOR_JUDGING, SAMPLE, SAMPLE_RULE
from srlib.data.sample import CLASSES, FOLDER

SPLITS = ("train", "validation", "test")
WINDOWS = pytest.mark.parametrize("height, width", [(16, 16), (1, 48)], ids=["squares", "pieces of rows"])


@WINDOWS
def test_no_patch_is_in_two_splits(height, width, sample):
    found = shared_by_splits({split: sample[split].images for split in SPLITS}, height, width)
    assert len(found) == 3 and not any(found.values()), found


@WINDOWS
@pytest.mark.parametrize("turn", [0, 1])
def test_a_leaked_patch_is_found(height, width, turn, sample):
    train, leaked = sample["train"].images[:6], sample["test"].images[:6].copy()
    i, y, x = max(
        ((i, y, x) for i in range(3) for y in (30, 61) for x in (13, 50)),
        key=lambda place: train[place[0]][place[1] :, place[2] :][:20, :60].std(),
    )
    piece = np.rot90(train[i, y : y + 20, x : x + 60], turn)
    leaked[4, 7 : 7 + piece.shape[0], 41 : 41 + piece.shape[1]] = piece
    assert shared(train, leaked, height, width) > 0


def test_the_splits_are_24_6_and_10_photographs_of_256x256(sample):
    for split, count in zip(SPLITS, (24, 6, 10)):
        images = sample[split]
        assert images.images.dtype == np.uint8 and images.images.shape == (count, 256, 256, 3)
        assert images.class_names == ["berry", "bird", "dog", "flower", "other"]
        told = [(p.name, p.class_name) for p in SAMPLE if p.split == split]
        assert told == [(name, CLASSES[label]) for name, label in zip(images.names, images.labels)]
        assert str(images.provenance) == f"sample/{split}" and images.provenance.licence == "CC0 and public domain"
        # photographs, none of them flat: each has detail in every quarter but those of night and sky
        assert images.images.std((1, 2, 3)).min() > 10
    assert len({p.name for p in SAMPLE}) == len({p.original for p in SAMPLE}) == 40  # each its own scene


def test_the_whole_sample_is_its_splits(sample):
    images = srlib.load_images("sample")
    assert np.array_equal(images.images, np.concatenate([sample[split].images for split in SPLITS]))
    assert images.names == sum((sample[split].names for split in SPLITS), [])
    assert CATALOGUE["sample"].images == "24 train, 6 validation, 10 test"


def test_every_photograph_tells_where_it_is_from_and_may_be_used_by_anyone():
    for photograph in SAMPLE:
        assert photograph.licence.startswith(("CC0", "public domain"))
        assert photograph.original.startswith(
            ("skimage/data/", "gb82-image-set/png/", "budgie-backgrounds/backgrounds/")
        )
        assert len(photograph.sha256) == 64
    for kind in ("a dog", "flowers", "a bird", "a face", "mountains"):
        assert kind in SAMPLE_RULE


def test_it_takes_less_than_4_megabytes():
    files = sorted(FOLDER.iterdir())
    assert {file.stem for file in files} == {p.name for p in SAMPLE} | {"photographs"}
    assert sum(file.stat().st_size for file in files) < 4e6


@pytest.mark.parametrize("photograph", [p for p in SAMPLE if p.original.startswith("skimage")], ids=lambda p: p.name)
def test_photographs_of_scikit_image_are_what_the_tool_makes_of_them(photograph, tmp_path):
    ours = srlib.load_images("sample")[photograph.name]
    assert np.array_equal(ours, maker.crop(photograph, tmp_path))
    if photograph.reduced == 1:  # found by content in the whole photograph, and once
        import skimage.data

        whole = np.asarray(Image.open(maker.original_of(photograph, tmp_path)).convert("RGB"))
        assert skimage.data is not None
        marks = fingerprints(whole, 256, 256)
        assert (marks == fingerprints(ours, 256, 256)[0, 0]).sum() == 1


def test_photographs_of_the_fetched_sets_are_what_the_tool_makes_of_them(data_root):
    images = srlib.load_images("sample")
    for photograph in SAMPLE:
        # another JPEG decoder may round a level differently
        apart = np.abs(images[photograph.name].astype(int) - maker.crop(photograph, data_root))
        assert apart.max() <= (2 if photograph.original.endswith("jpg") else 0), photograph.name


def test_a_changed_original_is_refused(tmp_path):
    photograph = next(p for p in SAMPLE if p.original.startswith("gb82"))
    for damage in (lambda file: None, lambda file: (file.parent.mkdir(parents=True), file.write_bytes(b"other"))):
        damage(tmp_path / photograph.original)
        with pytest.raises(ValueError, match="is missing or has changed; expected the published file"):
            maker.crop(photograph, tmp_path)
    assert maker.main(["--originals", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert not (tmp_path / "out").exists()


def test_the_originals_of_what_is_judged_belong_to_no_set_to_learn_from():
    kept = {p.original for p in SAMPLE if p.split != "train" and not p.original.startswith("skimage")}
    offered = {file for name in ("gb82", "budgie") for file in srlib.data.repositories.files_of(name)}
    assert len(kept) == 12 and not kept & offered
    trained = {p.original for p in SAMPLE if p.split == "train" and not p.original.startswith("skimage")}
    assert trained <= offered  # the tool's words: to learn from


# -- the same photograph, at another size and crop ----------------------------------------------------------------------------


def by_name(name, split=None):
    images = srlib.load_images(name, split)
    return {f"{name}/{each}": image for each, image in zip(images.names, images)}


def test_twins_are_found_at_other_sizes_and_crops(sample):
    known = dict(zip(sample["train"].names, sample["train"].images))
    for name, change in {
        "city": lambda image: image[40:200, 30:230],
        "tea": lambda image: np.asarray(Image.fromarray(image).resize((150, 150), Image.Resampling.LANCZOS)),
        "night": lambda image: image[:, ::-1],
        "otter": lambda image: np.rot90(image),
    }.items():
        assert (name, "asked") in twins(known, {"asked": change(known[name])}), name
    assert twins(known, dict(zip(sample["test"].names, sample["test"].images))) == set()


@pytest.mark.slow
def test_nothing_that_is_judged_was_learnt_from(data_root):
    learnt = by_name("sample", "train") | by_name("cid22", "train") | by_name("gb82") | by_name("budgie")
    learnt |= by_name("bsds500")
    judged = by_name("sample", "test") | by_name("sample", "validation") | by_name("cid22", "validation")
    for name in FOR_JUDGING:
        judged |= by_name(name)
    # first the pair that is known: it is in what the publisher offers, and in no set of srlib's
    folder = data_root / "codec-corpus/CID22/CID22-512/validation"
    judged["844297"] = np.asarray(Image.open(folder / "844297.png").convert("RGB"))
    assert hashlib.sha256((folder / "844297.png").read_bytes()).hexdigest()
    found = twins(learnt, judged, mirrored=False)  # which would take twice as long
    assert found == {("cid22/3316926_opo25u", "844297")}
