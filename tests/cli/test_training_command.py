"""``srlib train``: what it hands to :func:`srlib.fit`, the run it writes, and how a run goes on.

Four tests train in earnest, a second or two for each training, as its step is compiled; the others look at what `fit` gets.
"""

import csv
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from _command_line import NETWORK, PATCHES, TRAIN, begun_with, contents, failed, is_upscaled, run, same_weights
from PIL import Image

import srlib
from srlib import training
from srlib.checkpoints import load_model, save_model
from srlib.models import build_model


@pytest.fixture
def fitted(monkeypatch):
    """A list of what `fit` is given, which trains nothing: (model, images, recipe, other keywords)."""
    given = []

    def fit(model, images, recipe, **others):
        given.append((model, images, recipe, others))
        return SimpleNamespace(step=[recipe.steps], seconds=[0.0], psnr=[30.0], baseline=29.0)

    monkeypatch.setattr(training, "fit", fit)
    return given


def test_a_folder_that_is_split_keeps_its_splits_apart(here, fitted):
    for split, name in (("train", "0.png"), ("validation", "1.png"), ("test", "2.png")):
        (here / "mine" / split).mkdir(parents=True)
        shutil.copy(here / "images" / name, here / "mine" / split / name)
    assert run(f"{TRAIN.replace('images', 'mine')} --steps 1 --out r") == 0
    ((_, images, _, others),) = fitted
    assert (images.names, str(images.provenance)) == (["0.png"], "mine/train")
    assert (others["validation"].names, str(others["validation"].provenance)) == (["1.png"], "mine/validation")


def test_train_writes_a_run_that_the_other_commands_take(here, capsys):
    assert run(TRAIN, "--steps", 3, "--seed", 5, "--kernel", "area", "--loss", "mse", "--out", "runs/a") == 0
    out, err = capsys.readouterr()
    assert out.startswith("runs/a: 3 steps in ") and "dB" in out and err == ""
    assert sorted(os.listdir("runs/a")) == ["history.csv", "model.json", "model.weights.h5", "recipe.json"]
    architecture, begun = begun_with("runs/a")
    recipe = srlib.Recipe(
        srlib.Downscale(2, "area"), steps=3, seed=5, loss="mse", batch_size=2, patch_size=8, validate_every=1
    )
    assert begun.recipe == recipe and str(begun.validation) == "images"
    assert begun.provenance.describe() == "images, 3 images"
    options = {"width": 4, "blocks": 1, "expand": 1, "channels": 3, "symmetry": "none"}
    options |= {"border": "zeros", "wide": 1, "kernel": "bilinear"}
    assert architecture == {"builder": "subpixel", "scale": 2, "options": options, "ensemble": False}
    with open("runs/a/history.csv", newline="") as file:
        assert [row["step"] for row in csv.DictReader(file)] == ["1", "2", "3"]
    # the same by the library
    model = build_model("subpixel", seed=5, width=4, blocks=1)
    srlib.fit(model, srlib.load_images("images"), recipe)
    trained = load_model("runs/a")
    assert same_weights(trained, model)
    # and on from it
    assert run("evaluate --model runs/a --data images") == 0
    assert run("upscale one.png -o large.png --model runs/a") == 0
    is_upscaled("large.png", "one.png", trained)
    assert run(f"train --model runs/a --data images {PATCHES} --steps 1 --out runs/b") == 0
    assert begun_with("runs/b")[0] == architecture
    assert [each.recipe.steps for each in load_model("runs/b").card.runs] == [3, 1]


def test_train_is_resumed_to_the_same_end(here, capsys, interrupted_at):
    words = f"{TRAIN} --steps 6 --out"
    assert run(words, "whole") == 0
    with interrupted_at(4):
        capsys.readouterr()
        assert run(words, "stopped") == 130
        failed(capsys, "--resume")
    assert run(words, "stopped --resume") == 0
    assert capsys.readouterr().out.startswith("stopped: 6 steps")
    assert same_weights(load_model("whole"), load_model("stopped"))
    # and now that it is finished, nothing touches it
    before = contents(here)
    for more, told in (("", "holds a run"), ("--resume", "nothing to resume")):
        assert run(words, "stopped", more) == 1
        failed(capsys, "stopped", told)
    assert contents(here) == before


def test_minutes_of_a_damaged_run_are_one_line(here, capsys):
    (here / "run").mkdir()
    (here / "run" / "recipe.json").write_text("[]")
    assert run("train --model subpixel --data images --minutes 1 --resume --out run") == 1
    failed(capsys, "recipe.json is damaged")


def test_train_by_minutes_fixes_and_records_the_steps(here, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(training, "steps_within", lambda *given: asked.append(given) or 2)
    assert run(TRAIN, "--minutes", 0.5, "--out", "run") == 0
    ((minutes, model, images, recipe, training_by),) = asked
    assert (minutes, len(images), model.card.architecture.builder) == (0.5, 3, "subpixel")
    assert training_by is training.fit
    assert recipe == srlib.Recipe(srlib.Downscale(2, "bilinear"), batch_size=2, patch_size=8)
    assert begun_with("run")[1].recipe.steps == 2
    capsys.readouterr()
    assert run(TRAIN, "--minutes", 0.5, "--out", "run", "--resume") == 1  # finished; and not timed again
    assert len(asked) == 1 and "begun with 2 steps" in capsys.readouterr().err


def test_train_on_several_sets(here, fitted):
    assert run(f"train {NETWORK} {PATCHES} --data images dead_leaves --count 5 --steps 1 --out run") == 0
    ((_, images, _, _),) = fitted
    assert len(images) == 8 and str(images.provenance) == "images+dead_leaves/train"


def test_train_on_squares_neither_flipped_nor_turned(here, fitted, capsys):
    assert run(TRAIN, "--steps 1 --squares 8 --no-augment --out run") == 0
    ((_, images, recipe, _),) = fitted
    assert str(images.provenance) == "images, squares of 8" and images.images.shape == (3, 8, 8, 3)
    assert recipe.augment is False
    capsys.readouterr()
    assert run(TRAIN, "--steps 1 --squares 999 --out other") == 1
    failed(capsys, "squares of 999 pixels")
    assert len(fitted) == 1


def test_train_on_luminance_with_the_images_downscaled_as_well(here, fitted):
    assert run(TRAIN, "--option channels=1 --steps 2 --loss mae_y --also-at 0.75 0.5 --out run") == 0
    ((model, images, recipe, _),) = fitted
    assert images.provenance.describe() == "images, 3 images at 1, 0.75, 0.5 of their size"
    assert recipe.loss == "mae_y" and model.card.architecture.options["channels"] == 1
    whole = srlib.load_images("images")
    expected = whole + whole.resized(0.75) + whole.resized(0.5)
    assert images.names == expected.names and len(images) == 9
    assert all(map(np.array_equal, images.images, expected.images))


def test_every_option_of_a_recipe_gets_there(here, fitted):
    words = "--steps 9 --learning-rate 0.01 --schedule constant --optimizer muon --ema-decay 0.9 --precision bfloat16"
    assert run(TRAIN, words, "--validate-every 4 --workers 5 --blur 0.4 --noise 1 8 --jpeg 60 --out run") == 0
    ((_, _, recipe, others),) = fitted
    degradation = srlib.Degradation((srlib.Blur(0.4), srlib.Downscale(2), srlib.Noise(1, 8), srlib.Jpeg(60)))
    assert recipe == srlib.Recipe(
        degradation, steps=9, batch_size=2, patch_size=8, learning_rate=0.01, schedule="constant", optimizer="muon",
        ema_decay=0.9, precision="bfloat16", validate_every=4,
    )  # fmt: skip
    assert others.pop("validation").names == ["0.png", "1.png", "2.png"]
    assert others == {"out": Path("run"), "resume": False, "workers": 5, "progress": True}


def test_a_network_of_another_scale(here, fitted, capsys):
    words = f"train {NETWORK} --data images --steps 1 --scale 3 --validation images --patch-size 9 --out run3"
    assert run(words) == 0
    ((model, _, recipe, _),) = fitted
    assert model.card.scale == 3 and recipe.degradation.scale == 3
    save_model(model, "run3")
    capsys.readouterr()
    assert run("upscale images/0.png --model run3 -o large.png") == 0
    is_upscaled("large.png", "images/0.png", model, 3)
    assert run("evaluate --model bicubic run3 --data images") == 0  # which need not be told the scale, either
    assert "x3" in capsys.readouterr().out


def test_a_missing_split_is_not_replaced_by_another(here, capsys):
    shutil.copytree("images", "mine/test")
    before = contents(here)
    assert run(f"{TRAIN.replace('--data images', '--data mine')} --steps 1 --out r") == 1
    failed(capsys, "split into test", "train is asked for")
    assert contents(here) == before


def test_a_folder_called_like_a_set_is_none(here, fitted, capsys):
    shutil.copytree("images", "set5")
    shutil.copytree("images", "a+set5")
    for folder in ("./set5", "a+set5"):
        assert run(f"{TRAIN.replace('--data images', f'--data {folder}')} --steps 1 --out {folder}-run") == 0
    assert [images.provenance.for_judging for _, images, _, _ in fitted] == [(), ()]
    assert run(f"{TRAIN.replace('--data images', '--data set5')} --steps 1 --out r") == 1  # without ./ it is the set
    assert len(fitted) == 2


def test_an_unfinished_training_is_no_model_yet(here, capsys):
    shutil.copytree("net", "run")
    (here / "run" / "model.json").rename(here / "run" / "recipe.json")
    assert run("evaluate --model run --data images") == 1
    failed(capsys, "run is a training that is not finished", "--resume")


def test_a_full_disk_leaves_no_half_a_checkpoint(here, capsys, monkeypatch):
    def full(file, **_):
        Path(file).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    assert run(f"{TRAIN} --steps 1 --out run") == 1
    assert "No space left on device" in capsys.readouterr().err
    assert not [name for name in contents(here / "run") if "checkpoint" in name]


def test_what_a_folder_holds_beside_its_images_is_told(here, fitted, capsys):
    """A kind that is not read is left out by name; a damaged image would make it another training."""
    Image.open("images/0.png").save("images/3.jfif", format="JPEG")
    Image.open("images/0.png").save("images/4", format="GIF")
    (here / "images/layers.psd").write_bytes(b"8BPS")
    (here / "images/notes.txt").write_text("words")
    assert run(TRAIN, "--steps 1 --out run") == 0
    ((_, images, _, _),) = fitted
    assert images.names == ["0.png", "1.png", "2.png", "3.jfif", "4"]
    err = capsys.readouterr().err
    assert (
        "images: 1 of 6 images left out: images/layers.psd is not an image that srlib reads; no image: notes.txt" in err
    )
    (here / "images/5.png").write_bytes(b"")
    assert run(TRAIN, "--steps 1 --out other") == 1
    failed(capsys, "images/5.png is not an image", "expected")


@pytest.fixture
def pairs(here):
    """Folders hr and lr, with the images of the shelf and these downscaled; a function: other pairs, of a split."""

    def make(split=""):
        for image in srlib.load_images("images"), srlib.load_images("images").resized(0.9):
            for name, hr in zip(image.names, image.images):
                for folder, pixels in (("hr", hr), ("lr", hr[: len(hr) // 2 * 2 : 2, : hr.shape[1] // 2 * 2 : 2])):
                    (here / folder / split).mkdir(parents=True, exist_ok=True)
                    Image.fromarray(pixels).save(here / folder / split / f"{name.replace('.png', '')}.png")

    make()
    return make


PAIRS = TRAIN.replace("--data images --validation images", "--data hr --lr-data lr --steps 1 --out run")


@pytest.mark.parametrize("stream", ("", " --stream"))
def test_own_pairs_some_of_which_are_held_out(stream, here, pairs, fitted, capsys):
    assert run(PAIRS + stream) == 0
    ((_, images, recipe, others),) = fitted
    assert "1 of the 6 pairs are watched and not learnt from, every 10th by name." in capsys.readouterr().err
    assert others["validation"].names == ["0 at 0.9.png"] and len(images) == 5 and images.scale == 2
    assert recipe.degradation is None and set(images.names).isdisjoint(others["validation"].names)
    assert type(images).__name__ == ("ImageStream" if stream else "ImageSet")


def test_own_pairs_with_a_folder_to_validate_with(here, pairs, fitted):
    shutil.rmtree("hr"), shutil.rmtree("lr")
    pairs("train"), pairs("validation")
    assert run(PAIRS) == 0
    ((_, images, _, others),) = fitted
    assert len(images) == len(others["validation"]) == 6
    assert [str(each.provenance) for each in (images, others["validation"])] == [
        f"hr/{split}, its own LR x2" for split in ("train", "validation")
    ]


@pytest.mark.parametrize(
    "more, words",
    [
        ("--data hr images", ["--lr-data names 1 folders and --data 2"]),
        ("--kernel area", ["--lr-data is given and --kernel, too"]),
        ("--validation images", ["--lr-data is given and --validation, too"]),
        ("--data sample", ["sample is a set by name, and --lr-data is given"]),
        ("--squares 8", ["hr, its own LR x2 has LR images of its own"]),
        ("--stream --also-at 0.5", ["--stream is given and --also-at, too"]),
    ],
)
def test_what_own_pairs_do_not_go_with(more, words, here, pairs, fitted, capsys):
    assert run(PAIRS, more) == 1
    failed(capsys, "expected", *words)
    assert fitted == []


def test_a_folder_that_stays_on_disk(here, fitted, capsys):
    assert run(TRAIN, "--steps 1 --stream --window 9 --out run") == 0
    ((_, images, recipe, _),) = fitted
    assert repr(images) == "<ImageStream images, 3 files>" and recipe.window == 9
    assert run(TRAIN.replace("--data images", "--data sample"), "--steps 1 --stream --out run") == 1
    assert "sample is a set by name, and --stream is given" in capsys.readouterr().err


def test_train_against_a_discriminator(here, capsys):
    words = "train --model net --data dead_leaves --count 2 --batch-size 1 --steps 2 --adversarial weight=0.03 width=8 --out"
    assert run(words, "run", "--patch-size 32") == 0
    assert begun_with("run")[1].recipe.adversarial == srlib.Adversarial(weight=0.03, width=8)
    wrongs = {
        "weights=1": "--adversarial is 'weights'",
        "weight": "NAME=VALUE",
        "width=half": "width",
        "weight=0.1": "25x25",
    }
    for wrong, told in wrongs.items():
        capsys.readouterr()
        assert run(f"train --model net {PATCHES} --data images --steps 2 --out other --adversarial {wrong}") == 1
        failed(capsys, told)


def test_a_trained_network_of_luminance_is_trained_on_in_colour(here, capsys):
    save_model(srlib.build_model("subpixel", 2, width=8, blocks=1, channels=1), "grey")
    assert run(f"train --model grey --option channels=3 {PATCHES} --data images --steps 1 --out run") == 0
    assert srlib.load_model("run").card.architecture.options["channels"] == 3
    capsys.readouterr()
    assert run(f"train --model grey --option width=16 {PATCHES} --data images --steps 1 --out other") == 1
    failed(capsys, "--option width=16", "channels=3")
