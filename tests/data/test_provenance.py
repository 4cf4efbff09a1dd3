"""Provenance: what is known of where images come from, in words, as JSON, and what follows from it."""

import json
from dataclasses import replace

import numpy as np
import pytest

import srlib
from srlib.data import FOR_JUDGING, Provenance, Source, provenance_of


def of(*sources):
    return Provenance(sources)


TRAIN = Source("sample", split="train", images=37)
LEAVES = Source("dead_leaves", split="train", images=400)
PHOTOS = Source("bsds500", images=400)
MINE = Source("mine", kind="folder", images=4)


def at(source, *factors):
    """A source at several sizes, 1 for its own."""
    return of(*(source if factor == 1 else source.changed("resized", factor) for factor in factors))


@pytest.mark.parametrize(
    "provenance, words",
    [
        (of(PHOTOS), "bsds500, 400 images"),
        (of(replace(PHOTOS, split="train", images=200)), "bsds500/train, 200 images"),
        (of(TRAIN, LEAVES), "sample/train+dead_leaves/train, 437 images"),
        (of(PHOTOS.changed("squares", 128)), "bsds500, squares of 128, 400 images"),
        (at(MINE, 1, 0.75, 0.5), "mine, 4 images at 1, 0.75, 0.5 of their size"),
        (at(MINE, 0.5), "mine, 4 images at 0.5 of their size"),
        (at(MINE, 1, 0.5) + at(PHOTOS, 1, 0.5), "mine+bsds500, 404 images at 1, 0.5 of their size"),
        (at(MINE, 1) + at(PHOTOS, 1, 0.5), "mine, 4 images; bsds500, 400 images at 1, 0.5 of their size"),
        (of(MINE.changed("resized", 0.5).changed("resized", 0.5)), "mine, 4 images at 0.25 of their size"),
        (of(Source("set5", images=5).changed("lr", 2)), "set5, its own LR x2, 5 images"),
        (
            of(Source("linnaeus5", split="test", images=2000).changed("edition", 64)),
            "linnaeus5/test, 64x64, 2000 images",
        ),
        (of(), "images"),
    ],
)
def test_each_set_and_image_is_told_once(provenance, words):
    assert provenance.describe() == words and words in repr(provenance)


def test_images_of_several_trainings_are_counted_once():
    first = Provenance([Source("cid22", split="train", images=208), Source("gb82", images=13)])
    then = Provenance([Source("cid22", split="train", images=126), Source("budgie", images=11)])
    assert (first | then).describe() == "cid22/train+gb82+budgie, 232 images"
    assert first | first == first and (then | first).images == 232


def test_equal_sources_are_merged_and_counted_together():
    assert of(MINE, PHOTOS) + of(MINE) == of(replace(MINE, images=8), PHOTOS)
    assert (of(MINE) + of(replace(MINE, kind="set"))).images == 8 and len((of(MINE) + at(MINE, 0.5)).sources) == 2


def test_it_is_the_same_after_a_walk_through_json():
    for provenance in (of(), of(TRAIN, LEAVES), at(PHOTOS, 1, 0.5), of(MINE.changed("squares", 128))):
        told = json.loads(json.dumps(provenance.to_dict()))
        assert told == provenance.to_dict() and Provenance.from_dict(told) == provenance
    newer = of(MINE).to_dict()
    newer["sources"][0]["camera"] = "what a later srlib may say"
    assert Provenance.from_dict(newer) == of(MINE)


@pytest.mark.parametrize(
    "told", [None, 3, "bsds500", [], {}, {"sources": 3}, {"sources": [3]}, {"sources": [{}]}, {"sources": ["ab"]}]
)
def test_what_is_no_provenance_is_refused(told):
    with pytest.raises(ValueError, match="is no provenance of images; expected what Provenance.to_dict gives: "):
        Provenance.from_dict(told)


@pytest.mark.parametrize(
    "options, words",
    [
        ({"name": ""}, "name is ''; expected a name"),
        ({"name": 3}, "name is 3; expected a name"),
        ({"split": 3}, "split is 3; expected a name"),
        ({"kind": "web"}, "kind is 'web'; expected one of set, folder, array"),
        ({"images": -1}, "images is -1; expected how many"),
        ({"images": True}, "images is True; expected how many"),
        ({"images": 1.5}, "images is 1.5; expected how many"),
        ({"changes": [("turned", 90)]}, "change is 'turned'; expected one of edition, squares"),
        ({"changes": [("squares",)]}, "A change is .*; expected its name and a number"),
        ({"changes": [("squares", "128")]}, "A change is .*; expected its name and a number"),
    ],
)
def test_a_source_is_checked_once(options, words):
    with pytest.raises(ValueError, match=words):
        Source(**{"name": "sample", **options})
    with pytest.raises(ValueError):
        Provenance.from_dict({"sources": [{"name": "sample", **options}]})


def test_something_else_than_sources_is_refused():
    with pytest.raises(ValueError, match="A source is 'bsds500'; expected a Source: write Source.'bsds500'"):
        Provenance(["bsds500"])


@pytest.mark.parametrize("name", FOR_JUDGING)
def test_a_benchmark_is_known_whatever_was_done_to_it_and_a_folder_is_none(name):
    judged = of(TRAIN, Source(name).changed("squares", 128).changed("resized", 0.5))
    assert judged.for_judging == (name,) and judged.names == ("sample", name)
    for folder in (name, f"./{name}", f"a+{name}", f"{name}, at 0.5"):
        own = of(Source(folder, kind="folder"), Source(folder, kind="array"))
        assert own.for_judging == own.names == ()


def test_a_folder_that_bears_a_sets_name_is_never_taken_for_it(tmp_path, make_image, monkeypatch):
    from PIL import Image

    (tmp_path / "set5" / "train").mkdir(parents=True)
    Image.fromarray(make_image(4, 4)).save(tmp_path / "set5" / "train" / "a.png")
    monkeypatch.chdir(tmp_path)
    for images in (srlib.load_images("./set5"), srlib.load_images("./set5", "train")):
        assert images.provenance.names == images.provenance.for_judging == () and images.lr_set is None
        assert images.provenance.licence == "not stated"


@pytest.mark.parametrize(
    "learnt, judged, seen",
    [
        (of(PHOTOS), of(replace(PHOTOS, split="test")), ("bsds500/test",)),
        (of(TRAIN), of(replace(TRAIN, split="test")), ()),
        (of(TRAIN), of(replace(TRAIN, split=None)), ("sample",)),
        (at(MINE, 0.5) + of(TRAIN), of(MINE, PHOTOS), ("mine",)),
        (of(MINE), of(replace(MINE, kind="set")), ()),
        (of(LEAVES), of(replace(LEAVES, split="test")), ()),
        (of(Source("images", kind="array")), of(Source("images", kind="array")), ()),
        (of(), of(PHOTOS), ()),
        (of(PHOTOS), of(), ()),
    ],
)
def test_what_a_network_has_seen(learnt, judged, seen):
    assert learnt.overlaps(judged) == seen


def test_licences_and_terms_are_the_catalogues():
    both = of(TRAIN, PHOTOS, PHOTOS.changed("resized", 0.5))
    assert both.licence == "CC0 and public domain; non-commercial research and education (Berkeley)"
    assert both.terms.count("BSDS500") == 1 and both.terms.startswith("sample: CC0")
    assert of(TRAIN, LEAVES).weights_licence == "MIT" and of().weights_licence == "not stated"
    assert both.weights_licence == "for non-commercial research and education, as the images are"
    assert "not stated" in of(MINE).weights_licence and "not stated" in of(Source("linnaeus5")).weights_licence
    assert of(replace(MINE, licence="CC0", terms="mine: CC0")).licence == "CC0"


def test_arrays_and_lists_have_none():
    array = np.zeros((2, 4, 4, 3), np.uint8)
    assert not provenance_of(array) and not provenance_of(list(array)) and str(provenance_of(array)) == "images"
    images = srlib.load_images("sample", "test")
    assert provenance_of(images) is images.provenance
