"""A small edition of Linnaeus 5, and processes that fetch it; imported by processes too, so nothing slow in here."""

import multiprocessing
import os
import signal
import sys
from itertools import count
from pathlib import Path

import numpy as np
import pooch
from _loopback import NO_WAIT

from srlib.data import linnaeus5, load_images

COUNTS = {"train": 3, "test": 2}
FOLDER = "Linnaeus 5 32X32"
PATH = f"/l5/img/{FOLDER}.rar"


def prepare(url: str, cache: Path) -> None:
    """A small edition of the set, at an address on loopback."""
    linnaeus5.COUNTS = COUNTS
    linnaeus5.ADDRESS = url + "/l5/img/{name}.rar"
    pooch.core.time = NO_WAIT
    os.environ.update(SRLIB_DATA=str(cache), NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")


def load(split=None, **options):
    return load_images("linnaeus5", split=split, size=32, **options)


def assert_whole(images, split=None):
    expected = [
        (s, label) for s in COUNTS if split in (None, s) for label in linnaeus5.CLASSES for _ in range(COUNTS[s])
    ]
    assert [images.class_names[label] for label in images.labels] == [label for _, label in expected]
    assert [tuple(name.split("/")[:2]) for name in images.names] == expected
    assert images.images.shape == (len(expected), 32, 32, 3) and images.images.dtype == np.uint8


def die_at(step: int, url: str, cache: Path) -> None:
    """Fetch, and be killed at the `step`-th time that something in the cache is opened, made, moved or removed."""
    prepare(url, cache)
    seen = count(1)

    def watch(event, args):
        changes = event in ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir")
        if changes and str(cache) in str(args[0]) and next(seen) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    linnaeus5.fetch(32)


def fetch_quietly(url: str, cache: Path) -> None:
    prepare(url, cache)
    assert_whole(load())


def processes():
    """Processes that start from a clean one, not as copies of this one and all it has loaded."""
    context = multiprocessing.get_context("forkserver" if sys.platform != "win32" else "spawn")
    if sys.platform != "win32":
        context.set_forkserver_preload(
            ["srlib.data", "PIL.Image", "pooch", "filelock", "requests", "tqdm", "skimage.data"]
        )
    return context
