"""Training: what is learnt, the same run from the same seed, averages of the weights, precision, and what is refused."""

import sys

import numpy as np
import pytest

import srlib
from srlib import Downscale, Recipe, training
from srlib.backend import keras
from srlib.callbacks import History
from srlib.checkpoints import load_model
from srlib.models import build_model, clone_model
from srlib.networks import NETWORKS
from srlib.patches import Patches
from srlib.training import fit, steps_within

TINY = {"batch_size": 2, "patch_size": 8}


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


def ramp(height, width):
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([3 * x, 3 * y, x + y], -1).astype(np.uint8)


def identical(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a.get_weights(), b.get_weights(), strict=True))


# -- fit ----------------------------------------------------------------------------------------------------------------


def test_the_sub_pixel_net_soon_beats_linear_upscaling():
    images = srlib.load_images("dead_leaves", count=40, size=48, seed=0)
    unseen = srlib.load_images("dead_leaves", count=8, size=48, seed=9)
    model = build_model("subpixel", width=8, blocks=1)
    history = fit(
        model, images, steps=80, batch_size=8, patch_size=24, learning_rate=5e-3, validation=unseen, validate_every=20
    )
    assert history.step == [20, 40, 60, 80]
    assert history.loss[-1] < 0.97 * history.loss[0]
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
    small, large = Patches(leaves, Recipe(Downscale(2, "bicubic"), patch_size=8, batch_size=2, seed=6).resolved(2))[0]
    first = error(srlib.upscale(small, "bilinear", 2) - large).mean()  # where a residual network begins
    levels = []
    for hr in watched:
        up = srlib.upscale(srlib.downscale(hr, 2, "bicubic"), "bilinear", 2)
        levels.append(-10 * np.log10(np.mean((up.astype(float) - hr / 255) ** 2)))
    history = fit(
        net(), leaves, degradation=Downscale(2, "bicubic"), steps=1, seed=6, loss=loss, validation=watched, **TINY
    )
    assert history.loss[0] == pytest.approx(first, rel=1e-5)
    assert history.baseline == pytest.approx(np.mean(levels), abs=1e-4)


def test_a_look_tells_the_mean_loss_since_the_last(leaves, monkeypatch):
    traced, step = [], keras.Model.train_step
    monkeypatch.setattr(keras.Model, "train_step", lambda *words: (traced.append(words), step(*words))[1])
    each = fit(net(), leaves, steps=6, validate_every=1, **TINY)
    some = fit(net(), leaves, steps=6, validate_every=4, **TINY)
    assert each.step == [1, 2, 3, 4, 5, 6] and some.step == [4, 6]  # the last step is looked at whatever `every` is
    np.testing.assert_allclose(some.loss, [np.mean(each.loss[:4]), np.mean(each.loss[4:])], rtol=1e-6)
    assert np.isnan(some.baseline) and np.isnan(some.psnr).all()  # no validation images, no score
    assert len(traced) == 2  # a step is compiled once a training, which is most of what a short one takes


def test_the_same_seed_trains_the_same_network(leaves):
    """With pools, skips and a penalty on the weights; the runs below that are taken up again show it of the other."""
    models = [net(name="autoencoder", width=2) for _ in range(2)]
    histories = [fit(model, leaves, steps=2, seed=5, **TINY) for model in models]
    assert identical(*models) and histories[0].loss == histories[1].loss
    assert not identical(models[0], net(name="autoencoder", width=2))


def test_another_scale_and_images_of_several_sizes():
    images = [ramp(25, 31), ramp(40, 26)]
    history = fit(net(scale=3), images, steps=2, batch_size=2, patch_size=18, validation=images)
    assert np.isfinite(history.psnr).all() and history.architecture.scale == 3


def test_the_learning_rate_warms_up_and_falls_to_nothing():
    rates = training._learning_rate(2e-3, "cosine", 400)
    found = [float(rates(step)) for step in range(401)]
    warm = 20
    by_hand = [
        2e-3 * (s / warm if s < warm else (1 + np.cos(np.pi * (s - warm) / (400 - warm))) / 2) for s in range(401)
    ]
    np.testing.assert_allclose(found, by_hand, atol=1e-8)
    assert training._learning_rate(2e-3, "constant", 400) == 2e-3


def test_steps_within_leaves_the_weights(leaves):
    model = net()
    before = model.get_weights()
    steps = steps_within(0.5, model, leaves, Recipe(**TINY))
    assert isinstance(steps, int) and steps >= 1
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))


@pytest.mark.parametrize("minutes, steps", [(1, 240), (0.5, 120), (0.001, 1), (1e-9, 1)])
def test_steps_within_by_a_clock_that_is_known(minutes, steps, leaves, monkeypatch):
    """A quarter of a second a step, once ten for compiling, once a hiccup of three."""

    def fit_by_the_clock(model, images, recipe):
        each = np.full(recipe.steps, 0.25)
        each[0], each[5] = 10, 3
        return History(None, None, seconds=list(np.cumsum(each)))

    monkeypatch.setattr(training, "fit", fit_by_the_clock)
    assert steps_within(minutes, net(), leaves, Recipe()) == steps


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
        model,
        leaves,
        steps=5,
        seed=4,
        schedule="constant",
        ema_decay=0.25,
        validation=watched,
        validate_every=5,
        **TINY,
    )
    for found, wanted in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-6)
    assert not identical(model, net()) and not np.array_equal(model.get_weights()[0], trail[-1][0])
    assert srlib.evaluate({"net": model}, watched).mean("net") == pytest.approx(history.psnr[-1], abs=1e-4)
    assert history.run.recipe.ema_decay == 0.25


def test_the_average_changes_nothing_in_what_is_averaged(leaves, watched):
    """The losses on the way are those of a training without it, though it was put into the model for every look."""
    plain, averaged = (
        fit(net(), leaves, steps=6, validate_every=2, ema_decay=share, validation=watched, **TINY)
        for share in (None, 0.9)
    )
    assert plain.loss == averaged.loss and plain.psnr != averaged.psnr


def test_a_short_training_is_not_held_back_by_the_average():
    images = srlib.load_images("dead_leaves", count=40, size=48, seed=0)
    unseen = srlib.load_images("dead_leaves", count=8, size=48, seed=9)
    settings = dict(steps=100, batch_size=8, patch_size=24, learning_rate=5e-3, validation=unseen, validate_every=100)
    plain, averaged = (
        fit(build_model("subpixel", width=8, blocks=1), images, ema_decay=share, **settings) for share in (None, 0.9999)
    )
    assert averaged.psnr[-1] > plain.psnr[-1] - 0.05


# -- bfloat16 -------------------------------------------------------------------------------------------------------------


def rounded(x):
    """To the nearest bfloat16, by dropping the lower half of the bits."""
    bits = np.asarray(x, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).view(np.float32)


@pytest.mark.parametrize("builder", NETWORKS)
def test_in_bfloat16_the_image_itself_stays_exact(builder):
    """What leaves the twin is no rounded image, and differs from the network's own by rounding only."""
    model, rng = build_model(builder, width=8), np.random.default_rng(0)
    model.set_weights([w + 0.02 * rng.standard_normal(w.shape) for w in model.get_weights()])  # no residual of nothing
    half = clone_model(model, "mixed_bfloat16")
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
    told = [fit(model, leaves, steps=3, validate_every=1, **TINY) for model in (half, exact)]
    assert told[0].run.recipe.precision == "float32" and told[0].loss == told[1].loss
    assert identical(half, exact) and half.layers[1].compute_dtype == "bfloat16"


@pytest.mark.parametrize("average", [None, 0.9])
@pytest.mark.parametrize("policy", ["bfloat16", "float16"])
def test_a_model_whose_weights_are_short_is_trained_and_stored_in_float32(
    policy, average, leaves, under_policy, tmp_path
):
    with under_policy(policy):
        short = net()
    told = fit(short, leaves, steps=3, validate_every=1, ema_decay=average, out=tmp_path / "run", **TINY)
    assert all(np.isfinite(told.loss)) and short.weights[0].dtype == policy and not identical(short, net())
    stored = load_model(tmp_path / "run").get_weights()
    for kept, given in zip(stored, short.get_weights(), strict=True):
        np.testing.assert_array_equal(kept.astype(given.dtype), given)
    assert any(np.any(kept != kept.astype(given.dtype)) for kept, given in zip(stored, short.get_weights()))


@pytest.mark.parametrize("builder", ("subpixel", "residual_autoencoder"))
def test_in_bfloat16_a_residual_of_nothing_leaves_the_upscaling_as_it_is(builder):
    model = build_model(builder, width=8)
    half = clone_model(model, "mixed_bfloat16")
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
        fit(model, leaves, steps=6, validate_every=2, validation=watched, precision=precision, **TINY)
        for model, precision in ((exact, "float32"), (half, "bfloat16"))
    ]
    assert told[1].run.recipe.precision == "bfloat16"
    assert told[1].loss == pytest.approx(told[0].loss, rel=0.02) and told[1].loss != told[0].loss
    assert not identical(half, net()) and not identical(half, exact)
    for found, wanted in zip(half.get_weights(), exact.get_weights()):
        np.testing.assert_allclose(found, wanted, atol=0.01)
    assert half.compute_dtype == "float32" and not np.array_equal(half.get_weights()[0], rounded(half.get_weights()[0]))
    # what was looked at is the network that one gets
    assert srlib.evaluate({"net": half}, watched).mean("net") == pytest.approx(told[1].psnr[-1], abs=1e-4)


# -- the door -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings, words",
    [
        ({"steps": 0}, ["steps is 0", "at least 1"]),
        ({"steps": -5}, ["steps is -5"]),
        ({"steps": 1.5}, ["steps is 1.5"]),
        ({"steps": True}, ["steps is True"]),
        ({"batch_size": 0}, ["batch_size is 0"]),
        ({"patch_size": 0}, ["patch_size is 0"]),
        ({"patch_size": 9}, ["patch_size is 9", "patch_size=8"]),
        ({"patch_size": 34}, ["patch_size is 34", "patch_size=32"]),
        ({"validate_every": 0}, ["validate_every is 0"]),
        ({"seed": -1}, ["seed is -1"]),
        ({"seed": 1.5}, ["seed is 1.5"]),
        ({"loss": "ssim"}, ["'ssim'", "mae, mse"]),
        ({"schedule": "step"}, ["'step'", "cosine"]),
        ({"optimizer": "sgd"}, ["'sgd'", "adam, muon"]),
        ({"precision": "float16"}, ["'float16'", "float32, bfloat16"]),
        ({"ema_decay": 0}, ["ema_decay is 0", "0.999"]),
        ({"ema_decay": 1}, ["ema_decay is 1"]),
        ({"ema_decay": float("nan")}, ["ema_decay is nan"]),
        ({"ema_decay": "0.9"}, ["ema_decay is '0.9'"]),
        ({"learning_rate": 0}, ["learning_rate is 0"]),
        ({"learning_rate": "0.001"}, ["learning_rate is '0.001'"]),
        ({"augment": "no"}, ["augment is 'no'", "True or False"]),
        ({"learning_rate": float("nan")}, ["learning_rate is nan"]),
        ({"degradation": Downscale(3, "area")}, ["scale 3", "network 2"]),
        ({"validation": []}, ["no images to validate with"]),
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
        steps_within(minutes, net(), leaves, Recipe(**TINY))


def test_versions_name_what_decides_a_result():
    told = training.versions()
    assert told["srlib"] == srlib.__version__ and told["numpy"] == np.__version__ and told["keras"] == keras.__version__
    assert told["python"] == ".".join(map(str, sys.version_info[:3]))
    assert told["backend"] in told and told["backend"] == keras.backend.backend()
