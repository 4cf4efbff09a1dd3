"""From an address to a checked file, or one sentence that says why not.

Enters: a URL, and what may come from it at most. Leaves: a file, and its SHA-256.
"""

import hashlib
import sys
import time
from pathlib import Path

from .cache import FetchError

WAITS = (1, 4)  # seconds before the second and the third attempt
_TIMEOUT = 30
_CHUNK = 2**16


def download(url: str, path: Path, *, limit: int, sha256: str | None = None, progress=None) -> str:
    """Fetch a file over HTTP(S).

    Parameters
    ----------
    url : str
    path : Path
        Where to put it; a file there is replaced.
    limit : int
        Bytes; a longer file is refused when it gets there.
    sha256 : str, optional
        What it must be.
    progress : tqdm, optional
        Shows the bytes.

    Returns
    -------
    str
        The SHA-256 of what came.

    Raises
    ------
    FetchError
        No such file or server, a connection that breaks three times, too many bytes, another checksum.
    OSError
        The disk.
    """
    for wait in (*WAITS, None):
        try:
            digest = _attempt(url, path, limit, progress)
            break
        except _Passing as problem:
            if wait is None:
                raise FetchError(str(problem)) from None
            time.sleep(wait)
    if sha256 is not None and digest != sha256:
        raise FetchError(
            f"{url} sent a file with SHA-256 {digest[:12]}...; expected {sha256[:12]}..., as it was published: try another network, and do not use that file."
        )
    return digest


def progress_bar(total: int, what: str, **options):
    """A bar on standard error, where somebody is watching: a terminal, or a notebook."""
    from tqdm import tqdm

    notebook = "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None
    return tqdm(total=total, desc=what, disable=not (notebook or sys.stderr.isatty()), **options)


class _Passing(Exception):
    """What may be over in a moment."""


class _Measured:
    """A file that adds up what is written to it, and has had enough at some point."""

    def __init__(self, file, limit: int, url: str):
        self.file, self.limit, self.url = file, limit, url
        self.sum, self.size = hashlib.sha256(), 0

    def write(self, data: bytes) -> None:
        self.size += len(data)
        if self.size > self.limit:
            raise FetchError(
                f"{self.url} sends more than {self.limit / 1e6:.0f} MB; expected less: look at the address in a browser."
            )
        self.sum.update(data)
        self.file.write(data)

    def flush(self) -> None:
        self.file.flush()


def _attempt(url: str, path: Path, limit: int, progress) -> str:
    import pooch
    from requests import exceptions as trouble

    fetch = pooch.HTTPDownloader(
        progressbar=progress if progress is not None else False,
        chunk_size=_CHUNK,
        timeout=_TIMEOUT,
        hooks={"response": _stay_encrypted},
    )
    remedy = "see whether a browser can fetch it, and try again later"
    with open(path, "wb") as file:
        measured = _Measured(file, limit, url)
        try:
            fetch(url, measured, None)
        except trouble.HTTPError as error:
            status = error.response.status_code
            kind = _Passing if status == 429 or status >= 500 else FetchError
            raise kind(f"{url} answered {status} {error.response.reason}; expected a file: {remedy}.") from None
        except trouble.Timeout:
            raise _Passing(f"{url} was silent for {_TIMEOUT} seconds; expected a file: {remedy}.") from None
        except (trouble.ChunkedEncodingError, trouble.ContentDecodingError):
            raise _Passing(f"{url} broke off in the middle; expected a whole file: {remedy}.") from None
        except trouble.ConnectionError:
            raise _Passing(f"{url} could not be reached, or was lost; expected a file: {remedy}.") from None
        except trouble.RequestException as error:
            raise FetchError(f"{url} could not be fetched ({error}); expected a file: {remedy}.") from None
    return measured.sum.hexdigest()


def _stay_encrypted(response, **_) -> None:
    """Do not follow a redirection from HTTPS to plain HTTP."""
    if (
        response.is_redirect
        and response.url.lower().startswith("https:")
        and response.headers["location"].strip().lower().startswith("http:")
    ):
        raise FetchError(
            f"{response.url} sends its visitors to an unencrypted address; expected HTTPS throughout: try another network."
        )
