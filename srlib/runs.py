"""The folder of a training: its recipe, its history, its checkpoint; written so that a kill at any moment loses little.

A checkpoint holds the weights and what the optimiser knows, to the last bit, in one file: with two, a kill between them would
lose the run. The one before it is kept, for the case that the newest does not read. Lesson 03 (``03_autoencoder``) reads a
history.
"""

import csv
import io
import json
import os
import warnings
import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np

from .backend import keras
from .callbacks import History
from .checkpoints import CARD, RECIPE, load_model, save_model
from .images import check_count
from .recipe import Architecture, Run
from .safe_files import check_folder, read_json, write_text, write_whole
from .scratch_files import is_scratch, sweep

_CHECKPOINT, _PREVIOUS = "checkpoint.npz", "checkpoint.previous.npz"
_SERIES = ("step", "loss", "psnr", "seconds", "discriminator")  # of a history; the last where there is one


def open_run(folder: Path, models: tuple, averages: list, history: History, resume: bool) -> int:
    """Make the folder of a new run, or take up the last good checkpoint of an old one.

    Parameters
    ----------
    folder : Path
    models : tuple of keras.Model
        Compiled; get the weights and the optimisers' states of the checkpoint.
    averages : list of ndarray
        The moving average of the weights, empty without one; filled in place.
    history : History
        Its run is what the folder must have begun with; the rest is filled in.
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
    begin_run(folder, history, resume)
    architecture, run = read_recipe(folder)
    different = (
        ("model", str(architecture), str(history.architecture))
        if architecture != history.architecture
        else run.differs_from(history.run)
    )
    if different:
        raise ValueError(_told_apart(folder, *different))
    if (folder / CARD).exists():
        load_model(folder)
        _clear(folder)  # it may have been killed just before
        raise FileExistsError(
            f"{folder} holds a finished run; there is nothing to resume: choose another --out to train again."
        )
    step, refused = 0, []
    for name in (_CHECKPOINT, _PREVIOUS):
        try:
            step = _load_checkpoint(folder / name, models, averages, history)
        except ValueError as error:
            refused.append(str(error))
            continue
        if step:
            break
    if refused:
        warnings.warn(
            f"{' and '.join(refused)}; expected the checkpoint of this run: it goes on from {f'the one before, at step {step}' if step else 'the beginning'}.",
            stacklevel=2,
        )
    return step


def begin_run(folder: Path, history: History, resume: bool) -> None:
    """Make the folder of a new run, with its recipe; of an old one only look whether it may be resumed.

    Raises
    ------
    FileExistsError
        A folder of somebody else, a run where none is to be resumed.
    """
    check_run(folder, resume)
    if not (folder / RECIPE).exists():
        write_text(folder / RECIPE, json.dumps(_described(history), indent=2) + "\n")


def _told_apart(folder: Path, name: str, found, now) -> str:
    if name == "start_sha256":
        return f"{folder} was begun from other first weights than the model has now; expected those again: build or load it as before, and then resume, or choose another --out."
    plain = lambda value: repr(value) if isinstance(value, (str, int, float, tuple)) else str(value)
    return f"{folder} was begun with {name} {plain(found)}, and now it is {plain(now)}; expected the same recipe: resume with the old one, or choose another --out."


def check_run(folder: Path, resume: bool) -> None:
    """Fail before the work is done where a run can neither begin nor go on in a folder."""
    begun = (folder / RECIPE).exists()
    if begun and not resume:
        raise FileExistsError(
            f"{folder} holds a run already; expected a new folder: choose another --out, or --resume to go on with it."
        )
    check_folder(folder)
    if not begun and folder.exists() and not all(map(is_scratch, folder.iterdir())):
        raise FileExistsError(
            f"{folder} exists and is not a run of srlib; expected a folder that is new or empty: choose another --out."
        )


def read_recipe(folder: Path) -> tuple[Architecture, Run]:
    """What a run began with.

    Raises
    ------
    ValueError
        It is damaged.
    """
    try:
        told = read_json(folder / RECIPE)
        return Architecture(**told["architecture"]), Run.from_dict(told["run"])
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):  # no JSON, or not what srlib writes
        raise ValueError(
            f"{folder / RECIPE} is damaged; expected the recipe that the run began with: choose another --out and begin again."
        ) from None


def _described(history: History) -> dict:
    return {"architecture": asdict(history.architecture), "run": history.run.to_dict()}


def save_progress(folder: Path, models: tuple, averages: list, history: History) -> None:
    """Write the history and a checkpoint."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    series = {name: values for name in _SERIES if (values := getattr(history, name))}
    writer.writerow(series)
    writer.writerows(zip(*series.values()))
    write_text(folder / "history.csv", table.getvalue())
    arrays = {str(i): keras.ops.convert_to_numpy(v) for i, v in enumerate([*_state(models), *averages])}
    told = _described(history) | {name: getattr(history, name) for name in (*_SERIES, "baseline")}

    def fill(scratch: Path) -> None:
        np.savez(scratch, history=json.dumps(told), **arrays)
        if (folder / _CHECKPOINT).exists():  # now that there is a newer one
            os.replace(folder / _CHECKPOINT, folder / _PREVIOUS)

    write_whole(folder / _CHECKPOINT, fill)


def finish_run(folder: Path, model) -> None:
    """Write the trained network, and leave of the run what it is kept for."""
    save_model(model, folder)
    _clear(folder)


def _clear(folder: Path) -> None:
    for name in (_CHECKPOINT, _PREVIOUS):
        (folder / name).unlink(missing_ok=True)
    sweep(folder)


def _state(models: tuple) -> list:
    """All that compiled models know; what two of them share, once."""
    known = (v for model in models for v in (*model.weights, *model.optimizer.variables))
    return list({id(variable): variable for variable in known}.values())


def _load_checkpoint(file: Path, models: tuple, averages: list, history: History) -> int:
    """Put a checkpoint into the models, the averages and the history; its step, 0 where there is none.

    A damaged one (the zip's sums tell) or another run's is a ValueError that begins a sentence.
    """
    for model in models:
        if not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
    state = _state(models)
    try:
        with np.load(file, allow_pickle=False) as saved:
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in saved.zip.infolist()):
                raise ValueError  # none of srlib's: it could unpack to anything
            arrays = [saved[str(i)] for i in range(len(state) + len(averages))]
            told = json.loads(str(saved["history"]))
        architecture, run = Architecture(**told["architecture"]), Run.from_dict(told["run"])
        series = {name: told[name] for name in (*_SERIES, "baseline") if name in told}
        step = check_count(series["step"][-1], "step")
    except FileNotFoundError:
        return 0
    except Exception:  # a file that anything may be in can raise anything
        raise ValueError(f"{file} is damaged") from None
    fits = all(array.shape == tuple(variable.shape) for array, variable in zip(arrays, [*state, *averages]))
    if architecture != history.architecture or run.differs_from(history.run) or not fits:
        raise ValueError(f"{file} belongs to another run")
    for array, variable in zip(arrays, state):
        variable.assign(array)
    averages[:] = arrays[len(state) :]
    for name, values in series.items():
        setattr(history, name, values)
    return step
