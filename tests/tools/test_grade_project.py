"""The project's networks are scored with the check that learners run, the best first."""

import json
import shutil
from dataclasses import asdict

import grade_project
import pytest

import srlib
from srlib import checks
from srlib.checkpoints import save_model
from srlib.checks import e06b_project
from srlib.recipe import Run


@pytest.fixture
def run(tmp_path, monkeypatch):
    """What a short training leaves in a folder; to be scored on three photographs instead of twenty-one."""
    monkeypatch.setattr(e06b_project, "load_images", lambda name, split: srlib.load_images(name, split=split)[:3])
    model = srlib.build_model("subpixel", width=8, blocks=1)
    run = Run(srlib.Recipe(steps=3).resolved(2), srlib.load_images("sample", split="train").provenance, seconds=1.0)
    folder = save_model(model, tmp_path / "run", card=model.card.after(run))
    told = {"architecture": asdict(model.card.architecture), "run": run.to_dict()}
    (folder / "recipe.json").write_text(json.dumps(told))
    (folder / "history.csv").write_text("step,loss,psnr,seconds\n3,0.1,nan,1\n")
    return folder


def test_every_network_is_scored_best_first(run, tmp_path, capsys):
    late = shutil.copytree(run, tmp_path / "late")
    (late / "history.csv").write_text("step,loss,psnr,seconds\n3,0.1,nan,4000\n")
    assert grade_project.main([str(late), str(run)]) == 0
    out = capsys.readouterr().out
    assert repr(checks.check_project(run)) in out and "66.7 minutes; the budget is 5" in out
    assert [line.split() for line in out.splitlines()[-3:]] == [
        ["network", "points", "of", "10"],
        [str(run), "6"],
        [str(late), "2"],
    ]


def test_it_fails_in_one_line_before_it_scores_anything(run, capsys):
    assert grade_project.main([str(run), "nowhere"]) == 1
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1 and "There is no folder 'nowhere'" in told.err
