"""Pairs of LR and HR folders: which files belong together, sizes that do not fit, a missing partner, a shift."""

import numpy as np
import pytest
from PIL import Image

import srlib
from srlib import Blur, Degradation, Downscale, Jpeg, Noise
from srlib.data import ImageSet
from srlib.data.pairs import shift_of_pair
from srlib.degradation import paired
from srlib.images import to_uint8
from srlib.patches import Patches


def save(path, image):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)


@pytest.fixture
def folders(tmp_path, make_image):
    """Three HR images of odd sizes and, in another folder and format, their LR images, made in a way of our own."""
    for i, (height, width) in enumerate([(41, 52), (60, 40), (48, 48)]):
        hr = make_image(height, width, i)
        save(tmp_path / "hr" / "part" / f"{i}.png", hr)
        lr = 255 - srlib.images.to_uint8(srlib.downscale(srlib.crop_to_multiple(hr, 2), 2, "area"))
        save(tmp_path / "lr" / "part" / f"{i}x2.bmp", lr)
    return tmp_path / "hr", tmp_path / "lr"


@pytest.fixture
def refused(folders):
    """A function: what is said where these folders are no pairs; in one line."""

    def load(**options):
        with pytest.raises(ValueError) as error:
            srlib.load_images(folders[0], lr=folders[1], **options)
        told = str(error.value)
        assert "expected" in told and "\n" not in told
        return told

    return load


def test_pairs_are_loaded_with_their_partners(folders):
    images = srlib.load_images(folders[0], lr=folders[1])
    assert images.names == ["part/0.png", "part/1.png", "part/2.png"] and images.scale == 2
    assert [x.shape[:2] for x in images.images] == [(40, 52), (60, 40), (48, 48)]  # cropped to fit
    for hr, lr in zip(images.images, images.lr):
        assert np.abs(hr.reshape(len(lr), 2, -1, 2, 3).mean((1, 3)) - (255.0 - lr)).max() <= 0.51
    assert "own LR x2" in str(images.provenance)
    lr, hr = srlib.make_pairs(images)
    assert len(lr) == 3 and np.array_equal(to_uint8(lr[1]), images.lr[1]) and hr[1].shape == (60, 40, 3)
    some = images[1:] + images[:1]
    assert [x.shape for x in some.lr] == [images.lr[i].shape for i in (1, 2, 0)]


def test_a_network_learns_from_the_lr_images_that_were_given(folders):
    """These are negatives, which no degradation makes: every patch is that of its place, and the card says whose it is."""
    images = srlib.load_images(folders[0], lr=folders[1])
    recipe = srlib.Recipe(paired(2), patch_size=8, batch_size=16)
    for lr, hr in zip(*Patches(images, recipe.resolved(2))[3]):
        np.testing.assert_allclose(1 - lr, hr.reshape(4, 2, 4, 2, 3).mean((1, 3)), atol=0.6 / 255)
    model = srlib.build_model("subpixel", width=4, blocks=1)
    history = srlib.fit(model, images, steps=2, batch_size=2, patch_size=8, validation=images[:2])
    assert str(model.card.degradation) == "own LR images x2" and history.baseline < 12
    again = srlib.ModelCard.from_dict(model.card.to_dict())
    assert again == model.card
    assert srlib.evaluate({"linear": "bilinear"}, images[:2]).mean("linear") == pytest.approx(
        history.baseline, abs=0.01
    )
    other = ImageSet(images.images, images.names, lr=[255 - lr for lr in images.lr])
    sums = [Patches(each, recipe.resolved(2)).sha256() for each in (images, other)]
    assert sums[0] != sums[1]  # so that a run is not taken up with other LR images


@pytest.mark.parametrize("stream", (False, True))
def test_sizes_that_do_not_fit(stream, folders, refused):
    save(folders[1] / "part" / "1x2.bmp", np.zeros((30, 21, 3), np.uint8))
    told = refused(stream=stream)
    assert "part/1.png is 60x40" in told and "1x2.bmp 30x21" in told and "expected 30x20, as the scale is 2" in told


def test_a_missing_partner(folders, refused):
    (folders[1] / "part" / "2x2.bmp").unlink()
    assert f"{folders[0] / 'part' / '2.png'} has no partner in {folders[1]};" in refused()
    for i in (0, 1):
        (folders[0] / "part" / f"{i}.png").unlink()
    save(folders[0] / "part" / "3.png", np.zeros((48, 48, 3), np.uint8))
    assert "nor have 1 more" in refused()
    for name in ("2", "3"):
        (folders[0] / "part" / f"{name}.png").unlink()
    save(folders[0] / "part" / "0.png", np.zeros((41, 52, 3), np.uint8))
    assert "lr/part/1x2.bmp has no partner in" in refused()


def test_two_lr_images_of_one(folders, refused):
    save(folders[1] / "part" / "1.png", np.zeros((30, 20, 3), np.uint8))
    assert "LR images of one HR image" in refused()


@pytest.mark.parametrize(
    "shift, words", [((0, 1), "1.0 right"), ((-1, 0), "1.0 up"), ((2, 0), "2.0 down"), ((0, 0), "")]
)
def test_a_shift_is_told(shift, words, tmp_path, sample, recwarn):
    """By how far the content of the LR image lies beside its place, in HR pixels: seen by its middle."""
    for i, image in enumerate(sample["train"][:2].images):
        down, right = shift if i else (0, 0)
        save(tmp_path / "hr" / f"{i}.png", image[8:248, 8:248])
        moved = image[8 - down : 248 - down, 8 - right : 248 - right]
        save(tmp_path / "lr" / f"{i}.png", to_uint8(srlib.downscale(moved, 2, "bicubic")))
    srlib.load_images(tmp_path / "hr", lr=tmp_path / "lr")
    told = [str(warning.message) for warning in recwarn]
    assert len(told) == bool(words)
    assert not words or f"hr/1.png seems shifted by {words} in HR pixels;" in told[0]


@pytest.mark.parametrize("scale", (1, 2, 4))
def test_noise_blur_and_jpeg_are_no_shift(scale, sample):
    hard = Degradation((Blur(1.5), *([Downscale(scale, "bicubic")] if scale > 1 else []), Noise(8), Jpeg(40)))
    for seed, hr in enumerate(sample["train"][:6].images):
        assert max(map(abs, shift_of_pair(hr, to_uint8(hard(hr, seed)), scale))) < 0.7
    assert shift_of_pair(np.zeros((64, 64, 3), np.uint8), np.zeros((64 // scale, 64 // scale, 3), np.uint8), scale) == (
        0,
        0,
    )


def test_what_pairs_are_not_taken_for(folders):
    images = srlib.load_images(folders[0], lr=folders[1])
    model = srlib.build_model("subpixel", width=4, blocks=1)
    tiny = dict(steps=1, batch_size=1, patch_size=8)
    with pytest.raises(ValueError, match="the degradation is bicubic x2, which would make others; expected one"):
        srlib.fit(model, images, degradation=Downscale(2, "bicubic"), **tiny)
    with pytest.raises(ValueError, match="how these were made is not known; expected pairs"):
        srlib.fit(model, images, validation=images.images, **tiny)
    with pytest.raises(ValueError, match="has scale 2, and the network 3"):
        srlib.fit(srlib.build_model("subpixel", 3, width=4, blocks=1), images, **tiny)
    for refused in (
        lambda: images.resized(0.5),
        lambda: images.squares(8),
        lambda: images + srlib.load_images(folders[0]),
    ):
        with pytest.raises(ValueError, match="LR images of (its|their) own.*; expected"):
            refused()
    with pytest.raises(ValueError, match="There are 3 images and 2 LR images; expected one for each"):
        ImageSet(images.images, images.names, lr=images.lr[:2])
