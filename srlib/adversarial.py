"""`fit_adversarial`: a network is trained against a discriminator, so that what it adds cannot be told from a photograph.

Two models of Keras are compiled, which share both networks, and take steps in turn. In the first the discriminator is
trained, in the second the network. Lesson 09 (``09_sharp_or_true``) trains so for a minute.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from .backend import keras, keras_serializable
from .callbacks import AfterSteps, History
from .degradation import Downscale
from .discriminators import REACH, build_discriminator
from .losses import LOSSES
from .recipe import Adversarial, Recipe
from .resampling import downscale_taps
from .training import learner_of, optimizer_of, train

layers, ops = keras.layers, keras.ops
_LOST, _PATIENCE = 1e-3, 500  # a loss of the discriminator that counts as zero, and for how many steps


def fit_adversarial(
    model,
    images,
    recipe: Recipe | None = None,
    *,
    validation=None,
    out: str | Path | None = None,
    resume: bool = False,
    workers: int = 2,
    progress: bool = False,
    **settings,
) -> History:
    """Train a network in place against a discriminator, beginning with one that was trained by :func:`srlib.fit`.

    Four things are made small, as :class:`srlib.Adversarial` weighs them: the recipe's loss; a relativistic loss [1]_ of
    what the discriminator says of the SR patch beside the HR patch; the difference of what the discriminator's layers see
    in the two [2]_; and the difference of the SR patch, downscaled again, from the LR patch. The last is left out where the
    degradation does more than downscale.

    Parameters
    ----------
    model, images, recipe, validation, out, resume, workers, progress, **settings
        As for :func:`srlib.fit`. Where the recipe says nothing of ``adversarial``, that is ``Adversarial()``.

    Returns
    -------
    History
        Its `discriminator` is the mean loss of the discriminator since the validation before; 0.69 where it cannot tell.

    Raises
    ------
    ValueError, FileExistsError
        As :func:`srlib.fit`; also a discriminator that has won, which the network can no longer learn from.

    References
    ----------
    .. [1] A. Jolicoeur-Martineau, "The relativistic discriminator: a key element missing from standard GAN", ICLR 2019.
    .. [2] T.-C. Wang et al., "High-resolution image synthesis and semantic manipulation with conditional GANs", CVPR 2018.

    Examples
    --------
    >>> import numpy as np, srlib
    >>> hr = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), np.uint8)
    >>> model = srlib.build_model("subpixel", 4, width=8, blocks=1)
    >>> history = srlib.fit_adversarial(model, hr, steps=2, batch_size=1, patch_size=32, validate_every=1)
    >>> history.step, len(history.discriminator)
    ([1, 2], 2)
    """
    recipe = replace(recipe or Recipe(), **settings)
    if recipe.adversarial is None:
        recipe = replace(recipe, adversarial=Adversarial())
    return train(model, images, recipe, _Duel, validation, out, resume, workers, progress)


class _Duel:
    """The two compiled models, and the steps that they take in turn.

    Attributes
    ----------
    learner : keras.Model
        The network.
    models : tuple of keras.Model
        What is compiled; a checkpoint holds all that they know.
    """

    def __init__(self, model, recipe: Recipe, shared: bool):
        if shared:
            raise ValueError(
                f"devices is {recipe.devices}, and the training is adversarial; expected one device in one process: leave devices out."
            )
        if recipe.patch_size < 2 * REACH + 1:
            raise ValueError(
                f"patch_size is {recipe.patch_size}, and the discriminator looks at {2 * REACH + 1}x{2 * REACH + 1} pixels; expected patches that hold them: choose a larger patch_size."
            )
        settings, side, scale = recipe.adversarial, recipe.patch_size, recipe.degradation.scale
        self.learner = learner_of(model, recipe, shared)
        self._layers = [(layer, layer.trainable) for layer in self.learner.layers]
        self.discriminator = build_discriminator(settings.width, seed=recipe.seed)
        lr, hr = keras.Input((side // scale, side // scale, 3), name="lr"), keras.Input((side, side, 3), name="hr")
        sr = self.learner(lr)
        *seen, real = self.discriminator(hr)
        *made, false = self.discriminator(AsFile()(sr))
        nothing = np.zeros((recipe.batch_size, 1, 1, 1), np.float32)  # what Keras is to compare a loss with
        parts = {  # of the network's loss: output, loss, weight, and what the output is compared with
            "pixels": (sr, LOSSES[recipe.loss], settings.pixel_weight, lambda lr, hr: hr),
            "answers": (layers.Subtract()([false, real]), relativistic, settings.weight, lambda lr, hr: nothing),
            "features": (FeatureDifference()([*seen, *made]), mean_of, settings.feature_weight, lambda lr, hr: nothing),
        }
        if len(recipe.degradation.steps) == 1 and isinstance(recipe.degradation.steps[0], Downscale):
            again = DownscaledInside(scale, recipe.degradation.steps[0].kernel)
            inside = again.inside(side)
            parts["lr"] = (again(sr), "mae", settings.consistency_weight, lambda lr, hr: lr[:, inside, inside])
        self._targets = {name: target for name, (_, _, _, target) in parts.items()}
        self._nothing = nothing
        contest = keras.Model([lr, hr], layers.Subtract()([real, false]))
        improve = keras.Model([lr, hr], {name: output for name, (output, *_) in parts.items()})
        self.models = contest, improve
        self._compile(contest, self.discriminator, recipe, settings.learning_rate, loss=relativistic)
        self._compile(
            improve, self.learner, recipe, recipe.learning_rate,
            loss={name: loss for name, (_, loss, *_) in parts.items()},
            loss_weights={name: weight for name, (_, _, weight, _) in parts.items()},
        )  # fmt: skip

    def _compile(self, model, learns, recipe: Recipe, rate: float, **losses) -> None:
        self._teach(learns)
        model.compile(optimizer_of(learns, recipe, rate), **losses)
        model.optimizer.build(model.trainable_variables)

    def _teach(self, learns) -> None:
        """Let one of the two networks be trained; Keras asks for that at every step."""
        for layer, trainable in self._layers:
            layer.trainable = trainable and learns is self.learner
        self.discriminator.trainable = learns is self.discriminator

    def callbacks(self, history: History, start: int) -> list:
        """What is to be done beside the steps, but for what every training does."""
        self.balance = Balance(history, start)
        return [self.balance]

    def worth_saving(self) -> bool:
        """Whether the state may be gone on from: not where the discriminator seems to win."""
        return not self.balance.lost

    def train(self, patches, callbacks: list) -> None:
        """All steps of a training."""
        every = keras.callbacks.CallbackList(callbacks, model=self.learner)
        contest, improve = self.models
        every.on_train_begin()
        try:
            for index in range(len(patches)):
                lr, hr = patches[index]
                self._teach(self.discriminator)
                won = contest.train_on_batch([lr, hr], self._nothing)
                self._teach(self.learner)
                targets = {name: target(lr, hr) for name, target in self._targets.items()}
                losses = improve.train_on_batch([lr, hr], targets, return_dict=True)
                every.on_train_batch_end(index, losses | {"discriminator": float(won)})
        finally:
            self._teach(self.learner)
        every.on_train_end()


class Balance(AfterSteps):
    """Watches the discriminator: a network learns nothing from one that is never wrong.

    Attributes
    ----------
    lost : int
        For how many steps the discriminator's loss has been zero.
    """

    def __init__(self, history: History, start: int):
        recipe = history.run.recipe
        super().__init__(start, recipe.steps, recipe.validate_every)
        self.history, self.lost, self.since, self.losses = history, 0, [], []

    def after_step(self, step, logs):
        loss = logs["discriminator"]
        self.losses.append(loss)
        self.since.append(float(logs["loss"]))
        if not np.isfinite(loss):
            raise ValueError(
                f"The loss of the discriminator is {loss} at step {step}; expected a finite number: build or load the model again, and begin with a learning rate below {self.history.run.recipe.adversarial.learning_rate}."
            )
        self.lost = self.lost + 1 if loss < _LOST else 0
        if self.lost == _PATIENCE:
            raise ValueError(
                f"The discriminator has not been wrong for {_PATIENCE} steps, up to step {step}, and the network learns nothing from it; expected both to win at times: begin again with a learning rate of the discriminator below {self.history.run.recipe.adversarial.learning_rate}."
            )

    def after_interval(self, step, logs):
        self.history.discriminator.append(float(np.mean(self.losses)))
        self.history.loss[-1] = float(np.mean(self.since))
        self.losses, self.since = [], []


# -- what is computed beside the two networks ---------------------------------------------------------------------------------


@keras_serializable
def relativistic(nothing, lead):
    """The logistic loss of the lead that one answer should have over the other: (N, h, w, 1) -> the same shape."""
    return ops.softplus(-lead)


@keras_serializable
def mean_of(nothing, value):
    """The value itself, which is to be made small."""
    return value


@keras_serializable
class AsFile(layers.Layer):
    """An image as a file of 8 bits holds it; the gradient passes as if it were not rounded.

    Without it, the discriminator would tell a network's image by the fractions of a level.
    """

    def call(self, sr):
        sr = ops.clip(sr, 0, 1)
        return sr + ops.stop_gradient(ops.round(sr * 255) / 255 - sr)

    def compute_output_shape(self, shape):
        return shape


@keras_serializable
class FeatureDifference(layers.Layer):
    """The mean difference of what the layers of a discriminator see in two images, relative to the first: -> (N, 1, 1, 1)."""

    def call(self, features):
        half, parts = len(features) // 2, []
        for real, false in zip(features[:half], features[half:]):
            size = ops.stop_gradient(ops.mean(ops.abs(real))) + 1e-6
            parts.append(ops.mean(ops.abs(false - real), axis=(1, 2, 3), keepdims=True) / size)
        return sum(parts) / half

    def compute_output_shape(self, shapes):
        return shapes[0][0], 1, 1, 1


@keras_serializable
class DownscaledInside(layers.Layer):
    """An image downscaled as :func:`srlib.downscale` does, but for the LR pixels to which its border would add.

    Parameters
    ----------
    scale : int
    kernel : {"bilinear", "bicubic", "area"}
    """

    def __init__(self, scale: int, kernel: str, **kwargs):
        super().__init__(**kwargs)
        self.scale, self.kernel, taps = scale, kernel, downscale_taps(scale, kernel)
        self.first, self.last = min(taps), max(taps)
        self.row = np.array([taps.get(k, 0) for k in range(self.first, self.last + 1)])

    def inside(self, side: int) -> slice:
        """Which rows or columns of the LR image there are, for an HR image of this side."""
        return slice(-(self.first // self.scale), (side - 1 - self.last) // self.scale + 1)

    def call(self, x):
        begin = self.inside(self.last + 1).start * self.scale + self.first
        square = np.tile(np.outer(self.row, self.row)[:, :, None, None], (1, 1, x.shape[-1], 1))
        kernel = ops.convert_to_tensor(square, x.dtype)
        return ops.depthwise_conv(x[:, begin:, begin:], kernel, strides=self.scale, padding="valid")

    def compute_output_shape(self, shape):
        inside = [(s := self.inside(side)).stop - s.start for side in shape[1:3]]
        return shape[0], *inside, shape[3]

    def get_config(self):
        return {**super().get_config(), "scale": self.scale, "kernel": self.kernel}
