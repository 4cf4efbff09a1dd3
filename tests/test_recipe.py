"""What describes an experiment: checked once, printed, to JSON and back, compared at a resume, told by a card."""

import json
from dataclasses import fields, replace

import pytest

from srlib import Blur, Degradation, Downscale, Jpeg, ModelCard, Noise, Recipe
from srlib.data import Provenance, Source
from srlib.losses import LOSSES
from srlib.optimizers import OPTIMIZERS
from srlib.recipe import PRECISIONS, SCHEDULES, Adversarial, Architecture, Run

CAMERA = Degradation((Blur(0, 0.8), Downscale(2, "bicubic"), Noise(1, 8), Jpeg(80, 95)))
RECIPE = Recipe(CAMERA, 500, 7, 8, 96, "psnr_y", 2e-3, "constant", "muon", 0.99, False, "bfloat16", 25)
RUN = Run(
    RECIPE, Provenance([Source("sample", split="train", images=37)]), "a1", "b2",
    Provenance([Source("sample", split="validation", images=25)]), (2, 4), {"keras": "3.15.1"}, 12.5, "srlib train", "a laptop",
)  # fmt: skip
CARD = ModelCard(Architecture("subpixel", 2, {"width": 8}), (RUN,), {"set5": 30.1}, "MIT", "exams")


def through_json(value):
    return type(value).from_dict(json.loads(json.dumps(value.to_dict())))


@pytest.mark.parametrize(
    "value",
    [Recipe(), RECIPE, RUN, replace(RUN, validation=None, seconds=None), CARD, ModelCard(CARD.architecture)],
    ids=repr,
)
def test_json_gives_it_back(value):
    assert through_json(value) == value


def test_a_recipe_is_printed_as_a_sentence():
    assert str(RECIPE) == (
        "blur 0 to 0.8, bicubic x2, noise 1 to 8, JPEG 80 to 95, 500 steps of 8 patches of 96x96, psnr_y, "
        "muon at 0.002 (constant), EMA decay 0.99, seed 7"
    )


def test_nothing_is_left_to_be_derived_when_it_is_resolved():
    resolved = Recipe(steps=400).resolved(3)
    assert resolved.degradation == Degradation(Downscale(3, "bilinear")) and resolved.validate_every == 20
    assert Recipe(steps=7).resolved(2).validate_every == 1
    assert RECIPE.resolved(2) == RECIPE
    assert [Recipe().resolved(scale).patch_size for scale in (1, 2, 3, 4, 6, 7, 100)] == [64, 64, 63, 64, 60, 63, 100]
    with pytest.raises(ValueError, match="has scale 2, and the network 4; expected the same"):
        RECIPE.resolved(4)


@pytest.mark.parametrize("option", [f for f in fields(Recipe) if f.metadata], ids=lambda f: f.name)
def test_every_option_is_told_on_the_command_line(option):
    assert option.metadata["help"] and option.metadata["type"] in (int, float, str, bool)
    choices = {"loss": LOSSES, "optimizer": OPTIMIZERS, "schedule": SCHEDULES, "precision": PRECISIONS}
    assert option.metadata["choices"] is choices.get(option.name)


CHANGED = {
    "degradation": Degradation(Downscale(2, "area")), "steps": 501, "seed": 8, "batch_size": 9, "patch_size": 98, "loss": "mae",
    "learning_rate": 1e-3, "schedule": "cosine", "optimizer": "adam", "ema_decay": None, "augment": True,
    "precision": "float32", "validate_every": 26, "window": 8, "adversarial": Adversarial(),
}  # fmt: skip


@pytest.mark.parametrize("name", [f.name for f in fields(Recipe) if f.compare])
def test_a_run_with_another_setting_is_another_run(name):
    other = replace(RUN, recipe=replace(RECIPE, **{name: CHANGED[name]}))
    assert RUN.differs_from(other) == (name, getattr(RECIPE, name), CHANGED[name])


def test_what_may_differ_and_what_may_not():
    shared = replace(RUN, recipe=replace(RECIPE, devices="4"))
    assert shared.recipe.devices == 4 and shared.differs_from(RUN) is None and shared.to_dict() == RUN.to_dict()
    same = replace(RUN, versions={}, seconds=None, command="", hardware="", provenance=Provenance())
    assert RUN.differs_from(same) is None
    assert RUN.differs_from(replace(RUN, images_sha256="c3", start_sha256="d4"))[0] == "images_sha256"
    assert RUN.differs_from(replace(RUN, start_sha256="d4"))[0] == "start_sha256"
    assert RUN.differs_from(replace(RUN, frozen=()))[0] == "frozen"


def test_a_card_sums_up_its_runs():
    later = replace(
        RUN, recipe=replace(RECIPE, degradation=Downscale(2)), provenance=Provenance([Source("bsds500", images=400)])
    )
    card = CARD.after(later)
    assert card.runs == (RUN, later) and card.scores == {} and (card.licence, card.not_for) == ("MIT", "exams")
    assert str(card.degradation) == "bilinear x2" and card.provenance.names == ("sample", "bsds500") and card.scale == 2
    assert ModelCard(CARD.architecture).degradation is None and not ModelCard(CARD.architecture).provenance


@pytest.mark.parametrize(
    "told",
    [{"builder": 3, "scale": 2}, {"builder": "edsr", "scale": 0}, {"builder": "edsr", "scale": 2, "options": [1]}],
)
def test_what_is_no_architecture_is_refused(told):
    with pytest.raises(ValueError, match="expected"):
        Architecture(**told)
