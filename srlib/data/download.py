"""From an address to a checked file, or one sentence that says why not.

Pooch downloads, tries again what may be over in a moment, and compares the SHA-256. Added here: a limit to the size, no
way from HTTPS to plain HTTP, and the sentences.
"""

import logging
import sys
from pathlib import Path

from ..safe_files import printable
from .cache import FetchError

_ATTEMPTS = 3
_TIMEOUT = 30
_CHUNK = 2**16


def download(url: str, path: Path, *, limit: int, sha256: str | None = None, progress=None) -> None:
    """Fetch a file over HTTP(S).

    Parameters
    ----------
    url : str
    path : Path
        Where to put it; nothing may be there.
    limit : int
        Bytes; a longer file is refused when it gets there.
    sha256 : str, optional
        What it must be.
    progress : tqdm, optional
        Shows the bytes.

    Raises
    ------
    FetchError
        No such file or server, a connection that breaks three times, too many bytes, another checksum.
    OSError
        The disk.
    """
    import pooch
    from requests import exceptions as trouble

    pooch.get_logger().setLevel(logging.WARNING)
    one = pooch.create(
        path.parent,
        base_url="",
        registry={path.name: sha256},
        urls={path.name: url},
        retry_if_failed=_ATTEMPTS - 1,
    )
    try:
        one.fetch(path.name, downloader=_Downloader(limit, progress))
    except trouble.RequestException as error:
        raise _failed(url, error) from None
    except ValueError:  # what came has another checksum
        raise FetchError(
            f"{url} sent a file with another SHA-256 than {sha256[:12]}...; expected the file as it was published: try another network, and do not use that file."
        ) from None


def progress_bar(total: int, what: str, **options):
    """A bar on standard error, where somebody is watching: a terminal, or a notebook."""
    from tqdm import tqdm

    notebook = "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None
    return tqdm(total=total, desc=what, disable=not (notebook or sys.stderr.isatty()), **options)


class _Downloader:
    """Pooch's, for a file of a limited size; what cannot be over in a moment is a `FetchError`, and not tried again."""

    def __init__(self, limit: int, progress):
        self.limit, self.progress = limit, progress

    def __call__(self, url: str, path: str, _) -> None:
        import pooch
        from requests import exceptions as trouble

        fetch = pooch.HTTPDownloader(
            progressbar=self.progress if self.progress is not None else False,
            chunk_size=_CHUNK,
            timeout=_TIMEOUT,
            hooks={"response": _stay_encrypted},
        )
        with open(path, "wb") as file:
            try:
                fetch(url, _Limited(file, self.limit, url), None)
            except trouble.HTTPError as error:
                if error.response.status_code != 429 and error.response.status_code < 500:
                    raise _failed(url, error) from None
                raise


class _Limited:
    """A file that refuses more bytes than a limit."""

    def __init__(self, file, limit: int, url: str):
        self.file, self.left, self.flush = file, limit, file.flush
        self.sentence = f"{url} sends more than {limit / 1e6:.0f} MB; expected less: look at the address in a browser."

    def write(self, data: bytes) -> None:
        self.left -= len(data)
        if self.left < 0:
            raise FetchError(self.sentence)
        self.file.write(data)


def _failed(url: str, error) -> FetchError:
    """What went wrong with a request, in a sentence."""
    from requests import exceptions as trouble

    if isinstance(error, trouble.HTTPError):
        reason = f"answered {error.response.status_code} {error.response.reason}"
    elif isinstance(error, trouble.Timeout):
        reason = f"was silent for {_TIMEOUT} seconds"
    elif isinstance(error, (trouble.ChunkedEncodingError, trouble.ContentDecodingError)):
        reason = "broke off in the middle"
    elif isinstance(error, trouble.ConnectionError):
        reason = "could not be reached, or was lost"
    else:
        reason = f"could not be fetched ({error})"
    return FetchError(
        f"{url} {printable(reason)}; expected a file: see whether a browser can fetch it, and try again later."
    )


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
