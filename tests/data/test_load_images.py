"""Images by name or from a folder: which files are meant, what they are called, and what is refused."""

import os
import warnings

import numpy as np
import pytest
from PIL import Image

import srlib
from srlib.data import look_through


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
    with pytest.warns(UserWarning, match="no image: notes.txt"):
        images = srlib.load_images(tmp_path)
    (tmp_path / "notes.txt").unlink()
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
    with pytest.raises(FileNotFoundError, match=r"holds no image; expected JPEG, PNG.*: ") as caught:
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
        ("bsd100", {"size": 2}, r"bsd100 got size.*takes scale, download"),
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
    with pytest.warns(UserWarning, match=r"hidden: \.ipynb_checkpoints, \.b\.png"):
        assert srlib.load_images(tmp_path).names == ["a.png"]


def formats(folder, array):
    """One image under names as people have them, in formats as they have them; name -> what srlib should read."""
    folder.mkdir(exist_ok=True)
    expected = {}
    for name, format in {
        "a.png": "PNG", "b.jfif": "JPEG", "c.jpe": "JPEG", "d.avif": "AVIF", "e.gif": "GIF", "f.JPEG": "JPEG", "g": "JPEG",
        "h.TIF": "TIFF", "i.jpg": "PNG", "j.txt": "BMP", "k.tmp.webp": "WEBP", "l.2024": "PPM", "m.jp2": "JPEG2000",
    }.items():  # fmt: skip
        Image.fromarray(array).save(folder / name, format=format)
        expected[name] = np.asarray(Image.open(folder / name).convert("RGB"))
    return expected


NO_IMAGES = {
    "README.txt": b"a shopping list", "IMG_1.xmp": b"<x:xmpmeta/>", "Thumbs.db": b"\xd0\xcf\x11\xe0", ".DS_Store": b"\0\0\0\1Bud1",
    "._a.png": b"\0\5\x16\7", "clip.mp4": b"\0\0\0\x18ftypmp42", "labels.csv": b"", "noise": bytes(range(256)),
}  # fmt: skip


def test_every_image_of_a_folder_is_read_whatever_it_is_called(tmp_path, make_image):
    expected = formats(tmp_path, make_image(9, 14))
    for name, data in NO_IMAGES.items():
        (tmp_path / name).write_bytes(data)
    with pytest.warns(UserWarning) as warned:
        images = srlib.load_images(tmp_path)
    assert images.names == sorted(expected) and images.refused == {} and images.provenance.images == len(expected)
    for name, image in zip(images.names, images):
        np.testing.assert_array_equal(image, expected[name])
    (told,) = (str(warning.message) for warning in warned)
    assert told == f"{tmp_path}: no image: IMG_1.xmp, README.txt, clip.mp4, labels.csv, noise"


UNREAD = {  # what calls itself an image or begins like one, and is none that can be read
    "empty.png": b"", "page.JPG": b"<!doctype html>", "cut.jpeg": b"\xff\xd8\xff\xe0 and no more", "cut": b"\x89PNG\r\n\x1a\n",
    "photo.dng": b"words", "layers.psd": b"8BPS", "drawing.svg": b"<svg/>",
    "IMG_1.HEIC": b"\0\0\0\x18ftypheic" + bytes(200), "renamed.jpg": b"\0\0\0\x0cJXL \r\n\x87\n",
}  # fmt: skip


@pytest.mark.parametrize("sizes", [(9, 9, 9), (9, 10, 11)])
def test_an_image_that_cannot_be_read_is_named_and_the_rest_is_there(tmp_path, make_image, sizes):
    for i, side in enumerate(sizes):
        save(tmp_path / f"{'bdz'[i]}.png", make_image(side, 8, i))
    for name, data in UNREAD.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "dangling.png").symlink_to("nowhere")
    (tmp_path / "loop.png").symlink_to("loop.png")
    refused = sorted([*UNREAD, "dangling.png", "loop.png"])
    with pytest.warns(UserWarning, match="11 of 14 images left out: ") as warned:
        images = srlib.load_images(tmp_path)
    assert images.names == ["b.png", "d.png", "z.png"]
    assert sorted(images.refused) == refused and all("expected" in why for why in images.refused.values())
    assert sum(name in str(warned[0].message) for name in refused) == 10 and "; and 1 more" in str(warned[0].message)
    for i, (image, side) in enumerate(zip(images, sizes)):
        np.testing.assert_array_equal(image, make_image(side, 8, i))
    assert isinstance(images.images, list) == (len(set(sizes)) > 1)
    assert images[:2].refused == {} and (images + images.resized(0.5)).refused == images.refused


@pytest.mark.parametrize("name", ["empty.png", "page.JPG", "cut.jpeg", "cut"])
def test_a_damaged_image_is_an_error_where_it_is_asked_to_be(name, tmp_path, make_image):
    save(tmp_path / "a.png", make_image(9, 9))
    (tmp_path / "layers.psd").write_bytes(UNREAD["layers.psd"])
    with pytest.warns(UserWarning, match="layers.psd"):
        assert srlib.load_images(tmp_path, strict=True).names == ["a.png"]  # no fault of the folder
    (tmp_path / name).write_bytes(UNREAD[name])
    with pytest.raises(OSError, match=f"{name} .*; expected .*: "):
        srlib.load_images(tmp_path, strict=True)
    (tmp_path / "z.png").write_bytes(b"")
    with pytest.raises(OSError, match=rf"2 images in .* cannot be read \({name}, z.png\): .*{name} .*; expected"):
        srlib.load_images(tmp_path, strict=True)


def test_a_folder_in_which_nothing_can_be_read(tmp_path):
    (tmp_path / "only.png").write_bytes(b"")
    with pytest.raises(OSError, match="only.png is not an image that srlib reads; expected .*: "):
        srlib.load_images(tmp_path)


def test_a_name_that_steers_a_terminal_is_escaped_in_the_warning(tmp_path, make_image):
    save(tmp_path / "a.png", make_image(9, 9))
    (tmp_path / "b\x1b[31m\n.txt").write_text("no image")
    (tmp_path / "c\u202e.png").write_text("no image")
    with pytest.warns(UserWarning) as warned:
        srlib.load_images(tmp_path)
    told = str(warned[0].message)
    with pytest.warns(UserWarning):
        (tmp_path / "d\x9b").mkdir()
        save(tmp_path / "d\x9b" / "a.png", make_image(9, 9))
        images = srlib.load_images(tmp_path)
    assert repr(images).isprintable() and repr(srlib.load_images(tmp_path / "d\x9b").provenance).isprintable()
    assert told.isprintable() and "b\\x1b[31m\\n.txt" in told and "c\\u202e.png" in told


def test_links_are_not_followed_and_said(tmp_path, make_image):
    save(tmp_path / "in" / "a.png", make_image(9, 9))
    save(tmp_path / "far" / "b.png", make_image(9, 9))
    (tmp_path / "in" / "back").symlink_to("..")
    (tmp_path / "in" / "round").symlink_to("round")
    (tmp_path / "in" / "linked.png").symlink_to("../far/b.png")  # an image is an image
    with pytest.warns(UserWarning, match="a link, not followed: back"):
        assert srlib.load_images(tmp_path / "in").names == ["a.png", "linked.png"]


def test_a_folder_of_images_alone_says_nothing(tmp_path, make_image):
    formats(tmp_path, make_image(9, 9))
    (tmp_path / ".DS_Store").write_bytes(b"")
    (tmp_path / ".srlib-1-0badcafe-x-a.png").write_bytes(b"half")  # what another process is writing
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        srlib.load_images(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "pipe.png")
    found = look_through(tmp_path)
    assert ([p.name for p in found.images], [p.name for p in found.others]) == (["pipe.png"], ["pipe"])


@pytest.mark.parametrize("source", [["a.png", "b.png"], 3, None, b"photos"])
def test_something_else_than_a_name_is_refused_in_a_sentence(source):
    with pytest.raises(
        TypeError, match="name_or_folder is a .*; expected the name of a set, or a folder: give the folder"
    ):
        srlib.load_images(source)
