"""The command line as a whole: its help; every failure is one line, a status, and nothing half-written."""

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest
from _command_line import TRAIN, contents, failed, is_upscaled, run
from _networks import without_checksum

import srlib
from srlib import cli
from srlib.checkpoints import load_model, save_model
from srlib.cli import main
from srlib.models import build_model


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
        ("data", "list"), ("data", "fetch"), ("models",), ("degrade",), ("train",), ("evaluate",), ("upscale",), ("export",),
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
    from srlib import evaluation, losses, optimizers, recipe, resampling

    def choices(word, option):
        return next(tuple(a.choices) for a in COMMANDS[(word,)]._actions if option in a.option_strings)

    for option, table in {
        "--loss": losses.LOSSES, "--optimizer": optimizers.OPTIMIZERS, "--schedule": recipe.SCHEDULES,
        "--precision": recipe.PRECISIONS, "--kernel": resampling.DOWNSCALE_KERNELS,
    }.items():  # fmt: skip
        assert choices("train", option) == tuple(table), option
    assert choices("evaluate", "--protocol") == tuple(evaluation.PROTOCOLS)


def test_every_field_of_a_recipe_is_an_option_of_train():
    from dataclasses import fields

    options = {action.dest: action for action in COMMANDS[("train",)]._actions}
    for field in fields(srlib.Recipe):
        if field.name != "degradation":
            assert field.name in options
            assert field.name == "steps" or options[field.name].default == field.default


def test_the_example_of_evaluate_runs(capsys):
    example = re.search(r"example:\n\s+srlib (.*)", COMMANDS[("evaluate",)].format_help())[1]
    assert run(example) == 0
    assert capsys.readouterr().out.startswith("sample/test, ")


def test_switches_have_no_default_in_the_help(capsys):
    run("train --help")
    out = " ".join(capsys.readouterr().out.split())
    assert "neither flip nor turn the patches" in out and "(default: None)" not in out
    assert "patches per step (default: 16)" in out


BAD = {
    # nothing a command could do
    "": ["COMMAND"],
    "widen one.png": ["'widen'", "upscale"],
    "data": ["WHAT"],
    "data fetch nowhere": ["'nowhere'", "sample"],
    "data fetch": ["NAME"],
    "data fetch linnaeus5 --size 100": ["100", "128"],
    # evaluate
    "evaluate --model bicubic": ["--data"],
    "evaluate --model bicubic --data nowhere": ["'nowhere'", "srlib data list"],
    "evaluate --model bicubic --data file.txt": ["file.txt", "folder"],
    "evaluate --model bicubic --data empty": ["empty", "no image"],
    "evaluate --model bicubic --data bad": ["bad/b.png", "not an image"],
    "evaluate --model bicubic --data tiny": ["dot.png", "at least 2"],
    "evaluate --model nothing --data images": ["'nothing'", "srlib models"],
    "evaluate --model bicubic nothing --data images --json s.json": ["'nothing'"],
    "evaluate --model bicubc --data images": ["'bicubc'", "nearest, bilinear, bicubic, lanczos"],
    "evaluate --model bicubic+ --data images": ["'bicubic+'", "behind networks alone"],
    "evaluate --model broken --data images": ["broken", "model.weights.h5"],
    "evaluate --model images --data images": ["images", "model.json"],
    "evaluate --model bicubic --data images --scale 0": ["scale is 0", "at least 1"],
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
    "upscale one.png -o a.png --model bicubic --scale 0": ["scale is 0", "at least 1"],
    "upscale one.png -o a.png --model bicubic --scale -2": ["scale is -2"],
    "upscale one.png -o a.png --model bicubic --scale 0.5": ["scale is 0.5", "enlarged"],
    "upscale one.png -o a.png --model bicubic --scale nan": ["scale is nan"],
    "upscale one.png -o a.png --model bicubic --scale 1e999": ["scale is inf"],
    "upscale one.png -o a.png --model bicubic --scale two": ["'two' is no number"],
    "upscale one.png -o a.png --model bicubic --scale 2 --height 40": ["scale is 2 and height 40"],
    "upscale one.png -o a.png --model bicubic --width 40 --height 50": ["one.png", "not of its proportions"],
    "upscale one.png -o a.png --model bicubic --width 10": ["one.png", "larger than 10x"],
    "upscale one.png -o a.png --model bicubic --width 0": ["width is 0"],
    "upscale one.png -o a.png --scale 5": ["scale is 5", "upscales by 4"],
    "upscale one.png -o a.png --model bicubic --format jpeg": ["a.png", "--format is jpeg"],
    "upscale one.png -o new --model bicubic --format heic": ["'heic'", "webp"],
    "upscale one.png -o new --model bicubic --force --skip-existing": ["--force"],
    "upscale *.tiff -o new --model bicubic": ["'*.tiff'", "none that it stands for"],
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
    "train --model subpixel --data images --steps 1 --out run": ["patch_size is 64", "patch_size=24"],
    "train --model subpixel --data tiny --steps 1 --out run": ["shortest side", "dot.png"],
    "train --model subpixel --data dead_leaves --count 0 --steps 1 --out run": ["count is 0"],
    f"{TRAIN} --steps 0 --out run": ["steps is 0"],
    f"{TRAIN} --steps -3 --out run": ["steps is -3"],
    f"{TRAIN} --steps 1.5 --out run": ["--steps", "'1.5'"],
    f"{TRAIN} --minutes 0 --out run": ["minutes is 0"],
    f"{TRAIN} --minutes -1 --out run": ["minutes is -1"],
    f"{TRAIN} --minutes nan --out run": ["minutes is nan"],
    f"{TRAIN} --minutes 1e308 --out run": ["minutes is 1e+308", "a year"],
    f"{TRAIN} --minutes inf --out run": ["minutes is inf"],
    f"{TRAIN} --steps 1 --out run --validation mixed": ["mixed/b.png"],
    f"{TRAIN} --steps 1 --minutes 1 --out run": ["--minutes", "--steps"],
    f"{TRAIN} --steps 1 --scale 0 --out run": ["scale is 0"],
    f"{TRAIN} --steps 1 --seed -1 --out run": ["seed is -1"],
    f"{TRAIN} --steps 1 --batch-size 0 --out run": ["batch_size is 0"],
    f"{TRAIN} --steps 1 --learning-rate 0 --out run": ["learning_rate is 0"],
    f"{TRAIN} --steps 1 --also-at 0.5 1 --out run": ["at 1.0 of their size", "between 0 and 1"],
    f"{TRAIN} --steps 1 --option channels=2 --out run": ["channels is 2", "1 for luminance"],
    f"{TRAIN} --steps 1 --option depth=3 --out run": [
        "'depth'",
        "width, blocks, expand, channels, symmetry, border, wide, kernel",
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


def process(*words, cwd):
    return subprocess.run([sys.executable, "-m", "srlib", *words], cwd=cwd, capture_output=True, text=True)


def test_a_failing_process_says_one_line(here):
    ended = process("upscale", "nowhere.png", "-o", "a.png", cwd=here)
    assert ended.returncode == 1 and ended.stdout == ""
    assert ended.stderr.count("\n") == 1 and "nowhere.png" in ended.stderr


def test_a_process_with_a_network_is_quiet(here):
    """TensorFlow's greetings are held back."""
    ended = process("upscale", "one.png", "-o", "a.png", "--model", "net", "--engine", "keras", cwd=here)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    is_upscaled("a.png", "one.png", load_model("net"))


def test_a_backend_that_there_is_not_is_one_line(here):
    words = ("upscale", "one.png", "-o", "a.png", "--model", "net", "--engine", "keras")
    environment = {**os.environ, "KERAS_BACKEND": "slide_rule"}
    command = [sys.executable, "-m", "srlib", *words]
    ended = subprocess.run(command, cwd=here, capture_output=True, text=True, env=environment)
    assert ended.returncode == 1 and ended.stdout == "" and ended.stderr.count("\n") == 1, ended.stderr
    assert "KERAS_BACKEND says is slide_rule" in ended.stderr and "unset KERAS_BACKEND" in ended.stderr
    assert not (here / "a.png").exists()


@pytest.mark.slow
def test_a_process_that_cannot_load_its_network_says_one_line(here):
    """Keras warns, in several lines, of what it then raises; so does HDF5."""
    other = build_model("subpixel", width=5, blocks=1)
    shutil.copy(save_model(other, here / "other") / "model.weights.h5", here / "net")
    without_checksum(here / "net")  # which would tell first
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


def test_a_console_that_cannot_say_a_name_gets_it_spelt(here):
    (here / "images").rename(here / "\u5199\u771f")
    ended = subprocess.run(
        [sys.executable, "-m", "srlib", "evaluate", "--model", "nearest", "--data", "\u5199\u771f"],
        cwd=here, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "cp1252"},
    )  # fmt: skip
    assert ended.returncode == 0 and ended.stderr == b"", ended.stderr
    assert b"\\u5199\\u771f, 3 images" in ended.stdout


@pytest.mark.skipif(os.name != "posix", reason="closes the stream as a shell does")
def test_a_closed_output_is_no_fault(here):
    command = f"{shlex.quote(sys.executable)} -m srlib upscale one.png -o large/ --model bicubic >&-"
    ended = subprocess.run(command, shell=True, cwd=here, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    is_upscaled("large/one.png", "one.png")
