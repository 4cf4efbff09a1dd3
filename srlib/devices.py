"""Which devices and processes share a training: Keras' own data parallelism on JAX, every device with a part of each batch.

Nothing of the result depends on it but the last digits. One process drives all devices of a machine. Several, on one machine or
many, are started with the environment variables of ``keras.distribution.initialize``; each then prepares its part of the
batches, and the first one writes the run folder.
"""

import atexit
import contextlib
import os
import sys
from dataclasses import dataclass

import numpy as np

from .backend import keras

_TEXT = 2000  # bytes of a sentence that the first process tells the others
# What JAX says where another process no longer answers; other errors are none of ours
_GONE = ("gloo", "nccl", "collective", "unavailable", "connection", "socket", "heartbeat", "deadline_exceeded")


@dataclass(frozen=True)
class Share:
    """How a training is shared.

    Attributes
    ----------
    distribution : keras.distribution.DataParallel or None
        None for a single device.
    process, processes : int
        Which this is of how many, from 0.
    places : range
        Which patches of a batch are this process's.
    """

    distribution: object
    process: int
    processes: int
    places: range

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes and tells."""
        return self.process == 0

    def scope(self):
        """A context in which Keras lays variables and batches out over the devices."""
        return self.distribution.scope() if self.distribution else contextlib.nullcontext()

    def check_sees(self, file) -> None:
        """Whether what the first process has written is seen here."""
        if not file.exists():
            raise FileNotFoundError(
                f"{file}, which the first of {self.processes} processes wrote, is not seen by process {self.process + 1}; expected a disk that all of them share: choose another --out."
            )

    @contextlib.contextmanager
    def together(self, out):
        """Say what to do where another process is gone, in the words of a user instead of those of JAX."""
        with leaving_on_failure():
            try:
                yield
            except Exception as error:
                lost = type(error).__name__ in ("JaxRuntimeError", "XlaRuntimeError") and self.processes > 1
                if not lost or not any(word in str(error).lower() for word in _GONE):
                    raise
                kept = (
                    f"goes on from the last checkpoint in {out}"
                    if out is not None
                    else "begins again, as it keeps no run"
                )
                raise ConnectionError(
                    f"Process {self.process + 1} of {self.processes} has lost another one, which ended or cannot be reached; expected all of them to the end: start all again with --resume (resume=True), which {kept}."
                ) from None


def share_of(recipe) -> Share:
    """Which part of a training this process has, and on which devices.

    Parameters
    ----------
    recipe : Recipe

    Returns
    -------
    Share

    Raises
    ------
    ValueError
        More devices than there are, a batch that they cannot divide, several on TensorFlow.

    Examples
    --------
    >>> import srlib
    >>> share = share_of(srlib.Recipe(batch_size=4))
    >>> share.distribution, share.first, share.places
    (None, True, range(0, 4))
    """
    wanted, batch = recipe.devices, recipe.batch_size
    if keras.backend.backend() != "jax":
        if wanted not in (1, "all"):
            raise ValueError(
                f"devices is {wanted}, and Keras runs on {keras.backend.backend()}; expected JAX, on which srlib shares a training: set KERAS_BACKEND=jax, or leave devices out."
            )
        return Share(None, 0, 1, range(batch))
    import jax

    present, processes = jax.devices(), jax.process_count()
    count = len(present) if wanted == "all" or (processes > 1 and wanted == 1) else wanted
    if count > len(present) or (processes > 1 and count < len(present)):
        raise ValueError(
            f"devices is {count}, and JAX sees {len(present)} in {processes} process{'es' if processes > 1 else ''}; expected {'all of them' if processes > 1 else 'at most as many'}: choose devices='all' (--devices all), or see jax.devices()."
        )
    if count == 1:
        return Share(None, 0, 1, range(batch))
    if batch % count:
        raise ValueError(
            f"batch_size is {batch} and devices {count}; expected a batch that they can divide: choose batch_size={-(-batch // count) * count}."
        )
    devices = sorted(present, key=lambda device: (device.process_index, device.id))[:count]
    mine = [i for i, device in enumerate(devices) if device.process_index == jax.process_index()]
    each = batch // count
    distribution = keras.distribution.DataParallel(
        devices=devices, auto_shard_dataset=False
    )  # as the patches are keyed
    return Share(distribution, jax.process_index(), processes, range(mine[0] * each, (mine[-1] + 1) * each))


def first_process() -> tuple[bool, int]:
    """Whether this process is the one that writes and tells, and how many there are.

    Examples
    --------
    >>> first_process()
    (True, 1)
    """
    if keras.backend.backend() != "jax":
        return True, 1
    import jax

    return jax.process_index() == 0, jax.process_count()


def begin(work) -> None:
    """Let the first process do something; where it is refused, it is refused in all of them.

    Parameters
    ----------
    work : callable

    Raises
    ------
    OSError, ValueError
        What `work` raises.

    Examples
    --------
    >>> begin(lambda: print("done"))
    done
    """
    first, processes = first_process()
    error = None
    try:
        if first:
            work()
    except (OSError, ValueError) as refusal:
        error = refusal
    said = str(error or "")
    if processes > 1:
        bytes_ = np.frombuffer(said.encode()[:_TEXT].ljust(_TEXT, b"\0"), np.uint8)
        said = _from_first(bytes_).tobytes().rstrip(b"\0").decode(errors="replace")
    if error or said:
        raise error or ValueError(said)


@contextlib.contextmanager
def leaving_on_failure():
    """Where one of several processes fails, let it end at once when it ends, so that the others see it.

    Examples
    --------
    >>> with leaving_on_failure():
    ...     print("all is well")
    all is well
    """
    try:
        yield
    except BaseException:
        if first_process()[1] > 1:
            atexit.register(_leave)
        raise


def on_accelerator() -> bool:
    """Whether JAX computes on something else than the CPU.

    Examples
    --------
    >>> isinstance(on_accelerator(), bool)
    True
    """
    if keras.backend.backend() != "jax":
        return False
    import jax

    return jax.default_backend() != "cpu"


def as_the_first(number: float) -> float:
    """A number that every process measures for itself, as the first one has it.

    Examples
    --------
    >>> as_the_first(0.5)
    0.5
    """
    return number if first_process()[1] == 1 else float(_from_first(np.float32(number)))


def _from_first(array: np.ndarray) -> np.ndarray:
    from jax.experimental import multihost_utils

    return np.asarray(multihost_utils.broadcast_one_to_all(array))


def _leave() -> None:
    """End at once: JAX would wait minutes for processes that wait for this one, or are gone."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os._exit(1)
