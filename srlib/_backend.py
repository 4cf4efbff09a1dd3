"""Keras, loaded once and quietly.

TensorFlow greets every start with lines about oneDNN and CUDA that look like faults and are none. They are held back
here, and shown after all if the import fails.
"""

import contextlib
import os
import sys
import tempfile


@contextlib.contextmanager
def _native_stderr_held():
    """Hold what native code writes to file descriptor 2; let it out only if the block raises."""
    try:
        saved = os.dup(2)
    except OSError:  # no standard error at all
        yield
        return
    with tempfile.TemporaryFile() as held:
        sys.stderr.flush()
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(saved, 2)
            held.seek(0)
            os.write(2, held.read())
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)


def _load():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        with _native_stderr_held():
            import keras

            keras.ops.zeros(1)  # the first tensor brings a second round of greetings
    except ImportError as error:
        raise ImportError(
            f"No backend for Keras could be imported ({error}); expected TensorFlow, or JAX with KERAS_BACKEND=jax: pip install 'srlib[tensorflow]'."
        ) from error
    return keras


keras = _load()
