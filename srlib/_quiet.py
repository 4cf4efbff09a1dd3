"""What other people's code writes to standard error, held back.

Enters: a block of code. Leaves: nothing of what native libraries wrote to file descriptor 2 meanwhile, or all of it if
that is wanted where the block fails.
"""

import contextlib
import os
import sys
import tempfile


@contextlib.contextmanager
def native_stderr_held(*, told_on_failure: bool):
    """Hold what native code writes to file descriptor 2; not for threads, which share it.

    Parameters
    ----------
    told_on_failure : bool
        Let it out after all if the block raises.
    """
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
            if told_on_failure:
                held.seek(0)
                os.write(2, held.read())
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)
