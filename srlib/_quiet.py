"""What other people's code writes to standard error, held back.

Native libraries write there past Python: TensorFlow greets, libtiff remarks on files that are refused anyway.
"""

import contextlib
import os
import sys
import tempfile
import threading

_one_at_a_time = threading.RLock()  # all threads have the same standard error


@contextlib.contextmanager
def native_stderr_held(*, told_on_failure: bool):
    """Hold what native code writes to file descriptor 2; one thread at a time, as all of them share it.

    Parameters
    ----------
    told_on_failure : bool
        Let it out after all if the block raises.
    """
    with _one_at_a_time:
        try:
            saved = os.dup(2)
        except OSError:  # no standard error at all
            yield
            return
        with tempfile.TemporaryFile() as held:
            if sys.stderr is not None:
                sys.stderr.flush()
            os.dup2(held.fileno(), 2)
            try:
                yield
            except BaseException as error:
                os.dup2(saved, 2)
                if told_on_failure and isinstance(error, Exception):  # Ctrl-C is no failure
                    held.seek(0)
                    os.write(2, held.read())
                raise
            finally:
                os.dup2(saved, 2)
                os.close(saved)
