"""Files that are written whole or not at all, and text of strangers that is safe to print.

A file is filled under a scratch name beside its place and then moved there in one step. Whatever goes wrong on the way,
what was there before is still there, and nothing half-written is left, unless the process is killed: `scratch_files`
removes what such a process leaves.
"""

import contextlib
import errno
import json
import os
import stat
import tempfile
import unicodedata
from collections.abc import Callable
from pathlib import Path

from .scratch_files import scratch_file, sweep

# Of a JSON file that srlib wrote: bytes, brackets within brackets, and the size of a number, which a seed may have
_BYTES, _DEPTH, _NUMBER = 2**20, 32, 2**64
_JOINERS = "\u200c\u200d"  # invisible, but Persian words and many emoji are written with them


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
    ending, path = path.name[-16:], resolved(path)
    _check_ordinary(path)
    made = _make_folders(path.parent)
    try:
        with scratch_file(path.parent, ending) as scratch:
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
    check_folder(resolved(path).parent)


def check_folder(folder: Path) -> None:
    """Fail before the work is done where no file can be written to a folder, whether or not the folder is there yet.

    A folder that is there is swept of what killed processes left; see :func:`sweep`.

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
    folder = resolved(folder)
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
    if there == folder:
        sweep(folder)


def resolved(path: Path) -> Path:
    """The place that a path leads to through all links.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Path

    Raises
    ------
    OSError
        A loop of links leads nowhere.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> (folder / "link").symlink_to("new")
    >>> resolved(folder / "link").name
    'new'
    """
    real = Path(os.path.realpath(path))
    try:
        real.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(f"{path} is a loop of links, and leads nowhere; expected a place: choose another.") from None
    return real


def _check_ordinary(path: Path) -> None:
    """What is moved to the place of a pipe or a device would take its place."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(f"{path} is a pipe or a device; expected an ordinary file, or a free name: choose another.")


# -- what strangers wrote -------------------------------------------------------------------------------------------------------


def read_json(path: Path):
    """What a JSON file says that srlib should have written.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict or whatever it holds

    Raises
    ------
    ValueError
        No JSON, or one that is longer, deeper, or of larger numbers than srlib's can be.
    """
    size = path.stat().st_size
    if size > _BYTES:
        raise ValueError(f"it has {size:,} bytes, and such a file has at most {_BYTES:,}")
    try:
        told = json.loads(path.read_text("utf-8"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    _check_plain(told, _DEPTH)
    return told


def _check_plain(told, depth: int) -> None:
    if isinstance(told, (dict, list)):
        if depth == 0:
            raise ValueError("it is nested too deeply")
        for value in told.values() if isinstance(told, dict) else told:
            _check_plain(value, depth - 1)
    elif isinstance(told, (int, float)) and not -_NUMBER <= told <= _NUMBER:  # nor NaN
        raise ValueError(f"it holds the number {told!r:.30}")


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
