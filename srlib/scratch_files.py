"""Scratch files: what a file is filled under before it is moved to its place, and what killed processes leave of them.

The name of a scratch file carries the number of its process and when that began, so the next process that writes to the
folder knows that the owner is gone, and removes the file.
"""

import contextlib
import os
import platform
import re
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

_SCRATCH = re.compile(r"\.srlib-(?P<pid>\d+)-(?P<machine>[0-9a-f]{8})-(?:(?P<start>[0-9a-f]{8})-)?")
_DAY = 24 * 60 * 60
_UNKNOWN = "00000000"

_in_work: set[str] = set()  # the names of the scratch files of this process
_swept: set[Path] = set()  # the folders that this process has looked through


@contextlib.contextmanager
def scratch_file(folder: Path, ending: str) -> Iterator[Path]:
    """An empty file in a folder, which is gone at the end of the block unless it was moved elsewhere.

    Parameters
    ----------
    folder : Path
        Looked through once by each process for what killed ones left there.
    ending : str
        What its name ends with.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> with scratch_file(folder, "a.png") as scratch:
    ...     print(is_scratch(scratch), scratch.name[-6:])
    True -a.png
    >>> list(folder.iterdir())
    []
    """
    if folder not in _swept:
        _swept.add(folder)
        sweep(folder)
    prefix = f".srlib-{os.getpid()}-{_machine()}-{_start_of(os.getpid()) or _UNKNOWN}-"
    handle, name = tempfile.mkstemp(dir=folder, prefix=prefix, suffix=f"-{ending}")
    os.close(handle)
    scratch = Path(name)
    _in_work.add(scratch.name)
    try:
        yield scratch
    finally:
        scratch.unlink(missing_ok=True)
        _in_work.discard(scratch.name)


def is_scratch(path: Path) -> bool:
    """Whether a file's name says that srlib was writing it.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bool

    Examples
    --------
    >>> is_scratch(Path("out/.srlib-4711-0badcafe-x1y2z3-holiday.png")), is_scratch(Path("out/holiday.png"))
    (True, False)
    """
    return _SCRATCH.match(path.name) is not None


def sweep(folder: Path) -> None:
    """Remove the scratch files in a folder whose processes are gone; those of running processes stay.

    The number of a process means something on its own machine only, and is given again when the process is gone. So a file
    of another machine, or container, is taken for abandoned when nothing was written to it for a day, and a file of this
    one when no process has the number that began at the same time.

    Parameters
    ----------
    folder : Path
        Not looked into deeper.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> (folder / f".srlib-{2**31 - 1}-{_machine()}-x1y2z3-holiday.png").touch()  # no process has this number
    >>> sweep(folder)
    >>> list(folder.iterdir())
    []
    """
    with contextlib.suppress(OSError):  # a folder that may be written to but not listed
        for file in [p for p in folder.iterdir() if is_scratch(p)]:
            with contextlib.suppress(OSError):  # another process sweeps, too
                if _is_abandoned(file):
                    file.unlink()


def _is_abandoned(file: Path) -> bool:
    named = _SCRATCH.match(file.name)
    pid = int(named["pid"])
    if named["machine"] == _machine():
        if not _is_running(pid):
            return True
        began = _start_of(pid)
        if began is not None and named["start"] not in (None, _UNKNOWN):
            return named["start"] != began  # else the number was given again
        if pid == os.getpid():  # in a container that was started again, all have the numbers of those before
            return file.name not in _in_work
    return time.time() - file.stat().st_mtime > _DAY


def _start_of(pid: int) -> str | None:
    """Eight digits for when a process began; None where the system does not tell."""
    try:
        ticks = _status_of(pid)[19]  # since the machine was started
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
    except (OSError, IndexError):  # not Linux, or somebody else's
        return None
    return f"{zlib.crc32(f'{boot}{ticks}'.encode()):08x}"


def _status_of(pid: int) -> list[str]:
    """What Linux tells of a process behind its name, which may hold anything: its state first."""
    return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()


def _machine() -> str:
    """Eight digits for what gives processes their numbers: a machine, or a container on it."""
    try:
        numbers = os.stat("/proc/self/ns/pid").st_ino
    except OSError:  # not Linux
        numbers = 0
    return f"{zlib.crc32(f'{platform.node()} {numbers}'.encode('utf-8', 'replace')):08x}"


def _is_running(pid: int) -> bool:
    if sys.platform == "win32":  # where os.kill ends a process, whatever the signal
        import ctypes

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
        if handle:
            kernel.CloseHandle(handle)
        return bool(handle) or ctypes.get_last_error() != 87  # ERROR_INVALID_PARAMETER: there is none
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # it is somebody else's
        return True
    with contextlib.suppress(OSError, IndexError):
        return _status_of(pid)[0] not in "ZX"  # dead, but nobody has asked how it ended
    return True
