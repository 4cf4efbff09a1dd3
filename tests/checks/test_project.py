"""The project: what a folder must hold, what the budget allows, and who is ahead of whom.

One folder comes from a short training; the others from a shipped network with a history of our own, which costs nothing.
"""

import json
import re
import shutil

import pytest

import srlib
from srlib import checks
from srlib.checkpoints import WEIGHTS
from srlib.checks import e06b_project
from srlib.checks.e06b_project import GIVEN, MOST_PARAMETERS
from srlib.data import Provenance, Source


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A short training, in a folder; a second, for what `fit` itself writes."""
    folder = tmp_path_factory.mktemp("project") / "run"
    model = srlib.build_model("subpixel", width=8, blocks=1)
    srlib.fit(model, srlib.load_images("sample", split="train")[:4], steps=3, batch_size=1, patch_size=32, out=folder)
    return folder


@pytest.fixture(autouse=True)
def few_photographs(monkeypatch):
    """The final table over three photographs instead of ten."""

    def load_few(name, split):
        return srlib.load_images(name, split=split)[:3]

    monkeypatch.setattr(e06b_project, "load_images", load_few)


def changed(run, place, *, seconds=None, architecture=None, **changes):
    """A copy of a run whose recipe or history says something else."""
    folder = place / "changed"
    shutil.copytree(run, folder)
    told = json.loads((folder / "recipe.json").read_text())
    told["architecture"].update(architecture or {})
    for name, value in changes.items():
        (told["run"]["recipe"] if name == "degradation" else told["run"])[name] = value.to_dict()
    (folder / "recipe.json").write_text(json.dumps(told))
    if seconds:
        (folder / "history.csv").write_text(f"step,loss,psnr,seconds\n3,0.1,nan,{seconds}\n")
    return folder


def images_of(*sources):
    return Provenance(Source(name.partition("/")[0], split=name.partition("/")[2] or None) for name in sources)


def shipped_run(name, place):
    """A shipped network as if it had been trained in 200 seconds."""
    folder = place / name
    shutil.copytree(WEIGHTS / name, folder)
    card = json.loads((folder / "model.json").read_text())
    told = {"architecture": card["architecture"], "run": card["runs"][-1]}
    (folder / "recipe.json").write_text(json.dumps(told))
    (folder / "history.csv").write_text("step,loss,psnr,seconds\n1,0.1,30,200\n")
    return folder


def test_a_short_training_is_judged_against_bicubic(run):
    found = checks.check_project(str(run))
    assert not found and "behind bicubic" in found.told and "validation" in found.hint
    assert found.passed == ("a finished training", "within the budget", "trained on what is open")
    assert found.points(10) == 6.0
    test = srlib.load_images("sample", split="test")[:3]
    table = srlib.evaluate({"mine": srlib.load_model(run), "bicubic": "bicubic"}, test)
    assert f"my network {table.mean('mine'):.2f} dB" in repr(found)
    assert f"bicubic {table.mean('bicubic'):.2f} dB" in repr(found)
    assert re.search(r"parameters, 0\.\d minutes of training", repr(found))


def test_the_project_can_be_won(tmp_path, monkeypatch):
    """By a shipped network, with the budget widened for it: a test cannot train for five minutes."""
    better = "small_bilinear"
    test = srlib.load_images("sample", split="test")[:3]
    table = srlib.evaluate({name: srlib.load_model(name) for name in (better, GIVEN)}, test)
    assert table.mean(better) > table.mean(GIVEN)
    monkeypatch.setattr(e06b_project, "MOST_PARAMETERS", 10**7)
    answer = checks.check_project(shipped_run(better, tmp_path))
    assert answer and answer.points(10) == 10, answer
    assert f"my network {table.mean(better):.2f} dB" in repr(answer) and "the given network" in repr(answer)
    assert f"Over the given network: {table.mean(better) - table.mean(GIVEN):+.3f} dB" in repr(answer)


@pytest.mark.parametrize(
    "changes, told, hint",
    [
        ({"seconds": 400}, "6.7 minutes; the budget is 5", "train again"),
        ({"provenance": images_of("sample/train", "sample/test")}, "saw sample/test", "which splits"),
        ({"provenance": images_of("sample")}, "saw sample during", "which splits"),
        ({"provenance": images_of("dead_leaves", "sample/test").changed("squares", 128)}, "saw sample/test", "which splits"),
        ({"validation": images_of("sample").changed("resized", 0.5)}, "saw sample during", "which splits"),
        ({"validation": images_of("set5")}, "saw set5 during its training, as validation", "which splits"),
        ({"degradation": srlib.Degradation(srlib.Downscale(2, "bicubic"))}, "undo bicubic x2", "only then"),
        ({"architecture": {"builder": "espcn", "options": {}}}, "recipe of another", "as the training left it"),
    ],
)  # fmt: skip
def test_what_the_project_does_not_allow(run, tmp_path, changes, told, hint):
    found = checks.check_project(changed(run, tmp_path, **changes))
    assert not found and told in found.told and hint in found.hint


def test_the_given_network_is_over_the_budget_and_told_its_size(tmp_path):
    parameters = srlib.load_model(GIVEN).count_params()
    assert parameters > MOST_PARAMETERS
    found = checks.check_project(shipped_run(GIVEN, tmp_path))
    assert f"{parameters:,} parameters; the budget is 50,000" in found.told and "width" in found.hint


@pytest.mark.parametrize("folder", [None, "...", "", 3, "nowhere"])
def test_no_folder_is_answered_not_raised(folder):
    found = checks.check_project(folder)
    assert not found and ("no folder" in found.told) and found.points(10) == 0


def test_half_a_folder_is_answered_not_raised(run, tmp_path):
    folder = changed(run, tmp_path)
    (folder / "history.csv").unlink()
    found = checks.check_project(folder)
    assert "cannot be read" in found.told and "history.csv" in found.hint
