"""The folder of a run: what is in it, and that a training survives being stopped at any step."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

import srlib
from srlib import Downscale, runs, training
from srlib.backend import keras
from srlib.callbacks import History, Validation
from srlib.checkpoints import load_model
from srlib.data import Provenance, Source
from srlib.models import build_model
from srlib.scratch_files import _machine
from srlib.training import fit, steps_within

SCRATCH_NAME = f".srlib-{2**22 - 7}-{_machine()}-x-recipe.json"  # of a process that is gone
TINY = {"batch_size": 2, "patch_size": 8}


@pytest.fixture(scope="module")
def leaves():
    return srlib.load_images("dead_leaves", count=12, size=32, seed=0)


@pytest.fixture(scope="module")
def watched():
    return srlib.load_images("dead_leaves", count=3, size=32, seed=1)


def net(seed=0, width=4):
    return build_model("subpixel", 2, seed=seed, width=width, blocks=1)


def identical(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a.get_weights(), b.get_weights(), strict=True))


# -- the run folder -------------------------------------------------------------------------------------------------------


FINISHED = ["history.csv", "model.json", "model.weights.h5", "recipe.json"]


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def files(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def finished(leaves, watched, tmp_path_factory):
    """A run of four steps, asked for in numpy's numbers: its folder, model and history."""
    folder, model = tmp_path_factory.mktemp("finished") / "a" / "run", net()
    settings = {
        "steps": np.int64(4),
        "validate_every": np.int32(2),
        "seed": np.uint8(7),
        "learning_rate": np.float32(0.5**10),
    }
    return (
        folder,
        model,
        fit(model, leaves, validation=watched, out=folder, **settings, batch_size=np.int64(2), patch_size=8),
    )


def test_the_run_folder_holds_recipe_history_and_model(finished):
    folder, model, history = finished
    assert files(folder) == FINISHED
    recipe = json.loads((folder / "recipe.json").read_text())
    expected = {
        "seed": 7, "steps": 4, "validate_every": 2, "batch_size": 2, "patch_size": 8, "learning_rate": 0.5**10,
        "degradation": {"steps": [{"step": "downscale", "scale": 2, "kernel": "bilinear"}]},
    }  # fmt: skip
    assert expected.items() <= recipe["run"]["recipe"].items()
    (source,) = recipe["run"]["provenance"]["sources"]
    assert source["name"] == "dead_leaves" and source["images"] == 12
    assert recipe["architecture"]["builder"] == "subpixel" and recipe["architecture"]["options"]["width"] == 4
    versions = recipe["run"]["versions"]
    assert versions["keras"] == keras.__version__ and versions["srlib"] == srlib.__version__
    architecture, run = runs.read_recipe(folder)
    assert (architecture, run) == (history.architecture, history.run)
    with (folder / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == history.step == [2, 4]
    for column in ("loss", "psnr", "seconds"):
        assert [float(row[column]) for row in rows] == getattr(history, column)
    again = load_model(folder)
    assert identical(again, model) and again.card == model.card and str(again.card.degradation) == "bilinear x2"
    assert "subpixel" in repr(history) and "4 steps" in repr(history)
    assert "no steps yet" in repr(History(history.architecture, history.run))


def test_a_finished_run_is_left_alone(finished, leaves, watched):
    folder, _, history = finished
    before = contents(folder)
    for resume, words in ((False, "holds a run already"), (True, "finished run")):
        with pytest.raises(FileExistsError, match=words):
            fit(net(), leaves, history.run.recipe, validation=watched, out=folder, resume=resume)
    assert contents(folder) == before


# -- stopped and taken up again -------------------------------------------------------------------------------------------

RUN = {"steps": 12, "validate_every": 3, "seed": 4, **TINY}


class Killed(Exception):
    pass


@pytest.fixture(scope="module")
def uninterrupted(leaves, watched):
    model = net()
    return model, fit(model, leaves, validation=watched, **RUN)


@pytest.fixture(scope="module")
def stop(leaves, watched):
    """A function: begin the run in a folder, or go on with it, and stop in the step after `at`."""

    def begin(folder, at, **settings):
        def after_step(self, step, logs):
            if step == at + 1:
                raise Killed

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Validation, "after_step", after_step)
            with pytest.raises(Killed):
                fit(net(), leaves, validation=watched, out=folder, **{**RUN, "resume": True, **settings})
        return folder

    return begin


@pytest.fixture(scope="module")
def stopped_at_10(stop, tmp_path_factory):
    return stop(tmp_path_factory.mktemp("stopped") / "run", 10)


@pytest.fixture
def stopped(stopped_at_10, tmp_path):
    """A run that was stopped in step 10: checkpoints after 9 steps and after 6."""
    return shutil.copytree(stopped_at_10, tmp_path / "run")


@pytest.fixture
def taken_up(tmp_path, leaves, watched, monkeypatch):
    """A function: go on with the run in tmp_path/"run"; the model, its history, and how many steps were done before."""

    def go_on(**settings):
        steps, model = [], net()
        with monkeypatch.context() as patch:
            patch.setattr(Validation, "after_step", lambda self, step, logs: steps.append(step))
            history = fit(
                model, leaves, validation=watched, out=tmp_path / "run", **{**RUN, "resume": True, **settings}
            )
        return model, history, steps[0] - 1 if steps else None

    return go_on


def same_end(found, expected):
    """The network, the looks, their losses and scores: all equal to the last bit."""
    assert identical(found[0], expected[0])
    for column in ("step", "loss", "psnr", "baseline"):
        assert getattr(found[1], column) == getattr(expected[1], column)


def test_a_stopped_run_ends_as_if_it_had_not_been(stopped, taken_up, uninterrupted):
    assert not (stopped / "model.json").exists()
    found = taken_up()
    assert found[2] == 9
    same_end(found, uninterrupted)
    assert files(stopped) == FINISHED
    assert identical(load_model(stopped), uninterrupted[0])
    with (stopped / "history.csv").open(newline="") as file:
        assert [int(row["step"]) for row in csv.DictReader(file)] == uninterrupted[1].step
    assert found[1].seconds == sorted(found[1].seconds)


def test_a_run_stopped_again_and_again(stop, taken_up, uninterrupted, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / SCRATCH_NAME).write_text('{"mod')  # killed while it wrote its very first file
    for at in (0, 4, 5):  # before there is a checkpoint, after the first, and before the second
        stop(tmp_path / "run", at)
    found = taken_up()
    assert found[2] == 3
    same_end(found, uninterrupted)
    assert files(tmp_path / "run") == FINISHED


def test_a_run_stopped_after_its_last_step(stopped, taken_up, uninterrupted, monkeypatch):
    def fail(*_args, **_kwargs):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(runs, "save_model", fail)
        with pytest.raises(Killed):
            taken_up()
    found = taken_up()
    assert found[2] is None  # nothing was left to train
    same_end(found, uninterrupted)


def test_a_damaged_checkpoint_gives_way_to_the_one_before(stopped, taken_up, uninterrupted):
    newest = stopped / "checkpoint.npz"
    newest.write_bytes(newest.read_bytes()[:-5000])
    with pytest.warns(
        UserWarning, match="checkpoint.npz is damaged; expected .*: it goes on from the one before, at step 6"
    ):
        found = taken_up()
    assert found[2] == 6
    same_end(found, uninterrupted)


def test_a_run_with_no_good_checkpoint_begins_again(stopped, taken_up, uninterrupted):
    for name in ("checkpoint.npz", "checkpoint.previous.npz"):
        (stopped / name).write_bytes(b"")
    with pytest.warns(
        UserWarning, match="checkpoint.npz is damaged and .*previous.npz is damaged; .*from the beginning"
    ):
        found = taken_up()
    assert found[2] == 0
    same_end(found, uninterrupted)


def test_a_checkpoint_of_another_run_is_not_taken(stop, stopped, taken_up, uninterrupted, tmp_path):
    foreign = stop(tmp_path / "foreign", 10, seed=5)  # the same shapes, another run
    (foreign / "checkpoint.npz").replace(stopped / "checkpoint.npz")
    with pytest.warns(UserWarning, match="checkpoint.npz belongs to another run; .*at step 6"):
        found = taken_up()
    assert found[2] == 6
    same_end(found, uninterrupted)


def _flip(data, place):
    return data[:place] + bytes([data[place] ^ 255]) + data[place + 1 :]


@pytest.fixture
def reader(stopped):
    """A function: what the loader makes of these bytes, the step or None, and what is in the model after that."""
    model = net()
    model.compile(optimizer=keras.optimizers.Adam(training._learning_rate(1e-3, "cosine", 12)), loss="mse")
    history = History(*runs.read_recipe(stopped))

    def read(data):
        (stopped / "copy.npz").write_bytes(data)
        try:
            step = runs._load_checkpoint(stopped / "copy.npz", (model,), [], history) or None
        except ValueError:
            step = None
        return step, [keras.ops.convert_to_numpy(v).copy() for v in runs._state((model,))]

    return read


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: bytes(len(data)),
        lambda data: b"not at all" * 100,
        lambda data: data[: (place := data.index(b"PK\x01\x02") + 10)] + b"\x63" + data[place + 1 :],
    ],
    ids=["empty", "a byte short", "zeros", "not a zip", "a compression that nobody knows"],
)
def test_what_is_no_checkpoint_is_not_taken(spoil, reader, stopped):
    good = (stopped / "checkpoint.npz").read_bytes()
    assert reader(good)[0] == 9
    spoilt = spoil(good)
    assert spoilt != good
    assert reader(spoilt)[0] is None


def test_no_byte_of_a_checkpoint_can_change_unseen(reader, stopped):
    """Flip bytes all over: either it is refused, or what is loaded is what was saved."""
    good = (stopped / "checkpoint.npz").read_bytes()
    _, expected = reader(good)
    rng, refused = np.random.default_rng(0), 0
    for place in (*rng.integers(len(good), size=120), *rng.integers(len(good) - 2500, len(good), size=60)):
        step, found = reader(_flip(good, place))
        refused += step is None
        assert step in (None, 9)
        assert all(np.array_equal(a, b) for a, b in zip(expected, found, strict=True))
    assert refused > 90


@pytest.mark.parametrize(
    "settings, word",
    [
        ({"steps": 13}, "steps 12"),
        ({"seed": 5}, "seed 4"),
        ({"degradation": Downscale(2, "area")}, "degradation bilinear x2"),
        ({"batch_size": 3}, "batch_size 2"),
        ({"learning_rate": 0.002}, "learning_rate 0.001"),
        ({"ema_decay": 0.9}, "ema_decay None"),
        ({"precision": "bfloat16"}, "precision 'float32'"),
        ({"optimizer": "muon"}, "optimizer 'adam'"),
    ],
)
def test_another_recipe_is_refused(settings, word, stopped, taken_up):
    before = contents(stopped)
    with pytest.raises(ValueError, match=f"begun with {word}, .*expected the same recipe"):
        taken_up(**settings)
    assert contents(stopped) == before


@pytest.mark.slow  # compiles the trainings of large networks
@pytest.mark.parametrize("name", ["small_x2", "best_x2"])
def test_a_run_from_a_shipped_network_goes_on(name, leaves, tmp_path, interrupted_at):
    """Its card may be older than the latest option of its builder."""
    settings = {"steps": 4, "validate_every": 1, "out": tmp_path / "run", "degradation": Downscale(2, "area"), **TINY}
    with interrupted_at(2), pytest.raises(KeyboardInterrupt):
        fit(load_model(name), leaves, **settings)
    history = fit(load_model(name), leaves, resume=True, **settings)
    assert history.step == [1, 2, 3, 4] and str(load_model(tmp_path / "run").card.degradation) == "area x2"


def test_a_network_that_goes_on_tells_of_all_its_trainings(leaves, watched, tmp_path):
    model = net()
    fit(model, leaves, steps=1, **TINY)
    model.card = replace(model.card, scores={"set5": 30.0}, licence="MIT")
    old = model.card
    history = fit(model, watched, steps=1, degradation=Downscale(2, "area"), out=tmp_path / "a", **TINY)
    assert model.card == load_model(tmp_path / "a").card
    first, second = model.card.runs
    assert first == old.runs[0] and replace(second, seconds=None) == history.run and second.seconds >= 0
    assert model.card.scores == {} and model.card.licence == "MIT"
    assert model.card.provenance == leaves.provenance | watched.provenance


def test_counting_steps_leaves_what_is_told_of_a_network(leaves):
    model = net()
    fit(model, leaves, steps=1, **TINY)
    old = model.card
    steps_within(0.001, model, leaves, srlib.Recipe(**TINY))
    assert model.card == old


def test_counting_steps_leaves_the_network_when_it_is_interrupted(leaves, interrupted_at):
    model = net()
    told = model.card
    with interrupted_at(3), pytest.raises(KeyboardInterrupt):
        steps_within(1, model, leaves, srlib.Recipe(**TINY))
    assert identical(model, net()) and model.card == told


def test_versions_do_not_ask_for_the_backends_package(monkeypatch):
    """It may bear another name than its module: tensorflow-cpu, tf-nightly."""
    import importlib.metadata

    monkeypatch.setattr(importlib.metadata, "version", lambda name: pytest.fail(f"asked for {name}"))
    backend = keras.backend.backend()
    assert training.versions()[backend] == str(importlib.import_module(backend).__version__)


def test_the_average_survives_a_stop(stop, taken_up, leaves, watched, tmp_path):
    stop(tmp_path / "run", 10, ema_decay=0.9)
    whole = net()
    expected = whole, fit(whole, leaves, validation=watched, ema_decay=0.9, **RUN)
    found = taken_up(ema_decay=0.9)
    assert found[2] == 9
    same_end(found, expected)
    assert identical(load_model(tmp_path / "run"), whole)


@pytest.mark.parametrize(
    "settings",
    ({"precision": "bfloat16"}, {"precision": "bfloat16", "ema_decay": 0.9}, {"optimizer": "muon"}),
    ids=lambda settings: " ".join(map(str, settings.values())),
)
def test_every_way_of_training_survives_a_stop(settings, stop, taken_up, leaves, watched, tmp_path):
    stop(tmp_path / "run", 10, **settings)
    whole = net()
    expected = whole, fit(whole, leaves, validation=watched, **settings, **RUN)
    found = taken_up(**settings)
    assert found[2] == 9
    same_end(found, expected)
    assert identical(load_model(tmp_path / "run"), whole)


def test_another_network_is_refused(stopped, leaves):
    with pytest.raises(ValueError, match="begun with model .*expected the same recipe"):
        fit(net(width=5), leaves, out=stopped, **{**RUN, "resume": True})


def test_other_frozen_layers_are_refused(stopped, leaves, watched):
    """They would get the optimiser's memory of others."""
    model = net()
    model.layers[1].trainable = False
    before = {file.name: file.read_bytes() for file in stopped.iterdir()}
    with pytest.raises(ValueError, match=r"begun with frozen \(\), and now it is \(1,\)"):
        fit(model, leaves, validation=watched, out=stopped, **{**RUN, "resume": True})
    assert {file.name: file.read_bytes() for file in stopped.iterdir()} == before


def test_other_first_weights_are_refused(stopped, leaves, watched):
    """A fine-tuning that is taken up from another start would end somewhere else without a word."""
    with pytest.raises(
        ValueError, match="begun from other first weights .*build or load it as before, and then resume"
    ):
        fit(net(seed=3), leaves, validation=watched, out=stopped, **{**RUN, "resume": True})
    with pytest.raises(ValueError, match="begun with seed 4, and now it is 3"):  # why they differ on a command line
        fit(net(seed=3), leaves, validation=watched, out=stopped, **{**RUN, "resume": True, "seed": 3})


def test_what_was_interrupted_in_a_notebook_is_taken_up_with_the_model_built_again(leaves, tmp_path, interrupted_at):
    model, settings = net(), {"steps": 4, "validate_every": 1, "out": tmp_path / "run", **TINY}
    with interrupted_at(2), pytest.raises(KeyboardInterrupt):
        fit(model, leaves, **settings)
    with pytest.raises(ValueError, match="begun from other first weights"):
        fit(model, leaves, resume=True, **settings)  # it has learnt since
    assert fit(net(), leaves, resume=True, **settings).step == [1, 2, 3, 4]


def test_other_images_under_the_same_name_are_refused(stopped, leaves, watched):
    images = leaves.images.copy()
    images[3, 5, 5, 1] ^= 1
    with pytest.raises(ValueError, match="begun with images_sha256"):
        fit(net(), replace(leaves, images=images), validation=watched, out=stopped, **{**RUN, "resume": True})


def test_the_same_images_under_another_name_are_taken(stopped, leaves, watched, uninterrupted):
    model = net()
    history = fit(
        model,
        replace(leaves, provenance=Provenance([Source("here", "folder", images=12)])),
        validation=watched,
        out=stopped,
        **{**RUN, "resume": True},
    )
    same_end((model, history), uninterrupted)


@pytest.mark.parametrize("sources", [["set5"], ["set14"], ["bsd100"], ["sample", "set14"]])
@pytest.mark.parametrize("changes", [(), (("squares", 128),), (("resized", 0.5),)])
def test_benchmarks_are_not_trained_on(sources, changes, leaves, watched, tmp_path):
    share = 12 // len(sources)
    provenance = Provenance([Source(name, changes=changes, images=share) for name in sources])
    judged = replace(leaves, provenance=provenance, origins=np.repeat(range(len(sources)), share))
    with pytest.raises(ValueError, match="to train on are set|to train on are bsd100"):
        fit(net(), judged, steps=1, out=tmp_path / "run", **TINY)
    with pytest.raises(ValueError, match="to validate with are"):
        fit(net(), leaves, steps=1, validation=judged, out=tmp_path / "run", **TINY)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "text",
    [
        '{"steps": 1', "[]", "[1]", "7", '"ab"', '{"architecture": "x"}', '{"architecture": {"builder": []}}',
        '{"architecture": {"builder": "subpixel", "scale": 2, "options": [1]}}',
        '{"architecture": {"builder": "subpixel", "scale": 2, "options": {}}, "run": {}}',
    ],
)  # fmt: skip
def test_a_damaged_recipe_is_refused(text, stopped, taken_up):
    (stopped / "recipe.json").write_text(text)
    with pytest.raises(ValueError, match="recipe.json is damaged"):
        taken_up()


def test_an_unfinished_run_needs_resume(stopped, taken_up):
    before = contents(stopped)
    with pytest.raises(FileExistsError, match="--resume"):
        taken_up(resume=False)
    assert contents(stopped) == before


@pytest.mark.parametrize("resume", (False, True))
def test_a_folder_of_somebody_else_is_left_alone(resume, tmp_path, leaves):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-mother.txt").write_text("dear mother")
    with pytest.raises(FileExistsError, match="not a run of srlib"):
        fit(net(), leaves, steps=2, out=tmp_path / "letters", resume=resume, **TINY)
    assert contents(tmp_path) == {"letters/to-mother.txt": b"dear mother"}


def test_a_run_killed_while_its_recipe_was_written_can_begin(tmp_path, leaves):
    (tmp_path / SCRATCH_NAME).write_text('{"mod')
    fit(net(), leaves, steps=1, out=tmp_path, resume=True, **TINY)
    assert files(tmp_path) == FINISHED


@pytest.mark.slow
def test_killed_at_every_file_that_is_moved(leaves, watched, tmp_path):
    """A run puts its files in place by os.replace alone, so these are the moments at which the disk changes."""
    settings = {**RUN, "steps": 6}
    whole = net()
    expected = whole, fit(whole, leaves, validation=watched, **settings)
    replace = os.replace

    def begin(folder, at):
        """Train until the process dies, just before a file is moved for the `at`-th time; whether it did."""
        moves = []

        def move(*paths):
            moves.append(paths)
            if len(moves) == at:
                raise Killed
            replace(*paths)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "replace", move)
            try:
                fit(net(), leaves, validation=watched, out=folder, **settings)
            except Killed:
                return True
        return False

    at = 1
    while begin(folder := tmp_path / str(at), at):
        model = net()
        same_end((model, fit(model, leaves, validation=watched, out=folder, resume=True, **settings)), expected)
        assert files(folder) == FINISHED, at
        assert identical(load_model(folder), whole)
        with (folder / "history.csv").open(newline="") as file:
            assert [float(row["loss"]) for row in csv.DictReader(file)] == expected[1].loss
        at += 1
    assert at == 9  # recipe; two histories, two checkpoints, one moved aside; weights, card: 8, and the whole run


def test_what_a_kill_left_beside_a_finished_run_goes(finished, leaves, watched, tmp_path):
    folder, _, history = finished
    shutil.copytree(folder, tmp_path / "run")
    for name in ("checkpoint.npz", "checkpoint.previous.npz", SCRATCH_NAME):
        (tmp_path / "run" / name).write_text("half")
    with pytest.raises(FileExistsError, match="finished run"):
        fit(net(), leaves, history.run.recipe, validation=watched, out=tmp_path / "run", resume=True)
    assert contents(tmp_path / "run") == contents(folder) and files(tmp_path / "run") == FINISHED


SCRIPT = """
import sys, srlib
from srlib.callbacks import Validation

original = Validation.after_step

def after_step(self, step, logs):
    print(step - 1, flush=True)
    original(self, step, logs)

Validation.after_step = after_step
leaves = srlib.load_images("dead_leaves", count=6, size=32)
model = srlib.build_model("subpixel", width=4, blocks=1)
folder, ema_decay, workers = sys.argv[1], float(sys.argv[2]) or None, int(sys.argv[3])
srlib.fit(
    model, leaves, steps=200, validate_every=10, batch_size=2, patch_size=8, ema_decay=ema_decay,
    validation=leaves[:2], out=folder, resume=True, workers=workers,
)
"""


@pytest.mark.slow
@pytest.mark.parametrize("ema_decay, workers", [(0, 1), (0.99, 4)])
def test_killed_three_times_at_random_and_equal_to_the_last_bit(ema_decay, workers, tmp_path):
    rng = np.random.default_rng(13)

    def run(folder, kill_in=None):
        """Train to the end, or into a step and a few random milliseconds on; the steps that were begun."""
        words = [sys.executable, "-c", SCRIPT, tmp_path / folder, str(ema_decay), str(workers)]
        begun = []
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                begun.append(int(line))
                if begun[-1] == kill_in:
                    time.sleep(rng.uniform(0, 0.02))
                    os.kill(process.pid, signal.SIGKILL)
                    break
        assert process.returncode == (0 if kill_in is None else -signal.SIGKILL)
        return begun

    assert run("whole") == list(range(200))
    moments = sorted(map(int, rng.choice(190, 3, replace=False)))
    for moment in moments:
        run("killed", moment)
        assert not (tmp_path / "killed" / "model.json").exists()
    assert run("killed")[0] in (moments[-1] // 10 * 10, moments[-1] // 10 * 10 + 10)  # from the last checkpoint
    assert identical(load_model(tmp_path / "whole"), load_model(tmp_path / "killed")), moments
    rows = [
        [(row["step"], row["loss"], row["psnr"]) for row in csv.DictReader((tmp_path / run / "history.csv").open())]
        for run in ("whole", "killed")
    ]
    assert rows[0] == rows[1] and len(rows[0]) == 20
    assert files(tmp_path / "killed") == FINISHED
