"""Where fetched images are kept, and how they get there whole or not at all.

The cache is the folder that ``SRLIB_DATA`` names, else the system's own place for caches. Work in progress happens in a
folder ``.partial`` inside it, one process at a time for each set, and is moved into place by a single rename. So what
stands in the cache is complete, and what a killed process leaves behind is swept away by the next.
"""

import contextlib
import errno
import hashlib
import os
import shutil
from pathlib import Path


class FetchError(OSError):
    """A set could not be fetched, or what came is not what was published."""


class NotFetched(FileNotFoundError):
    """A set is not on disk, and was not to be downloaded."""


def cache_root() -> Path:
    """The folder of the cache; it need not exist yet."""
    import platformdirs

    named = os.environ.get("SRLIB_DATA")
    try:
        place = Path(named).expanduser() if named else platformdirs.user_cache_path("srlib")
    except (RuntimeError, KeyError):  # a number without an entry in the list of users, as in many containers
        place = Path("~")
    if place.parts[:1] == ("~",):  # as some versions of Python leave it
        raise FetchError(
            f"The user has no home folder{f', and SRLIB_DATA is {named}' if named else ''}; expected a place for images: let SRLIB_DATA name a folder."
        )
    return place.absolute()


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_sums(text: str) -> dict[str, str]:
    """File name -> SHA-256, from the lines that ``sha256sum`` writes."""
    return {name: digest for digest, name in (line.split("  ", 1) for line in text.splitlines() if line)}


def sums_text(sums: dict[str, str]) -> str:
    """The reverse of :func:`read_sums`."""
    return "".join(f"{digest}  {name}\n" for name, digest in sums.items())


@contextlib.contextmanager
def workbench(name: str):
    """An empty folder inside the cache for this process alone, swept away at the end whatever happens.

    A second process that wants the same one waits until the first is done, or dead.
    """
    root = cache_root()
    bench = root / ".partial" / name
    with _disk_errors(root), _locked(bench.with_name(name + ".lock")):
        _sweep(bench)
        bench.mkdir()
        try:
            yield bench
        finally:
            _sweep(bench)


def _sweep(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


@contextlib.contextmanager
def _disk_errors(root: Path):
    """Say in one sentence what the system has against writing there."""
    try:
        yield
    except OSError as error:
        if isinstance(error, FetchError) or error.errno is None:
            raise
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise FetchError(
                f"The disk of {root} is full, and what had been fetched so far was removed; expected room for the set: make room, or let SRLIB_DATA name a folder on another disk."
            ) from error
        raise FetchError(
            f"{error.filename or root} cannot be written ({error.strerror}); expected a cache that can: let SRLIB_DATA name another folder."
        ) from error


@contextlib.contextmanager
def _locked(path: Path):
    """Hold a lock that dies with the process; its file is removed when it is released."""
    import filelock

    lock = filelock.FileLock(path)
    while not lock.is_locked:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except FileNotFoundError:
            if path.parent.is_dir():  # else whoever held the lock has just swept the folder away
                raise
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows does not remove an open file
            path.unlink()  # while it is held: who waits for it sees that the file is gone, and makes a new one
        lock.release()
        with contextlib.suppress(OSError):  # not empty: another set is being fetched
            path.parent.rmdir()
