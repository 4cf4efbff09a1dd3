"""`fit`: Keras' `compile` and `Model.fit`, fed with patches that are keyed by (seed, step), and a run that can be interrupted.

Lesson 03 (``03_autoencoder``) trains with it. Every schedule counts steps, so a recipe means the same on a fast machine and a
slow one.
"""

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from .backend import keras, keras_serializable, versions
from .callbacks import Checkpoint, History, MovingAverage, Progress, Validation, mean_psnr
from .costs import kernels_at_images
from .data import Provenance, provenance_of, refuse_benchmark
from .degradation import make_pairs, paired
from .devices import as_the_first, begin, on_accelerator, share_of
from .images import check_image_list
from .losses import LOSSES
from .models import clone_model, known_card
from .optimizers import OPTIMIZERS, muon  # noqa: F401 (so that Keras' own files can be read back, as below)
from .patches import Patches, sha256_of
from .recipe import PRECISIONS, Recipe, Run
from .resampling import interpolate
from .runs import RECIPE, begin_run, finish_run, open_run, save_progress

_YEAR = 365 * 24 * 60  # in minutes
_AT_ONCE = 16  # steps, at most

for _loss in LOSSES.values():
    if callable(_loss):
        keras_serializable(_loss)


def fit(
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
    """Train a network in place.

    Parameters
    ----------
    model : keras.Model
        From :func:`srlib.build_model` or :func:`srlib.load_model`.
    images : ImageSet, ImageStream, ndarray of uint8 (N, H, W, 3), or list of (H, W, 3)
        HR images; they are degraded here, unless they have LR images of their own. A stream stays on disk.
    recipe : Recipe, optional
        :class:`srlib.Recipe` with its defaults unless given.
    validation : ImageSet, ndarray or list, optional
        HR images to judge on now and then; never the test images.
    out : str or Path, optional
        A folder for recipe, history, checkpoint and model; must not exist unless `resume`.
    resume : bool
        Go on from the last checkpoint in `out`, if there is one. The recipe must be the same, and `model` what it was
        when the run began: build or load it again, since a training that was interrupted leaves in it what it has learnt.
    workers : int
        Threads that prepare patches ahead of the step. The result does not depend on it.
    progress : bool
        A progress bar on standard error.
    **settings
        Fields of the recipe to be replaced, such as ``steps=200``.

    Returns
    -------
    History
        The model's card then tells of this run, too.

    Raises
    ------
    ValueError
        Settings that cannot be met, images that are for judging only, another recipe in `out`.
    FileExistsError
        `out` exists and `resume` is not set.
    ConnectionError
        Of several processes that share the training, one is gone.

    Examples
    --------
    >>> import numpy as np, srlib
    >>> hr = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), np.uint8)
    >>> model = srlib.build_model("subpixel", width=8, blocks=1)
    >>> history = srlib.fit(model, hr, steps=2, batch_size=2, patch_size=16)
    >>> history.step, str(model.card.degradation)
    ([1, 2], 'bilinear x2')
    """
    recipe = replace(recipe or Recipe(), **settings)
    if recipe.adversarial is not None:
        raise ValueError(
            f"the recipe has adversarial={recipe.adversarial}; expected None: train with srlib.fit_adversarial, or leave it out."
        )
    return train(model, images, recipe, _Lesson, validation, out, resume, workers, progress)


def train(
    model, images, recipe: Recipe, make_trainer, validation, out, resume: bool, workers: int, progress: bool
) -> History:
    """What every training does, whatever its steps are; see :func:`fit`.

    Parameters
    ----------
    make_trainer : callable
        ``make_trainer(model, recipe, shared)``, where `shared` tells of several devices, gives what makes the steps: its
        `learner` is the network that is trained, its `models` are compiled, and a checkpoint holds all that they know;
        it has the methods of :class:`_Lesson`.
    model, images, recipe, validation, out, resume, workers, progress
        As for :func:`fit`.

    Returns
    -------
    History
    """
    card = known_card(model, "use Keras' own model.fit for others")
    recipe = _with_pairs(recipe, images).resolved(card.scale)
    provenances = [_provenance(images, "images", "train on"), _provenance(validation, "validation", "validate with")]
    share = share_of(recipe)
    patches = Patches(images, recipe, workers=workers, places=share.places)
    run = Run(
        recipe, provenances[0], patches.sha256(), sha256_of(model.get_weights()), provenances[1],
        tuple(i for i, layer in enumerate(model.layers) if not layer.trainable), versions(),
    )  # fmt: skip
    history = History(card.architecture, run)
    pairs = None if validation is None else make_pairs(_in_memory(validation), recipe.degradation)
    if pairs is not None:
        history.baseline = mean_psnr(pairs, lambda lr: interpolate(lr, card.scale))
    averages = [] if recipe.ema_decay is None else [np.array(w, np.float32) for w in model.get_weights()]
    with share.together(out), share.scope():
        trainer = make_trainer(model, recipe, share.distribution is not None)
        learner = trainer.learner
        if out is not None:
            begin(lambda: begin_run(Path(out), history, resume))
            share.check_sees(Path(out) / RECIPE)
            patches.start = open_run(Path(out), trainer.models, averages, history, resume=True)
        try:
            if len(patches):  # else it was stopped after its last step
                writes = (out, progress) if share.first else (None, False)
                trainer.train(patches, _callbacks(trainer, model, averages, pairs, history, patches.start, *writes))
        finally:  # an interrupted training leaves what it has learnt
            patches.close()
            if learner is not model:
                model.set_weights(learner.get_weights())
        for each in {id(learner): learner, id(model): model}.values():
            if averages:
                each.set_weights(averages)
            each.card = card.after(replace(run, seconds=round(history.seconds[-1], 1)))
    if out is not None and share.first:
        finish_run(Path(out), learner)  # whose weights are in float32, whatever the model is kept in
    return history


def _callbacks(trainer, model, averages, pairs, history, start: int, out, progress) -> list:
    recipe = history.run.recipe
    average = MovingAverage(averages, recipe.ema_decay, start) if averages else None
    callbacks = [average, Validation(history, model, pairs, average, start), *trainer.callbacks(history, start)]
    if out is not None:

        def save():
            if trainer.worth_saving():
                save_progress(Path(out), trainer.models, averages, history)

        callbacks.append(Checkpoint(save, start, recipe.steps, recipe.validate_every))
    if progress:
        callbacks.append(Progress(history, start))
    return [callback for callback in callbacks if callback is not None]


class _Lesson:
    """The steps of a training by a loss alone: Keras' own `Model.fit`."""

    def __init__(self, model, recipe: Recipe, shared: bool):
        self.learner, self.recipe = learner_of(model, recipe, shared), recipe
        self.models = (self.learner,)
        optimizer = optimizer_of(self.learner, recipe, recipe.learning_rate)
        self.learner.compile(
            optimizer=optimizer, loss=LOSSES[recipe.loss], steps_per_execution=_steps_at_once(recipe)
        )  # fmt: skip
        # before the first step, which TensorFlow would else trace twice: with what the optimizer makes, and without
        optimizer.build(self.learner.trainable_variables)

    def callbacks(self, history: History, start: int) -> list:
        """What is to be done beside the steps, but for what every training does."""
        return []

    def worth_saving(self) -> bool:
        """Whether the state may be gone on from."""
        return True

    def train(self, patches, callbacks: list) -> None:
        """All steps of a training."""
        with _static_shapes(self.learner, self.recipe):
            self.learner.fit(patches, epochs=1, shuffle=False, verbose=0, callbacks=callbacks)


def learner_of(model, recipe: Recipe, shared: bool):
    """The network to be trained: the model itself, or a clone of it in another precision or on several devices."""
    plain = not shared and all(layer.compute_dtype == "float32" for layer in model.layers)
    return model if plain and recipe.precision == "float32" else clone_model(model, PRECISIONS[recipe.precision])


def optimizer_of(network, recipe: Recipe, rate: float):
    """The recipe's optimizer for a network, with its schedule, whose peak is at this rate."""
    optimizer = OPTIMIZERS[recipe.optimizer](_learning_rate(rate, recipe.schedule, recipe.steps))
    if hasattr(optimizer, "leave_to_adam"):
        optimizer.leave_to_adam(kernels_at_images(network))
    return optimizer


def _steps_at_once(recipe: Recipe) -> int:
    """How many steps are made before the callbacks look: on an accelerator, which has to wait while they do.

    On JAX they are the same steps. An average of the weights looks after each.
    """
    if recipe.ema_decay is not None or not on_accelerator():
        return 1
    return max(n for n in range(1, _AT_ONCE + 1) if recipe.validate_every % n == 0)


@contextmanager
def _static_shapes(model, recipe: Recipe):
    """Tell TensorFlow the size of the batches, which `Model.fit` leaves open: the graph is then that of a single batch.

    With an open size the bicubic interpolation inside a network is computed in another order, and the weights drift apart.
    """
    if keras.backend.backend() != "tensorflow":
        yield
        return
    n, side = recipe.batch_size, recipe.patch_size

    def train_step(data):
        for batch, pixels in zip(data, (side // recipe.degradation.scale, side)):
            batch.set_shape((n, pixels, pixels, 3))
        return type(model).train_step(model, data)

    model.train_step = train_step
    try:
        yield
    finally:
        del model.train_step
        model.train_function = None  # whoever trains it by Keras' own means has other batches


def _with_pairs(recipe: Recipe, images) -> Recipe:
    """The recipe, which says so where the images have LR images of their own."""
    scale = getattr(images, "scale", None)
    if scale is None or recipe.degradation == paired(scale):
        return recipe
    if recipe.degradation is not None:
        raise ValueError(
            f"the images have LR images of their own, and the degradation is {recipe.degradation}, which would make others; expected one of the two: leave the degradation out, or load the HR images alone."
        )
    return replace(recipe, degradation=paired(scale))


def _in_memory(images):
    return images.load() if hasattr(images, "read") else images


def _provenance(images, name: str, purpose: str) -> Provenance | None:
    """Where the images come from; those of a benchmark are refused."""
    if images is None:
        return None
    if len(check_image_list(images, name)) == 0:
        raise ValueError(f"There are no images to {purpose}; expected at least one: look at how they were loaded.")
    provenance = provenance_of(images)
    for benchmark in provenance.for_judging:
        refuse_benchmark(benchmark, f"The images to {purpose} are")
    return provenance


def _learning_rate(peak: float, schedule: str, steps: int):
    if schedule == "constant":
        return peak
    warm = min(500, steps // 20)
    if not warm:
        return keras.optimizers.schedules.CosineDecay(peak, steps)
    return keras.optimizers.schedules.CosineDecay(0.0, max(1, steps - warm), warmup_target=peak, warmup_steps=warm)


def steps_within(minutes: float, model, images, recipe: Recipe, training=None) -> int:
    """How many steps of a training fit into some minutes on this machine, by timing a few.

    Parameters
    ----------
    minutes : float
    model : keras.Model
        Its weights are left as they are.
    images : ImageSet, ndarray or list
    recipe : Recipe
    training : function, optional
        :func:`fit` unless given, or :func:`srlib.fit_adversarial`.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    ValueError
        Minutes that are not positive.

    Examples
    --------
    >>> import numpy as np, srlib
    >>> from srlib.training import steps_within
    >>> recipe = srlib.Recipe(batch_size=1, patch_size=8)
    >>> steps_within(0.001, srlib.build_model("espcn", width=4), np.zeros((1, 8, 8, 3), np.uint8), recipe) >= 1
    True
    """
    if not 0 < minutes <= _YEAR:
        raise ValueError(
            f"minutes is {minutes!r}; expected a positive number of at most {_YEAR:,}, a year: use --steps to count steps instead."
        )
    first, card = model.get_weights(), model.card
    try:
        spent = (training or fit)(model, images[:16], replace(recipe, steps=16, validate_every=1)).seconds
    finally:
        model.set_weights(first)
        model.card = card
    per_step = as_the_first(float(np.median(np.diff(spent))))  # without the first step, which compiles
    return max(1, round(60 * minutes / max(1e-4, per_step)))
