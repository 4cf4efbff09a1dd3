"""What happens beside the steps of a training, as callbacks of Keras: moving average, validation, checkpoint, progress."""

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from .backend import keras
from .metrics import psnr
from .recipe import Architecture, Run
from .upscaling import upscale


@dataclass(eq=False)
class History:
    """What a training did.

    Attributes
    ----------
    architecture : Architecture
    run : Run
        The recipe, and what it was applied to.
    step, loss, psnr, seconds : list
        One entry per validation: steps done; mean training loss since the one before; PSNR on the validation images in dB
        (NaN without any); seconds of training so far.
    discriminator : list
        Mean loss of the discriminator since the validation before; empty without one.
    baseline : float
        PSNR of linear interpolation on the validation images, dB (NaN without any).
    """

    architecture: Architecture
    run: Run
    step: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    psnr: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    discriminator: list[float] = field(default_factory=list)
    baseline: float = float("nan")

    def __repr__(self) -> str:
        name = self.architecture.builder
        if not self.step:
            return f"<History of {name}, no steps yet>"
        return (
            f"<History of {name}: {self.step[-1]} steps, loss {self.loss[-1]:.4f}, validation {self.psnr[-1]:.2f} dB>"
        )


def synced(model):
    """The model, whose variables hold what was learnt up to this step: on JAX they lag behind within an epoch."""
    getattr(model, "jax_state_sync", lambda: None)()
    return model


class AfterSteps(keras.callbacks.Callback):
    """Counts steps from the beginning of the run; a whole training is one epoch of Keras.

    Where Keras makes several steps at once, their number divides `every`, and only the last of them is seen.
    """

    def __init__(self, start: int, steps: int, every: int):
        super().__init__()
        self.start, self.steps, self.every = start, steps, every

    def on_train_batch_end(self, batch, logs=None):
        step = self.start + batch + 1
        step = min(step, self.steps or step)  # there may be fewer left than are made at once
        self.after_step(step, logs)
        if step % self.every == 0 or step == self.steps:
            self.after_interval(step, logs)

    def after_step(self, step: int, logs: dict) -> None:
        """Called after every step."""

    def after_interval(self, step: int, logs: dict) -> None:
        """Called after every `every` steps, and after the last."""


class MovingAverage(AfterSteps):
    """An exponential moving average of the weights; in NumPy, so that it is the same on every backend.

    Keras' own has no warm-up: in the first steps, the decay here is that of an average over about the last tenth.

    Attributes
    ----------
    weights : list of ndarray
    """

    def __init__(self, weights: list[np.ndarray], decay: float, start: int):
        super().__init__(start, 0, 1)
        self.weights, self.decay = weights, decay

    def after_step(self, step, logs):
        decay = min(self.decay, step / (9 + step))
        for old, new in zip(self.weights, synced(self.model).get_weights()):
            old += np.float32(1 - decay) * (new - old)


class Validation(AfterSteps):
    """Fills the history, and stops a training whose loss is no finite number.

    Parameters
    ----------
    history : History
    model : keras.Model
        What is validated, in float32; the model in training, or one that gets its weights for the purpose.
    pairs : (lr, hr) or None
        From :func:`srlib.make_pairs`.
    average : MovingAverage or None
        Validated instead of the last weights.
    start : int
    """

    def __init__(self, history: History, model, pairs, average: MovingAverage | None, start: int):
        recipe = history.run.recipe
        super().__init__(start, recipe.steps, recipe.validate_every)
        self.history, self.judged, self.pairs, self.average = history, model, pairs, average
        self.before = history.seconds[-1] if history.seconds else 0.0

    def on_train_begin(self, logs=None):
        self.clock = time.perf_counter()

    def after_step(self, step, logs):
        if not np.isfinite(logs["loss"]):
            raise ValueError(
                f"The loss is {logs['loss']} at step {step}; expected a finite number: build or load the model again, and begin with a learning rate below {self.history.run.recipe.learning_rate}."
            )

    def after_interval(self, step, logs):
        began, history = time.perf_counter(), self.history
        history.step.append(step)
        history.loss.append(float(logs["loss"]))
        history.seconds.append(self.before + began - self.clock)
        history.psnr.append(float("nan") if self.pairs is None else self._psnr())
        synced(self.model).reset_metrics()  # the next loss is the mean of what comes now
        self.clock += time.perf_counter() - began  # validation is not training

    def _psnr(self) -> float:
        weights = None if self.judged is self.model else synced(self.model).get_weights()
        with weights_of(self.judged, self.average.weights if self.average else weights):
            return mean_psnr(self.pairs, lambda lr: upscale(lr, self.judged))


class Checkpoint(AfterSteps):
    """Calls `save` after every validation; it stands after :class:`Validation` in the list."""

    def __init__(self, save, start: int, steps: int, every: int):
        super().__init__(start, steps, every)
        self.save = save

    def after_interval(self, step, logs):
        synced(self.model)
        self.save()


class Progress(AfterSteps):
    """A progress bar on standard error; in a log, a line now and then."""

    def __init__(self, history: History, start: int):
        recipe = history.run.recipe
        super().__init__(start, recipe.steps, recipe.validate_every)
        self.history = history

    def on_train_begin(self, logs=None):
        from tqdm import tqdm

        often = {} if sys.stderr.isatty() else {"mininterval": 30, "maxinterval": 60, "delay": 30}
        self.bar = tqdm(total=self.steps, initial=self.start, desc="training", unit="step", **often)

    def after_step(self, step, logs):
        self.bar.update(step - self.bar.n)

    def after_interval(self, step, logs):
        last = self.history
        self.bar.set_postfix(loss=f"{last.loss[-1]:.4f}", psnr=f"{last.psnr[-1]:.2f} dB", refresh=False)

    def on_train_end(self, logs=None):
        self.bar.close()


@contextmanager
def weights_of(model, others: list[np.ndarray] | None):
    """Other weights in the model for a while, then its own again; nothing where there are none."""
    if others is None:
        yield
        return
    own = [weights.copy() for weights in model.get_weights()]
    model.set_weights(others)
    try:
        yield
    finally:
        model.set_weights(own)


def mean_psnr(pairs, method) -> float:
    """Mean PSNR over pairs: two arrays, taken together, or two lists of images whose sizes differ."""
    lr, hr = pairs
    if isinstance(lr, list):
        return float(np.mean([psnr(method(x), y) for x, y in zip(lr, hr)]))
    return psnr(method(lr), hr)
