"""Keras, loaded once and quietly.

TensorFlow greets every start with lines about oneDNN and CUDA that look like errors and are none. They are held back
here, and shown after all if the import fails. Every module that needs Keras takes it from here:
``from .backend import keras``.
"""

import os
import sys

import numpy as np

from ._quiet import native_stderr_held


def _load():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if os.path.expanduser("~") == "~":  # the user has no home: Keras would make a folder called ~ here for its settings
        os.environ.setdefault("KERAS_HOME", os.devnull)
    try:
        with native_stderr_held(told_on_failure=True):
            import keras

            keras.ops.zeros(1)  # the first tensor brings a second round of greetings
    except (ImportError, ValueError) as error:  # Keras raises the second for a name that it does not know
        asked = os.environ.get("KERAS_BACKEND")
        told = f", which KERAS_BACKEND says is {asked}," if asked else ""
        raise ImportError(
            f"The backend of Keras{told} could not be imported ({error}); expected TensorFlow, or JAX with KERAS_BACKEND=jax: pip install 'srlib[{'jax' if asked == 'jax' else 'tensorflow'}]'{', or unset KERAS_BACKEND' if asked else ''}."
        ) from error
    return keras


keras = _load()


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
