"""A run becomes a shipped network: its card, and half precision only where that changes next to nothing."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import srlib
from srlib.checkpoints import load_model, save_model

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
import ship

WORDS = ["--command", "srlib train --steps 2 --out RUN", "--hardware", "two CPU cores"]


@pytest.fixture
def shipping(tmp_path, monkeypatch):
    """A function: ship a run of a small network trained on so-called images; the folder it went to."""
    monkeypatch.setattr(ship, "WEIGHTS", tmp_path / "weights")
    validation = srlib.load_images("sample", split="validation")[:2]
    monkeypatch.setattr(ship, "judges", lambda: {"validation": validation})

    def go(source="bsds500, squares of 16", start=None, scale=2):
        images = srlib.data.ImageSet(validation.images, validation.names, source=source)
        model = srlib.load_model(start) if start else srlib.build_model("subpixel", scale, width=4, blocks=1)
        model.set_weights([w + 0.001 for w in model.get_weights()])
        srlib.fit(model, images, steps=2, batch=2, crop=12, learning_rate=1e-6, out=tmp_path / "run")
        monkeypatch.setattr(sys, "argv", ["ship.py", str(tmp_path / "run"), "new", *WORDS])
        assert ship.main() == 0
        return tmp_path / "run", tmp_path / "weights" / "new"

    return go


def test_a_run_becomes_a_network_with_a_card(shipping, capsys):
    run, new = shipping()
    card = json.loads((new / "model.json").read_text())
    assert card["recipe"] == json.loads((run / "recipe.json").read_text())
    assert card["command"] == WORDS[1] and card["hardware"] == WORDS[3] and card["kernel"] == "bilinear"
    assert "research and education" in card["licence"] and "BSDS500" in card["data_terms"]
    assert card["not_for"].startswith("commercial use")
    assert "half precision" in capsys.readouterr().out
    for stored, trained in zip(load_model(new).get_weights(), load_model(run).get_weights()):
        assert np.array_equal(stored, trained.astype(np.float16))


def test_free_images_leave_free_weights(shipping):
    card = json.loads((shipping("sample/train+dead_leaves")[1] / "model.json").read_text())
    assert card["licence"] == "MIT" and "commercial" not in card["not_for"]
    assert "dead_leaves" in card["data_terms"] and "BSDS500" not in card["data_terms"]


def test_what_went_on_from_a_network_keeps_its_terms(shipping):
    card = json.loads((shipping("sample/train", start="small_bilinear")[1] / "model.json").read_text())
    assert "research and education" in card["licence"] and card["not_for"].startswith("commercial use")
    assert card["data_terms"] == f"{ship.TERMS['bsds500']}; {ship.TERMS['sample']}"


def test_what_went_on_from_a_run_keeps_its_terms_too(shipping, tmp_path):
    """Nobody has given that one a card yet."""
    run, _ = shipping()
    card = json.loads((shipping("sample/train", start=run.rename(tmp_path / "first"))[1] / "model.json").read_text())
    assert "research and education" in card["licence"]
    assert card["data_terms"] == f"{ship.TERMS['bsds500']}; {ship.TERMS['sample']}"


def test_every_scale_can_be_shipped(shipping):
    assert load_model(shipping(scale=3)[1]).srlib_config["scale"] == 3


@pytest.mark.parametrize("run, words", [("nowhere", "There is no model"), ("empty", "no model.json")])
def test_what_is_no_finished_run_is_one_line(run, words, tmp_path, monkeypatch, capsys):
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(sys, "argv", ["ship.py", str(tmp_path / run), "new", *WORDS])
    assert ship.main() == 1
    told = capsys.readouterr().err
    assert words in told and told.count("\n") == 1


def test_images_whose_terms_are_not_known_are_refused(tmp_path, monkeypatch, capsys):
    model = srlib.build_model("subpixel", width=4, blocks=1)
    images = srlib.data.ImageSet(np.zeros((2, 16, 16, 3), np.uint8), ["a", "b"], source="/home/me/sample")
    srlib.fit(model, images, steps=1, batch=2, crop=12, out=tmp_path / "run")
    monkeypatch.setattr(sys, "argv", ["ship.py", str(tmp_path / "run"), "new", *WORDS])
    assert ship.main() == 1
    assert "/home/me/sample, whose terms are not known here; expected sample, " in capsys.readouterr().err


def test_weights_that_rounding_would_change_stay_whole(shipping, monkeypatch, capsys):
    monkeypatch.setattr(ship, "lost", lambda *_: {"set5 paper": -0.02, "set14 paper": 0.001})
    run, new = shipping()
    assert "full precision" in capsys.readouterr().out
    for stored, trained in zip(load_model(new).get_weights(), load_model(run).get_weights()):
        assert np.array_equal(stored, trained)


def test_weights_beyond_half_precision_stay_whole(shipping, monkeypatch, capsys):
    fit = srlib.fit

    def large(model, *args, **settings):
        model.set_weights([w + 70000 for w in model.get_weights()])
        return fit(model, *args, **settings)

    monkeypatch.setattr(srlib, "fit", large)
    _, new = shipping()
    assert "full precision" in capsys.readouterr().out and load_model(new).get_weights()[0].max() > 65504


def test_a_model_that_tells_nothing_of_its_training_is_refused(tmp_path, monkeypatch, capsys):
    save_model(srlib.build_model("subpixel", width=4, blocks=1), tmp_path / "run")
    monkeypatch.setattr(sys, "argv", ["ship.py", str(tmp_path / "run"), "new", *WORDS])
    assert ship.main() == 1
    assert "does not tell how it was trained; expected a run" in capsys.readouterr().err


def test_what_rounding_loses_is_measured(shipping):
    run, new = shipping()
    exact, rounded = load_model(run), load_model(new)
    changed = ship.lost(exact, rounded, "bilinear")
    images = ship.judges()["validation"]
    table = srlib.evaluate({"exact": exact, "rounded": rounded}, images)
    assert changed["validation rgb"] == pytest.approx(table.mean("rounded") - table.mean("exact"))
    assert set(changed) == {"validation rgb", "validation paper"}
