"""The sets by name: what ``srlib data list`` shows.

Enters: a name. Leaves: what is known of the set, where it is on disk, and the set itself on disk.
"""

from dataclasses import dataclass
from pathlib import Path

from ..images import check_choice
from . import benchmarks, linnaeus5


@dataclass(frozen=True)
class Source:
    """One line of ``srlib data list``."""

    name: str
    what: str
    images: str
    download: str
    licence: str


CATALOGUE = {
    s.name: s
    for s in (
        Source(
            "sample",
            "128x128 crops of seven colour photographs inside scikit-image, split by photograph",
            "83",
            "none",
            "CC0 and public domain",
        ),
        Source(
            "dead_leaves",
            "overlapping discs of all sizes in the colours of photographs; synthetic",
            "endless",
            "none",
            "CC0",
        ),
        Source(
            "linnaeus5",
            "berry, bird, dog, flower, other at 128x128 (or 32, 64, 256); the reference's data",
            "6000 train, 2000 test",
            "not stated (433 MB at 256x256)",
            linnaeus5.LICENCE,
        ),
        Source(
            "bsds500",
            "photographs at 481x321 to learn from: its folders train and test",
            "200 train, 200 test",
            "29.3 MB",
            benchmarks.BENCHMARKS["bsds500"].licence,
        ),
        Source("set5", "benchmark, never to train on; with its own LR, x2 x3 x4", "5", "3.0 MB", "research"),
        Source("set14", "benchmark, never to train on; with its own LR, x2", "14", "6.3 MB", "research"),
        Source(
            "bsd100",
            "benchmark, never to train on: the folder val of bsds500, cropped to even sizes",
            "100",
            "7.7 MB",
            benchmarks.BENCHMARKS["bsd100"].licence,
        ),
    )
}


def on_disk(name: str, *, size: int = 128) -> Path | None:
    """Where a set is on this machine, at the price of a glance: nothing is read, nothing fetched.

    Parameters
    ----------
    name : str
        A name in `CATALOGUE`.
    size : {128, 32, 64, 256}
        Of ``linnaeus5``.

    Returns
    -------
    Path or None
        The folder that holds all of it; None where it is not there. For what travels with the package, the package.
    """
    check_choice(name, CATALOGUE, "set")
    if name == "linnaeus5":
        return linnaeus5.on_disk(size)
    if name in benchmarks.BENCHMARKS:
        return benchmarks.on_disk(name)
    return Path(__file__).parent


def fetch(name: str, *, size: int = 128) -> Path:
    """Download, check and unpack a set, unless it is on disk and whole; what is damaged there is replaced.

    Parameters
    ----------
    name : str
        A name in `CATALOGUE`.
    size : {128, 32, 64, 256}
        Of ``linnaeus5``.

    Returns
    -------
    Path
        The folder that holds it.

    Raises
    ------
    ValueError
        An unknown name or size.
    FetchError
        It could not be had, or is not what was published.
    """
    check_choice(name, CATALOGUE, "set")
    if name == "linnaeus5":
        return linnaeus5.fetch(size)
    if name in benchmarks.BENCHMARKS:
        return benchmarks.fetch(name)
    return Path(__file__).parent
