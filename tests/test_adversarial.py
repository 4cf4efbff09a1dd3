"""Adversarial training: two networks in turn, resumable, the same again; one that has won ends it with a sentence."""

import json
from dataclasses import replace

import numpy as np
import pytest

import srlib
from srlib import adversarial
from srlib.adversarial import AsFile, Balance, DownscaledInside, FeatureDifference, relativistic
from srlib.backend import keras
from srlib.callbacks import History
from srlib.data import Provenance
from srlib.recipe import Architecture, Run

RECIPE = srlib.Recipe(
    srlib.Downscale(4, "bicubic"), steps=4, batch_size=2, patch_size=32, validate_every=2, ema_decay=0.9,
    adversarial=srlib.Adversarial(feature_weight=0.1, width=8),
)  # fmt: skip


@pytest.fixture(scope="module")
def hr():
    return np.random.default_rng(0).integers(0, 256, (3, 48, 48, 3), np.uint8)


def network():
    return srlib.build_model("subpixel", 4, width=8, blocks=1)


@pytest.fixture(scope="module")
def whole(hr, tmp_path_factory):
    """A training that nothing interrupted, and its history."""
    model, out = network(), tmp_path_factory.mktemp("adversarial") / "whole"
    return model, srlib.fit_adversarial(model, hr, RECIPE, validation=hr[:1], out=out), out


def test_an_interrupted_training_goes_on_as_the_same(hr, whole, tmp_path, monkeypatch):
    first, told, _ = whole
    batch = adversarial.keras.callbacks.CallbackList.on_train_batch_end

    def stop(self, index, logs=None):
        batch(self, index, logs)
        if index == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(adversarial.keras.callbacks.CallbackList, "on_train_batch_end", stop)
    with pytest.raises(KeyboardInterrupt):
        srlib.fit_adversarial(network(), hr, RECIPE, validation=hr[:1], out=tmp_path / "run")
    monkeypatch.undo()
    model = network()
    history = srlib.fit_adversarial(model, hr, RECIPE, validation=hr[:1], out=tmp_path / "run", resume=True)
    for a, b in zip(model.get_weights(), first.get_weights()):
        np.testing.assert_array_equal(a, b)
    assert (history.loss, history.discriminator, history.psnr) == (told.loss, told.discriminator, told.psnr)


def test_both_networks_learn_and_neither_stays_frozen(hr):
    model = network()
    duel = adversarial._Duel(model, RECIPE.resolved(4), False)
    before = [np.array(w) for w in (*model.get_weights(), *duel.discriminator.get_weights())]
    lr = srlib.make_pairs(hr[:2, :32, :32], RECIPE.degradation)[0]
    batch = [np.float32(lr), np.float32(hr[:2, :32, :32]) / 255]
    duel._teach(duel.discriminator)
    duel.models[0].train_on_batch(batch, duel._nothing)
    changed = [
        not np.array_equal(a, b) for a, b in zip(before, (*model.get_weights(), *duel.discriminator.get_weights()))
    ]
    count = len(model.get_weights())
    assert not any(changed[:count]) and all(changed[count:-1])  # the last bias says nothing of a difference
    duel._teach(duel.learner)
    now = duel.discriminator.get_weights()
    duel.models[1].train_on_batch(batch, {name: f(*batch) for name, f in duel._targets.items()})
    assert all(np.array_equal(a, b) for a, b in zip(now, duel.discriminator.get_weights()))
    assert any(not np.array_equal(a, b) for a, b in zip(before, model.get_weights()))


def test_a_layer_that_was_frozen_stays_as_it_is(hr):
    model = network()
    model.layers[1].trainable = False
    before = model.layers[1].get_weights()
    srlib.fit_adversarial(model, hr, RECIPE, steps=1, validate_every=1)
    np.testing.assert_array_equal(before[0], model.layers[1].get_weights()[0])
    assert [layer.trainable for layer in model.layers].count(False) == 1


def test_card_and_recipe_tell_of_it(whole):
    model, history, out = whole
    recipe = srlib.load_model(out).card.runs[-1].recipe
    assert recipe.adversarial == srlib.Adversarial(feature_weight=0.1, width=8)
    assert "adversarial at 0.02, feature_weight 0.1, width 8" in str(recipe)
    assert (out / "history.csv").read_text().startswith("step,loss,psnr,seconds,discriminator\n")
    assert (
        len(history.discriminator) == 2
        and json.loads((out / "recipe.json").read_text())["run"]["recipe"]["adversarial"]
    )
    with pytest.raises(ValueError, match="srlib.fit_adversarial"):
        srlib.fit(network(), np.zeros((1, 32, 32, 3), np.uint8), recipe)


def balance():
    run = Run(RECIPE.resolved(4), Provenance())
    return Balance(History(Architecture("subpixel", 4), run), 0)


def test_a_discriminator_that_has_won_ends_the_training_with_a_sentence():
    watching = balance()
    for step in range(1, 500):
        watching.after_step(step, {"loss": 1.0, "discriminator": 1e-5})
    assert watching.lost == 499
    with pytest.raises(ValueError, match="not been wrong for 500 steps, up to step 500, .* below 0.0001"):
        watching.after_step(500, {"loss": 1.0, "discriminator": 1e-5})
    watching = balance()
    for step in range(1, 600):
        watching.after_step(step, {"loss": 1.0, "discriminator": 0.5 if step % 400 == 0 else 1e-5})
    assert watching.lost == 199


def test_what_is_lost_already_is_not_saved_over_the_last_good_state(hr, tmp_path, monkeypatch):
    monkeypatch.setattr(adversarial, "_LOST", 10.0)  # every step counts as lost
    monkeypatch.setattr(adversarial, "_PATIENCE", 3)
    with pytest.raises(ValueError, match="not been wrong for 3 steps"):
        srlib.fit_adversarial(network(), hr, RECIPE, out=tmp_path / "run")
    assert [file.name for file in (tmp_path / "run").iterdir()] == ["recipe.json"]  # no checkpoint of the lost steps


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_ends_the_training(loss):
    with pytest.raises(ValueError, match="discriminator is (nan|inf) at step 7"):
        balance().after_step(7, {"loss": 1.0, "discriminator": loss})


@pytest.mark.parametrize(
    "scale, kernel, side", [(4, "bicubic", 60), (2, "bilinear", 10), (3, "area", 12), (2, "bicubic", 22)]
)
def test_downscaling_within_a_network_is_that_of_whole_images(scale, kernel, side):
    hr = np.random.default_rng(0).random((side, side, 3), np.float32)
    layer = DownscaledInside(scale, kernel)
    inside = layer.inside(side)
    got = np.asarray(layer(hr[None]))[0]
    np.testing.assert_allclose(got, srlib.downscale(hr, scale, kernel)[inside, inside], atol=1e-6)
    assert layer.compute_output_shape((1, side, side, 3)) == (1, *got.shape)


def test_the_parts_of_the_loss_by_hand():
    np.testing.assert_allclose(
        np.asarray(relativistic(None, np.float32([0, 2, -2]))), np.log1p(np.exp([0, -2, 2])), rtol=1e-6
    )
    np.testing.assert_allclose(np.asarray(AsFile()(np.float32([[-1, 0.5, 2]]))), [[0, 128 / 255, 1]], atol=1e-7)
    real, false = np.full((2, 1, 1, 1), 2, np.float32), np.full((2, 1, 1, 1), 5, np.float32)
    assert np.asarray(FeatureDifference()([real, false])).ravel() == pytest.approx([1.5, 1.5], rel=1e-5)


def test_the_gradient_passes_the_rounding():
    x = keras.Input((1,))
    model = keras.Model(x, AsFile()(keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")(x)))
    model.compile(keras.optimizers.SGD(1.0), "mse")
    model.train_on_batch(np.float32([[0.5]]), np.float32([[0.0]]))
    assert model.get_weights()[0][0, 0] == pytest.approx(1 - 2 * 0.5 * (128 / 255), abs=1e-5)


@pytest.mark.parametrize(
    "settings, message",
    [({"weight": -1}, "weight .* from 0"), ({"pixel_weight": float("inf")}, "pixel_weight"), ({"width": 0}, "width"), ({"learning_rate": "1"}, "learning_rate")],
)  # fmt: skip
def test_settings_that_cannot_be_met_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        srlib.Adversarial(**settings)


def test_a_degradation_that_does_more_has_no_consistency_to_keep(hr):
    recipe = srlib.Recipe((srlib.Downscale(4, "bicubic"), srlib.Noise(1, 8)), batch_size=1, patch_size=32)
    duel = adversarial._Duel(network(), replace(recipe, adversarial=srlib.Adversarial(width=8)).resolved(4), False)
    assert set(duel._targets) == {"pixels", "answers", "features"}
