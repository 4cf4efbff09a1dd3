"""The table of sets: what is read from it, and that a set is added in it alone."""

import hashlib
import io

import numpy as np
import pytest
from _loopback import serving
from PIL import Image

import srlib
from srlib.data import CATALOGUE, Provenance, Source, catalogue, fetch, linnaeus5, on_disk, repositories


def test_every_set_says_what_a_card_must_say():
    for name, entry in CATALOGUE.items():
        assert name == entry.name and name.isidentifier()
        assert (
            entry.what and entry.images and entry.download and entry.licence and entry.terms and entry.weights_licence
        )
        assert Provenance([Source(name)]).terms == entry.terms
        assert entry.files is None or entry.files.folder.split("/")[0] in catalogue.REPOSITORIES
        assert not entry.for_judging or (not entry.splits and entry.files)
        assert entry.files is None or entry.splits == tuple(entry.files.splits or ())
    assert CATALOGUE["linnaeus5"].splits == tuple(linnaeus5.COUNTS)


@pytest.mark.parametrize("name", CATALOGUE)
def test_no_set_takes_an_option_or_a_split_that_is_not_its_own(name):
    with pytest.raises(ValueError, match=f"{name} got colour, which it does not take"):
        srlib.load_images(name, colour=3)
    with pytest.raises(ValueError, match="split is 'dev'; expected "):
        srlib.load_images(name, "dev")


@pytest.mark.parametrize("call", [fetch, on_disk])
def test_an_unknown_set_is_answered_with_the_known_ones(call):
    with pytest.raises(ValueError, match="set is 'sampel'; expected one of sample, dead_leaves"):
        call("sampel")


def test_a_set_whose_files_lie_in_a_repository_is_one_entry_and_its_checksums(monkeypatch, tmp_path):
    """Fetched, loaded and told, with no code of its own."""
    entry = catalogue.Entry(
        "meadows", "two flowers", images="2", download="1 KB", licence="CC0", terms="meadows: CC0",
        splits=("train", "validation"), options=("download",),
        files=catalogue.Files("flowers/png", splits={"train": "training", "validation": "validation"}),
    )  # fmt: skip
    published = {}
    for folder in entry.files.splits.values():
        file = io.BytesIO()
        Image.fromarray(np.full((4, 6, 3), len(folder), np.uint8)).save(file, "PNG")
        published[f"flowers/png/{folder}/rose.png"] = file.getvalue()
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in published.items()}
    monkeypatch.setitem(CATALOGUE, "meadows", entry)
    monkeypatch.setattr(repositories, "registry", lambda: sums)
    for name, value in (("SRLIB_DATA", tmp_path), ("NO_PROXY", "127.0.0.1"), ("no_proxy", "127.0.0.1")):
        monkeypatch.setenv(name, str(value))
    with serving() as server:
        monkeypatch.setitem(catalogue.REPOSITORIES, "flowers", f"{server.url}/at-a-commit/")
        server.files |= {"/" + name.replace("flowers", "at-a-commit", 1): data for name, data in published.items()}
        images = srlib.load_images("meadows", "validation")
    assert images.names == ["rose"] and images.images[0, 0, 0, 0] == len("validation")
    assert images.provenance.describe() == "meadows/validation, 1 images" and images.provenance.terms == "meadows: CC0"
    assert on_disk("meadows") == tmp_path / "flowers" / "png" and len(srlib.load_images("meadows", download=False)) == 2
    assert images.provenance.weights_licence == "not stated" and not images.provenance.for_judging
