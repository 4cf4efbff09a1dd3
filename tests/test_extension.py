"""A network, a layer, a loss and a degradation of one's own, in one file outside the package: srlib does all with them.

Nothing of srlib is changed for them. The layer declares its traits; the others are registered by name.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from _networks import array, noise, shaken
from PIL import Image

import srlib
from srlib.backend import keras
from srlib.checkpoints import load_model, save_model
from srlib.degradation import STEPS, Step, register_step
from srlib.evaluation import costs_of
from srlib.layers import Interpolation, Traits, traits_of
from srlib.losses import LOSSES, register_loss
from srlib.models import clone_model, free_parameters, gmacs, receptive_field
from srlib.networks import NETWORKS, register_network
from srlib.patches import Patches

layers = keras.layers


@keras.saving.register_keras_serializable("tests")
class DepthwiseCross(layers.Layer):
    """For each channel a weighted sum of a pixel and its neighbours `far` pixels up, down, left and right."""

    def __init__(self, far, **kwargs):
        super().__init__(**kwargs)
        self.far = far

    def build(self, shape):
        self.taps = self.add_weight(shape=(5, shape[-1]), name="taps")

    def draw_weights(self, rng):
        self.taps.assign(rng.normal(0, 0.4, self.taps.shape).astype(np.float32))

    def call(self, x):
        ops, d = keras.ops, self.far
        h, w = ops.shape(x)[1:3]
        wide = ops.pad(x, ((0, 0), (d, d), (d, d), (0, 0)))
        around = [wide[:, d + y : d + y + h, d + x : d + x + w] for y, x in ((0, 0), (-d, 0), (d, 0), (0, -d), (0, d))]
        return sum(self.taps[i] * piece for i, piece in enumerate(around))

    def compute_output_shape(self, shape):
        return shape

    def get_config(self):
        return {**super().get_config(), "far": self.far}

    def srlib_traits(self):
        return Traits(reach=self.far, macs=5 * self.taps.shape[-1], label="cross of five", colour="#aa3377")


@register_network
def crosses(lr, scale, *, width: int = 6, far: int = 3, share: float = 0.5, kernel: str = "bicubic"):
    """Interpolation, and a share of what crosses of five pixels add to it."""
    upscaled = Interpolation(scale, kernel)(lr)
    x = layers.Conv2D(width, 3, padding="same", activation="relu")(upscaled)
    x = layers.Conv2D(3, 1)(DepthwiseCross(far)(x))
    return layers.Add()([upscaled, layers.Rescaling(share)(x)])


@register_loss
def charbonnier(hr, sr):
    """A smooth absolute error."""
    return keras.ops.sqrt(keras.ops.square(sr - hr) + 1e-4)


@register_step
@dataclass(frozen=True)
class Fog(Step):
    """A share of white over everything, drawn for every image."""

    low: float
    high: float | None = None

    def apply(self, image, rng):
        return image + np.float32(rng.uniform(self.low, self.high)) * (1 - image)


# Other tests go through all that is registered, and shall not meet these.
OWN = ((NETWORKS, "crosses", crosses), (LOSSES, "charbonnier", charbonnier), (STEPS, "fog", Fog))
for _table, _name, _ in OWN:
    del _table[_name]


@pytest.fixture(scope="module", autouse=True)
def registered():
    for table, name, own in OWN:
        table[name] = own
    yield
    for table, name, _ in OWN:
        del table[name]


@pytest.fixture(scope="module")
def model(registered):
    return srlib.build_model("crosses", 2, seed=3, width=5)


def test_it_is_built_from_a_seed_and_its_options(model):
    again, other = (srlib.build_model("crosses", 2, seed=seed, width=5) for seed in (3, 4))
    same = [np.array_equal(a, b) for a, b in zip(model.get_weights(), again.get_weights(), strict=True)]
    assert all(same)
    assert not any(np.array_equal(a, b) for a, b in zip(model.get_weights(), other.get_weights()) if a.ndim > 1)
    with pytest.raises(ValueError, match="far is 0; expected a whole number"):
        srlib.build_model("crosses", far=0)


def test_it_is_costed(model):
    by_hand = 9 * 3 * 5 + 5 * 5 + 5 * 3
    assert gmacs(model) == pytest.approx(by_hand * 1280 * 720 / 1e9)
    assert receptive_field(model) == 2 * 4 + 1  # the interpolation 2, and 1 + 3 pixels of half the size
    assert free_parameters(model) == model.count_params() == (9 * 3 + 1) * 5 + 5 * 5 + (5 + 1) * 3
    assert costs_of(model, repeat=1)["parameters"] == model.count_params()


def test_it_is_cloned_and_saved_and_loaded(model, tmp_path):
    lr, model = noise(1, 9, 7, 3), shaken(clone_model(model))
    model.save(tmp_path / "m.keras")
    for again in (
        clone_model(model),
        load_model(save_model(model, tmp_path / "folder")),
        keras.saving.load_model(tmp_path / "m.keras"),
    ):
        np.testing.assert_array_equal(array(again(lr)), array(model(lr)))
    assert clone_model(model, "mixed_bfloat16").layers[2].compute_dtype == "bfloat16"


def test_its_tiles_are_the_whole_image(model):
    lr = 0.25 + 0.5 * noise(40, 33, 3)
    whole = np.clip(array(model(lr[None])), 0, 1)[0]
    np.testing.assert_allclose(srlib.upscale(lr, model, tile=16), whole, atol=1e-5)


def test_its_files_are_upscaled_by_keras_as_its_layer_is_none_of_onnx(model, tmp_path):
    folder, small = save_model(shaken(clone_model(model)), tmp_path / "run"), tmp_path / "small.png"
    Image.fromarray((255 * noise(9, 7, 3)).astype(np.uint8)).save(small)
    with pytest.raises(ValueError, match="DepthwiseCross. cannot be exported to ONNX"):
        srlib.upscale_file(small, tmp_path / "large.png", folder, engine="onnx")
    large = srlib.upscale_file(small, tmp_path / "large.png", folder)
    expected = srlib.upscale(np.asarray(Image.open(small)), load_model(folder))
    np.testing.assert_array_equal(np.asarray(Image.open(large)), np.rint(255 * expected))


def test_it_has_a_self_ensemble(model):
    lr = noise(1, 6, 9, 3)
    ensemble = srlib.self_ensemble(model)
    turned = array(ensemble(np.ascontiguousarray(np.rot90(lr, axes=(1, 2)))))
    np.testing.assert_allclose(np.rot90(turned, -1, axes=(1, 2)), array(ensemble(lr)), atol=1e-5)
    assert gmacs(ensemble) == pytest.approx(8 * gmacs(model))


def test_it_is_trained_by_them_saved_and_judged(model, tmp_path):  # longer than a second: a training is compiled
    learner, foggy = clone_model(model), srlib.Degradation((Fog(0.1, 0.6), srlib.Downscale(2, "bicubic")))
    images = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3), np.uint8)
    recipe = srlib.Recipe(foggy, steps=2, batch_size=2, patch_size=8, loss="charbonnier", schedule="constant")
    history = srlib.fit(learner, images, recipe, out=tmp_path / "run")
    assert not any(np.array_equal(a, b) for a, b in zip(model.get_weights(), learner.get_weights()))
    # the first loss by hand, on the patches of the first step
    lr, hr = Patches(images, recipe.resolved(2))[0]
    first = np.sqrt(np.square(array(model(lr)) - hr) + 1e-4).mean()
    assert history.loss[0] == pytest.approx(first, rel=1e-4)
    assert lr.min() > 0.08  # there is fog
    again = load_model(tmp_path / "run")
    assert again.card == learner.card and again.card.degradation == foggy
    assert np.isfinite(srlib.evaluate({"crosses": again}, images, foggy).mean("crosses"))
    with pytest.raises(FileExistsError, match="finished run"):  # what it was begun with was read back, and is the same
        srlib.fit(clone_model(model), images, recipe, out=tmp_path / "run", resume=True)


def test_it_is_drawn(model):
    pytest.importorskip("visualkeras")
    assert len(srlib.show.architecture(model).axes) == 1
    assert [traits_of(layer).label for layer in model.layers if isinstance(layer, DepthwiseCross)] == ["cross of five"]
