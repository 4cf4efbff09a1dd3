"""From images to a trained network: crops, steps, validation, a run that can be interrupted.

Enters: a model and images. Leaves: the model, trained in place, and its :class:`History`. Lesson 03
(``03_autoencoder``) trains with it.

Everything random is keyed by (seed, step): the crops of step 700 are the same whether or not the run was interrupted
before it, and every schedule counts steps, so a recipe means the same on a fast machine and a slow one.
"""

import hashlib
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ._backend import keras, known_to_keras
from .checkpoints import save_model
from .data import named_sources, refuse_benchmark
from .degradation import DOWNSCALE_KERNELS, crop_to_multiple, interpolate, make_pairs
from .images import check_choice, check_image_list, check_seed, is_number, to_float, to_uint8
from .layers import luminance
from .metrics import psnr
from .models import WHAT_IT_IS, config_of, twin
from .optimizers import Muon
from .runs import History, open_run, save_progress, sweep
from .upscaling import upscale

_BEST = 50.0  # dB; a crop that is better than that, such as one of plain sky, has no more to teach


@known_to_keras
def _mae_y(true, made):
    return keras.ops.abs(luminance(made - true))


@known_to_keras
def _psnr_y(true, made):
    ops = keras.ops
    error = ops.mean(ops.square(luminance(made - true)), axis=(1, 2, 3))  # of each crop, as PSNR is of each image
    return ops.log(1 + error * 10 ** (_BEST / 10)) * (10 / np.log(10))


LOSSES = {
    "mae": "mean_absolute_error", "mse": "mean_squared_error", "mae_y": _mae_y,
    "psnr_y": _psnr_y,
}  # fmt: skip
SCHEDULES = ("cosine", "constant")
OPTIMIZERS = {"adam": keras.optimizers.Adam, "muon": Muon}
PRECISIONS = {"float32": "float32", "bfloat16": "mixed_bfloat16"}  # -> what Keras calls the policy


class Patches:
    """Batches of aligned random crops, flipped and turned, out of ``uint8`` images that were degraded once, whole.

    Parameters
    ----------
    images : ImageSet, ndarray or list
    scale : int
    kernel : str
    crop : int
        Side of a large crop; a multiple of the scale, at most the shortest side of any image.
    batch : int
    seed : int
    augment : bool
        Whether to flip and turn.
    """

    def __init__(self, images, scale: int, kernel: str, *, crop: int, batch: int, seed: int = 0, augment: bool = True):
        pixels = getattr(images, "images", images)
        if len(pixels) == 0:
            raise ValueError("There are no images to train on; expected at least one: look at how they were loaded.")
        smallest = min(range(len(pixels)), key=lambda i: min(pixels[i].shape[:2]))
        shortest = min(pixels[smallest].shape[:2])
        if shortest < scale:
            names = getattr(images, "names", None)
            raise ValueError(
                f"The shortest side of image {smallest if names is None else names[smallest]} is {shortest}, less than the scale {scale}; expected room for a crop: leave the smallest images out."
            )
        if crop > shortest or crop % scale:
            raise ValueError(
                f"crop is {crop}, the shortest side of an image {shortest} and the scale {scale}; expected a multiple of the scale no longer than that side: choose crop={shortest - shortest % scale} or less."
            )
        self.hr = [to_uint8(crop_to_multiple(image, scale)) for image in pixels]
        # rounded to 8 bits, as the file of a small image would be: a quarter of the memory of float32
        self.lr = [to_uint8(make_pairs(image[None], scale, kernel=kernel)[0][0]) for image in self.hr]
        self.scale, self.side, self.batch, self.seed, self.augment = scale, crop // scale, batch, seed, augment

    def __call__(self, step: int) -> tuple[np.ndarray, np.ndarray]:
        """The batch of one step: small crops (N, c, c, 3) and large ones (N, s*c, s*c, 3), ``float32`` in [0, 1]."""
        rng = np.random.default_rng([self.seed, step])
        small, large = zip(*(self._one(rng) for _ in range(self.batch)))
        return to_float(np.stack(small)), to_float(np.stack(large))

    def _one(self, rng):
        s, c = self.scale, self.side
        i = rng.integers(len(self.hr))
        height, width = self.lr[i].shape[:2]
        y, x = rng.integers(height - c + 1), rng.integers(width - c + 1)
        pair = self.lr[i][y : y + c, x : x + c], self.hr[i][y * s : (y + c) * s, x * s : (x + c) * s]
        flip, turns = rng.integers(2), rng.integers(4)
        if self.augment:
            pair = [np.rot90(p[:, ::-1] if flip else p, turns) for p in pair]
        return pair


def fit(
    model,
    images,
    *,
    kernel: str = "bilinear",
    scale: int | None = None,
    steps: int = 1000,
    seed: int = 0,
    batch: int = 16,
    crop: int = 64,
    loss: str = "mae",
    learning_rate: float = 1e-3,
    schedule: str = "cosine",
    optimizer: str = "adam",
    average: float | None = None,
    augment: bool = True,
    precision: str = "float32",
    validation=None,
    every: int | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    progress: bool = False,
) -> History:
    """Train a network in place.

    Parameters
    ----------
    model : keras.Model
        From :func:`srlib.build_model` or :func:`srlib.load_model`.
    images : ImageSet, ndarray of uint8 (N, H, W, 3), or list of (H, W, 3)
        Large images; they are degraded here.
    kernel : {"bilinear", "bicubic", "area"}
        How they are downscaled.
    scale : int, optional
        The model's own, which this may confirm.
    steps : int
        Updates of the weights.
    seed : int
        Of crops and turns.
    batch, crop : int
        Patches per step, and the side of a large crop in pixels.
    loss : {"mae", "mse", "mae_y", "psnr_y"}
        Absolute or squared error of the colours, or absolute error of the luminance, which is all that the protocol
        ``y`` looks at; it leaves colours free, so it suits a network of one channel. ``psnr_y`` is what PSNR
        makes of it: the decibels that a crop lacks to 50, in the mean; for the last steps, on large crops.
    learning_rate : float
        At its peak.
    schedule : {"cosine", "constant"}
        ``cosine`` warms up from zero over the first twentieth (at most 500 steps; so the first of 20 or more steps
        changes nothing yet), then falls to zero at the last step.
    optimizer : {"adam", "muon"}
        :class:`srlib.optimizers.Muon` gets further in as many steps where the network is not tiny.
    average : float, optional
        Look at, and end with, a running average of the weights instead of the last ones: after every step it keeps this
        share of itself, such as 0.999, and in the first steps less, so that it soon forgets where it began.
    augment : bool
        Whether crops are flipped and turned.
    precision : {"float32", "bfloat16"}
        In what the layers compute while training, but for those that hold the image itself; the weights are kept in
        ``float32`` in any case, and stored so in `out`. Whatever policy of Keras the model was built under, it is trained
        in this one, and keeps its own: where its weights are shorter, what was learnt is rounded for it. ``bfloat16``
        saves up to half the time on processors and graphics cards that compute in it, and takes longer on others.
    validation : ImageSet, ndarray or list, optional
        Large images to look at now and then; never the test images.
    every : int, optional
        Steps between two looks; a twentieth of all unless given.
    out : str or Path, optional
        A folder for recipe, history, checkpoint and model; must not exist unless `resume`.
    resume : bool
        Go on from the last checkpoint in `out`, if there is one. The recipe must be the same, and `model` what it was
        when the run began: build or load it again, since a training that was interrupted leaves in it what it has learnt.
    progress : bool
        A progress bar on standard error.

    Returns
    -------
    History
        The model's `srlib_config` then holds the kernel and the recipe and, where it was trained before, what is known of
        that (`before`, with the terms of its weights and images).

    Raises
    ------
    ValueError
        Settings that cannot be met, another recipe in `out`.
    FileExistsError
        `out` exists and `resume` is not set.
    """
    config = config_of(model, "use Keras' own model.fit for others")
    check_image_list(images)
    if validation is not None:
        check_image_list(validation, "validation")
    _check_settings(steps=steps, batch=batch, crop=crop, every=1 if every is None else every)
    steps, batch, crop, seed = int(steps), int(batch), int(crop), check_seed(seed)
    check_choice(kernel, DOWNSCALE_KERNELS, "kernel")
    check_choice(loss, LOSSES, "loss")
    check_choice(schedule, SCHEDULES, "schedule")
    check_choice(optimizer, OPTIMIZERS, "optimizer")
    check_choice(precision, PRECISIONS, "precision")
    if not (is_number(learning_rate) and 0 < learning_rate < 1):
        raise ValueError(
            f"learning_rate is {learning_rate!r}; expected a number between 0 and 1: the usual one is 0.001."
        )
    if average is not None and not (is_number(average) and 0 < average < 1):
        raise ValueError(
            f"average is {average!r}; expected a number between 0 and 1, or None for none: the usual one is 0.999."
        )
    if not isinstance(augment, bool):
        raise ValueError(f"augment is {augment!r}; expected True or False: choose one of the two.")
    if scale is not None and scale != config["scale"]:
        raise ValueError(
            f"scale is {scale}, but {config['builder']} upscales by {config['scale']}; expected its own scale: leave scale out, or build another model."
        )
    if validation is not None and len(validation) == 0:
        raise ValueError("There are no validation images; expected at least one: leave validation out, or add some.")
    for some, purpose in ((images, "train on"), (validation, "watch a training with")):
        for source in named_sources(getattr(some, "source", "")):
            refuse_benchmark(source, f"The images to {purpose} are")
    every, learning_rate = int(every or max(1, steps // 20)), float(learning_rate)
    average = None if average is None else float(average)
    crops = Patches(images, config["scale"], kernel, crop=crop, batch=batch, seed=seed, augment=augment)
    history = History({
        "model": {key: config[key] for key in WHAT_IT_IS},
        "frozen": [i for i, layer in enumerate(model.layers) if not layer.trainable],
        "start": _sum_of(model.get_weights()),
        "data": getattr(images, "source", "images"), "images": len(images), "images_sha256": _sum_of(crops.hr),
        "validation": getattr(validation, "source", None if validation is None else "images"),
        "kernel": kernel, "steps": steps, "seed": seed, "batch": batch, "crop": crop, "loss": loss,
        "learning_rate": learning_rate, "schedule": schedule, "optimizer": optimizer, "average": average,
        "augment": augment, "precision": precision, "every": every,
        "versions": versions(),
    })  # fmt: skip
    watched = None
    if validation is not None:
        watched = make_pairs(validation, config["scale"], kernel=kernel)
        history.baseline = _mean_psnr(watched, lambda small: interpolate(small, config["scale"]))
    plain = all(layer.compute_dtype == "float32" for layer in model.layers)
    learner = model if plain and precision == "float32" else twin(model, PRECISIONS[precision])
    rates = _learning_rates(learning_rate, schedule, steps)
    learner.compile(optimizer=OPTIMIZERS[optimizer](rates), loss=LOSSES[loss])
    start, folder = 0, None
    averages = [] if average is None else [np.array(weights, np.float32) for weights in model.get_weights()]
    if out is not None:
        folder = Path(out)
        start = open_run(folder, learner, averages, history, resume)
    # what was told of a network that goes on is no longer true of it; where it came from is, with the terms of that
    before = {key: config[key] for key in ("kernel", "recipe", "licence", "data_terms", "before") if key in config}
    model.srlib_config = {
        **history.recipe["model"], "kernel": kernel, "recipe": history.recipe, **({"before": before} if before else {}),
    }  # fmt: skip
    try:
        _train(learner, model, averages, crops, watched, history, range(start, steps), every, folder, progress)
    finally:  # an interrupted training leaves what it has learnt
        if learner is not model:
            model.set_weights(learner.get_weights())
    if averages:
        for each in (learner, model):
            each.set_weights(averages)
    if folder is not None:
        learner.srlib_config = model.srlib_config
        save_model(learner, folder, seconds=round(history.seconds[-1], 1))  # in float32, whatever the model is kept in
        sweep(folder)
    return history


def _train(learner, model, averages, crops, watched, history, todo, every, folder, progress) -> None:
    """Train `learner`; look at `model`, which is the same or gets its weights for the look."""
    from tqdm import tqdm

    often = {} if sys.stderr.isatty() else {"mininterval": 30, "maxinterval": 60, "delay": 30}  # a log: now and then
    bar = tqdm(
        total=len(todo) + todo.start, initial=todo.start, desc="training", unit="step", disable=not progress, **often
    )
    before = history.seconds[-1] if history.seconds else 0.0
    clock = time.perf_counter()
    looking = 0.0  # seconds spent on validation and files, which are not training
    losses: list[float] = []  # since the last look
    for step in todo:
        small, large = crops(step)
        learner.reset_metrics()  # so that what comes back is the loss of this step
        losses.append(float(np.ravel(learner.train_on_batch(small, large))[0]))
        if not np.isfinite(losses[-1]):
            raise ValueError(
                f"The loss is {losses[-1]} at step {step + 1}; expected a finite number: build or load the model again, and begin with a learning rate below {history.recipe['learning_rate']}."
            )
        if averages:
            _move_averages(averages, learner, step, history.recipe["average"])
        bar.update()
        if (step + 1) % every and step + 1 != todo.stop:
            continue
        look = time.perf_counter()
        history.step.append(step + 1)
        history.loss.append(float(np.mean(losses)))
        history.seconds.append(before + look - clock - looking)
        with _weights_of(model, averages or ([] if learner is model else learner.get_weights())):
            history.psnr.append(float("nan") if watched is None else _mean_psnr(watched, lambda x: upscale(x, model)))
        losses.clear()
        bar.set_postfix(loss=f"{history.loss[-1]:.4f}", psnr=f"{history.psnr[-1]:.2f} dB", refresh=False)
        if folder is not None:
            save_progress(folder, learner, averages, history)
        looking += time.perf_counter() - look
    bar.close()


def _move_averages(averages: list[np.ndarray], model, step: int, keep: float) -> None:
    """One step of the running average, in place; in NumPy, so that it is the same on every backend."""
    keep = min(keep, (1 + step) / (10 + step))  # an average over about the last tenth, until `keep` is reached
    for old, new in zip(averages, model.get_weights()):
        old += np.float32(1 - keep) * (new - old)


@contextmanager
def _weights_of(model, others: list[np.ndarray]):
    """Other weights in the model while one looks at it, then its own again; nothing where there are none."""
    if not others:
        yield
        return
    own = [weights.copy() for weights in model.get_weights()]
    model.set_weights(others)
    try:
        yield
    finally:
        model.set_weights(own)


def steps_within(minutes: float, model, images, **settings) -> int:
    """How many steps of a training fit into some minutes on this machine, by timing a few.

    Parameters
    ----------
    minutes : float
    model : keras.Model
        Its weights are left as they are.
    images : ImageSet, ndarray or list
    **settings
        `kernel`, `batch`, `crop`, `loss`, `learning_rate`, `optimizer`, `average`, `precision` as for :func:`fit`.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    ValueError
        Minutes that are not positive.
    """
    if not 0 < minutes < float("inf"):
        raise ValueError(f"minutes is {minutes!r}; expected a positive number: use --steps to count steps instead.")
    first, told = model.get_weights(), config_of(model, "use Keras' own model.fit for others")
    try:
        spent = fit(model, images[:16], steps=16, every=1, **settings).seconds
    finally:
        model.set_weights(first)
        model.srlib_config = told
    per_step = float(np.median(np.diff(spent)))  # without the first step, which compiles
    return max(1, round(60 * minutes / max(1e-4, per_step)))


def versions() -> dict[str, str]:
    """Of what decides a result: Python, the backend, Keras, NumPy, srlib."""
    import platform

    from . import __version__

    backend = keras.backend.backend()
    return {
        "srlib": __version__, "python": platform.python_version(), "backend": backend, "keras": keras.__version__,
        backend: str(sys.modules[backend].__version__), "numpy": np.__version__,
    }  # fmt: skip


def _sum_of(arrays) -> str:
    """SHA-256 of arrays, in hexadecimal: two runs with the same sums had the same images, or the same first weights."""
    total = hashlib.sha256()
    for array in arrays:
        array = np.ascontiguousarray(array)
        total.update(repr((array.shape, array.dtype.str)).encode())
        total.update(array.tobytes())  # bfloat16 has no buffer that others can read
    return total.hexdigest()


def _check_settings(**counts) -> None:
    for name, value in counts.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(f"{name} is {value!r}; expected a whole number of at least 1: choose another.")


def _learning_rates(peak: float, schedule: str, steps: int):
    if schedule == "constant":
        return peak
    warm = min(500, steps // 20)
    if not warm:
        return keras.optimizers.schedules.CosineDecay(peak, steps)
    return keras.optimizers.schedules.CosineDecay(0.0, max(1, steps - warm), warmup_target=peak, warmup_steps=warm)


def _mean_psnr(pairs, method) -> float:
    """Mean PSNR over pairs: two arrays, taken together, or two lists of images whose sizes differ."""
    small, large = pairs
    if isinstance(small, list):
        return float(np.mean([psnr(method(x), y) for x, y in zip(small, large)]))
    return psnr(method(small), large)
