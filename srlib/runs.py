"""The folder of a training: its recipe, its history, its checkpoint; written so that a kill at any moment loses little.

Enters: a model in training and its :class:`History`. Leaves: files, and from them the place where the training stopped.
Lesson 03 (``03_autoencoder``) reads a history.

Every file is written beside its place and moved there in one step. A checkpoint holds the weights and what the optimiser
knows, to the last bit; the one before it is kept, for the case that the newest does not read.
"""

import csv
import json
import os
import shutil
import warnings
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from ._backend import keras
from ._writing import check_folder
from .checkpoints import RECIPE, SAVING, load_model
from .models import BUILDERS

_CHECKPOINT, _PREVIOUS, _SCRATCH = "checkpoint.npz", "checkpoint.previous.npz", ".checkpoint.new.npz"
# What may differ when a run is taken up again: the versions are told, the images are known by their sum
_MAY_DIFFER = ("versions", "data")
_SINCE = {"optimizer": "adam", "precision": "float32", "frozen": []}  # what a recipe that does not name it meant


@dataclass(eq=False)
class History:
    """What a training did.

    Attributes
    ----------
    recipe : dict
        Everything needed to do it again: model, images, degradation, steps, seed, versions.
    step, loss, psnr, seconds : list
        One entry per look: steps done; mean training loss since the last look; PSNR on the validation images in dB
        (NaN without any); seconds of training so far.
    baseline : float
        PSNR of linear upscaling on the validation images, dB (NaN without any).
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


# -- a run begins, goes on, ends ------------------------------------------------------------------------------------------


def open_run(folder: Path, model, averages: list, history: History, resume: bool) -> int:
    """Make the folder of a new run, or take up the last good checkpoint of an old one.

    Parameters
    ----------
    folder : Path
    model : keras.Model
        Compiled; gets the weights and the optimiser's state of the checkpoint.
    averages : list of ndarray
        The running average of the weights, empty without one; filled in place.
    history : History
        Its recipe is what the run must have begun with; the rest is filled in.
    resume : bool

    Returns
    -------
    int
        The step to start from.

    Raises
    ------
    FileExistsError
        A folder of somebody else, a run where none is to be resumed, a finished run.
    ValueError
        Another recipe, a damaged one.

    Warns
    -----
    UserWarning
        A checkpoint that is damaged or another run's, and what is used instead.
    """
    file = folder / RECIPE
    check_run(folder, resume)
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _replace(file, json.dumps(history.recipe, indent=2) + "\n")
        return 0
    _check_recipe(folder, history.recipe)
    if (folder / "model.json").exists():
        load_model(folder)
        sweep(folder)  # it may have been killed just before
        raise FileExistsError(
            f"{folder} holds a finished run; there is nothing to resume: choose another --out to train again."
        )
    refused = []
    for name in (_CHECKPOINT, _PREVIOUS):
        try:
            step = _load_checkpoint(folder / name, model, averages, history)
        except ValueError as error:
            refused.append(str(error))
            continue
        if step is not None:
            break
    else:
        step = 0
    if refused:
        warnings.warn(
            f"{' and '.join(refused)}; expected the checkpoint of this run: it goes on from {f'the one before, at step {step}' if step else 'the beginning'}.",
            stacklevel=2,
        )
    return step


def check_run(folder: Path, resume: bool) -> None:
    """Fail before the work is done where a run can neither begin nor go on in a folder."""
    file = folder / RECIPE
    if file.exists() and not resume:
        raise FileExistsError(
            f"{folder} holds a run already; expected a new folder: choose another --out, or --resume to go on with it."
        )
    check_folder(folder)
    if not file.exists() and folder.exists() and any(p != _scratch(file) for p in folder.iterdir()):
        raise FileExistsError(
            f"{folder} exists and is not a run of srlib; expected a folder that is new or empty: choose another --out."
        )


def read_recipe(folder: Path) -> dict:
    """The recipe that a run began with.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict
        With what was the only way where it was written by an older srlib.

    Raises
    ------
    ValueError
        It is damaged.
    """
    try:
        return _completed(json.loads((folder / RECIPE).read_text()))
    except (ValueError, TypeError, AttributeError):  # no JSON, or something else in it than srlib writes
        raise ValueError(
            f"{folder / RECIPE} is damaged; expected the recipe that the run began with: choose another --out and begin again."
        ) from None


def _check_recipe(folder: Path, recipe: dict) -> None:
    found, recipe = read_recipe(folder), _completed(recipe)
    for key in recipe:
        if key not in (*_MAY_DIFFER, "start") and found.get(key) != recipe[key]:
            raise ValueError(
                f"{folder} was begun with {key} {found.get(key)!r}, and now it is {recipe[key]!r}; expected the same recipe: resume with the old one, or choose another --out."
            )
    if found.get("start") != recipe["start"]:  # last: another seed may be why
        raise ValueError(
            f"{folder} was begun from other first weights than the model has now; expected those again: build or load it as before, and then resume, or choose another --out."
        )


def _completed(recipe: dict) -> dict:
    """A recipe that an older srlib wrote, or of a network that it made, with what was the only way then."""
    recipe, model = {**_SINCE, **recipe}, recipe.get("model") or {}
    if model.get("builder") in BUILDERS:
        options = {**BUILDERS[model["builder"]].__kwdefaults__, **model.get("options", {})}
        recipe["model"] = {**model, "options": options}
    return recipe


def save_progress(folder: Path, model, averages: list, history: History) -> None:
    """Write the history and a checkpoint."""
    file = folder / "history.csv"
    with _scratch(file).open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["step", "loss", "psnr", "seconds"])
        writer.writerows(zip(history.step, history.loss, history.psnr, history.seconds))
    os.replace(_scratch(file), file)
    arrays = {str(i): keras.ops.convert_to_numpy(v) for i, v in enumerate([*_state(model), *averages])}
    try:
        np.savez(folder / _SCRATCH, history=json.dumps(asdict(history)), **arrays)
    except BaseException:  # a full disk
        (folder / _SCRATCH).unlink(missing_ok=True)
        raise
    if (folder / _CHECKPOINT).exists():
        os.replace(folder / _CHECKPOINT, folder / _PREVIOUS)
    os.replace(folder / _SCRATCH, folder / _CHECKPOINT)


def sweep(folder: Path) -> None:
    """Leave of a finished run what it is kept for: no checkpoints, nothing half written by a run that was killed."""
    scratch = [_scratch(folder / name).name for name in (RECIPE, "history.csv")]
    for name in (_CHECKPOINT, _PREVIOUS, _SCRATCH, *scratch):
        (folder / name).unlink(missing_ok=True)
    for half in folder.glob(f"{SAVING}*"):
        shutil.rmtree(half, ignore_errors=True)


# -- checkpoints ----------------------------------------------------------------------------------------------------------


def _state(model) -> list:
    return [*model.weights, *model.optimizer.variables]


def _load_checkpoint(file: Path, model, averages: list, history: History) -> int | None:
    """Put a checkpoint into the model, its averages and the history; its step, or None where there is none.

    A damaged one (the zip's sums tell) or another run's is a ValueError that begins a sentence.
    """
    model.optimizer.build(model.trainable_variables)
    state = _state(model)
    try:
        with np.load(file, allow_pickle=False) as saved:
            arrays = [saved[str(i)] for i in range(len(state) + len(averages))]
            told = json.loads(str(saved["history"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, MemoryError, zipfile.BadZipFile):
        raise ValueError(f"{file} is damaged") from None
    recipes = _completed(told.pop("recipe", {})), _completed(history.recipe)
    begun, now = ({**recipe, **dict.fromkeys(_MAY_DIFFER)} for recipe in recipes)
    if begun != now or any(
        array.shape != tuple(variable.shape) for array, variable in zip(arrays, [*state, *averages])
    ):
        raise ValueError(f"{file} belongs to another run")
    for array, variable in zip(arrays, state):
        variable.assign(array)
    averages[:] = arrays[len(state) :]
    for key, value in told.items():
        setattr(history, key, value)
    return history.step[-1]


def _replace(file: Path, text: str) -> None:
    """Write a text file in one step: a crash leaves the old content or the new."""
    _scratch(file).write_text(text)
    os.replace(_scratch(file), file)


def _scratch(file: Path) -> Path:
    return file.with_name(f".{file.name}.new")
