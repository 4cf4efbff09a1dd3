"""Files that come back as they went, and damaged ones that are refused with a sentence."""

import hashlib
import itertools
import json
import shutil
from dataclasses import replace

import h5py
import numpy as np
import pytest
from _networks import array, noise, shaken, small, trained, without_checksum

import srlib
from srlib.backend import keras
from srlib.checkpoints import WEIGHTS, default_network, default_scales, load_model, save_model, shipped
from srlib.data import FOR_JUDGING
from srlib.models import self_ensemble
from srlib.networks import NETWORKS

layers = keras.layers


@pytest.mark.parametrize("scale", (2, 3))
@pytest.mark.parametrize("name", NETWORKS)
def test_a_saved_model_comes_back_exactly(name, scale, tmp_path):
    model = shaken(small(name, scale))
    card = replace(model.card, not_for="exams")
    folder = save_model(model, tmp_path / "new" / "model", card=card)
    assert folder == tmp_path / "new" / "model"
    assert sorted(p.name for p in folder.iterdir()) == ["model.json", "model.weights.h5"]
    again = load_model(folder)
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), again.get_weights(), strict=True))
    lr = noise(1, 7, 9, 3)
    np.testing.assert_array_equal(array(again(lr)), array(model(lr)))
    assert again.card == card and model.card.not_for == ""
    assert json.loads((folder / "model.json").read_text())["not_for"] == "exams"


@pytest.mark.parametrize("name", NETWORKS)
def test_half_precision_is_half_the_size_and_close(name, tmp_path):
    model = shaken(small(name, width=24))
    full, half = save_model(model, tmp_path / "full"), save_model(model, tmp_path / "half", half=True)
    sizes = [(folder / "model.weights.h5").stat().st_size for folder in (full, half)]
    numbers = model.count_params()
    assert sizes[0] > 4 * numbers and sizes[0] - sizes[1] == pytest.approx(2 * numbers, rel=0.2)
    again = load_model(half)
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        assert b.dtype == np.float32
        np.testing.assert_array_equal(b, a.astype(np.float16).astype(np.float32))


def arrays(path):
    """Name -> how many numbers, of every array in an HDF5 file."""
    held = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: held.update({name: item.size} if isinstance(item, h5py.Dataset) else {}))
    return held


def test_the_optimiser_is_not_saved(tmp_path):
    model = trained(small("subpixel", blocks=1))
    for half in (False, True):
        held = arrays(save_model(model, tmp_path / str(half), half=half) / "model.weights.h5")
        assert sum(held.values()) == model.count_params()
        assert not any("optimizer" in name for name in held)
    assert model.optimizer is not None and model.optimizer.iterations == 2  # and the model itself was left alone


def test_a_saved_model_is_replaced(tmp_path):
    save_model(shaken(small("subpixel"), 1), tmp_path)
    second = shaken(small("autoencoder", 3), 2)
    save_model(second, tmp_path)
    assert all(np.array_equal(a, b) for a, b in zip(second.get_weights(), load_model(tmp_path).get_weights()))


def test_a_failed_save_leaves_the_old_model(tmp_path, monkeypatch):
    first = shaken(small("subpixel"))
    save_model(first, tmp_path)

    def full(*_args, **_kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(keras.Model, "save_weights", full)
    with pytest.raises(OSError):
        save_model(shaken(small("subpixel"), 2), tmp_path)
    monkeypatch.undo()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model.json", "model.weights.h5"]
    assert all(np.array_equal(a, b) for a, b in zip(first.get_weights(), load_model(tmp_path).get_weights()))


def test_a_model_that_no_builder_made_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match="not made by srlib"):
        save_model(keras.Sequential([keras.Input((None, None, 3)), layers.UpSampling2D()]), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("policy", ["bfloat16", "mixed_bfloat16", "float16"])
def test_a_model_is_saved_exactly_under_any_policy_of_keras(policy, under_policy, tmp_path):
    model = shaken(small("subpixel"))
    with under_policy(policy):
        save_model(model, tmp_path)
        assert keras.config.dtype_policy().name == policy
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), load_model(tmp_path).get_weights()))


@pytest.mark.parametrize("other", [{"scale": 3}, {"options": {}, "builder": "edsr"}, {"ensemble": True}], ids=str)
def test_a_card_does_not_change_what_the_model_is(other, tmp_path):
    model = small("subpixel")
    card = replace(model.card, architecture=replace(model.card.architecture, **other))
    with pytest.raises(ValueError, match="The card is of .*; expected a card of this model"):
        save_model(model, tmp_path / "out", card=card)
    assert not (tmp_path / "out").exists()


def test_weights_too_large_for_half_precision_are_not_rounded_to_infinity(tmp_path):
    model = small("subpixel")
    save_model(model, tmp_path, half=True)
    before = {f: f.read_bytes() for f in tmp_path.iterdir()}
    model.set_weights([w + 70000 for w in model.get_weights()])
    with pytest.raises(ValueError, match=r"half precision ends at 65504; expected smaller ones: save with half=False"):
        save_model(model, tmp_path, half=True)
    assert {f: f.read_bytes() for f in tmp_path.iterdir()} == before
    assert load_model(save_model(model, tmp_path)).get_weights()[0].max() > 70000


def test_infinity_does_not_hide_what_half_precision_cannot_hold(tmp_path):
    model = small("subpixel")
    weights = model.get_weights()
    weights[0].flat[:2] = np.inf, 1e5
    model.set_weights(weights)
    with pytest.raises(ValueError, match="is 100000 in size"):
        save_model(model, tmp_path, half=True)


def test_a_plus_behind_a_name_is_the_self_ensemble(tmp_path):
    folder, lr = save_model(shaken(small("subpixel")), tmp_path / "net"), noise(1, 7, 9, 3)
    made = array(load_model(f"{folder}+")(lr))
    np.testing.assert_array_equal(made, array(self_ensemble(load_model(folder))(lr)))
    assert np.abs(made - array(load_model(folder)(lr))).max() > 1e-3
    (tmp_path / "net+").mkdir()  # a folder of that name is meant
    with pytest.raises(ValueError, match="has no model.json"):
        load_model(f"{folder}+")


def test_a_folder_called_like_a_shipped_network_is_not_mistaken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = shaken(small("subpixel"))
    save_model(model, "small_bilinear")
    with pytest.warns(
        UserWarning, match="a network of srlib's, which is taken, and a folder here; for that write ./small"
    ):
        assert load_model("small_bilinear").count_params() == 93_956
    for folder in ("./small_bilinear", tmp_path / "small_bilinear"):
        assert np.array_equal(load_model(folder).get_weights()[0], model.get_weights()[0])


@pytest.mark.parametrize(
    "scale, compressed", [(None, False), *((s, c) for c in (0, 1) for s in default_scales(compressed=c))]
)
def test_the_default_network_of_a_scale_may_be_used_for_anything(scale, compressed):
    """Its images are CC0, in the public domain or CC BY-SA, in every training that led to it."""
    card = shipped()[default_network(scale, compressed=compressed)]
    assert card.scale == (scale or 2) and card.licence in ("MIT", "CC BY-SA 4.0")
    assert card.provenance and "commercial use" not in card.not_for
    for source in card.provenance:
        assert source.kind == "set" and source.licence in ("CC0", "CC BY-SA 4.0", "CC0 and public domain"), source
        assert source.name not in FOR_JUDGING and source.split != "validation"


@pytest.mark.parametrize("scale", (0, 5, 8))
def test_a_scale_without_a_network_is_answered_with_those_that_have_one(scale):
    with pytest.raises(
        ValueError, match=f"scale is {scale}, and no network .*; expected 1, 2, 3 or 4: choose one of these, or"
    ):
        default_network(scale)


def _other(folder, *args, **options):
    """Put the weights of another network in the place of this one's."""
    other = save_model(small(*args, **options), folder / "other")
    shutil.move(other / "model.weights.h5", folder / "model.weights.h5")
    shutil.rmtree(other)


def _foreign(folder):
    with h5py.File(folder / "model.weights.h5", "w") as file:
        file["temperature"] = np.arange(9.0)


def _write(text):
    return lambda folder: (folder / "model.json").write_text(text)


def _cut(size):
    return lambda folder: (folder / "model.weights.h5").write_bytes((folder / "model.weights.h5").read_bytes()[:size])


DAMAGES = {
    "json cut short": (_write('{"builder": "subp'), "model.json"),
    "json empty": (_write(""), "model.json"),
    "json a list": (_write("[1, 2]"), "model.json"),
    "json of something else": (_write('{"name": "someone"}'), "model.json"),
    "json of an unknown builder": (_write('{"architecture": {"builder": "unet", "scale": 2, "options": {}}}'), "unet"),
    "json with bad options": (
        _write('{"architecture": {"builder": "subpixel", "scale": 2, "options": {"width": "wide"}}}'),
        "width is 'wide'",
    ),
    "json with no options": (
        _write('{"architecture": {"builder": "subpixel", "scale": 2, "options": null}}'),
        "model.json",
    ),
    "json not text": (lambda folder: (folder / "model.json").write_bytes(b"\xff\xfe\x00\x81"), "model.json"),
    "json missing": (lambda folder: (folder / "model.json").unlink(), "has no model.json"),
    "weights cut short": (_cut(3000), "model.weights.h5"),
    "weights empty": (_cut(0), "model.weights.h5"),
    "weights not HDF5": (
        lambda folder: (folder / "model.weights.h5").write_bytes(b"not at all" * 500),
        "model.weights.h5",
    ),
    "weights of something else": (_foreign, "model.weights.h5"),
    "weights of another width": (lambda folder: _other(folder, "subpixel", width=5), "model.weights.h5"),
    "weights of more blocks": (lambda folder: _other(folder, "subpixel", blocks=5), "model.weights.h5"),
    "weights of fewer blocks": (lambda folder: _other(folder, "subpixel", blocks=1), "model.weights.h5"),
    "weights of another builder": (lambda folder: _other(folder, "autoencoder"), "model.weights.h5"),
    "weights of another scale": (lambda folder: _other(folder, "subpixel", 3), "model.weights.h5"),
    "weights missing": (lambda folder: (folder / "model.weights.h5").unlink(), "has no model.weights.h5"),
}


@pytest.mark.filterwarnings("error::UserWarning")  # Keras' own warnings would come before the sentence
@pytest.mark.parametrize("checksum", (True, False), ids=("checksum", "none"))
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_model_is_refused_with_one_sentence(damage, checksum, tmp_path):
    folder = save_model(shaken(small("subpixel")), tmp_path / "model")
    if not checksum:
        without_checksum(folder)
    spoil, word = DAMAGES[damage]
    spoil(folder)
    with pytest.raises(ValueError) as refusal:
        load_model(folder)
    told = str(refusal.value)
    assert "\n" not in told and "expected" in told
    assert str(folder) in told and word in told


@pytest.mark.parametrize("name", ["no-such-model", "no/such/folder", "pyproject.toml"])
def test_an_unknown_model_is_refused_with_one_sentence(name):
    with pytest.raises(ValueError) as refusal:
        load_model(name)
    told = str(refusal.value)
    assert repr(name) in told and "expected" in told and "\n" not in told


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_model_loads_and_beats_linear_upscaling_on_a_patch(name, sample):
    model, card = load_model(name), shipped()[name]
    scale = model.card.scale
    assert srlib.upscale(noise(5, 7, 3), model).shape == (5 * scale, 7 * scale, 3)
    hr = sample["validation"].images[1][16:112, 16:112]  # sides that 2, 3 and 4 divide
    spoilt = (srlib.Noise(15), srlib.Jpeg(60))  # for those that enlarge nothing
    lr = srlib.Degradation(spoilt if scale == 1 else srlib.Downscale(scale, card.degradation.kernels[0]))(hr)
    network, linear = (srlib.psnr(srlib.upscale(lr, method, scale), hr) for method in (model, "bilinear"))
    assert network > linear + 0.2


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_card_knows_its_weights(name):
    told = json.loads((WEIGHTS / name / "model.json").read_text("utf-8"))
    assert told["weights_sha256"] == hashlib.sha256((WEIGHTS / name / "model.weights.h5").read_bytes()).hexdigest()


def test_the_shipped_weights_are_light():
    assert sum(path.stat().st_size for path in WEIGHTS.rglob("*") if path.is_file()) < 8_000_000


@pytest.mark.parametrize(
    "name", [name for name, card in shipped().items() if card.architecture.builder != "autoencoder"]
)
def test_a_flat_image_of_any_colour_stays_flat_up_to_the_corners(name):
    """27 saturated colours; a network that rebuilds the whole image, as the plain autoencoder does, cannot do this."""
    model = load_model(name)
    colours = np.array(list(itertools.product([0, 128, 255], repeat=3)), np.uint8)
    flat = np.broadcast_to(colours[:, None, None], (27, 40, 44, 3))
    levels = np.rint(255 * srlib.upscale(flat, model))
    centre = levels[:, levels.shape[1] // 2, levels.shape[2] // 2]
    # the padding with zeros is seen a little more by a network that was trained to invent
    assert np.abs(levels - centre[:, None, None]).max() <= (1 if model.card.runs[-1].recipe.adversarial is None else 3)
    assert np.abs(centre - colours).max() <= 2
