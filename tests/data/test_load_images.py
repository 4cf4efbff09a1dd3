"""Images by name or from a folder: which files are meant, what they are called, and what is refused."""

import numpy as np
import pytest
from PIL import Image

import srlib


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
    assert images.labels is None and images.class_names is None and images.provenance.licence == "not stated"
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
        ("dead_leaves", {"split": "dev"}, r"split is 'dev'; expected one of train, validation, test"),
        ("dead_leaves", {"radius": 3}, r"dead_leaves got radius.*takes count, size, seed"),
        ("linnaeus5", {"split": "validation"}, r"expected one of train, test.*hold out"),
        ("bsds500", {"split": "val"}, r"are the benchmark bsd100; expected train or test"),
        ("bsd100", {"scale": 2}, r"bsd100 got scale.*takes download"),
        (".", {"count": 3}, r"got count, which it does not take"),
    ],
)
def test_options_that_a_source_does_not_have_are_refused(source, options, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=words):
        srlib.load_images(source, **options)


def test_hidden_files_are_not_images(tmp_path):
    for name in ("a.png", "._a.png", ".ipynb_checkpoints/a-checkpoint.png", "more/.b.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (9, 8)).save(tmp_path / name)
    (tmp_path / "._a.png").write_bytes(b"no image at all")
    assert srlib.load_images(tmp_path).names == ["a.png"]
