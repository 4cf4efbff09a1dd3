"""Files that are written whole or not at all, and text of strangers that is safe to print.

A file is filled under a scratch name beside its place and then moved there in one step. Whatever goes wrong on the way,
what was there before is still there, and nothing half-written is left. Only a process that is killed can leave its scratch
file. The name of that file carries the process's number, so the next process that writes there knows that its owner is
gone, and removes it.
"""

import contextlib
import os
import platform
import re
import stat
import sys
import tempfile
import time
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

_SCRATCH = re.compile(r"\.srlib-(?P<pid>\d+)-(?P<machine>[0-9a-f]{8})-")
_DAY = 24 * 60 * 60
_JOINERS = "\u200c\u200d"  # invisible, but Persian words and many emoji are written with them

_in_work: set[str] = set()  # the names of the scratch files of this process
_swept: set[Path] = set()  # the folders that this process has looked through


# -- writing ----------------------------------------------------------------------------------------------------------------


def write_whole(path: Path, fill: Callable[[Path], object], *, replace: bool = True) -> None:
    """Write a file under a scratch name beside its place, then move it there.

    Parameters
    ----------
    path : Path
        Folders on the way to it are made, and removed again if nothing comes of it. Where it is a symbolic link, what the
        link points to is written.
    fill : callable
        Called with the scratch path: an empty file whose name ends like that of `path`.
    replace : bool
        Whether a file of this name may be replaced; without it, one that appears even during the writing is kept.

    Raises
    ------
    FileExistsError
        There is a file of this name, and it may not be replaced.
    OSError
        The place cannot be written to, is full, or is no ordinary file but a pipe or a device.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_whole(folder / "numbers" / "one.txt", lambda scratch: scratch.write_text("1"))
    >>> [file.name for file in folder.rglob("*.txt")]
    ['one.txt']
    """
    ending, path = path.name[-16:], path.resolve()
    _check_ordinary(path)
    made = _make_folders(path.parent)
    try:
        with _scratch_file(path.parent, ending) as scratch:
            fill(scratch)
            os.chmod(scratch, _permissions(path))  # a scratch file's are for the owner alone
            if replace:
                os.replace(scratch, path)
            else:
                _move_to_free_name(scratch, path)
    except BaseException:
        for folder in made:
            with contextlib.suppress(OSError):  # another process has put something in
                folder.rmdir()
        raise


def write_text(path: Path, text: str, *, replace: bool = True) -> None:
    """Write a text as :func:`write_whole` does: in UTF-8, with plain line ends on every system.

    Parameters
    ----------
    path : Path
    text : str
    replace : bool
        As for :func:`write_whole`.

    Examples
    --------
    >>> path = Path(tempfile.mkdtemp()) / "recipe.json"
    >>> write_text(path, "{}")
    >>> path.read_text()
    '{}'
    """
    write_whole(path, lambda scratch: scratch.write_text(text, "utf-8", newline="\n"), replace=replace)


@contextlib.contextmanager
def _scratch_file(folder: Path, ending: str) -> Iterator[Path]:
    """An empty file in a folder, which is gone at the end of the block unless it was moved elsewhere."""
    if folder not in _swept:
        _swept.add(folder)
        sweep(folder)
    prefix = f".srlib-{os.getpid()}-{_machine()}-"
    handle, name = tempfile.mkstemp(dir=folder, prefix=prefix, suffix=f"-{ending}")
    os.close(handle)
    scratch = Path(name)
    _in_work.add(scratch.name)
    try:
        yield scratch
    finally:
        scratch.unlink(missing_ok=True)
        _in_work.discard(scratch.name)


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and those on the way to it; which ones were made, the deepest first."""
    missing = [p for p in (folder, *folder.parents) if not p.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _move_to_free_name(scratch: Path, path: Path) -> None:
    try:
        try:
            os.link(scratch, path)  # unlike a renaming, it fails where something is
        except FileExistsError:
            raise
        except OSError:  # some disks know no links: claim the name with an empty file
            path.touch(exist_ok=False)
            os.replace(scratch, path)
    except FileExistsError:
        raise FileExistsError(
            f"{path} was created by another process meanwhile; expected a free name: choose another, or remove it."
        ) from None


def _permissions(path: Path) -> int:
    """Those of the file that is replaced, or those that a new one would have."""
    with contextlib.suppress(OSError):
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


# -- whether a place can be written to --------------------------------------------------------------------------------------


def check_file(path: Path) -> None:
    """Fail before the work is done where no file of this name can be written; leave nothing behind.

    Parameters
    ----------
    path : Path

    Raises
    ------
    OSError
        It is a folder, a pipe or a device, or its folder cannot be written to.

    Examples
    --------
    >>> check_file(Path(tempfile.mkdtemp()))
    Traceback (most recent call last):
    IsADirectoryError: ... is a folder; expected the name of a file: add one.
    """
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; expected the name of a file: add one.")
    _check_ordinary(path)
    check_folder(path.resolve().parent)


def check_folder(folder: Path) -> None:
    """Fail before the work is done where no file can be written to a folder, whether or not the folder is there yet.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    OSError
        It cannot be written to, or something on the way to it is no folder.

    Examples
    --------
    >>> check_folder(Path(tempfile.mkdtemp()) / "new")
    """
    folder = folder.absolute()
    there = next(p for p in (folder, *folder.parents) if p.exists())  # the rest is made when it is needed
    if not there.is_dir():
        raise NotADirectoryError(
            f"{folder} cannot hold a file, because {there} is not a folder; expected a place that can be written: choose another."
        )
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(there)) from None  # not the name of the scratch file


def _check_ordinary(path: Path) -> None:
    """What is moved to the place of a pipe or a device would take its place."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(f"{path} is a pipe or a device; expected an ordinary file, or a free name: choose another.")


# -- what killed processes leave ----------------------------------------------------------------------------------------------


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

    The number of a process means something on its own machine only. A file of another machine, or container, is taken for
    abandoned when nothing was written to it for a day.

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
    if named["machine"] != _machine():
        return time.time() - file.stat().st_mtime > _DAY
    pid = int(named["pid"])
    if pid == os.getpid():  # in a container that was started again, all have the numbers of those before
        return file.name not in _in_work
    return not _is_running(pid)


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
    return True


# -- text of strangers --------------------------------------------------------------------------------------------------------


def printable(text) -> str:
    """Untrusted text on one line, in which nothing steers a terminal or hides what is written.

    Control characters, marks of writing direction and other invisible characters, line ends and halves of characters (as
    in file names that are not UTF-8) are written as Python escapes. All other characters stay as they are.

    Parameters
    ----------
    text : object
        What `str` makes of it is printed: the name of a file, a line of metadata, an error.

    Returns
    -------
    str

    Examples
    --------
    >>> print(printable("holiday\\x1b[31m\\u202egpj.exe"))
    holiday\\x1b[31m\\u202egpj.exe
    >>> print(printable("Zürich, 東京"))
    Zürich, 東京
    """
    hidden = ("Cc", "Cf", "Cs", "Zl", "Zp")  # control, format, surrogate, line end, paragraph end
    escape = lambda c: unicodedata.category(c) in hidden and c not in _JOINERS
    return "".join(c.encode("unicode_escape").decode("ascii") if escape(c) else c for c in str(text))
