"""ImageSet: indexed, added, cut to squares, resized; and what it knows of itself after that."""

import numpy as np
import pytest
from PIL import Image

from srlib.data import ImageSet, Provenance, Source


def folder(name, licence="CC0"):
    return Provenance([Source(name, kind="folder", licence=licence)])


MINE = folder("mine")


@pytest.fixture(params=["array", "list"])
def images(request, make_image):
    """Five images in two classes, in one array or in a list of two sizes."""
    sizes = [(6, 8)] * 5 if request.param == "array" else [(6, 8), (6, 8), (5, 4), (7, 7), (6, 8)]
    images = [make_image(*size, seed) for seed, size in enumerate(sizes)]
    images = np.stack(images) if request.param == "array" else images
    return ImageSet(images, list("abcde"), np.array([0, 0, 1, 1, 0]), ["dog", "bird"], MINE)


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
    assert some.class_names == images.class_names
    assert (some.provenance.licence, str(some.provenance), some.provenance.images) == ("CC0", "mine", len(some))


def test_a_choice_of_one_size_is_one_array(images):
    assert isinstance(images[[0, 1, 4]].images, np.ndarray)


def test_images_without_labels_are_sliced_too(batch):
    some = ImageSet(batch, list("abc"))[1:]
    assert some.labels is None and some.names == ["b", "c"] and np.array_equal(some.images, batch[1:])


def test_adding_keeps_images_names_and_classes(images, batch):
    unlabelled = ImageSet(batch, list("xyz"), provenance=folder("other", "mine"))
    both = images + unlabelled
    assert len(both) == 8 and both.names == list("abcdexyz")
    assert all(np.array_equal(x, y) for x, y in zip(both, [*images, *batch]))
    assert both.class_names == ["dog", "bird", "other"]
    assert [both.class_names[i] for i in both.labels] == ["dog", "dog", "bird", "bird", "dog"] + ["other"] * 3
    assert both.provenance.licence == "CC0; mine" and str(both.provenance) == "mine+other"
    assert [source.images for source in both.provenance] == [5, 3]
    assert both[4:6].provenance == both[4:5].provenance + both[5:6].provenance  # each image knows its own source
    assert str(both[5:].provenance) == "other" and both[5:].provenance.images == 3
    assert len(images) == 5 and len(unlabelled) == 3  # the summands are left alone


def test_adding_merges_classes_by_name(batch):
    one = ImageSet(batch, list("abc"), np.array([0, 1, 1]), ["cat", "dog"], folder("one"))
    two = ImageSet(batch, list("def"), np.array([0, 0, 1]), ["dog", "cat"], folder("one"))
    both = one + two
    assert both.class_names == ["cat", "dog"] and both.labels.tolist() == [0, 1, 1, 1, 1, 0]
    assert both.provenance.licence == "CC0" and repr(both.provenance) == "<Provenance of one, 6 images>"
    assert isinstance(both.images, np.ndarray) and both.images.shape == (6, 24, 36, 3)


def test_squares_are_the_middle_downscaled(images):
    found = images.squares(3)
    assert found.images.shape == (5, 3, 3, 3) and found.images.dtype == np.uint8
    assert found.names == images.names and found.labels.tolist() == images.labels.tolist()
    assert str(found.provenance) == "mine, squares of 3" and found.provenance.licence == "CC0"
    assert found.lr_set is None
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
def test_resized_images_are_pillows(factor, images):
    found = images.resized(factor)
    assert isinstance(found, ImageSet) and found.labels.tolist() == images.labels.tolist()
    assert found.names == [f"{name} at {factor}" for name in images.names]
    assert str(found.provenance) == f"mine, at {factor} of their size"
    assert found.provenance.licence == "CC0" and found.lr_set is None
    for image, made in zip(images, found):
        height, width = (max(1, round(side * factor)) for side in image.shape[:2])
        assert np.array_equal(made, Image.fromarray(image).resize((width, height), Image.Resampling.LANCZOS))
    both = images + found
    assert repr(both.provenance) == f"<Provenance of mine, 5 images at 1, {factor} of their size>"
    assert np.array_equal(both[f"b at {factor}"], found[1])


@pytest.mark.parametrize("factor", (0, 1, 1.5, -0.5, float("nan"), True, None, "0.5"))
def test_images_are_resized_to_a_part_of_their_size(factor, images):
    with pytest.raises(ValueError, match=f"at {factor!r} of their size .* between 0 and 1"):
        images.resized(factor)


def test_only_images_can_be_added(images):
    with pytest.raises(TypeError):
        images + [images[0]]


@pytest.mark.parametrize(
    "made, words",
    [
        (lambda x: ImageSet(x, list("abc"), provenance=MINE), "<ImageSet mine, 3 images, 24x36>"),
        (
            lambda x: ImageSet(x, list("abc"), np.array([1, 1, 0]), ["dog", "bird"], provenance=MINE),
            "<ImageSet mine, 3 images, 24x36: dog 1, bird 2>",
        ),
        (
            lambda x: ImageSet([x[0], x[1, :8], x[2, :12]], list("abc"), provenance=MINE),
            "<ImageSet mine, 3 images, sizes from 8x36 to 24x36>",
        ),
        (lambda x: ImageSet(x, list("abc"), provenance=MINE)[:0], "<ImageSet mine, 0 images, no size>"),
    ],
)
def test_repr(made, words, batch):
    assert repr(made(batch)) == words


def test_repr_of_the_sample(sample):
    # a class without an image is left out
    assert repr(sample["train"]) == "<ImageSet sample/train, 24 images, 256x256: berry 1, bird 1, flower 1, other 21>"
    assert repr(sample["validation"]) == "<ImageSet sample/validation, 6 images, 256x256: other 6>"


def test_images_of_several_sources_must_say_which_is_which(batch):
    with pytest.raises(ValueError, match="come from 2 sources .mine.other., and origins is None; expected which"):
        ImageSet(batch, list("abc"), provenance=MINE + folder("other"))


def test_images_of_ones_own_keep_their_place_beside_a_set(batch):
    """What is known of a set is not told of images that were added to it."""
    mine, sample = ImageSet(batch, list("abc")), ImageSet(batch, list("def"), provenance=Provenance([Source("sample")]))
    both = mine + sample
    assert str(both.provenance) == "images+sample" and str(both[:3].provenance) == "images"
    assert both.class_names == ["images", "sample"]


def test_only_a_publishers_hr_images_have_lr_images(batch):
    set5 = ImageSet(batch, list("abc"), provenance=Provenance([Source("set5")]))
    assert set5.lr_set == set5[1:].lr_set == (set5 + set5).lr_set == "set5"
    assert {x.lr_set for x in (set5.resized(0.5), set5.squares(8), set5 + ImageSet(batch, list("abc")))} == {None}
    mine = ImageSet(batch, list("abc"), provenance=folder("set5"))
    assert mine.lr_set is None
