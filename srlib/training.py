"""From pictures to a trained network: crops, steps, validation, a run that can be interrupted.

Enters: a model and pictures. Leaves: the model, trained in place, and its :class:`History`. Lesson 03
(``03_autoencoder``) trains with it.

Everything random is keyed by (seed, step): the crops of step 700 are the same whether or not the run was interrupted
before it, and every schedule counts steps, so a recipe means the same on a fast machine and a slow one.
"""

import csv
import json
import os
import shutil
import time
import zipfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from ._backend import keras
from .degradation import SHRINK_KERNELS, crop_to_multiple, enlarge, make_pairs
from .metrics import psnr
from .models import SAVING, load_model, save_model
from .pictures import check_choice, check_seed, to_float, to_uint8
from .upscaling import upscale

LOSSES = {"mae": "mean_absolute_error", "mse": "mean_squared_error"}
SCHEDULES = ("cosine", "constant")
_CHECKPOINT, _PREVIOUS, _SCRATCH = "checkpoint.npz", "checkpoint.previous.npz", ".checkpoint.new.npz"


@dataclass(eq=False)
class History:
    """What a training did.

    Attributes
    ----------
    recipe : dict
        Everything needed to do it again: model, pictures, degradation, steps, seed, versions.
    step, loss, psnr, seconds : list
        One entry per look: steps done; mean training loss since the last look; PSNR on the validation pictures in dB
        (NaN without any); seconds of training so far.
    baseline : float
        PSNR of linear enlargement on the validation pictures, dB (NaN without any).
    """

    recipe: dict
    step: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    psnr: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    baseline: float = float("nan")

    def __repr__(self) -> str:
        if not self.step:
            return f"<History of {self.recipe['model']['builder']}, no steps yet>"
        return f"<History of {self.recipe['model']['builder']}: {self.step[-1]} steps, loss {self.loss[-1]:.4f}, validation {self.psnr[-1]:.2f} dB>"


class Crops:
    """Batches of aligned random crops, flipped and turned, out of ``uint8`` pictures that were degraded once, whole.

    Parameters
    ----------
    photos : Photos, ndarray or list
    scale : int
    kernel : str
    crop : int
        Side of a large crop; a multiple of the scale, at most the shortest side of any picture.
    batch : int
    seed : int
    augment : bool
        Whether to flip and turn.
    """

    def __init__(self, photos, scale: int, kernel: str, *, crop: int, batch: int, seed: int = 0, augment: bool = True):
        images = getattr(photos, "images", photos)
        if len(images) == 0:
            raise ValueError("There are no pictures to train on; expected at least one: look at how they were loaded.")
        shortest = min(min(image.shape[:2]) for image in images)
        if shortest < scale:
            raise ValueError(
                f"The shortest side of a picture is {shortest}, less than the scale {scale}; expected room for a crop: leave the smallest pictures out."
            )
        if crop > shortest or crop % scale:
            raise ValueError(
                f"crop is {crop}, the shortest side of a picture {shortest} and the scale {scale}; expected a multiple of the scale no longer than that side: choose crop={shortest - shortest % scale} or less."
            )
        self.hr = [to_uint8(crop_to_multiple(image, scale)) for image in images]
        # rounded to 8 bits, as the file of a small picture would be: a quarter of the memory of float32
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
    photos,
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
    average: float | None = None,
    augment: bool = True,
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
    photos : Photos, ndarray of uint8 (N, H, W, 3), or list of (H, W, 3)
        Large pictures; they are degraded here.
    kernel : {"bilinear", "bicubic", "area"}
        How they are shrunk.
    scale : int, optional
        The model's own, which this may confirm.
    steps : int
        Updates of the weights.
    seed : int
        Of crops and turns.
    batch, crop : int
        Crops per step, and the side of a large crop in pixels.
    loss : {"mae", "mse"}
    learning_rate : float
        Of Adam, at its peak.
    schedule : {"cosine", "constant"}
        ``cosine`` warms up over the first twentieth (at most 500 steps), then falls to zero at the last step.
    average : float, optional
        Look at, and end with, a running average of the weights instead of the last ones: after every step it keeps this
        share of itself, such as 0.999, and in the first steps less, so that it soon forgets where it began.
    augment : bool
        Whether crops are flipped and turned.
    validation : Photos, ndarray or list, optional
        Large pictures to look at now and then; never the test pictures.
    every : int, optional
        Steps between two looks; a twentieth of all unless given.
    out : str or Path, optional
        A folder for recipe, history, checkpoint and model; must not exist unless `resume`.
    resume : bool
        Go on from the last checkpoint in `out`, if there is one; the recipe must be the same.
    progress : bool
        A progress bar on standard error.

    Returns
    -------
    History

    Raises
    ------
    ValueError
        Settings that cannot be met, another recipe in `out`.
    FileExistsError
        `out` exists and `resume` is not set.
    """
    config = getattr(model, "srlib_config", None)
    if config is None:
        raise ValueError(
            f"model {getattr(model, 'name', model)!r} was not made by srlib; expected one from srlib.build_model or srlib.load_model: use Keras' own model.fit for others."
        )
    _check_settings(steps=steps, batch=batch, crop=crop, every=1 if every is None else every)
    steps, batch, crop, seed = int(steps), int(batch), int(crop), check_seed(seed)
    check_choice(kernel, SHRINK_KERNELS, "kernel")
    check_choice(loss, LOSSES, "loss")
    check_choice(schedule, SCHEDULES, "schedule")
    if not 0 < learning_rate < 1:
        raise ValueError(
            f"learning_rate is {learning_rate!r}; expected a number between 0 and 1: the usual one is 0.001."
        )
    if average is not None and not 0 < average < 1:
        raise ValueError(
            f"average is {average!r}; expected a number between 0 and 1, or None for none: the usual one is 0.999."
        )
    if scale is not None and scale != config["scale"]:
        raise ValueError(
            f"scale is {scale}, but {config['builder']} enlarges by {config['scale']}; expected its own scale: leave scale out, or build another model."
        )
    if validation is not None and len(validation) == 0:
        raise ValueError("There are no validation pictures; expected at least one: leave validation out, or add some.")
    every, learning_rate = int(every or max(1, steps // 20)), float(learning_rate)
    average = None if average is None else float(average)
    crops = Crops(photos, config["scale"], kernel, crop=crop, batch=batch, seed=seed, augment=augment)
    recipe = {
        "model": {key: config[key] for key in ("builder", "scale", "options")},
        "data": getattr(photos, "source", "pictures"), "pictures": len(photos),
        "validation": getattr(validation, "source", None if validation is None else "pictures"),
        "kernel": kernel, "steps": steps, "seed": seed, "batch": batch, "crop": crop, "loss": loss,
        "learning_rate": learning_rate, "schedule": schedule, "average": average, "augment": augment, "every": every,
    }  # fmt: skip
    history = History({**recipe, "versions": versions()})
    watched = None
    if validation is not None:
        watched = make_pairs(validation, config["scale"], kernel=kernel)
        history.baseline = _mean_psnr(watched, lambda small: enlarge(small, config["scale"]))
    model.compile(optimizer=keras.optimizers.Adam(_learning_rates(learning_rate, schedule, steps)), loss=LOSSES[loss])
    start, folder = 0, None
    averages = [] if average is None else [weights.copy() for weights in model.get_weights()]
    if out is not None:
        folder = Path(out)
        start = _open_run(folder, model, averages, recipe, history, resume)
    _train(model, averages, crops, watched, history, range(start, steps), every, folder, progress)
    if averages:
        model.set_weights(averages)
    if folder is not None:
        card = {"kernel": kernel, "recipe": history.recipe, "seconds": round(history.seconds[-1], 1)}
        save_model(model, folder, **card)
        _sweep(folder)
    return history


def _train(model, averages, crops, watched, history, todo, every, folder, progress) -> None:
    from tqdm import tqdm

    bar = tqdm(total=len(todo) + todo.start, initial=todo.start, desc="training", unit="step", disable=not progress)
    before = history.seconds[-1] if history.seconds else 0.0
    clock = time.perf_counter()
    looking = 0.0  # seconds spent on validation and files, which are not training
    losses: list[float] = []  # since the last look
    for step in todo:
        small, large = crops(step)
        model.reset_metrics()  # so that what comes back is the loss of this step
        losses.append(float(np.ravel(model.train_on_batch(small, large))[0]))
        if not np.isfinite(losses[-1]):
            raise ValueError(
                f"The loss is {losses[-1]} at step {step + 1}; expected a finite number: begin again with a learning rate below {history.recipe['learning_rate']}."
            )
        if averages:
            _move_averages(averages, model, step, history.recipe["average"])
        bar.update()
        if (step + 1) % every and step + 1 != todo.stop:
            continue
        look = time.perf_counter()
        history.step.append(step + 1)
        history.loss.append(float(np.mean(losses)))
        history.seconds.append(before + look - clock - looking)
        with _weights_of(model, averages):
            history.psnr.append(float("nan") if watched is None else _mean_psnr(watched, lambda x: upscale(x, model)))
        losses.clear()
        bar.set_postfix(loss=f"{history.loss[-1]:.4f}", psnr=f"{history.psnr[-1]:.2f} dB")
        if folder is not None:
            _write_history(folder, history)
            _save_checkpoint(folder, model, averages, history)
        looking += time.perf_counter() - look
    bar.close()


def _move_averages(averages: list[np.ndarray], model, step: int, keep: float) -> None:
    """One step of the running average, in place; in NumPy, so that it is the same on every backend."""
    keep = min(keep, (1 + step) / (10 + step))  # an average over about the last tenth, until `keep` is reached
    for old, new in zip(averages, model.get_weights()):
        old += np.float32(1 - keep) * (new - old)


@contextmanager
def _weights_of(model, averages: list[np.ndarray]):
    """The averages in the model while one looks at it, then its own weights again; nothing where there are none."""
    if not averages:
        yield
        return
    own = [weights.copy() for weights in model.get_weights()]
    model.set_weights(averages)
    try:
        yield
    finally:
        model.set_weights(own)


def steps_within(minutes: float, model, photos, **settings) -> int:
    """How many steps of a training fit into some minutes on this machine, by timing a few.

    Parameters
    ----------
    minutes : float
    model : keras.Model
        Its weights are left as they are.
    photos : Photos, ndarray or list
    **settings
        `kernel`, `batch`, `crop`, `loss`, `average` as for :func:`fit`.

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
    first = model.get_weights()
    spent = fit(model, photos[:16], steps=16, every=1, **settings).seconds
    model.set_weights(first)
    per_step = float(np.median(np.diff(spent)))  # without the first step, which compiles
    return max(1, round(60 * minutes / max(1e-4, per_step)))


def versions() -> dict[str, str]:
    """Of what decides a result: Python, the backend, Keras, NumPy, srlib."""
    import platform
    from importlib.metadata import version

    from . import __version__

    backend = keras.backend.backend()
    return {
        "srlib": __version__, "python": platform.python_version(), "backend": backend, "keras": keras.__version__,
        backend: version("torch" if backend == "torch" else backend), "numpy": np.__version__,
    }  # fmt: skip


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
    """Mean PSNR over pairs: two arrays, taken together, or two lists of pictures whose sizes differ."""
    small, large = pairs
    if isinstance(small, list):
        return float(np.mean([psnr(method(x), y) for x, y in zip(small, large)]))
    return psnr(method(small), large)


# -- the run folder -----------------------------------------------------------------------------------------------------


def _open_run(folder: Path, model, averages: list, recipe: dict, history: History, resume: bool) -> int:
    """Make the folder of a new run, or take up the last good checkpoint of an old one; the step to start from."""
    file = folder / "recipe.json"
    if not file.exists():
        if folder.exists() and any(p != _scratch(file) for p in folder.iterdir()):
            raise FileExistsError(
                f"{folder} exists and is not a run of srlib; expected a folder that is new or empty: choose another --out."
            )
        folder.mkdir(parents=True, exist_ok=True)
        _replace(file, json.dumps(history.recipe, indent=2) + "\n")
        return 0
    if not resume:
        raise FileExistsError(
            f"{folder} holds a run already; expected a new folder: choose another --out, or --resume to go on with it."
        )
    try:
        found = json.loads(file.read_text())
    except ValueError:
        raise ValueError(
            f"{file} is damaged; expected the recipe that the run began with: choose another --out and begin again."
        ) from None
    for key, value in recipe.items():
        if found.get(key) != value:
            raise ValueError(
                f"{folder} was begun with {key} {found.get(key)!r}, and now it is {value!r}; expected the same recipe: resume with the old one, or choose another --out."
            )
    if (folder / "model.json").exists():
        load_model(folder)
        _sweep(folder)  # it may have been killed just before
        raise FileExistsError(
            f"{folder} holds a finished run; there is nothing to resume: choose another --out to train again."
        )
    for name in (_CHECKPOINT, _PREVIOUS):
        step = _load_checkpoint(folder / name, model, averages, history)
        if step is not None:
            return step
    return 0


def _sweep(folder: Path) -> None:
    """Leave of a finished run what it is kept for: no checkpoints, nothing half written by a run that was killed."""
    scratch = [_scratch(folder / name).name for name in ("recipe.json", "history.csv")]
    for name in (_CHECKPOINT, _PREVIOUS, _SCRATCH, *scratch):
        (folder / name).unlink(missing_ok=True)
    for half in folder.glob(f"{SAVING}*"):
        shutil.rmtree(half, ignore_errors=True)


def _replace(file: Path, text: str) -> None:
    """Write a text file in one step: a crash leaves the old content or the new."""
    _scratch(file).write_text(text)
    os.replace(_scratch(file), file)


def _scratch(file: Path) -> Path:
    return file.with_name(f".{file.name}.new")


def _write_history(folder: Path, history: History) -> None:
    file = folder / "history.csv"
    with _scratch(file).open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["step", "loss", "psnr", "seconds"])
        writer.writerows(zip(history.step, history.loss, history.psnr, history.seconds))
    os.replace(_scratch(file), file)


def _state(model) -> list:
    return [*model.weights, *model.optimizer.variables]


def _save_checkpoint(folder: Path, model, averages: list, history: History) -> None:
    arrays = {str(i): keras.ops.convert_to_numpy(v) for i, v in enumerate([*_state(model), *averages])}
    np.savez(folder / _SCRATCH, history=json.dumps(asdict(history)), **arrays)
    if (folder / _CHECKPOINT).exists():
        os.replace(folder / _CHECKPOINT, folder / _PREVIOUS)
    os.replace(folder / _SCRATCH, folder / _CHECKPOINT)


def _load_checkpoint(file: Path, model, averages: list, history: History) -> int | None:
    """Put a checkpoint into the model, its averages and the history; None where it is missing, another run's, or damaged (the zip's sums tell)."""
    model.optimizer.build(model.trainable_variables)
    state = _state(model)
    try:
        with np.load(file, allow_pickle=False) as saved:
            arrays = [saved[str(i)] for i in range(len(state) + len(averages))]
            told = json.loads(str(saved["history"]))
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, MemoryError, zipfile.BadZipFile):
        return None
    begun, now = ({**recipe, "versions": None} for recipe in (told.pop("recipe", {}), history.recipe))
    if begun != now or any(
        array.shape != tuple(variable.shape) for array, variable in zip(arrays, [*state, *averages])
    ):
        return None
    for array, variable in zip(arrays, state):
        variable.assign(array)
    averages[:] = arrays[len(state) :]
    for key, value in told.items():
        setattr(history, key, value)
    return history.step[-1]
