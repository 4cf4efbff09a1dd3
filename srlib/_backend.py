"""Keras, loaded once and quietly.

TensorFlow greets every start with lines about oneDNN and CUDA that look like faults and are none. They are held back
here, and shown after all if the import fails.
"""

import os

from ._quiet import native_stderr_held


def _load():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
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
known_to_keras = keras.saving.register_keras_serializable("srlib")  # so that its own files hold what is ours, too
