"""Trained networks on disk: a card beside the weights, and the networks that travel with the package.

A folder holds ``model.json``, the card with the builder's name and options, and ``model.weights.h5``. Nothing is pickled
and no code is stored, so a stranger's folder can do no harm, and it is read by every version of Keras.
"""

import json
import os
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np

from .models import build_model, clone_model, collapse, known_card, self_ensemble
from .recipe import ModelCard
from .safe_files import write_text, write_whole

WEIGHTS = Path(__file__).parent / "weights"
RECIPE = "recipe.json"  # what a training writes first; a folder without it holds none
CARD = "model.json"
_WEIGHTS_FILE = "model.weights.h5"
_LARGEST_HALF = float(np.finfo(np.float16).max)


def shipped() -> dict[str, ModelCard]:
    """The networks whose weights travel with the package: name -> card.

    Examples
    --------
    >>> from srlib.checkpoints import shipped
    >>> shipped()["small_x2"].architecture.builder
    'subpixel'
    """
    return {name: read_card(WEIGHTS / name) for name in _shipped_names()}


def _shipped_names() -> list[str]:
    return sorted(file.parent.name for file in WEIGHTS.glob(f"*/{CARD}"))


def default_network(scale: int | None = None) -> str:
    """The name of the network that upscales by `scale` where no other is asked for; by 2 unless given.

    Raises
    ------
    ValueError
        No network of that scale travels with the package.

    Examples
    --------
    >>> from srlib.checkpoints import default_network
    >>> default_network(), default_network(4)
    ('small_x2', 'small_x4')
    """
    name = f"small_x{2 if scale is None else scale}"
    if name not in _shipped_names():
        scales = [other.removeprefix("small_x") for other in _shipped_names() if other.startswith("small_x")]
        raise ValueError(
            f"scale is {scale}, and no network of that scale travels with srlib; expected {', '.join(scales[:-1])} or {scales[-1]}: choose one of these, or name an interpolation, such as bicubic."
        )
    return name


def known(name: str) -> bool:
    """Whether a network of this name travels with the package, or there is a folder that may hold one."""
    return name in _shipped_names() or Path(name).is_dir()


def read_card(folder: Path) -> ModelCard:
    """The card of the network in a folder.

    Raises
    ------
    ValueError
        A file that is damaged, or no card.
    """
    try:
        return ModelCard.from_dict(json.loads((folder / CARD).read_text("utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"it does not say {error}" if isinstance(error, KeyError) else error
        raise ValueError(
            f"{folder / CARD} does not describe a model ({what}); expected what `srlib train` writes: train again, or restore the file."
        ) from None


def save_model(model, folder: str | Path, *, half: bool = False, card: ModelCard | None = None) -> Path:
    """Write a model as its card beside its weights; what an optimiser knows is left out.

    What was trained wide is written as the ordinary network that it is; see :func:`srlib.models.collapse`.

    Parameters
    ----------
    model : keras.Model
        From :func:`build_model` or :func:`load_model`.
    folder : str or Path
        Made if missing. Each file in it is replaced in one step, so that a crash leaves the old one or the new one.
    half : bool
        Store the weights in half precision: half the size, good to three digits.
    card : ModelCard, optional
        What to tell of the model instead of its own card; the architecture must be the same.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ValueError
        A model that no builder made; a card of another architecture; with `half`, weights above 65,504.

    Examples
    --------
    >>> import tempfile, srlib
    >>> from srlib.checkpoints import save_model
    >>> model = srlib.build_model("espcn", width=8)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = srlib.load_model(save_model(model, folder))
    >>> again.card == model.card
    True
    """
    own = known_card(model, "use Keras' own model.save for others")
    if card is not None and card.architecture != own.architecture:
        raise ValueError(
            f"The card is of {card.architecture}, and the model is {own.architecture}; expected a card of this model: leave it out for the model's own."
        )
    bare, folder = clone_model(collapse(model)), Path(folder)  # not compiled: no optimiser to save
    card = replace(card or own, architecture=bare.card.architecture)

    def fill(scratch: Path) -> None:
        named = scratch.with_name(f"{scratch.name}.weights.h5")  # Keras insists on the end of the name
        try:
            bare.save_weights(named)
            if half:
                _halve(named)
            os.replace(named, scratch)
        finally:
            named.unlink(missing_ok=True)

    write_whole(folder / _WEIGHTS_FILE, fill)
    write_text(folder / CARD, json.dumps(card.to_dict(), indent=2) + "\n")
    return folder


def _halve(path: Path) -> None:
    """Rewrite a weights file with every array in half precision (HDF5 does not give room back in place)."""
    import h5py

    other = path.with_name(f"{path.name}.half")
    with h5py.File(path, "r") as old, h5py.File(other, "w") as new:

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

        try:
            old.visititems(copy)
        except ValueError:
            other.unlink(missing_ok=True)
            raise
        for key, value in old.attrs.items():
            new.attrs[key] = value
    os.replace(other, path)


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
        As :func:`build_model` gives it; `model.card` holds what is known of it.

    Raises
    ------
    ValueError
        Neither a shipped name nor a folder; a folder without a model; a damaged or foreign file in it.

    Warns
    -----
    UserWarning
        There is a model in a folder of the name, too.

    Examples
    --------
    >>> import srlib
    >>> srlib.load_model("small_x2").card.scale
    2
    """
    folder = Path(name)
    if isinstance(name, str) and name in _shipped_names():
        if (folder / CARD).is_file():
            warnings.warn(
                f"{name!r} is a network of srlib's, which is taken, and a folder here; for that write ./{name}.",
                stacklevel=2,
            )
        folder = WEIGHTS / name
    elif isinstance(name, str) and name.endswith("+") and not folder.is_dir():
        return self_ensemble(load_model(name[:-1]))
    _check_finished(folder, name)
    card, weights = read_card(folder), folder / _WEIGHTS_FILE
    try:
        model = build_model(card.architecture.builder, card.scale, **card.architecture.options)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{folder / CARD} does not describe a model ({error}); expected what `srlib train` writes: train again, or restore the file."
        ) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras warns of what it also raises
            model.load_weights(weights)
    except Exception as error:  # h5py and Keras raise a dozen kinds here
        reason = str(error).splitlines()[0].partition(". Example")[0] if str(error) else type(error).__name__
        raise ValueError(
            f"{weights} does not hold the weights of {card.architecture.builder} ({reason}); expected what `srlib train` writes: train again, or restore the file."
        ) from None
    model.card = card
    return model


def _check_finished(folder: Path, name) -> None:
    if not folder.is_dir():
        raise ValueError(
            f"There is no model {str(name)!r}; expected one of {', '.join(_shipped_names())}, or a folder that `srlib train` wrote: `srlib models` shows them."
        )
    for file in (CARD, _WEIGHTS_FILE):
        if not (folder / file).is_file():
            if (folder / RECIPE).is_file():
                raise ValueError(
                    f"{folder} is a training that is not finished; expected a finished one: let it end, with the command that began it and --resume."
                )
            raise ValueError(
                f"{folder} has no {file}, so it is no finished model; expected a folder that `srlib train` wrote: train into it, or give another."
            )
