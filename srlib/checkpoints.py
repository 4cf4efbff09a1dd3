"""Trained networks on disk: a builder's name and options beside the weights, and the networks that travel with the package."""

import json
import os
import tempfile
import warnings
from pathlib import Path

import numpy as np

from .models import WHAT_IT_IS, build_model, config_of, self_ensemble, twin

WEIGHTS = Path(__file__).parent / "weights"
SAVING = ".saving-"  # how the folder begins in which a model is written before it is moved to its place
_LARGEST_HALF = float(np.finfo(np.float16).max)
RECIPE = "recipe.json"  # what a training writes first; a folder without it holds none
_CONFIG, _WEIGHTS_FILE = "model.json", "model.weights.h5"


def shipped() -> dict[str, dict]:
    """The networks whose weights travel with the package, by name, with what `model.json` says of each."""
    return {f.parent.name: json.loads(f.read_text()) for f in sorted(WEIGHTS.glob(f"*/{_CONFIG}"))}


def known(name: str) -> bool:
    """Whether a network of this name travels with the package, or there is a folder that may hold one."""
    return name in shipped() or Path(name).is_dir()


def save_model(model, folder: str | Path, *, half: bool = False, **card) -> Path:
    """Write a model as a builder's name and options beside its weights; what an optimiser knows is left out.

    Parameters
    ----------
    model : keras.Model
        From :func:`build_model` or :func:`load_model`.
    folder : str or Path
        Made if missing. Each file in it is replaced in one step, so that a crash leaves the old one or the new one.
    half : bool
        Store the weights in half precision: half the size, good to three digits.
    **card
        What else `model.json` should say, such as the kernel it was trained for.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ValueError
        A model that no builder made; a card that names its builder, scale or options; with `half`, weights above 65,504.
    """
    config = config_of(model, "use Keras' own model.save for others")
    taken = sorted(set(WHAT_IT_IS) & set(card))
    if taken:
        raise ValueError(
            f"The card names {', '.join(taken)}, which the model itself decides; expected what else is to be told: leave it out."
        )
    bare = twin(model)  # not compiled: no optimiser to save
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=SAVING) as scratch:
        weights, told = Path(scratch) / _WEIGHTS_FILE, Path(scratch) / _CONFIG
        bare.save_weights(weights)
        if half:
            _halve(weights)
        told.write_text(json.dumps({**config, **card}, indent=2) + "\n")
        os.replace(weights, folder / _WEIGHTS_FILE)
        os.replace(told, folder / _CONFIG)
    return folder


def _halve(path: Path) -> None:
    """Rewrite a weights file with every array in half precision (HDF5 does not give room back in place)."""
    import h5py

    with h5py.File(path, "r") as old, h5py.File(path.with_name("half.weights.h5"), "w") as new:

        def copy(name, item):
            if isinstance(item, h5py.Dataset):
                data = item[()]
                if data.dtype.kind == "f":
                    largest = np.abs(data[np.isfinite(data)]).max(initial=0)
                    if largest > _LARGEST_HALF:
                        raise ValueError(
                            f"A weight of {name} is {largest:g} in size, and half precision ends at {_LARGEST_HALF:g}; expected smaller ones: save with half=False."
                        )
                    data = data.astype(np.float16)
                new.create_dataset(name, data=data)
            else:
                new.require_group(name)
            for key, value in item.attrs.items():
                new[name].attrs[key] = value

        old.visititems(copy)
        for key, value in old.attrs.items():
            new.attrs[key] = value
    os.replace(path.with_name("half.weights.h5"), path)


def load_model(name: str | Path):
    """A trained network, by name or from a folder that ``srlib train`` wrote.

    Parameters
    ----------
    name : str or Path
        A shipped network (``srlib models`` lists them), or a folder; one that is called like a shipped network is
        ``./NAME``. With a plus behind it, its :func:`self_ensemble`.

    Returns
    -------
    keras.Model
        As :func:`build_model` gives it; `model.srlib_config` holds what is known of it.

    Raises
    ------
    ValueError
        Neither a shipped name nor a folder; a folder without a model; a damaged or foreign file in it.

    Warns
    -----
    UserWarning
        There is a model in a folder of the name, too.
    """
    folder = Path(name)
    if isinstance(name, str) and name in shipped():
        if (folder / _CONFIG).is_file():
            warnings.warn(
                f"{name!r} is a network of srlib's, which is taken, and a folder here; for that write ./{name}.",
                stacklevel=2,
            )
        folder = WEIGHTS / name
    elif isinstance(name, str) and name.endswith("+") and not folder.is_dir():
        return self_ensemble(load_model(name[:-1]))
    if not folder.is_dir():
        raise ValueError(
            f"There is no model {str(name)!r}; expected one of {', '.join(shipped())}, or a folder that `srlib train` wrote: `srlib models` shows them."
        )
    config, weights = folder / _CONFIG, folder / _WEIGHTS_FILE
    for file in (config, weights):
        if not file.is_file():
            if (folder / RECIPE).is_file():
                raise ValueError(
                    f"{folder} is a training that is not finished; expected a finished one: let it end, with the command that began it and --resume."
                )
            raise ValueError(
                f"{folder} has no {file.name}, so it is no finished model; expected a folder that `srlib train` wrote: train into it, or give another."
            )
    try:
        card = json.loads(config.read_text())
        model = build_model(card["builder"], card["scale"], **card["options"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{config} does not describe a model ({error}); expected what `srlib train` writes: train again, or restore the file."
        ) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras warns of what it also raises
            model.load_weights(weights)
    except Exception as error:  # h5py and Keras raise a dozen kinds here
        reason = str(error).splitlines()[0].partition(". Example")[0] if str(error) else type(error).__name__
        raise ValueError(
            f"{weights} does not hold the weights of {card['builder']} ({reason}); expected what `srlib train` writes: train again, or restore the file."
        ) from None
    model.srlib_config = card
    return model
