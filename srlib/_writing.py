"""Files that are written whole or not at all.

Enters: a path, and a function that fills a file. Leaves: the file, moved to its place in one step. Whatever goes wrong
on the way, what was there before is still there, and nothing half-written is left.
"""

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

SCRATCH = ".srlib-"  # how the name begins under which a file is written before it is moved


def write_whole(path: Path, fill: Callable[[Path], object], *, replace: bool = True) -> None:
    """Write a file under a temporary name beside its place, then move it there.

    Parameters
    ----------
    path : Path
        Folders on the way to it are made, and unmade if nothing comes of it. Where it is a symbolic link, what the link
        points to is written.
    fill : callable
        Called with the temporary path, an empty file with the same suffix.
    replace : bool
        Whether a file of this name may be replaced; without it, one that appears even during the writing is kept.

    Raises
    ------
    FileExistsError
        There is a file of this name, and it may not be replaced.
    OSError
        The place cannot be written to, is full, or is no ordinary file but a pipe or a device.
    """
    suffix, path = path.suffix, path.resolve()
    _check_ordinary(path)
    made = _make_folders(path.parent)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=SCRATCH, suffix=suffix)
        os.close(handle)
        try:
            fill(Path(name))
            os.chmod(name, _rights(path))  # mkstemp's are for the owner alone
            os.replace(name, path) if replace else _move_to_free_name(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except BaseException:
        for folder in made:
            with contextlib.suppress(OSError):  # another process has put something in
                folder.rmdir()
        raise


def write_text(path: Path, text: str) -> None:
    """The same for a text, in UTF-8 and with plain line ends on every system."""
    write_whole(path, lambda scratch: scratch.write_text(text, "utf-8", newline="\n"))


def check_file(path: Path) -> None:
    """Fail before the work is done rather than after it, where no file of this name can be written; leave nothing behind."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; expected the name of a file: add one.")
    _check_ordinary(path)
    check_folder(path.resolve().parent)


def check_folder(folder: Path) -> None:
    """The same for a folder that files will be written to, whether or not it is there yet."""
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


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and those on the way to it; which ones were made, the deepest first."""
    missing = [p for p in (folder, *folder.parents) if not p.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _move_to_free_name(name: str, path: Path) -> None:
    try:
        try:
            os.link(name, path)  # unlike a renaming, it fails where something is
        except FileExistsError:
            raise
        except OSError:  # some disks know no links: claim the name with an empty file
            path.touch(exist_ok=False)
            os.replace(name, path)
        else:
            os.unlink(name)
    except FileExistsError:
        raise FileExistsError(
            f"{path} came into being while it was made; expected a free name: choose another, or remove it."
        ) from None


def _check_ordinary(path: Path) -> None:
    """What is moved to the place of a pipe or a device would take its place."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(f"{path} is a pipe or a device; expected an ordinary file, or a free name: choose another.")


def _rights(path: Path) -> int:
    """Those of the file that is replaced, or those that a new one would have."""
    with contextlib.suppress(OSError):
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
