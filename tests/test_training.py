"""Training: aligned crops, the same run from the same seed, and a run that survives being stopped at any step."""

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
from srlib import runs, training
from srlib._backend import keras
from srlib.checkpoints import load_model
from srlib.models import BUILDERS, build_model, twin
from srlib.runs import History
from srlib.training import Patches, fit, steps_within

TINY = {"batch": 2, "crop": 8}


@pytest.fixture(scope="module")
def leaves():
    return srlib.load_images("dead_leaves", count=12, size=32, seed=0)


@pytest.fixture(scope="module")
def watched():
    return srlib.load_images("dead_leaves", count=3, size=32, seed=1)


def net(seed=0, scale=2, name="subpixel", **options):
    return build_model(
        name, scale, seed=seed, **{"width": 4, **({"blocks": 1} if name == "subpixel" else {}), **options}
    )


def identical(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a.get_weights(), b.get_weights(), strict=True))


# -- crops --------------------------------------------------------------------------------------------------------------


def ramp(height=48, width=40, slope=3):
    """Red says which column a pixel is in, green which row, blue their sum: an image that knows where it is."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([slope * x, slope * y, x + y], -1).astype(np.uint8)


def block_mean(large, scale):
    n, height, width, _ = large.shape
    return large.reshape(n, height // scale, scale, width // scale, scale, 3).mean((2, 4))


@pytest.mark.parametrize("scale", (2, 3, 4))
@pytest.mark.parametrize("source", ["ramp", "leaves"])
def test_small_and_large_crops_are_of_one_place_by_area(source, scale, leaves):
    """The mean of each block commutes with flips and turns, so it must hold for every crop, to the rounding of 8 bits."""
    images = [ramp(), ramp(41, 53)] if source == "ramp" else leaves
    crops = Patches(images, scale, "area", crop=4 * scale, batch=32)
    for step in range(3):
        small, large = crops(step)
        assert small.shape == (32, 4, 4, 3) and large.shape == (32, 4 * scale, 4 * scale, 3)
        assert small.dtype == large.dtype == np.float32
        np.testing.assert_allclose(small, block_mean(large, scale), atol=0.5 / 255 + 1e-6)


@pytest.mark.parametrize("scale", (2, 3, 4))
@pytest.mark.parametrize("kernel", ["bilinear", "bicubic"])
def test_small_and_large_crops_are_of_one_place_by_interpolation(kernel, scale):
    """On a ramp every kernel gives the block's middle; one large pixel aside would be three levels."""
    small, large = Patches([ramp()], scale, kernel, crop=4 * scale, batch=64)(0)
    off = 255 * np.abs(small - block_mean(large, scale))
    assert np.median(off) <= 0.51
    if kernel == "bilinear":  # looks at the block alone, so the image's edges are no exception
        assert off.max() <= 0.51


def test_crops_come_from_the_same_seed_and_step_again(leaves):
    one, two = (Patches(leaves, 2, "bilinear", crop=8, batch=4, seed=3) for _ in range(2))
    two(0), two(5)  # what was asked before does not matter
    for step in (0, 1, 7):
        for a, b in zip(one(step), two(step)):
            np.testing.assert_array_equal(a, b)


def test_other_steps_and_seeds_give_other_crops(leaves):
    crops = Patches(leaves, 2, "bilinear", crop=8, batch=4, seed=3)
    other = Patches(leaves, 2, "bilinear", crop=8, batch=4, seed=4)
    drawn = [crops(0)[1], crops(1)[1], crops(2)[1], other(0)[1], other(1)[1]]
    assert len({batch.tobytes() for batch in drawn}) == len(drawn)


def test_all_eight_turns_occur_and_nothing_else():
    whole = ramp(12, 12)
    turns = {np.rot90(p, k).tobytes() for p in (whole, whole[:, ::-1]) for k in range(4)}
    assert len(turns) == 8
    seen = lambda crops: {
        np.rint(255 * large).astype(np.uint8).tobytes() for step in range(8) for large in crops(step)[1]
    }
    assert seen(Patches([whole], 2, "area", crop=12, batch=16)) == turns
    assert seen(Patches([whole], 2, "area", crop=12, batch=16, augment=False)) == {whole.tobytes()}


def test_every_place_and_every_image_occurs():
    one, two = ramp(8, 10), 255 - ramp(8, 6)
    crops = Patches([one, two], 2, "area", crop=6, batch=64, augment=False)
    corners = {tuple(np.rint(255 * large[0, 0]).astype(int)) for step in range(2) for large in crops(step)[1]}
    expected = {
        tuple(map(int, p[y, x])) for p, columns in ((one, (0, 2, 4)), (two, (0,))) for y in (0, 2) for x in columns
    }
    assert corners == expected


def test_float_images_give_the_same_crops(leaves):
    floats = (leaves.images / np.float32(255)).astype(np.float32)
    for a, b in zip(
        Patches(leaves, 2, "bicubic", crop=8, batch=4)(0), Patches(floats, 2, "bicubic", crop=8, batch=4)(0)
    ):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "sizes, scale, crop, largest",
    [((20, 33), 2, 22, 20), ((21, 33), 2, 22, 20), ((20, 33), 3, 21, 18), ((20, 33), 2, 9, 20), ((20, 33), 4, 10, 20)],
)
def test_a_crop_that_does_not_fit_is_refused_with_the_largest_that_does(sizes, scale, crop, largest):
    images = [ramp(*sizes), ramp(40, 40)]
    with pytest.raises(ValueError, match=f"crop is {crop}, .*: choose crop={largest} or less"):
        Patches(images, scale, "area", crop=crop, batch=1)
    Patches(images, scale, "area", crop=largest, batch=1)(0)  # and that one does fit


# -- fit ----------------------------------------------------------------------------------------------------------------


def test_the_sub_pixel_net_soon_beats_linear_upscaling():
    images = srlib.load_images("dead_leaves", count=40, size=48, seed=0)
    unseen = srlib.load_images("dead_leaves", count=8, size=48, seed=9)
    model = build_model("subpixel", width=8, blocks=1)
    history = fit(model, images, steps=80, batch=8, crop=24, learning_rate=5e-3, validation=unseen, every=20)
    assert history.step == [20, 40, 60, 80]
    assert history.loss[-1] < 0.9 * history.loss[0]
    assert history.psnr[-1] > history.baseline + 0.5
    table = srlib.evaluate({"linear": "bilinear", "net": model}, unseen)  # the judge says the same
    assert table.mean("linear") == pytest.approx(history.baseline, abs=1e-4)
    assert table.mean("net") == pytest.approx(history.psnr[-1], abs=1e-4)
    assert history.seconds == sorted(history.seconds) and history.seconds[0] > 0
    assert "80 steps" in repr(history)


def of_brightness(difference):
    return np.abs(difference @ np.array([65.481, 128.553, 24.966]) / 219)


def decibels_below_50(difference):
    """Of each crop; and as the logarithm would go without end for one that is perfect, it ends at 50."""
    each = np.square(of_brightness(difference)).mean((1, 2))
    return 50 + 10 * np.log10(each + 1e-5)


@pytest.mark.parametrize(
    "loss, error",
    [("mae", np.abs), ("mse", np.square), ("mae_y", of_brightness), ("psnr_y", decibels_below_50)],
)
def test_the_first_loss_and_the_baseline_by_hand(loss, error, leaves, watched):
    small, large = Patches(leaves, 2, "bicubic", crop=8, batch=2, seed=6)(0)
    first = error(srlib.interpolate(small, 2) - large).mean()  # where a residual network begins
    levels = []
    for hr in watched:
        up = srlib.interpolate(srlib.downscale(hr, 2, kernel="bicubic"), 2)
        levels.append(-10 * np.log10(np.mean((up.astype(float) - hr / 255) ** 2)))
    history = fit(net(), leaves, kernel="bicubic", steps=1, seed=6, loss=loss, validation=watched, **TINY)
    assert history.loss[0] == pytest.approx(first, rel=1e-5)
    assert history.baseline == pytest.approx(np.mean(levels), abs=1e-4)


def test_a_look_tells_the_mean_loss_since_the_last(leaves):
    each = fit(net(), leaves, steps=6, every=1, **TINY)
    some = fit(net(), leaves, steps=6, every=4, **TINY)
    assert each.step == [1, 2, 3, 4, 5, 6] and some.step == [4, 6]  # the last step is looked at whatever `every` is
    np.testing.assert_allclose(some.loss, [np.mean(each.loss[:4]), np.mean(each.loss[4:])], rtol=1e-6)
    assert np.isnan(some.baseline) and np.isnan(some.psnr).all()  # no validation images, no score


def test_the_same_seed_trains_the_same_network(leaves):
    """With pools, skips and a penalty on the weights; the runs below that are taken up again show it of the other."""
    models = [net(name="autoencoder", width=2) for _ in range(2)]
    histories = [fit(model, leaves, steps=2, seed=5, **TINY) for model in models]
    assert identical(*models) and histories[0].loss == histories[1].loss
    assert not identical(models[0], net(name="autoencoder", width=2))


def test_another_scale_and_images_of_several_sizes():
    images = [ramp(25, 31), ramp(40, 26)]
    history = fit(net(scale=3), images, scale=3, steps=2, batch=2, crop=18, validation=images)
    assert np.isfinite(history.psnr).all() and history.recipe["model"]["scale"] == 3


def test_the_learning_rate_warms_up_and_falls_to_nothing(leaves):
    rates = training._learning_rates(2e-3, "cosine", 400)
    found = [float(rates(step)) for step in range(401)]
    warm = 20
    by_hand = [
        2e-3 * (s / warm if s < warm else (1 + np.cos(np.pi * (s - warm) / (400 - warm))) / 2) for s in range(401)
    ]
    np.testing.assert_allclose(found, by_hand, atol=1e-8)
    model = net()
    fit(model, leaves, steps=3, learning_rate=2e-3, **TINY)
    assert float(model.optimizer.learning_rate) == pytest.approx(0, abs=1e-9)  # all three are done
    assert training._learning_rates(2e-3, "constant", 400) == 2e-3


def test_steps_within_leaves_the_weights(leaves):
    model = net()
    before = model.get_weights()
    steps = steps_within(0.5, model, leaves, **TINY)
    assert isinstance(steps, int) and steps >= 1
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))


@pytest.mark.parametrize("minutes, steps", [(1, 240), (0.5, 120), (0.001, 1), (1e-9, 1)])
def test_steps_within_by_a_clock_that_is_known(minutes, steps, leaves, monkeypatch):
    """A quarter of a second a step, once ten for compiling, once a hiccup of three."""

    def fit_by_the_clock(model, images, *, steps, **_):
        each = np.full(steps, 0.25)
        each[0], each[5] = 10, 3
        return History({}, seconds=list(np.cumsum(each)))

    monkeypatch.setattr(training, "fit", fit_by_the_clock)
    assert steps_within(minutes, net(), leaves) == steps


# -- the average of the weights --------------------------------------------------------------------------------------------


def test_the_average_by_hand(leaves, watched):
    """Of the weights after every step, each new one with the share that its step gives it."""
    trail = []
    for steps in range(1, 6):
        model = net()
        fit(model, leaves, steps=steps, seed=4, schedule="constant", **TINY)
        trail.append(model.get_weights())
    expected = [weights.astype(float) for weights in net().get_weights()]
    for step, weights in enumerate(trail):
        keep = min(0.25, (1 + step) / (10 + step))  # 0.1, 0.18, 0.25, 0.25, 0.25
        expected = [keep * old + (1 - keep) * new for old, new in zip(expected, weights)]
    model = net()
    history = fit(
        model, leaves, steps=5, seed=4, schedule="constant", average=0.25, validation=watched, every=5, **TINY
    )
    for found, wanted in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-6)
    assert not identical(model, net()) and not np.array_equal(model.get_weights()[0], trail[-1][0])
    assert srlib.evaluate({"net": model}, watched).mean("net") == pytest.approx(history.psnr[-1], abs=1e-4)
    assert history.recipe["average"] == 0.25


def test_the_average_changes_nothing_in_what_is_averaged(leaves, watched):
    """The losses on the way are those of a training without it, though it was put into the model for every look."""
    plain, averaged = (
        fit(net(), leaves, steps=6, every=2, average=share, validation=watched, **TINY) for share in (None, 0.9)
    )
    assert plain.loss == averaged.loss and plain.psnr != averaged.psnr


def test_the_average_survives_a_stop(stop, taken_up, leaves, watched, tmp_path):
    stop(tmp_path / "run", 10, average=0.9)
    whole = net()
    expected = whole, fit(whole, leaves, validation=watched, average=0.9, **RUN)
    found = taken_up(average=0.9)
    assert found[2] == 9
    same_end(found, expected)
    assert identical(load_model(tmp_path / "run"), whole)


def test_a_short_training_is_not_held_back_by_the_average():
    images = srlib.load_images("dead_leaves", count=40, size=48, seed=0)
    unseen = srlib.load_images("dead_leaves", count=8, size=48, seed=9)
    settings = dict(steps=100, batch=8, crop=24, learning_rate=5e-3, validation=unseen, every=100)
    plain, averaged = (
        fit(build_model("subpixel", width=8, blocks=1), images, average=share, **settings) for share in (None, 0.9999)
    )
    assert averaged.psnr[-1] > plain.psnr[-1] - 0.05


# -- bfloat16 -------------------------------------------------------------------------------------------------------------


def rounded(x):
    """To the nearest bfloat16, by dropping the lower half of the bits."""
    bits = np.asarray(x, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).view(np.float32)


@pytest.mark.parametrize("builder", BUILDERS)
def test_in_bfloat16_the_image_itself_stays_exact(builder):
    """What leaves the twin is no rounded image, and differs from the network's own by rounding only."""
    model, rng = build_model(builder, width=8), np.random.default_rng(0)
    model.set_weights([w + 0.02 * rng.standard_normal(w.shape) for w in model.get_weights()])  # no residual of nothing
    half = twin(model, "mixed_bfloat16")
    small = rng.random((1, 12, 8, 3), np.float32)
    made, exact = (keras.ops.convert_to_numpy(m(small)) for m in (half, model))
    assert made.dtype == np.float32 and not np.array_equal(made, rounded(made))
    assert not np.array_equal(made, exact)
    np.testing.assert_allclose(made, exact, atol=0.02 * np.abs(exact).max())
    assert all(weights.dtype == "float32" for weights in half.weights)
    assert keras.config.dtype_policy().name == "float32"


def test_a_model_built_under_another_policy_is_trained_in_what_the_recipe_says(leaves, under_policy):
    with under_policy("mixed_bfloat16"):
        half = net()
    exact = net()
    told = [fit(model, leaves, steps=3, every=1, **TINY) for model in (half, exact)]
    assert told[0].recipe["precision"] == "float32" and told[0].loss == told[1].loss
    assert identical(half, exact) and half.layers[1].compute_dtype == "bfloat16"


@pytest.mark.parametrize("average", [None, 0.9])
@pytest.mark.parametrize("policy", ["bfloat16", "float16"])
def test_a_model_whose_weights_are_short_is_trained_and_stored_in_float32(
    policy, average, leaves, under_policy, tmp_path
):
    with under_policy(policy):
        short = net()
    told = fit(short, leaves, steps=3, every=1, average=average, out=tmp_path / "run", **TINY)
    assert all(np.isfinite(told.loss)) and short.weights[0].dtype == policy and not identical(short, net())
    stored = load_model(tmp_path / "run").get_weights()
    for kept, given in zip(stored, short.get_weights(), strict=True):
        np.testing.assert_array_equal(kept.astype(given.dtype), given)
    assert any(np.any(kept != kept.astype(given.dtype)) for kept, given in zip(stored, short.get_weights()))


@pytest.mark.parametrize("builder", ("subpixel", "residual_autoencoder"))
def test_in_bfloat16_a_residual_of_nothing_leaves_the_upscaling_as_it_is(builder):
    model = build_model(builder, width=8)
    half = twin(model, "mixed_bfloat16")
    small = np.random.default_rng(0).random((1, 12, 8, 3), np.float32)
    assert np.array_equal(*(keras.ops.convert_to_numpy(m(small)) for m in (half, model)))


def test_in_bfloat16_frozen_layers_stay_frozen(leaves):
    model = net()
    frozen = [layer for layer in model.layers if layer.weights][0]
    frozen.trainable = False
    fit(model, leaves, steps=2, precision="bfloat16", **TINY)
    assert np.array_equal(frozen.get_weights()[0], net().get_weights()[0]) and not identical(model, net())


@pytest.mark.parametrize("precision", training.PRECISIONS)
def test_an_interrupted_training_leaves_what_it_has_learnt(precision, leaves, interrupted_at):
    model = net()
    with interrupted_at(3), pytest.raises(KeyboardInterrupt):
        fit(model, leaves, steps=6, precision=precision, **TINY)
    assert not identical(model, net())


def test_training_in_bfloat16_is_the_same_training_but_for_rounding(leaves, watched):
    exact, half = net(), net()
    told = [
        fit(model, leaves, steps=6, every=2, validation=watched, precision=precision, **TINY)
        for model, precision in ((exact, "float32"), (half, "bfloat16"))
    ]
    assert told[1].recipe["precision"] == "bfloat16"
    assert told[1].loss == pytest.approx(told[0].loss, rel=0.02) and told[1].loss != told[0].loss
    assert not identical(half, net()) and not identical(half, exact)
    for found, wanted in zip(half.get_weights(), exact.get_weights()):
        np.testing.assert_allclose(found, wanted, atol=0.01)
    assert half.compute_dtype == "float32" and not np.array_equal(half.get_weights()[0], rounded(half.get_weights()[0]))
    # what was looked at is the network that one gets
    assert srlib.evaluate({"net": half}, watched).mean("net") == pytest.approx(told[1].psnr[-1], abs=1e-4)


@pytest.mark.parametrize(
    "settings",
    ({"precision": "bfloat16"}, {"precision": "bfloat16", "average": 0.9}, {"optimizer": "muon"}),
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
    settings = {"steps": np.int64(4), "every": np.int32(2), "seed": np.uint8(7), "learning_rate": np.float32(0.5**10)}
    return folder, model, fit(model, leaves, validation=watched, out=folder, **settings, batch=np.int64(2), crop=8)


def test_the_run_folder_holds_recipe_history_and_model(finished):
    folder, model, history = finished
    assert files(folder) == FINISHED
    recipe = json.loads((folder / "recipe.json").read_text())
    assert recipe == history.recipe
    expected = {
        "seed": 7,
        "steps": 4,
        "every": 2,
        "batch": 2,
        "crop": 8,
        "kernel": "bilinear",
        "learning_rate": 0.5**10,
    }
    assert expected.items() <= recipe.items()
    assert recipe["data"] == "dead_leaves" and recipe["images"] == 12
    assert recipe["model"] == {k: model.srlib_config[k] for k in ("builder", "scale", "options")}
    assert recipe["versions"]["keras"] == keras.__version__ and recipe["versions"]["srlib"] == srlib.__version__
    with (folder / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == history.step == [2, 4]
    for column in ("loss", "psnr", "seconds"):
        assert [float(row[column]) for row in rows] == getattr(history, column)
    again = load_model(folder)
    assert identical(again, model) and again.srlib_config["kernel"] == "bilinear"
    assert "subpixel" in repr(history) and "4 steps" in repr(history)
    assert "no steps yet" in repr(History(history.recipe))


def test_a_finished_run_is_left_alone(finished, leaves, watched):
    folder, _, history = finished
    before = contents(folder)
    settings = {key: history.recipe[key] for key in ("steps", "every", "seed", "learning_rate", "batch", "crop")}
    for resume, words in ((False, "holds a run already"), (True, "finished run")):
        with pytest.raises(FileExistsError, match=words):
            fit(net(), leaves, validation=watched, out=folder, resume=resume, **settings)
    assert contents(folder) == before


# -- stopped and taken up again -------------------------------------------------------------------------------------------

RUN = {"steps": 12, "every": 3, "seed": 4, **TINY}


class Killed(Exception):
    pass


@pytest.fixture(scope="module")
def uninterrupted(leaves, watched):
    model = net()
    return model, fit(model, leaves, validation=watched, **RUN)


@pytest.fixture(scope="module")
def stop(leaves, watched):
    """A function: begin the run in a folder, or go on with it, and stop when the crops of a step are asked for."""

    def begin(folder, at, **settings):
        original = Patches.__call__

        def call(crops, step):
            if step == at:
                raise Killed
            return original(crops, step)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Patches, "__call__", call)
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
    """A function: go on with the run in tmp_path/"run"; the model, its history, and the first step that was trained."""

    def go_on(**settings):
        steps, original, model = [], Patches.__call__, net()
        with monkeypatch.context() as patch:
            patch.setattr(Patches, "__call__", lambda crops, step: steps.append(step) or original(crops, step))
            history = fit(
                model, leaves, validation=watched, out=tmp_path / "run", **{**RUN, "resume": True, **settings}
            )
        return model, history, steps[0] if steps else None

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
    (tmp_path / "run" / ".recipe.json.new").write_text('{"mod')  # killed while it wrote its very first file
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
        patch.setattr(training, "save_model", fail)
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
    model.compile(optimizer=keras.optimizers.Adam(training._learning_rates(1e-3, "cosine", 12)), loss="mse")
    history = History(json.loads((stopped / "recipe.json").read_text()))

    def read(data):
        (stopped / "copy.npz").write_bytes(data)
        try:
            step = runs._load_checkpoint(stopped / "copy.npz", model, [], history)
        except ValueError:
            step = None
        return step, [keras.ops.convert_to_numpy(v).copy() for v in runs._state(model)]

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
        ({"kernel": "area"}, "kernel 'bilinear'"),
        ({"batch": 3}, "batch 2"),
        ({"learning_rate": 0.002}, "learning_rate 0.001"),
        ({"average": 0.9}, "average None"),
        ({"precision": "bfloat16"}, "precision 'float32'"),
        ({"optimizer": "muon"}, "optimizer 'adam'"),
    ],
)
def test_another_recipe_is_refused(settings, word, stopped, taken_up):
    before = contents(stopped)
    with pytest.raises(ValueError, match=f"begun with {word}, .*expected the same recipe"):
        taken_up(**settings)
    assert contents(stopped) == before


@pytest.mark.parametrize("name", ["small_bicubic", "best_bilinear", "best_bicubic"])
def test_a_run_from_a_shipped_network_goes_on(name, leaves, tmp_path, interrupted_at):
    """Its card may be older than the latest option of its builder."""
    settings = {"steps": 4, "every": 1, "out": tmp_path / "run", "kernel": "area", **TINY}
    with interrupted_at(2), pytest.raises(KeyboardInterrupt):
        fit(load_model(name), leaves, **settings)
    history = fit(load_model(name), leaves, resume=True, **settings)
    assert history.step == [1, 2, 3, 4] and load_model(tmp_path / "run").srlib_config["kernel"] == "area"


def test_a_network_that_goes_on_does_not_bear_the_old_card(leaves, tmp_path):
    model = load_model("small_bilinear")
    old = dict(model.srlib_config)
    history = fit(model, leaves, steps=1, kernel="area", out=tmp_path / "a", **TINY)
    told = json.loads((tmp_path / "a" / "model.json").read_text())
    seconds = told.pop("seconds")
    assert told == model.srlib_config and seconds >= 0
    assert (told["kernel"], told["recipe"]) == ("area", history.recipe)
    assert not {"command", "hardware", "licence", "not_for"} & set(told)
    assert told["before"] == {key: old[key] for key in ("kernel", "recipe", "licence", "data_terms")}
    fit(load_model(tmp_path / "a"), leaves, steps=1, out=tmp_path / "b", **TINY)  # and once more: the terms stay known
    again = load_model(tmp_path / "b").srlib_config
    assert again["before"]["before"] == told["before"] and again["before"]["kernel"] == "area"


def test_counting_steps_leaves_what_is_told_of_a_network(leaves):
    model = load_model("small_bilinear")
    old = dict(model.srlib_config)
    steps_within(0.001, model, leaves, **TINY)
    assert model.srlib_config == old


def test_counting_steps_leaves_the_network_when_it_is_interrupted(leaves, interrupted_at):
    model = net()
    told = dict(model.srlib_config)
    with interrupted_at(3), pytest.raises(KeyboardInterrupt):
        steps_within(1, model, leaves, **TINY)
    assert identical(model, net()) and model.srlib_config == told


def test_versions_do_not_ask_for_the_backends_package(monkeypatch):
    """It may bear another name than its module: tensorflow-cpu, tf-nightly."""
    import importlib.metadata

    monkeypatch.setattr(importlib.metadata, "version", lambda name: pytest.fail(f"asked for {name}"))
    backend = keras.backend.backend()
    assert training.versions()[backend] == str(importlib.import_module(backend).__version__)


def test_a_run_of_an_older_srlib_goes_on(stopped, taken_up, uninterrupted):
    """Its recipe knows neither optimiser nor precision, nor the latest option of the network."""
    recipe = json.loads((stopped / "recipe.json").read_text())
    del recipe["optimizer"], recipe["precision"], recipe["model"]["options"]["expand"]
    del recipe["model"]["options"]["channels"]
    (stopped / "recipe.json").write_text(json.dumps(recipe))
    with np.load(stopped / "checkpoint.npz") as saved:
        arrays = dict(saved)
    told = json.loads(str(arrays["history"])) | {"recipe": recipe}
    np.savez(stopped / "checkpoint.npz", **{**arrays, "history": json.dumps(told)})
    found = taken_up()
    assert found[2] == 9
    same_end(found, uninterrupted)


def test_another_network_is_refused(stopped, leaves):
    with pytest.raises(ValueError, match="begun with model .*expected the same recipe"):
        fit(net(width=5), leaves, out=stopped, **{**RUN, "resume": True})


def test_other_frozen_layers_are_refused(stopped, leaves, watched):
    """They would get the optimiser's memory of others."""
    model = net()
    model.layers[1].trainable = False
    before = {file.name: file.read_bytes() for file in stopped.iterdir()}
    with pytest.raises(ValueError, match=r"begun with frozen \[\], and now it is \[1\]"):
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
    model, settings = net(), {"steps": 4, "every": 1, "out": tmp_path / "run", **TINY}
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
    history = fit(model, replace(leaves, source="here/"), validation=watched, out=stopped, **{**RUN, "resume": True})
    same_end((model, history), uninterrupted)


@pytest.mark.parametrize(
    "source", ("set5", "set14", "bsd100", "sample+set14", "set5, squares of 128", "sample+set5, at 0.5")
)
def test_benchmarks_are_not_trained_on(source, leaves, watched, tmp_path):
    judged = replace(leaves, source=source)
    with pytest.raises(ValueError, match="to train on are set|to train on are bsd100"):
        fit(net(), judged, steps=1, out=tmp_path / "run", **TINY)
    with pytest.raises(ValueError, match="to watch a training with are"):
        fit(net(), leaves, steps=1, validation=judged, out=tmp_path / "run", **TINY)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "text",
    [
        '{"steps": 1', "[]", "[1]", "7", '"ab"', '{"model": "x"}', '{"model": {"builder": []}}',
        '{"model": {"builder": "subpixel", "options": [1]}}',
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
    (tmp_path / ".recipe.json.new").write_text('{"mod')
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
            patch.setattr("tempfile.TemporaryDirectory.cleanup", lambda self: self._finalizer.detach())  # so would -9
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
    assert at == 9  # recipe; two histories, two checkpoints, one moved aside; weights and card: 8, and the whole run


def test_what_a_kill_left_beside_a_finished_run_goes(finished, leaves, watched, tmp_path):
    folder, _, history = finished
    shutil.copytree(folder, tmp_path / "run")
    (tmp_path / "run" / ".saving-0").mkdir()
    for name in ("checkpoint.npz", ".checkpoint.new.npz", ".history.csv.new", ".saving-0/model.json"):
        (tmp_path / "run" / name).write_text("half")
    settings = {key: history.recipe[key] for key in ("steps", "every", "seed", "learning_rate", "batch", "crop")}
    with pytest.raises(FileExistsError, match="finished run"):
        fit(net(), leaves, validation=watched, out=tmp_path / "run", resume=True, **settings)
    assert contents(tmp_path / "run") == contents(folder) and files(tmp_path / "run") == FINISHED


SCRIPT = """
import sys, srlib
from srlib.training import Patches

class Told(Patches):
    def __call__(self, step):
        print(step, flush=True)
        return super().__call__(step)

srlib.training.Patches = Told
leaves = srlib.load_images("dead_leaves", count=6, size=32)
model = srlib.build_model("subpixel", width=4, blocks=1)
average = float(sys.argv[2]) or None
srlib.fit(
    model, leaves, steps=200, every=10, batch=2, crop=8, average=average, validation=leaves[:2], out=sys.argv[1], resume=True
)
"""


@pytest.mark.slow
@pytest.mark.parametrize("average", (0, 0.99))
def test_killed_three_times_at_random_and_equal_to_the_last_bit(average, tmp_path):
    rng = np.random.default_rng(13)

    def run(folder, kill_in=None):
        """Train to the end, or into a step and a few random milliseconds on; the steps that were begun."""
        words = [sys.executable, "-c", SCRIPT, tmp_path / folder, str(average)]
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


# -- the door -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings, words",
    [
        ({"steps": 0}, ["steps is 0", "at least 1"]),
        ({"steps": -5}, ["steps is -5"]),
        ({"steps": 1.5}, ["steps is 1.5"]),
        ({"steps": True}, ["steps is True"]),
        ({"batch": 0}, ["batch is 0"]),
        ({"crop": 0}, ["crop is 0"]),
        ({"crop": 9}, ["crop is 9", "crop=32"]),
        ({"crop": 34}, ["crop is 34", "crop=32"]),
        ({"every": 0}, ["every is 0"]),
        ({"seed": -1}, ["seed is -1"]),
        ({"seed": 1.5}, ["seed is 1.5"]),
        ({"kernel": "lanczos"}, ["'lanczos'", "bicubic"]),
        ({"loss": "ssim"}, ["'ssim'", "mae, mse"]),
        ({"schedule": "step"}, ["'step'", "cosine"]),
        ({"optimizer": "sgd"}, ["'sgd'", "adam, muon"]),
        ({"precision": "float16"}, ["'float16'", "float32, bfloat16"]),
        ({"average": 0}, ["average is 0", "0.999"]),
        ({"average": 1}, ["average is 1"]),
        ({"average": float("nan")}, ["average is nan"]),
        ({"average": "0.9"}, ["average is '0.9'"]),
        ({"learning_rate": 0}, ["learning_rate is 0"]),
        ({"learning_rate": "0.001"}, ["learning_rate is '0.001'"]),
        ({"augment": "no"}, ["augment is 'no'", "True or False"]),
        ({"learning_rate": float("nan")}, ["learning_rate is nan"]),
        ({"scale": 3}, ["scale is 3", "upscales by 2"]),
        ({"validation": []}, ["no validation images"]),
        ({"validation": [np.zeros((1, 9, 3), np.uint8)]}, ["(1, 9, 3)"]),
        ({"images": []}, ["no images"]),
        ({"images": [np.zeros((1, 40, 3), np.uint8)]}, ["shortest side", "1"]),
        ({"images": [np.zeros((32, 32), np.uint8)]}, ["(32, 32)", "stack"]),
        ({"model": "subpixel"}, ["'subpixel'", "build_model"]),
    ],
)
def test_what_cannot_be_trained_is_refused_before_anything_is_written(settings, words, tmp_path, leaves):
    settings = {"model": net(), "images": leaves, "steps": 2, **TINY, "out": tmp_path / "run", **settings}
    with pytest.raises(ValueError) as refusal:
        fit(settings.pop("model"), settings.pop("images"), **settings)
    told = str(refusal.value)
    assert "\n" not in told and "expected" in told
    assert all(word in told for word in words), told
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("minutes", (0, -1, float("nan"), float("inf")))
def test_minutes_must_be_positive(minutes, leaves):
    with pytest.raises(ValueError, match=f"minutes is {minutes!r}"):
        steps_within(minutes, net(), leaves, **TINY)


def test_versions_name_what_decides_a_result():
    told = training.versions()
    assert told["srlib"] == srlib.__version__ and told["numpy"] == np.__version__ and told["keras"] == keras.__version__
    assert told["python"] == ".".join(map(str, sys.version_info[:3]))
    assert told["backend"] in told and told["backend"] == keras.backend.backend()
