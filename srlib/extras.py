"""What the base installation lacks, and what to install for it."""

import contextlib


def lacking(package: str, purpose: str, extra: str) -> ImportError:
    """The error for a package that is not installed.

    Parameters
    ----------
    package : str
    purpose : str
        What it is for.
    extra : str
        Of srlib, that brings it.

    Returns
    -------
    ImportError

    Examples
    --------
    >>> from srlib.extras import lacking
    >>> print(lacking("SciPy", "drawing dead leaves", "course"))
    SciPy is not installed; expected it for drawing dead leaves: pip install 'srlib[course]'.
    """
    return ImportError(f"{package} is not installed; expected it for {purpose}: pip install 'srlib[{extra}]'.")


@contextlib.contextmanager
def brought_by(extra: str, package: str, purpose: str):
    """Import what an extra brings; where it is missing, say so.

    Parameters
    ----------
    extra, package, purpose : str
        As for :func:`lacking`.

    Raises
    ------
    ImportError
        A module is missing.

    Examples
    --------
    >>> from srlib.extras import brought_by
    >>> with brought_by("course", "SciPy", "drawing dead leaves"):
    ...     from scipy.ndimage import gaussian_filter
    """
    try:
        yield
    except ModuleNotFoundError:
        raise lacking(package, purpose, extra) from None
