"""What the commands have to do with the process: its streams, the signals that end it, one-line messages.

Nothing heavy is imported here, so that a signal in the first moments, too, is answered as one should be.
"""

import contextlib
import os
import signal
import sys

_ENDING = (
    "SIGINT",
    "SIGTERM",
    "SIGHUP",
    "SIGBREAK",
)  # Ctrl-C; a system or a user; a terminal that closes, on Windows too


_signals: list[int] = []  # what has come


class Stopped(KeyboardInterrupt):
    """A signal that asks the process to end: like Ctrl-C, so that what is half done is removed on the way out."""

    def __init__(self, number: int):
        super().__init__()
        self.number = number


@contextlib.contextmanager
def stoppable():
    """Raise :class:`Stopped` where a signal asks the process to end; what is to be ignored, as under nohup, stays so.

    Examples
    --------
    >>> try:
    ...     with stoppable():
    ...         signal.raise_signal(signal.SIGTERM)
    ... except Stopped as stop:
    ...     print(stop.number)
    15
    """
    changed = {}
    _signals.clear()
    try:
        with contextlib.suppress(ValueError):  # not in the main thread, where signals are not for us
            for number in _ending():
                if callable(signal.getsignal(number)) or signal.getsignal(number) == signal.SIG_DFL:
                    changed[number] = signal.signal(number, _stop)
        yield
    finally:
        for number, before in changed.items():
            signal.signal(number, before)


def set_signals(action) -> None:
    """Let the signals that ask the process to end be ignored, or kill it without a word."""
    with contextlib.suppress(ValueError):  # not in the main thread
        for number in _ending():
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, action)


def _ending() -> list:
    return [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]


def _stop(number, _):
    _signals.append(number)
    raise Stopped(number)


def go_on() -> None:
    """Raise what a signal has raised before, where other people's code has swallowed it."""
    if _signals:
        raise Stopped(_signals[0])


_own: list[bool] = []  # whether the process is a command's


def begin_process() -> None:
    """Say that this process is a command's alone, and ends with it."""
    _own.append(True)


def without_keras() -> None:
    """Spare the seconds that Keras takes to start, where the command needs no more of a network than its outline."""
    if _own:
        from ..outline import suffices

        suffices()


def open_streams() -> None:
    """Where standard input, output or error are closed, let nothing else take their numbers and be written to by mistake."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 (it stays open)


def drop_output() -> None:
    """What could not be written to standard output shall not be tried again, and told of again, when Python ends."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        with contextlib.suppress(OSError, ValueError):  # not a real file
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tell(sentence: str) -> None:
    """One line on standard error, if anybody reads it."""
    from ..safe_files import printable

    with contextlib.suppress(OSError, ValueError):  # a terminal that was closed, a reader that has gone
        print(f"srlib: {printable(sentence)}", file=sys.stderr, flush=True)


def one_line(error: BaseException) -> str:
    """What an error says, in one line; what the system raised, with a hint."""
    if isinstance(error, OSError) and error.strerror:  # raised by the system, in the system's words
        where = f": {error.filename}" if error.filename else ""
        return f"{error.strerror}{where}; expected a place that can be read and written: check the path, its rights and the room on the disk."
    ours = isinstance(
        error, (ValueError, OSError)
    )  # in these a line end belongs to a name, and is written as it is escaped
    told = str(error) if ours else " ".join(str(error).split())
    if isinstance(error, MemoryError) and "expected" not in told:  # raised by whoever asked for too much
        return f"the memory does not suffice{f' ({told})' if told else ''}; expected room for the work: give less at a time, or close other programs."
    return told
