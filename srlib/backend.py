"""Keras, loaded once and quietly; or, where there is none, the outline of it.

TensorFlow greets every start with lines about oneDNN and CUDA that look like errors and are none. They are held back
here, and shown after all if the import fails. Every module that needs Keras takes it from here:
``from .backend import keras``. Where Keras is not installed, or a command has said that it needs none, that name is
:data:`srlib.outline.keras`, on which networks are described and not computed.
"""

import importlib.util
import json
import os
import sys
import warnings
from pathlib import Path

import numpy as np

from . import outline
from ._quiet import native_stderr_held

BACKENDS = ("tensorflow", "jax")
_PID = os.getpid()


def _load():
    if outline.is_enough() or importlib.util.find_spec("keras") is None:
        return outline.keras
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # TensorFlow prepares a convolution for every size of an image, and each thread that starts operations keeps the last
    # 1,024, some 100 MB. There would be one such thread for every core. (An operation still runs on all cores.)
    os.environ.setdefault("TF_NUM_INTEROP_THREADS", "2")
    if os.path.expanduser("~") == "~":  # the user has no home: Keras would make a folder called ~ here for its settings
        os.environ.setdefault("KERAS_HOME", os.devnull)
    file = Path(os.environ.get("KERAS_HOME") or Path("~/.keras").expanduser()) / "keras.json"
    changed = _choose_backend(file)
    try:
        with native_stderr_held(told_on_failure=True):
            import keras

            if keras.backend.backend() in BACKENDS:
                changed += _settle(keras)
                _join(keras)  # before the first tensor
                keras.ops.zeros(1)  # the first tensor brings a second round of greetings
    except (
        ImportError,
        ValueError,
        AssertionError,
    ) as error:  # Keras raises the last two for words that it does not know
        asked = os.environ.get("KERAS_BACKEND")
        if not asked and not isinstance(error, ImportError):
            raise ImportError(
                f"Keras does not start with {file} ({error}); expected settings that it knows: remove the file, or edit it."
            ) from error
        told = f", which KERAS_BACKEND says is {asked}," if asked else ""
        raise ImportError(
            f"The backend of Keras{told} could not be imported ({error}); expected TensorFlow, or JAX with KERAS_BACKEND=jax: pip install 'srlib[{'jax' if asked == 'jax' else 'tensorflow'}]'{', or unset KERAS_BACKEND' if asked else ''}."
        ) from error
    if keras.backend.backend() not in BACKENDS:
        raise ImportError(
            f"Keras runs on {keras.backend.backend()}, as KERAS_BACKEND or {file} says; expected tensorflow or jax: set KERAS_BACKEND=tensorflow before Keras is imported."
        )
    if changed:
        warnings.warn(
            f"{file} sets {', '.join(changed)}, which srlib does not work with; for this process it is set aside: remove the file, or edit it, to end this message.",
            stacklevel=2,
        )
    return keras


def _join(keras) -> None:
    """Where the variables of Keras say that this process is one of several, find the others; only JAX can."""
    address = os.environ.get("KERAS_DISTRIBUTION_JOB_ADDRESSES")
    if not address:
        return
    if keras.backend.backend() != "jax":
        raise ConnectionError(
            f"KERAS_DISTRIBUTION_JOB_ADDRESSES is set and Keras runs on {keras.backend.backend()}; expected JAX, on which srlib shares a training: set KERAS_BACKEND=jax, or unset the variable."
        )
    import jax

    try:
        if not jax.distributed.is_initialized():
            keras.distribution.initialize()
    except (ValueError, TypeError, RuntimeError) as error:
        reason = str(error).splitlines()[0][:200]
        raise ConnectionError(
            f"This process could not join the others at {address} ({reason}); expected KERAS_DISTRIBUTION_NUM_PROCESSES processes, each with its KERAS_DISTRIBUTION_PROCESS_ID from 0: start all of them, or unset the variables."
        ) from None


def _choose_backend(file: Path) -> list[str]:
    """Put TensorFlow in the place of a backend that another course left in `keras.json`; what was changed."""
    if "KERAS_BACKEND" in os.environ or "keras" in sys.modules:
        return []
    try:
        backend = json.loads(file.read_text("utf-8")).get("backend", BACKENDS[0])
    except (OSError, ValueError, AttributeError, RecursionError):  # Keras does without the file, too
        return []
    if backend in BACKENDS:
        return []
    os.environ["KERAS_BACKEND"] = BACKENDS[0]
    return [f"backend to {backend!r:.40}"]


def _settle(keras) -> list[str]:
    """Images have their channels last here, and numbers 32 bits, whatever `keras.json` says; what was changed."""
    config, changed = keras.config, []
    for name, ours in (("image_data_format", "channels_last"), ("floatx", "float32"), ("epsilon", 1e-7)):
        theirs = getattr(config, name)()
        if theirs != ours:
            getattr(config, f"set_{name}")(ours)
            changed.append(f"{name} to {theirs!r}")
    return changed


keras = _load()


def check_process() -> None:
    """Fail where networks cannot be computed: without Keras, and in a process that was forked from this one.

    The threads of the backend are not copied into a forked process, so that it would hang.

    Raises
    ------
    ImportError
        Keras is not installed.
    RuntimeError
        It is another process than the one that loaded Keras.

    Examples
    --------
    >>> from srlib.backend import check_process
    >>> check_process()
    """
    if keras is outline.keras:
        raise outline.not_installed()
    if os.getpid() != _PID:
        raise RuntimeError(
            "This process was forked from one that had loaded Keras, and would wait for its threads for ever; expected a fresh one: use multiprocessing.get_context('spawn'), or load the network in the new process alone."
        )


def keras_serializable(cls):
    """Register a class or function with Keras as ``srlib>NAME``, so that Keras' own files can hold it.

    Parameters
    ----------
    cls : type or function

    Returns
    -------
    type or function
        The same: it is a decorator.

    Examples
    --------
    >>> from srlib.backend import keras, keras_serializable
    >>> @keras_serializable
    ... class Negative(keras.layers.Layer):
    ...     def call(self, x):
    ...         return 1 - x
    >>> keras.saving.get_registered_name(Negative)
    'srlib>Negative'
    """
    return keras.saving.register_keras_serializable("srlib")(cls)


def versions() -> dict[str, str]:
    """Of what decides a result: Python, the backend, Keras, NumPy, srlib.

    Examples
    --------
    >>> from srlib.backend import versions
    >>> "keras" in versions()
    True
    """
    import platform

    from . import __version__

    backend = keras.backend.backend()
    return {
        "srlib": __version__, "python": platform.python_version(), "backend": backend, "keras": keras.__version__,
        backend: str(sys.modules[backend].__version__), "numpy": np.__version__,
    }  # fmt: skip
