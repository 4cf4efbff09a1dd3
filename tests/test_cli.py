"""The commands: what they write, and that every failure is one line, a status, and nothing half-written."""

import argparse
import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import srlib
from srlib import cli, models
from srlib.checkpoints import load_model, save_model, shipped
from srlib.cli import main
from srlib.data import CATALOGUE, SUFFIXES
from srlib.images import to_uint8
from srlib.models import build_model


def run(*words):
    """The exit status of a command line, as the shell would see it."""
    try:
        return main([part for word in words for part in str(word).split()])
    except SystemExit as end:
        return end.code


@pytest.fixture(scope="module")
def shelf(tmp_path_factory, make_image):
    """A folder of things to give to a command, made once and copied for each test."""
    place = tmp_path_factory.mktemp("shelf")

    def save(name, array):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(array).save(place / name)

    for i, (height, width) in enumerate([(24, 28), (31, 25), (26, 26)]):
        save(f"images/{i}.png", make_image(height, width, i))
    save("one.png", make_image(17, 20))
    save("nested/top.png", make_image(9, 8))
    save("nested/deep/down/below.png", make_image(7, 11))
    save("mixed/a.png", make_image(8, 8))
    save("mixed/c.png", make_image(9, 9))
    (place / "mixed" / "b.png").write_bytes(b"no image at all")
    (place / "mixed" / "notes.txt").write_text("not for upscaling")
    save("tiny/dot.png", make_image(1, 1))
    (place / "bad.png").write_bytes(b"no image at all")
    save("cut.jpg", make_image(64, 64))
    (place / "cut.jpg").write_bytes((place / "cut.jpg").read_bytes()[:900])
    (place / "empty").mkdir()
    (place / "file.txt").write_text("a file")
    network = build_model("subpixel", width=4, blocks=1)
    rng = np.random.default_rng(1)
    network.set_weights([rng.normal(0, 0.1, w.shape) for w in network.get_weights()])
    save_model(network, place / "net", kernel="bilinear", recipe={"data": "somewhere"})
    shutil.copytree(place / "net", place / "broken")
    (place / "broken" / "model.weights.h5").write_bytes(b"no weights")
    return place


@pytest.fixture
def here(shelf, tmp_path, monkeypatch):
    """The shelf, copied, as the current folder."""
    shutil.copytree(shelf, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def contents(folder):
    """Every file and folder below, hidden ones too, with what it holds."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


TRAIN = "train --model subpixel --option width=4 --option blocks=1 --data images --validation images --batch 2 --crop 8"

# -- help -----------------------------------------------------------------------------------------------------------------


def commands(parser, words=()):
    """The words of every command, and its parser."""
    subs = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not subs:
        yield words, parser
    for action in subs:
        for name, sub in action.choices.items():
            yield from commands(sub, (*words, name))


COMMANDS = dict(commands(cli._parser()))


def test_the_commands_are_those_of_the_design():
    assert set(COMMANDS) == {
        ("data", "list"), ("data", "fetch"), ("models",), ("train",), ("evaluate",), ("upscale",), ("project",), ("figures",),
    }  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_help_has_an_example_that_parses(words, capsys):
    assert run(*words, "--help") == 0
    out, err = capsys.readouterr()
    assert err == ""
    example = re.search(r"example:\n\s+srlib (.*)", out)
    assert example, out
    parsed = cli._parser().parse_args(shlex.split(example[1]))
    assert parsed.run is COMMANDS[words].get_default("run")


def test_the_whole_help_and_the_version(capsys):
    assert run("--help") == 0
    out = capsys.readouterr().out
    assert all(words[0] in out for words in COMMANDS)
    assert run("--version") == 0
    assert capsys.readouterr().out == f"srlib {srlib.__version__}\n"


def test_choices_are_those_of_the_functions():
    """They are written out in the commands, so that --help need not wait for Keras."""
    from srlib import evaluation, training

    def choices(word, option):
        return next(tuple(a.choices) for a in COMMANDS[(word,)]._actions if option in a.option_strings)

    for option, table in {
        "--loss": training.LOSSES, "--optimizer": training.OPTIMIZERS, "--schedule": training.SCHEDULES,
        "--precision": training.PRECISIONS, "--kernel": training.DOWNSCALE_KERNELS,
    }.items():  # fmt: skip
        assert choices("train", option) == tuple(table), option
    assert choices("evaluate", "--protocol") == evaluation.PROTOCOLS


# -- what goes well -------------------------------------------------------------------------------------------------------


def test_data_list_names_every_set_with_its_licence(capsys):
    assert run("data", "list") == 0
    out, err = capsys.readouterr()
    head, *rows = out.splitlines()
    assert all(word in head.split() for word in ("name", "images", "download", "licence", "what"))
    assert [row.split()[0] for row in rows] == list(CATALOGUE)
    for source, row in zip(CATALOGUE.values(), rows):
        assert source.licence in row and source.what in row and source.download in row
    assert err == ""


def test_data_fetch_of_what_needs_no_fetching(capsys):
    assert run("data", "fetch", "sample") == 0
    assert "nothing to fetch" in capsys.readouterr().out


def test_models_shows_what_is_shipped(capsys, monkeypatch, here):
    monkeypatch.setattr(models, "WEIGHTS", here / "shipped")
    shutil.copytree("net", "shipped/small")
    assert run("models") == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["name", "scale", "kernel"]
    by_hand = 9 * (
        3 * 4 + 2 * 4 * 4 + 4 * 12
    )  # multiply-adds for a small pixel, and one more parameter for each filter
    assert row.split()[:3] == ["small", "x2", "bilinear"] and row.endswith("somewhere")
    assert f" {by_hand + 4 + 2 * 4 + 12:,} " in row
    assert f" {by_hand * 640 * 360 / 1e9:.1f} G" in row
    assert load_model("small").count_params() == by_hand + 4 + 2 * 4 + 12


def test_models_shows_every_shipped_network(capsys):
    assert run("models") == 0
    assert [row.split()[0] for row in capsys.readouterr().out.splitlines()[1:]] == list(shipped())


def test_evaluate_writes_the_same_as_it_prints(here, capsys):
    words = (
        "evaluate --model bilinear bicubic net --data images --protocol rgb --kernel area --scale 2 --json new/s.json"
    )
    assert run(words) == 0
    out, err = capsys.readouterr()
    assert err.splitlines() == [
        "srlib: net was trained for images downscaled by bilinear, and these are downscaled by area: --kernel bilinear is its own."
    ]
    methods = {"bilinear": "bilinear", "bicubic": "bicubic", "net": load_model("net")}
    table = srlib.evaluate(methods, srlib.load_images("images"), kernel="area")
    assert out == f"{table}\n"
    told = json.loads((here / "new" / "s.json").read_text())
    assert told == table.to_dict()
    assert set(told["methods"]["net"]["images"]) == {"0.png", "1.png", "2.png"}
    assert os.listdir("new") == ["s.json"]


def test_evaluate_under_the_papers_protocol(here, capsys):
    assert run("evaluate --model bicubic --data images --protocol y --kernel bicubic --scale 3 --json s") == 0
    told = json.loads((here / "s").read_text())
    assert (told["protocol"], told["kernel"], told["scale"]) == ("y", "bicubic", 3)
    assert "protocol y" in capsys.readouterr().out


def test_evaluate_scores_the_sample_on_its_test_photographs(capsys):
    assert run("evaluate --model nearest --data sample") == 0
    assert capsys.readouterr().out.startswith("sample/test, ")


def test_a_folder_that_is_split_keeps_its_splits_apart(here, capsys):
    for split, name in (("train", "0.png"), ("validation", "1.png"), ("test", "2.png")):
        (here / "mine" / split).mkdir(parents=True)
        shutil.copy(here / "images" / name, here / "mine" / split / name)
    assert run("evaluate --model nearest --data mine --json scores") == 0
    assert list(json.loads((here / "scores").read_text())["methods"]["nearest"]["images"]) == ["2.png"]
    assert run(f"{TRAIN.replace('images', 'mine')} --steps 1 --out r") == 0
    recipe = json.loads((here / "r" / "recipe.json").read_text())
    assert recipe["images"] == 1 and recipe["data"].endswith("train") and recipe["validation"].endswith("validation")


def test_the_example_of_evaluate_runs(capsys):
    example = re.search(r"example:\n\s+srlib (.*)", COMMANDS[("evaluate",)].format_help())[1]
    assert run(example) == 0
    assert capsys.readouterr().out.startswith("sample/test, ")


def test_train_writes_a_run_that_the_other_commands_take(here, capsys):
    assert run(TRAIN, "--steps", 3, "--seed", 5, "--kernel", "area", "--loss", "mse", "--out", "runs/a") == 0
    out, err = capsys.readouterr()
    assert out.startswith("runs/a: 3 steps in ") and "dB" in out and err == ""
    assert sorted(os.listdir("runs/a")) == ["history.csv", "model.json", "model.weights.h5", "recipe.json"]
    recipe = json.loads((here / "runs/a/recipe.json").read_text())
    expected = {"steps": 3, "seed": 5, "kernel": "area", "loss": "mse", "batch": 2, "crop": 8, "images": 3}
    assert expected.items() <= recipe.items()
    assert recipe["model"] == {
        "builder": "subpixel",
        "scale": 2,
        "options": {
            "width": 4,
            "blocks": 1,
            "expand": 1,
            "channels": 3,
            "orientations": 1,
            "polarities": 1,
            "kernel": "bilinear",
        },
    }
    with open("runs/a/history.csv", newline="") as file:
        assert [row["step"] for row in csv.DictReader(file)] == ["1", "2", "3"]
    # the same by the library
    model = build_model("subpixel", seed=5, width=4, blocks=1)
    images = srlib.load_images("images")
    srlib.fit(model, images, kernel="area", loss="mse", steps=3, seed=5, batch=2, crop=8)
    trained = load_model("runs/a")
    assert all(np.array_equal(a, b) for a, b in zip(trained.get_weights(), model.get_weights()))
    # and on from it
    assert run("evaluate --model runs/a --data images") == 0
    assert run("upscale one.png -o large.png --model runs/a") == 0
    made = np.asarray(Image.open("large.png"))
    np.testing.assert_array_equal(made, to_uint8(srlib.upscale(np.asarray(Image.open("one.png")), trained)))
    more = "train --model runs/a --data images --validation images --batch 2 --crop 8 --steps 1 --out runs/b"
    assert run(more) == 0
    assert json.loads((here / "runs/b/recipe.json").read_text())["model"] == recipe["model"]


def test_train_is_resumed_to_the_same_end(here, capsys, interrupted_at):
    words = f"{TRAIN} --steps 6 --out"
    assert run(words, "whole") == 0
    with interrupted_at(4):
        capsys.readouterr()
        assert run(words, "stopped") == 130
        failed(capsys, "--resume")
    assert run(words, "stopped --resume") == 0
    assert capsys.readouterr().out.startswith("stopped: 6 steps")
    first, second = load_model("whole"), load_model("stopped")
    assert all(np.array_equal(a, b) for a, b in zip(first.get_weights(), second.get_weights()))
    # and now that it is finished, nothing touches it
    before = contents(here)
    for more, told in (("", "holds a run"), ("--resume", "nothing to resume")):
        assert run(words, "stopped", more) == 1
        failed(capsys, "stopped", told)
    assert contents(here) == before


def test_a_plus_is_the_self_ensemble(here, capsys):
    assert run("evaluate --model small_bilinear small_bilinear+ --data images --json s.json") == 0
    told = json.loads((here / "s.json").read_text())["methods"]
    images = srlib.load_images("images")
    table = srlib.evaluate({"it": srlib.self_ensemble(srlib.load_model("small_bilinear"))}, images)
    assert told["small_bilinear+"]["psnr"] == pytest.approx(table.mean("it"), abs=1e-4)
    assert told["small_bilinear+"]["psnr"] != pytest.approx(told["small_bilinear"]["psnr"], abs=1e-4)
    capsys.readouterr()
    assert run("evaluate --model nothing+ --data images") == 1
    failed(capsys, "'nothing+'")


def test_a_folder_called_like_a_shipped_network_is_told_of(here, capsys):
    model = srlib.build_model("subpixel", width=4, blocks=1)
    srlib.checkpoints.save_model(model, here / "small_bilinear")
    assert run("evaluate --model small_bilinear --data images") == 0
    told = capsys.readouterr()
    assert told.err.count("\n") == 1 and "write ./small_bilinear" in told.err and "small_bilinear" in told.out


def test_minutes_of_a_damaged_run_are_one_line(here, capsys):
    (here / "run").mkdir()
    (here / "run" / "recipe.json").write_text("[]")
    assert run("train --model subpixel --data images --minutes 1 --resume --out run") == 1
    failed(capsys, "recipe.json is damaged")


def test_train_by_minutes_fixes_and_records_the_steps(here, capsys, monkeypatch):
    from srlib import training

    asked = []
    monkeypatch.setattr(
        training, "steps_within", lambda minutes, *_args, **settings: asked.append((minutes, settings)) or 2
    )
    assert run(TRAIN, "--minutes", 0.5, "--out", "run") == 0
    assert asked == [
        (
            0.5,
            {
                "kernel": "bilinear",
                "batch": 2,
                "crop": 8,
                "loss": "mae",
                "learning_rate": 1e-3,
                "optimizer": "adam",
                "average": None,
                "precision": "float32",
            },
        ),
    ]
    assert json.loads((here / "run/recipe.json").read_text())["steps"] == 2
    assert run(TRAIN, "--minutes", 0.5, "--out", "run", "--resume") == 1  # finished; and not timed again
    assert len(asked) == 1


def test_train_on_several_sets(here, capsys):
    words = "train --model subpixel --option width=4 --option blocks=1 --data images dead_leaves --count 5 --steps 1"
    assert run(words, "--validation images --batch 2 --crop 8 --out run") == 0
    recipe = json.loads((here / "run/recipe.json").read_text())
    assert recipe["images"] == 8 and recipe["data"] == "images+dead_leaves"


def test_train_on_squares_neither_flipped_nor_turned(here, capsys):
    words = "train --model subpixel --option width=4 --option blocks=1 --data images --steps 1 --validation images"
    assert run(words, "--batch 2 --crop 8 --squares 8 --no-augment --out run") == 0
    recipe = json.loads((here / "run/recipe.json").read_text())
    assert recipe["data"] == "images, squares of 8" and recipe["augment"] is False
    assert run(words, "--batch 2 --crop 8 --squares 999 --out other") == 1
    assert "squares of 999 pixels" in capsys.readouterr().err and not (here / "other").exists()


def test_train_on_luminance_with_the_images_downscaled_as_well(here, capsys):
    words = "train --model subpixel --option width=4 --option blocks=1 --option channels=1 --data images --steps 2"
    settings = "--validation images --batch 2 --crop 8 --loss mae_y --also-at 0.75 0.5 --out run"
    assert run(words, settings) == 0
    recipe = json.loads((here / "run/recipe.json").read_text())
    assert recipe["data"] == "images+images, at 0.75+images, at 0.5" and recipe["images"] == 9
    assert recipe["loss"] == "mae_y" and recipe["model"]["options"]["channels"] == 1
    images = srlib.load_images("images")
    model = build_model("subpixel", width=4, blocks=1, channels=1)
    images = images + images.downscaled(0.75) + images.downscaled(0.5)
    srlib.fit(model, images, loss="mae_y", steps=2, batch=2, crop=8)
    trained = load_model("run")
    assert all(np.array_equal(a, b) for a, b in zip(trained.get_weights(), model.get_weights()))


def upscaled(source, method="bicubic", scale=2):
    return to_uint8(srlib.upscale(srlib.data.read_image(source), method, scale))


def is_upscaled(target, source, method="bicubic", scale=2):
    np.testing.assert_array_equal(np.asarray(Image.open(target)), upscaled(source, method, scale))


@pytest.mark.parametrize("scale", (2, 3))
@pytest.mark.parametrize("out", ["large.png", "new/folder/large.png", "large.bmp"])
def test_upscale_a_file_to_a_file(here, capsys, out, scale):
    before = contents(here)
    assert run("upscale", "one.png", "-o", out, "--model", "bicubic", "--scale", scale) == 0
    assert capsys.readouterr() == ("", "")
    is_upscaled(out, "one.png", scale=scale)
    made = {name for name in contents(here) if name not in before and (here / name).is_file()}
    assert made == {out}


def test_upscale_with_a_network(here):
    assert run("upscale one.png -o large.png --model net") == 0
    is_upscaled("large.png", "one.png", load_model("net"))


def test_upscale_a_file_into_a_folder(here):
    assert run("upscale one.png -o new --model bicubic") == 0
    is_upscaled("new/one.png", "one.png")
    assert run("upscale one.png -o empty --model bicubic") == 0
    is_upscaled("empty/one.png", "one.png")


def test_upscale_a_folder_keeps_its_folders(here):
    (here / "nested" / "a.png").mkdir()  # a folder that is called like an image
    assert run("upscale nested -o large --model bicubic") == 0
    made = {name for name, data in contents(here / "large").items() if data is not None}
    assert made == {"top.png", "deep/down/below.png"}
    is_upscaled("large/deep/down/below.png", "nested/deep/down/below.png")


def test_upscale_several(here):
    assert run("upscale one.png images/0.png nested -o large --model bicubic") == 0
    made = {name for name, data in contents(here / "large").items() if data is not None}
    assert made == {"one.png", "0.png", "top.png", "deep/down/below.png"}


def test_upscale_a_jpeg_and_an_odd_image(here):
    Image.new("LA", (6, 5), (10, 200)).save("odd.png")
    Image.new("L", (6, 5), 77).save("grey.jpg")
    assert run("upscale odd.png grey.jpg tiny/dot.png -o large --model net") == 0
    assert [Image.open(f"large/{name}").size for name in ("odd.png", "grey.jpg", "dot.png")] == [
        (12, 10),
        (12, 10),
        (2, 2),
    ]


def test_upscale_replaces_only_by_force(here, capsys):
    (here / "large.png").write_text("precious")
    assert run("upscale one.png -o large.png --model bicubic") == 1
    failed(capsys, "large.png")
    assert (here / "large.png").read_text() == "precious"
    assert run("upscale one.png -o large.png --model bicubic --force") == 0
    is_upscaled("large.png", "one.png")


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX's")
def test_what_is_written_has_ordinary_rights(here):
    mask = os.umask(0o022)
    try:
        assert run("upscale one.png -o large.png --model bicubic") == 0
    finally:
        os.umask(mask)
    assert (here / "large.png").stat().st_mode & 0o777 == 0o644


# -- what goes wrong ------------------------------------------------------------------------------------------------------


def failed(capsys, *words):
    """One line on standard error that holds the words; nothing on standard output."""
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith("\n") and err.count("\n") == 1, err
    assert err.startswith("srlib") and "Traceback" not in err
    assert all(word in err for word in words), err


BAD = {
    # nothing a command could do
    "": ["COMMAND"],
    "widen one.png": ["'widen'", "upscale"],
    "data": ["WHAT"],
    "data fetch nowhere": ["'nowhere'", "sample"],
    "data fetch": ["NAME"],
    "data fetch linnaeus5 --size 100": ["100", "128"],
    # figures
    "figures --out file.txt": ["file.txt"],
    "figures --out file.txt/deep": ["file.txt"],
    # evaluate
    "evaluate --model bicubic": ["--data"],
    "evaluate --model bicubic --data nowhere": ["'nowhere'", "srlib data list"],
    "evaluate --model bicubic --data file.txt": ["file.txt", "folder"],
    "evaluate --model bicubic --data empty": ["empty", "no image"],
    "evaluate --model bicubic --data mixed": ["mixed/b.png", "not an image"],
    "evaluate --model bicubic --data tiny": ["dot.png", "at least 2"],
    "evaluate --model nothing --data images": ["'nothing'", "srlib models"],
    "evaluate --model bicubic nothing --data images --json s.json": ["'nothing'"],
    "evaluate --model bicubc --data images": ["'bicubc'", "nearest, bilinear, bicubic, lanczos"],
    "evaluate --model bicubic+ --data images": ["'bicubic+'", "behind networks alone"],
    "evaluate --model broken --data images": ["broken", "model.weights.h5"],
    "evaluate --model images --data images": ["images", "model.json"],
    "evaluate --model bicubic --data images --scale 0": ["scale is 0", "2, 3 and 4"],
    "evaluate --model bicubic --data images --scale two": ["--scale", "'two'"],
    "evaluate --model net --data images --scale 3": ["scale is 3"],
    "evaluate --model bicubic --data images --protocol paper": ["--protocol", "'paper'"],
    "evaluate --model bicubic --data images --kernel lanczos": ["--kernel", "'lanczos'"],
    "evaluate --model bicubic --data images --kernel published": ["published"],
    "evaluate --model bicubic --data images --json file.txt/s.json": ["file.txt"],
    "evaluate --model bicubic --data images --json file.txt/deep/s.json": ["file.txt"],
    "evaluate --model bicubic --data images --json images": ["images", "folder"],
    "evaluate --model nothing --data images --json new/s.json": ["'nothing'"],
    # upscale
    "upscale one.png": ["-o"],
    "upscale nowhere.png -o a.png --model bicubic": ["nowhere.png"],
    "upscale one.png nowhere.png -o new --model bicubic": ["nowhere.png"],
    "upscale bad.png -o a.png --model bicubic": ["bad.png", "not an image"],
    "upscale cut.jpg -o a.jpg --model bicubic": ["cut.jpg", "undamaged"],
    "upscale file.txt -o new --model bicubic": ["file.txt"],
    "upscale empty -o new --model bicubic": ["empty", "no image"],
    "upscale one.png -o a.png --model nothing": ["'nothing'", "srlib models"],
    "upscale one.png -o a.png --model broken": ["broken", "model.weights.h5"],
    "upscale one.png -o a.png --model bicubic --scale 0": ["scale is 0", "2, 3 and 4"],
    "upscale one.png -o a.png --model bicubic --scale -2": ["scale is -2"],
    "upscale one.png -o a.png --model net --scale 3": ["scale is 3", "upscales by 2"],
    "upscale images -o new --model net --scale 3": ["scale is 3", "upscales by 2"],
    "upscale one.png -o file.txt/a.png --model bicubic": ["file.txt"],
    "upscale images -o file.txt --model bicubic": ["file.txt"],
    "upscale images -o file.txt/deep --model bicubic": ["file.txt"],
    "upscale one.png -o bad.png --model bicubic": ["bad.png", "--force"],
    "upscale images -o images --model bicubic": ["images/0.png", "--force"],
    "upscale images images/0.png -o new --model bicubic": ["new/0.png"],
    # train
    "train": ["--model"],
    "train --model subpixel --data images --out run": ["--steps"],
    "train --model nothing --data images --steps 1 --out run": ["'nothing'", "subpixel"],
    "train --model broken --data images --steps 1 --out run": ["broken", "model.weights.h5"],
    "train --model net --option width=4 --data images --steps 1 --out run": ["--option width=4", "'net'"],
    "train --model subpixel --data nowhere --steps 1 --out run": ["'nowhere'"],
    "train --model subpixel --data empty --steps 1 --out run": ["empty", "no image"],
    "train --model subpixel --data mixed --steps 1 --out run": ["mixed/b.png"],
    "train --model subpixel --data images --steps 1 --out run": ["crop is 64", "crop=24"],
    "train --model subpixel --data tiny --steps 1 --out run": ["shortest side", "dot.png"],
    "train --model subpixel --data dead_leaves --count 0 --steps 1 --out run": ["count is 0"],
    f"{TRAIN} --steps 0 --out run": ["steps is 0"],
    f"{TRAIN} --steps -3 --out run": ["steps is -3"],
    f"{TRAIN} --steps 1.5 --out run": ["--steps", "'1.5'"],
    f"{TRAIN} --minutes 0 --out run": ["minutes is 0"],
    f"{TRAIN} --minutes -1 --out run": ["minutes is -1"],
    f"{TRAIN} --minutes nan --out run": ["minutes is nan"],
    f"{TRAIN} --steps 1 --minutes 1 --out run": ["--minutes", "--steps"],
    f"{TRAIN} --steps 1 --scale 0 --out run": ["scale is 0"],
    f"{TRAIN} --steps 1 --seed -1 --out run": ["seed is -1"],
    f"{TRAIN} --steps 1 --batch 0 --out run": ["batch is 0"],
    f"{TRAIN} --steps 1 --learning-rate 0 --out run": ["learning_rate is 0"],
    f"{TRAIN} --steps 1 --also-at 0.5 1 --out run": ["at 1.0 of their size", "between 0 and 1"],
    f"{TRAIN} --steps 1 --option channels=2 --out run": ["channels is 2", "1 for luminance"],
    f"{TRAIN} --steps 1 --option depth=3 --out run": [
        "'depth'",
        "width, blocks, expand, channels, orientations, polarities, kernel",
    ],
    f"{TRAIN} --steps 1 --option width --out run": ["'width'", "NAME=VALUE"],
    f"{TRAIN} --steps 1 --option kernel=area --out run": ["'area'"],
    f"{TRAIN} --steps 1 --option blocks=--5 --out run": ["blocks is '--5'"],
    f"{TRAIN} --minutes 5 --out images": ["images", "--out"],
    f"{TRAIN} --minutes 5 --validation nowhere --out run": ["'nowhere'"],
    f"{TRAIN} --steps 1 --validation nowhere --out run": ["'nowhere'"],
    f"{TRAIN} --steps 1 --out images": ["images", "--out"],
    f"{TRAIN} --steps 1 --out images --resume": ["images", "--out"],
    f"{TRAIN} --steps 1 --out file.txt": ["file.txt"],
    f"{TRAIN} --steps 1 --out file.txt/run": ["file.txt"],
}


@pytest.mark.parametrize("line", BAD)
def test_bad_input_is_one_line_and_leaves_nothing(line, here, capsys):
    before = contents(here)
    assert run(line) not in (0, None)
    failed(capsys, *BAD[line])
    assert contents(here) == before


def test_one_bad_image_does_not_stop_the_others(here, capsys):
    assert run("upscale mixed one.png -o large --model bicubic") == 1
    failed(capsys, "mixed/b.png", "not an image")
    assert set(contents(here / "large")) == {"a.png", "c.png", "one.png"}
    for name, source in (("a.png", "mixed/a.png"), ("c.png", "mixed/c.png"), ("one.png", "one.png")):
        is_upscaled(f"large/{name}", source)


def test_a_kind_of_file_that_cannot_be_written(here, capsys):
    shutil.copy("one.png", "one.strange")
    before = contents(here)
    assert run("upscale one.strange -o new --model bicubic") == 1
    failed(capsys, "one.strange", SUFFIXES[0])
    assert contents(here) == before


def test_a_full_disk_leaves_no_half_an_image(here, capsys, monkeypatch):
    (here / "large.png").write_text("precious")
    before = contents(here)

    def full(image, file, **_):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    assert run("upscale one.png -o large.png --model bicubic --force") == 1
    failed(capsys, "No space left on device")
    assert contents(here) == before


# -- as a process ---------------------------------------------------------------------------------------------------------


def process(*words, cwd):
    return subprocess.run([sys.executable, "-m", "srlib.cli", *words], cwd=cwd, capture_output=True, text=True)


def test_a_failing_process_says_one_line(here):
    ended = process("upscale", "nowhere.png", "-o", "a.png", cwd=here)
    assert ended.returncode == 1 and ended.stdout == ""
    assert ended.stderr.count("\n") == 1 and "nowhere.png" in ended.stderr


def test_a_process_with_a_network_is_quiet(here):
    """TensorFlow's greetings are held back."""
    ended = process("upscale", "one.png", "-o", "a.png", "--model", "net", cwd=here)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    is_upscaled("a.png", "one.png", load_model("net"))


def test_a_backend_that_there_is_not_is_one_line(here):
    command = [sys.executable, "-m", "srlib.cli", "upscale", "one.png", "-o", "a.png", "--model", "net"]
    environment = {**os.environ, "KERAS_BACKEND": "slide_rule"}
    ended = subprocess.run(command, cwd=here, capture_output=True, text=True, env=environment)
    assert ended.returncode == 1 and ended.stdout == "" and ended.stderr.count("\n") == 1, ended.stderr
    assert "KERAS_BACKEND says is slide_rule" in ended.stderr and "unset KERAS_BACKEND" in ended.stderr
    assert not (here / "a.png").exists()


@pytest.mark.slow
def test_a_process_that_cannot_load_its_network_says_one_line(here):
    """Keras warns, in several lines, of what it then raises; so does HDF5."""
    other = build_model("subpixel", width=5, blocks=1)
    shutil.copy(save_model(other, here / "other") / "model.weights.h5", here / "net")
    for model in ("net", "broken"):
        ended = process("upscale", "one.png", "-o", "b.png", "--model", model, cwd=here)
        assert ended.returncode == 1 and ended.stdout == ""
        assert ended.stderr.count("\n") == 1 and f"{model}/model.weights.h5" in ended.stderr
    assert not (here / "b.png").exists()


@pytest.mark.slow
def test_a_training_process_is_quiet_and_is_resumed(here):
    ended = process(*TRAIN.split(), "--steps", "2", "--out", "run", "--resume", cwd=here)
    assert ended.returncode == 0 and ended.stderr == ""
    assert ended.stdout.startswith("run: 2 steps in ") and ended.stdout.count("\n") == 1
    ended = process(*TRAIN.split(), "--steps", "2", "--out", "run", "--resume", cwd=here)
    assert ended.returncode == 1 and ended.stderr.count("\n") == 1 and "nothing to resume" in ended.stderr


# -- found by trying ------------------------------------------------------------------------------------------------------


def test_a_network_of_another_scale_needs_no_scale(here, capsys):
    words = "train --model subpixel --option width=4 --option blocks=1 --scale 3 --data images --steps 1"
    assert run(words, "--validation images --batch 2 --crop 9 --out run3") == 0
    assert run("upscale", next((here / "images").iterdir()), "--model run3 -o large.png") == 0
    small, large = (srlib.data.read_image(p) for p in (next((here / "images").iterdir()), here / "large.png"))
    assert large.shape[:2] == tuple(3 * n for n in small.shape[:2])
    assert run("evaluate --model bicubic run3 --data images") == 0
    assert "x3" in capsys.readouterr().out


def test_networks_of_two_scales_are_refused_together(here, capsys):
    from srlib.checkpoints import save_model
    from srlib.models import build_model

    for scale in (2, 3):
        save_model(build_model("subpixel", scale, width=4, blocks=1), here / f"x{scale}", kernel="bilinear")
    assert run("evaluate --model x2 x3 --data images") == 1
    assert "different factors (x2 x2, x3 x3)" in capsys.readouterr().err


def test_a_network_of_nan_writes_nothing(here, capsys):
    from srlib.checkpoints import save_model
    from srlib.models import build_model

    model = build_model("subpixel", width=4, blocks=1)
    model.set_weights([np.full_like(w, np.nan) for w in model.get_weights()])
    save_model(model, here / "broken", kernel="bilinear")
    assert run("upscale", next((here / "images").iterdir()), "--model broken -o large.png") == 1
    assert "no finite numbers" in capsys.readouterr().err and not (here / "large.png").exists()


def test_a_kind_of_file_that_is_only_read_is_refused(here, capsys):
    source = here / "x.psd"
    source.write_bytes(next((here / "images").iterdir()).read_bytes())
    assert run("upscale", source, "--model bicubic -o out") == 1
    assert "does not write" in capsys.readouterr().err


def test_a_folder_called_image_is_no_obstacle(here):
    (here / "large" / "image").mkdir(parents=True)
    assert run("upscale", next((here / "images").iterdir()), "--model bicubic -o large") == 0


EMPTY = {
    "--data": ["evaluate", "--model", "bicubic", "--data", ""],
    "--model": ["evaluate", "--model", "", "--data", "images"],
    "--json": ["evaluate", "--model", "bicubic", "--data", "images", "--json", ""],
    "--validation": [*TRAIN.split(), "--steps", "1", "--out", "run", "--validation", ""],
    "--out": [*TRAIN.split(), "--steps", "1", "--out", ""],
}


@pytest.mark.parametrize("option", EMPTY)
def test_an_empty_name_is_not_the_current_folder(option, here, capsys):
    before = contents(here)
    with pytest.raises(SystemExit):
        main(EMPTY[option])
    failed(capsys, option)
    assert contents(here) == before


def test_a_missing_split_is_not_replaced_by_the_others(here, capsys):
    shutil.copytree("images", "mine/train")
    before = contents(here)
    assert run("evaluate --model nearest --data mine") == 1
    failed(capsys, "split into train", "test is asked for", "mine/train")
    (here / "mine/train").rename(here / "mine/test")
    assert run(f"{TRAIN.replace('--data images', '--data mine')} --steps 1 --out r") == 1
    failed(capsys, "split into test", "train is asked for")
    (here / "mine/test").rename(here / "mine/train")
    assert contents(here) == before


def test_what_a_network_learnt_from_and_for_is_told(here, capsys):
    images = str((here / "images").resolve())
    network = load_model("net")
    save_model(network, "known", kernel="bilinear", recipe={"data": f"sample/train+{images}, at 0.5"})
    assert run(f"evaluate --model known bicubic --data {images}") == 0
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "known learnt from" in err
    assert run(f"evaluate --model known --data {images} --kernel bicubic") == 0
    err = capsys.readouterr().err
    assert err.count("\n") == 2 and "--kernel bilinear is its own" in err


def test_a_folder_called_like_a_set_is_none(here, capsys):
    shutil.copytree("images", "set5")
    shutil.copytree("images", "a+set5")
    for folder in ("./set5", "a+set5"):
        assert run(f"{TRAIN.replace('--data images', f'--data {folder}')} --steps 1 --out {folder}-run") == 0
    assert (
        run(f"{TRAIN.replace('--data images', '--data set5')} --steps 1 --out r") == 1
    )  # without the ./ it is the set


def test_an_unfinished_training_is_no_model_yet(here, capsys):
    assert run(f"{TRAIN} --steps 2 --out run") == 0
    (here / "run" / "model.json").unlink()
    capsys.readouterr()
    assert run("evaluate --model run --data images") == 1
    failed(capsys, "run is a training that is not finished", "--resume")


def test_switches_have_no_default_in_the_help(capsys):
    run("train --help")
    out = " ".join(capsys.readouterr().out.split())
    assert "neither flip nor turn the crops --loss" in out and "(default: None)" not in out
    assert "crops per step (default: 16)" in out


def test_a_console_that_cannot_say_a_name_gets_it_spelt(here):
    (here / "images").rename(here / "\u5199\u771f")
    ended = subprocess.run(
        [sys.executable, "-m", "srlib.cli", "evaluate", "--model", "nearest", "--data", "\u5199\u771f"],
        cwd=here, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "cp1252"},
    )  # fmt: skip
    assert ended.returncode == 0 and ended.stderr == b"", ended.stderr
    assert b"\\u5199\\u771f, 3 images" in ended.stdout


@pytest.mark.skipif(os.name != "posix", reason="closes the stream as a shell does")
def test_a_closed_output_is_no_fault(here):
    command = f"{shlex.quote(sys.executable)} -m srlib.cli upscale one.png -o large/ --model bicubic >&-"
    ended = subprocess.run(command, shell=True, cwd=here, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    is_upscaled("large/one.png", "one.png")


def test_a_full_disk_is_told_with_the_image(here, capsys, monkeypatch):
    def full(image, file, **_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    assert run("upscale one.png -o large.png --model bicubic") == 1
    failed(capsys, "one.png: ", "No space left on device")


def test_a_full_disk_leaves_no_half_a_checkpoint(here, capsys, monkeypatch):
    def full(file, **_):
        Path(file).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    assert run(f"{TRAIN} --steps 1 --out run") == 1
    assert "No space left on device" in capsys.readouterr().err
    assert not [name for name in contents(here / "run") if "checkpoint" in name]


def test_a_folder_that_cannot_be_read_is_not_left_out(here, capsys, monkeypatch):
    real = os.scandir

    def closed(path):
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", closed)
    assert run("evaluate --model nearest --data nested") == 1
    failed(capsys, "nested/deep cannot be read (Permission denied)")
