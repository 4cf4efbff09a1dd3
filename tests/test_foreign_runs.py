"""The folder of a stranger: whatever its files claim is refused in one sentence, before anything is built of it."""

import copy
import json
import shutil
import sys

import h5py
import numpy as np
import pytest
from _networks import shaken, small, without_checksum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import srlib
from srlib.backend import keras
from srlib.checkpoints import load_model, save_model
from srlib.models import build_model, count_weights
from srlib.runs import read_recipe

DEEP = json.loads("[" * 200 + "]" * 200)
LARGE = (10**9, 10**18, 10**400, 1e308)
NO_NUMBERS = (0, -1, 2.5, float("nan"), float("inf"), True, None, "wide", "9" * 100_000, [4], {"a": 4}, DEEP)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The folder of a network, trained for a step."""
    model, folder = small("subpixel"), tmp_path_factory.mktemp("good") / "run"
    images = srlib.load_images("dead_leaves", count=2, size=16)
    srlib.fit(model, images, steps=1, batch_size=1, patch_size=8, validation=images, out=folder)
    return folder


@pytest.fixture
def foreign(good, tmp_path):
    """A copy of it, for a stranger to change."""
    return shutil.copytree(good, tmp_path / "run")


def told(folder, file="model.json"):
    return json.loads((folder / file).read_text("utf-8"))


def tell(folder, card, file="model.json"):
    (folder / file).write_text(json.dumps(card), "utf-8")


def refused(folder, load=load_model):
    """One sentence; little memory is taken, and few weights are made on the way (seconds would depend on the machine)."""
    resource = pytest.importorskip("resource", reason="Windows tells of memory in another way")
    peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**10 if sys.platform == "linux" else 2**20)
    memory, made, add = peak(), [], keras.layers.Layer.add_weight
    with pytest.MonkeyPatch.context() as patch, pytest.raises(ValueError) as refusal:
        patch.setattr(keras.layers.Layer, "add_weight", lambda self, *a, **k: made.append(0) or add(self, *a, **k))
        load(folder)
    assert len(made) < 500 and peak() - memory < 50, "weights, MB"
    sentence = str(refusal.value)
    assert "\n" not in sentence and "expected" in sentence and str(folder) in sentence and len(sentence) < 1500
    return sentence


@pytest.mark.parametrize("value", (*LARGE, *NO_NUMBERS), ids=lambda value: f"{value!r:.12}")
@pytest.mark.parametrize("option", ["scale", "width", "blocks", "expand", "channels"])
def test_an_absurd_number_is_refused(option, value, foreign):
    card = told(foreign)
    (card["architecture"] if option == "scale" else card["architecture"]["options"])[option] = value
    tell(foreign, card)
    refused(foreign)


@pytest.mark.parametrize(
    "builder, option", [("edsr", "blocks"), ("fsrcnn", "mapping"), ("fsrcnn", "shrinking"), ("autoencoder", "width")]
)
@pytest.mark.parametrize("number", [50, 4096, 100_000])
def test_a_network_that_the_weights_cannot_fill_is_refused(builder, option, number, foreign):
    """From numbers that some network may have to those that no network has."""
    card = told(foreign)
    card["architecture"] |= {"builder": builder, "options": {option: number}}
    tell(foreign, card)
    refused(foreign)


def test_a_network_that_is_as_large_as_its_file_is_taken(tmp_path):
    """What is refused in a small file is believed where the weights are there."""
    model = build_model("espcn", width=600)
    assert load_model(save_model(model, tmp_path, half=True)).count_params() == model.count_params()


def test_what_was_counted_is_never_allocated():
    """Keras initialises later what it finds uninitialised; here that would be 12 TB."""
    assert count_weights("edsr", 2, width=100_000) == 3_330_009_200_003
    with keras.StatelessScope():
        pass


@pytest.mark.parametrize(
    "place",
    [("runs", 0, "recipe", name) for name in ("steps", "patch_size", "batch_size", "seed", "learning_rate")]
    + [("runs", 0, "seconds"), ("runs", 0, "provenance", "sources", 0, "images"), ("scores",), ("runs",)],
    ids=lambda place: str(place[-1]),
)
@pytest.mark.parametrize("value", [10**400, -1, float("nan"), True, "many", DEEP], ids=lambda value: f"{value!r:.12}")
def test_what_a_card_tells_of_its_training_is_checked_too(place, value, foreign):
    card = told(foreign)
    part = card
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    tell(foreign, card)
    refused(foreign)


@pytest.mark.parametrize("text", [
    "[" * 100_000, '{"a":' * 100_000, json.dumps({"architecture": DEEP}), " " * 2**21, '{"scores": ' + "9" * 10_000 + "}",
    '{"architecture": {"builder": ["subpixel"], "scale": 2}}', "null", "3", '"' + "x" * 100_000 + '"',
], ids=lambda text: f"{text:.12}")  # fmt: skip
def test_json_that_is_no_card_is_refused(text, foreign):
    for file in ("model.json", "recipe.json"):
        (foreign / file).write_text(text)
    refused(foreign)
    refused(foreign, read_recipe)


@pytest.mark.parametrize("name", ["a" * 5000, "a\0b", "loop", "run+" * 20])
def test_a_name_that_no_folder_can_have_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(ValueError, match="There is no model .*; expected"):
        load_model(name)


@pytest.mark.parametrize("file", ["model.json", "model.weights.h5"])
def test_a_loop_of_links_is_no_file(file, foreign):
    (foreign / "recipe.json").unlink()
    (foreign / file).unlink()
    (foreign / file).symlink_to(file)
    with pytest.raises(ValueError, match=f"has no {file}"):
        load_model(foreign)


def places(value, path=()):
    yield path
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(part, (*path, key))


@given(data=st.data())
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)
def test_a_changed_card_is_loaded_or_refused(data, foreign, good):
    """Whatever stands in the place of whatever: a network, or one sentence; never another error, nor a wait."""
    card = copy.deepcopy(told(good))
    *way, last = data.draw(st.sampled_from([path for path in places(card) if path]), label="place")
    part = card
    for key in way:
        part = part[key]
    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(LARGE),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=5,
    )
    change = data.draw(st.sampled_from(["put", "remove", "add"]))
    if change == "put":
        part[last] = data.draw(anything)
    elif change == "remove":
        del part[last]
    elif isinstance(part, dict):
        part[data.draw(st.text(max_size=8))] = data.draw(anything)
    tell(foreign, card)
    try:
        load_model(foreign)
    except ValueError as error:
        assert "\n" not in str(error) and "expected" in str(error)


# -- the weights ----------------------------------------------------------------------------------------------------------


def arrays(file):
    """The names of the arrays in an open file of weights."""
    names = []
    file.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
    return names


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("builder", ["subpixel", "autoencoder"])
def test_weights_that_are_no_numbers_are_refused_in_every_layer(builder, half, value, tmp_path):
    """ReLU would make them 0, and the image would only be a little worse."""
    folder = without_checksum(save_model(shaken(small(builder)), tmp_path / "model", half=half))
    with h5py.File(folder / "model.weights.h5") as file:
        names = arrays(file)
    assert len(names) >= 8
    for name in names if np.isnan(value) and not half else names[::7]:
        with h5py.File(folder / "model.weights.h5", "r+") as file:
            kept, spoilt = file[name][()], file[name][()]
            spoilt.flat[-1] = value
            file[name][...] = spoilt
        assert "holds NaN or infinity" in refused(folder)
        with h5py.File(folder / "model.weights.h5", "r+") as file:
            file[name][...] = kept
    load_model(folder)


def test_an_array_that_is_larger_than_its_file_is_not_read(foreign):
    """HDF5 stores nothing of an array that nobody has filled."""
    without_checksum(foreign)
    with h5py.File(foreign / "model.weights.h5", "r+") as file:
        name = arrays(file)[0]
        del file[name]
        file.create_dataset(name, (2**28,), "f4", chunks=(2**20,))
    assert "declares an array of 1,073,741,824 bytes" in refused(foreign)


def test_any_changed_byte_of_the_weights_is_seen(foreign):
    weights = foreign / "model.weights.h5"
    data = weights.read_bytes()
    for place in (0, len(data) // 3, len(data) // 2, len(data) - 1):
        weights.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert "SHA-256" in refused(foreign)
    weights.write_bytes(data + b"\0")
    assert "SHA-256" in refused(foreign)
    weights.write_bytes(data)
    load_model(foreign)


def test_a_card_without_a_checksum_is_believed(foreign):
    assert load_model(without_checksum(foreign)).card == load_model(foreign).card
