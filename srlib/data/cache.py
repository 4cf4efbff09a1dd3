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
import sys
from pathlib import Path


class FetchError(OSError):
    """A set could not be fetched, or what came is not what was published."""


class NotFetched(FileNotFoundError):
    """A set is not on disk, and was not to be downloaded."""


def cache_root() -> Path:
    """The folder of the cache; it need not exist yet."""
    named = os.environ.get("SRLIB_DATA")
    if named:
        return Path(named).expanduser().absolute()
    import pooch

    return Path(pooch.os_cache("srlib"))


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_sums(text: str) -> dict[str, str]:
    """File name -> SHA-256, from the lines that ``sha256sum`` writes."""
    return {name: digest for digest, name in (line.split("  ", 1) for line in text.splitlines() if line)}


def write_sums(path: Path, sums: dict[str, str]) -> None:
    """The reverse of :func:`read_sums`, to a file that is never seen half written."""
    half = path.with_name(path.name + ".half")  # one name, so that what a killed process leaves is written over
    try:
        half.write_text("".join(f"{digest}  {name}\n" for name, digest in sums.items()), "utf-8")
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)


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
    """Hold a lock that dies with the process; the file goes when it is let go."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = open(path, "a+b")  # noqa: SIM115
        except FileNotFoundError:
            if not path.parent.is_dir():  # whoever held the lock has just swept the folder away
                continue
            raise
        _wait_for(handle)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle.fileno()), os.stat(path)):
                break
        handle.close()  # the lock of a file that is gone guards nothing
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows does not remove an open file
            path.unlink()
        handle.close()
        with contextlib.suppress(OSError):  # not empty: another set is being fetched
            path.parent.rmdir()


def _wait_for(handle) -> None:
    if sys.platform == "win32":
        import msvcrt

        while True:
            try:
                return msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)
            except OSError:  # it gives up after ten seconds
                continue
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError as error:  # some network disks know no locks; then two processes must not fetch at once
        if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP):
            raise
