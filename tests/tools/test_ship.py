"""A run becomes a shipped network: its card, and half precision only where that changes next to nothing."""

import shutil
import sys
from dataclasses import replace

import numpy as np
import pytest
import ship

import srlib
from srlib.checkpoints import load_model, read_card, save_model
from srlib.data import CATALOGUE, ImageSet, Provenance, Source
from srlib.recipe import Run
from srlib.runs import read_recipe

BSDS500 = Source("bsds500", changes=[("squares", 16)])
SAMPLE, LEAVES = Source("sample", split="train"), Source("dead_leaves", split="train")
WORDS = ["--command", "srlib train --steps 2 --out RUN", "--hardware", "two CPU cores"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The run of a small network that was trained on images said to be of BSDS500."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    squares = srlib.load_images("sample", split="validation").images[:2]
    images = ImageSet(squares, ["a", "b"], provenance=Provenance([BSDS500]))
    model = srlib.build_model("subpixel", width=4, blocks=1)
    model.set_weights([w + 0.001 for w in model.get_weights()])
    srlib.fit(model, images, steps=2, batch_size=2, patch_size=12, learning_rate=1e-6, out=folder)
    return folder


@pytest.fixture
def said(tmp_path):
    """A function: the run of a network whose card says that it was trained on a source, which takes no time."""

    def run(source, start=None, scale=2):
        model = srlib.load_model(start) if start else srlib.build_model("subpixel", scale, width=4, blocks=1)
        recipe = srlib.Recipe(steps=2).resolved(scale)
        card = model.card.after(Run(recipe, Provenance([replace(source, images=2)]), seconds=1.0))
        return save_model(model, tmp_path / f"said-{len(list(tmp_path.iterdir()))}", card=card)

    return run


@pytest.fixture
def shipping(trained, tmp_path, monkeypatch):
    """A function: ship a run, the trained one unless given; the run, and the folder it went to."""
    monkeypatch.setattr(ship, "WEIGHTS", tmp_path / "weights")
    validation = srlib.load_images("sample", split="validation")
    small = ImageSet(validation.images[:2, :32, :32], validation.names[:2], provenance=validation.provenance)
    monkeypatch.setattr(ship, "judges", lambda: {"validation": small})

    def go(run=trained):
        monkeypatch.setattr(sys, "argv", ["ship.py", str(run), "new", *WORDS])
        assert ship.main() == 0
        return run, tmp_path / "weights" / "new"

    return go


def test_a_run_becomes_a_network_with_a_card(shipping, capsys):
    run, new = shipping()
    card = read_card(new)
    last = card.runs[-1]
    assert (card.architecture, replace(last, seconds=None, command="", hardware="")) == read_recipe(run)
    assert last.command == WORDS[1] and last.hardware == WORDS[3] and last.seconds > 0
    assert str(card.degradation) == "bilinear x2"
    assert "research and education" in card.licence and "BSDS500" in card.provenance.terms
    assert card.not_for.startswith("commercial use")
    assert "half precision" in capsys.readouterr().out
    for stored, trained in zip(load_model(new).get_weights(), load_model(run).get_weights()):
        assert np.array_equal(stored, trained.astype(np.float16))


def test_free_images_leave_free_weights_at_every_scale(shipping, said):
    new = shipping(said(LEAVES, said(SAMPLE, scale=3)))[1]
    card = read_card(new)
    assert card.licence == "MIT" and "commercial" not in card.not_for
    assert "dead_leaves" in card.provenance.terms and "BSDS500" not in card.provenance.terms
    assert load_model(new).card.scale == 3


def test_what_went_on_from_a_network_keeps_its_terms(shipping, said):
    card = read_card(shipping(said(SAMPLE, "small_bilinear"))[1])
    assert card.licence == "CC BY-SA 4.0" and not card.not_for.startswith("commercial use")
    terms = [CATALOGUE[name].terms for name in ("cid22", "gb82", "budgie", "sample")]
    assert card.provenance.terms == "; ".join(terms)


def test_what_went_on_from_a_run_keeps_its_terms_too(shipping, said, trained):
    """Nobody has given that one a card yet."""
    card = read_card(shipping(said(SAMPLE, trained))[1])
    assert "research and education" in card.licence and card.not_for.startswith("commercial use")
    assert card.provenance.terms == f"{CATALOGUE['bsds500'].terms}; {CATALOGUE['sample'].terms}"


@pytest.mark.parametrize("run, words", [("nowhere", "There is no model"), ("empty", "no model.json")])
def test_what_is_no_finished_run_is_one_line(run, words, tmp_path, monkeypatch, capsys):
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(sys, "argv", ["ship.py", str(tmp_path / run), "new", *WORDS])
    assert ship.main() == 1
    told = capsys.readouterr().err
    assert words in told and told.count("\n") == 1


def test_images_whose_terms_are_not_known_are_refused(said, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["ship.py", str(said(Source("/home/me/sample", kind="folder"))), "new", *WORDS])
    assert ship.main() == 1
    assert "/home/me/sample, whose terms are not known here; expected sets " in capsys.readouterr().err


def test_weights_that_rounding_would_change_stay_whole(shipping, monkeypatch, capsys):
    monkeypatch.setattr(ship, "lost", lambda *_: {"set5 y": -0.02, "set14 y": 0.001})
    run, new = shipping()
    assert "full precision" in capsys.readouterr().out
    for stored, trained in zip(load_model(new).get_weights(), load_model(run).get_weights()):
        assert np.array_equal(stored, trained)


def test_weights_beyond_half_precision_stay_whole(shipping, trained, tmp_path, capsys):
    run = shutil.copytree(trained, tmp_path / "large")
    model = load_model(run)
    model.set_weights([w + 70000 for w in model.get_weights()])
    save_model(model, run)
    _, new = shipping(run)
    assert "full precision" in capsys.readouterr().out and load_model(new).get_weights()[0].max() > 65504


def test_a_model_that_tells_nothing_of_its_training_is_refused(tmp_path, monkeypatch, capsys):
    save_model(srlib.build_model("subpixel", width=4, blocks=1), tmp_path / "run")
    monkeypatch.setattr(sys, "argv", ["ship.py", str(tmp_path / "run"), "new", *WORDS])
    assert ship.main() == 1
    assert "does not tell how it was trained; expected one that `srlib train`" in capsys.readouterr().err


def test_what_rounding_loses_is_measured(shipping):
    run, new = shipping()
    exact, rounded = load_model(run), load_model(new)
    changed = ship.lost(exact, rounded)
    images = ship.judges()["validation"]
    table = srlib.evaluate({"exact": exact, "rounded": rounded}, images)
    assert changed["validation rgb"] == pytest.approx(table.mean("rounded") - table.mean("exact"))
    assert set(changed) == {"validation rgb", "validation y"}
