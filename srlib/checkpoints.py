"""Trained networks on disk: a card beside the weights, and the networks that travel with the package.

A folder holds ``model.json``, the card with the builder's name and options, and ``model.weights.h5``. Nothing is pickled
and no code is stored, so that a stranger's folder can do no harm, and it is read by every version of Keras. What the
folder claims is compared with the size of its files before anything is built. The card also holds the SHA-256 of the
weights.
"""

import contextlib
import json
import os
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np

from .backend import check_process, keras
from .data.cache import sha256_of
from .mixing import between
from .models import clone_model, collapse, count_weights, known_card, laid_out, self_ensemble
from .network_files import (  # noqa: F401 (some are found here, too)
    CARD,
    WEIGHTS,
    WEIGHTS_FILE,
    default_network,
    default_scales,
    known,
    mixed,
    shipped_names,
)
from .recipe import Architecture, ModelCard
from .safe_files import read_json, write_text, write_whole

RECIPE = "recipe.json"  # what a training writes first; a folder without it holds none
_SUM = "weights_sha256"  # in the card; older ones have none
_LARGEST_HALF = float(np.finfo(np.float16).max)
_OPTION = 256  # up to here, a number in an architecture needs no large file of weights to be believed


def shipped() -> dict[str, ModelCard]:
    """The networks whose weights travel with the package: name -> card.

    Examples
    --------
    >>> from srlib.checkpoints import shipped
    >>> shipped()["small_x2"].architecture.builder
    'subpixel'
    """
    return {name: read_card(WEIGHTS / name) for name in shipped_names()}


def read_card(folder: Path) -> ModelCard:
    """The card of the network in a folder.

    Raises
    ------
    ValueError
        A file that is damaged, or no card.
    """
    return _read_card(folder)[0]


def _read_card(folder: Path) -> tuple[ModelCard, str | None]:
    """The card, and the SHA-256 that it knows of the weights."""
    try:
        told = read_json(folder / CARD)
        checksum = told.pop(_SUM, None)
        return ModelCard.from_dict(told), checksum
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise _no_card(folder, f"it does not say {error}" if isinstance(error, KeyError) else error) from None


def _no_card(folder: Path, what) -> ValueError:
    return ValueError(
        f"{folder / CARD} does not describe a model ({what!s:.300}); expected what `srlib train` writes: train again, or restore the file."
    )


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
    told = replace(card or own, architecture=bare.card.architecture).to_dict()

    def fill(scratch: Path) -> None:
        bare.save_weights(scratch)
        if half:
            _halve(scratch)
        told[_SUM] = sha256_of(scratch)

    write_whole(folder / WEIGHTS_FILE, fill)
    write_text(folder / CARD, json.dumps(told, indent=2) + "\n")
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
        ``./NAME``. With a plus behind it, its :func:`self_ensemble`; ``sharp_x4@0.5`` lies half-way from ``small_x4`` to
        ``sharp_x4``.

    Returns
    -------
    keras.Model
        As :func:`build_model` gives it; `model.card` holds what is known of it.

    Raises
    ------
    ValueError
        Neither a shipped name nor a folder; a folder without a model; a damaged or foreign file in it.
    ImportError
        Keras is not installed.

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
    check_process()
    return read_model(name)


def read_model(name: str | Path):
    """A trained network as :func:`load_model` gives it; where there is no Keras, the outline of one, with its weights.

    Parameters
    ----------
    name : str or Path

    Returns
    -------
    keras.Model or srlib.outline.Model

    Raises
    ------
    ValueError
        As for :func:`load_model`.

    Examples
    --------
    >>> from srlib.checkpoints import read_model
    >>> read_model("small_x2").count_params()
    93956
    """
    folder = Path(name)
    if isinstance(name, str) and name in shipped_names():
        if os.path.isfile(folder / CARD):
            warnings.warn(
                f"{name!r} is a network of srlib's, which is taken, and a folder here; for that write ./{name}.",
                stacklevel=3,
            )
        folder = WEIGHTS / name
    elif isinstance(name, str) and name.endswith("+") and not os.path.isdir(folder):
        return self_ensemble(read_model(name[:-1]))
    elif isinstance(name, str) and (parts := mixed(name)) and not os.path.isdir(folder):
        return between(*map(read_model, parts[:2]), parts[2])
    _check_finished(folder, name)
    (card, checksum), weights = _read_card(folder), folder / WEIGHTS_FILE
    if checksum is not None and checksum != sha256_of(weights):
        raise ValueError(
            f"{weights} is not the file that {CARD} was written with, as its SHA-256 is another; expected both as `srlib train` wrote them: fetch or restore them together."
        )
    try:
        _check_possible(folder, card.architecture)
        model = laid_out(card.architecture.builder, card.scale, **card.architecture.options)
    except (ValueError, TypeError, RecursionError) as error:
        raise _no_card(folder, error) from None
    try:
        _check_arrays(weights)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras warns of what it also raises
            model.load_weights(weights)
    except Exception as error:  # h5py and Keras raise a dozen kinds here
        reason = str(error).splitlines()[0].partition(". Example")[0] if str(error) else type(error).__name__
        raise _no_weights(weights, card, reason) from None
    for variable in model.weights:
        if not np.isfinite(keras.ops.convert_to_numpy(variable)).all():
            raise _no_weights(weights, card, f"{variable.path} holds NaN or infinity")
    model.card = card
    return model


def _no_weights(weights: Path, card: ModelCard, reason: str) -> ValueError:
    return ValueError(
        f"{weights} does not hold the weights of {card.architecture.builder} ({reason}); expected what `srlib train` writes: train again, or restore the file."
    )


def _check_possible(folder: Path, architecture: Architecture) -> None:
    """Whether it is a network whose weights can be in a file of that size; nothing is allocated to find out."""
    if architecture.ensemble:
        raise ValueError("it says ensemble, and a self-ensemble is the network with a + behind its name")
    size = (folder / WEIGHTS_FILE).stat().st_size
    for name, value in {"scale": architecture.scale, **architecture.options}.items():
        # both width and depth take that many bytes of a file at least
        if isinstance(value, int) and value > max(_OPTION, size // 500):
            raise ValueError(f"{name} is {value}, too much for weights of {size:,} bytes")
    count = 0
    with contextlib.suppress(ValueError, TypeError):  # laid_out will say
        count = count_weights(architecture.builder, architecture.scale, **architecture.options)
    if count > 8 * size:  # two bytes each, and with a symmetry the file holds one in 16
        raise ValueError(f"it has {count:,} weights, and {WEIGHTS_FILE} {size:,} bytes")


def _check_arrays(path: Path) -> None:
    """An array of HDF5 may be declared of any size; whether those here are in the file."""
    import h5py

    def look(name, item):
        if isinstance(item, h5py.Dataset) and item.nbytes > path.stat().st_size:
            raise ValueError(f"it declares an array of {item.nbytes:,} bytes, more than it holds")

    with h5py.File(path, "r") as file:
        file.visititems(look)


def _check_finished(folder: Path, name) -> None:
    if not os.path.isdir(folder):
        raise ValueError(
            f"There is no model {str(name)!r:.200}; expected one of {', '.join(shipped_names())}, or a folder that `srlib train` wrote: `srlib models` shows them."
        )
    for file in (CARD, WEIGHTS_FILE):
        if not (folder / file).is_file():
            if (folder / RECIPE).is_file():
                raise ValueError(
                    f"{folder} is a training that is not finished; expected a finished one: let it end, with the command that began it and --resume."
                )
            raise ValueError(
                f"{folder} has no {file}, so it is no finished model; expected a folder that `srlib train` wrote: train into it, or give another."
            )
