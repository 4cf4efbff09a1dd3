"""A set like Linnaeus 5, made for the test: how much memory it takes to load, and how many processors are at work.

Loading is what these tests measure, so they take some seconds; a quarter of the set does in the plain tier.
"""

import hashlib
import io
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from srlib.data import linnaeus5

MEASURE = """
import glob, sys, threading, time
import srlib.data
from srlib.data import linnaeus5
from PIL import JpegImagePlugin

def memory(what):
    for line in open("/proc/self/status"):
        if line.startswith(what):
            return int(line.split()[1]) * 1024

def watch():  # threads that end take their times with them, so look often
    own = f"/{threading.get_native_id()}/"
    while not done.wait(0.02):
        for task in glob.glob("/proc/self/task/*/schedstat"):
            if own in task:
                continue
            try:
                ran, waited, _ = map(int, open(task).read().split())
            except OSError:
                continue
            first.setdefault(task, (ran + waited, ran))
            last[task] = (ran + waited, ran)

linnaeus5.COUNTS = {"train": 1200 // int(sys.argv[2]), "test": 400 // int(sys.argv[2])}
first, last, done = {}, {}, threading.Event()
held = memory("VmRSS")
open("/proc/self/clear_refs", "w").write("5")  # the peak begins anew
wall = time.perf_counter()
watcher = threading.Thread(target=watch)
watcher.start()
images = srlib.data.load_images(sys.argv[1])
wall = time.perf_counter() - wall
done.set()
watcher.join()
wanted, had = (sum(last[task][i] - first[task][i] for task in last) / 1e9 / wall for i in (0, 1))
assert images.images.shape == (8000 // int(sys.argv[2]), 128, 128, 3) and len(images.class_names) == 5
print((memory("VmHWM") - held) / images.images.nbytes, wanted, had, wall)
"""


@pytest.fixture
def cache(request, tmp_path):
    """A part of 8,000 images in the places, and with the checksums, that fetching gives them."""
    root = tmp_path
    folder = root / linnaeus5.folder_name(128)
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (20, 12, 12, 3), np.uint8)
    kinds = []
    for small in coarse:
        file = io.BytesIO()
        Image.fromarray(small).resize((128, 128), Image.Resampling.BICUBIC).save(file, "JPEG", quality=90)
        kinds.append(file.getvalue())
    lines = []
    for split, n in linnaeus5.COUNTS.items():
        n //= request.param
        for label in linnaeus5.CLASSES:
            (folder / split / label).mkdir(parents=True)
            for i in range(n):
                data = kinds[i % len(kinds)]
                (folder / split / label / f"{i + 1}_128.jpg").write_bytes(data)
                lines.append(f"{hashlib.sha256(data).hexdigest()}  {split}/{label}/{i + 1}_128.jpg\n")
    (folder / "SHA256SUMS").write_text("".join(lines))
    return root


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak of the memory is read from /proc")
@pytest.mark.parametrize(
    "cache, part, as_folder",
    [
        (4, 4, False),
        pytest.param(1, 1, False, marks=pytest.mark.slow),
        pytest.param(1, 1, True, marks=pytest.mark.slow),
    ],
    indirect=["cache"],
)
def test_images_load_in_little_more_than_their_own_memory_on_all_processors(cache, part, as_folder):
    source = cache / linnaeus5.folder_name(128) if as_folder else "linnaeus5"
    if as_folder:  # train and test would be the classes: one class each is enough of a folder
        source = cache / "classes"
        source.mkdir()
        for label in linnaeus5.CLASSES:
            (source / label).mkdir()
            for split in linnaeus5.COUNTS:
                for file in (cache / linnaeus5.folder_name(128) / split / label).iterdir():
                    os.link(file, source / label / f"{split}_{file.name}")
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(source), str(part)],
        env={**os.environ, "SRLIB_DATA": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    memory, wanted, had, seconds = map(float, done.stdout.split())
    print(f"{memory:.3f} of the images' own memory; {wanted:.2f} processors kept busy, {had:.2f} had; {seconds:.1f} s")
    assert memory < 1.3
    # Counted with the time that a thread was ready to run and had no processor, as others may be using the machine.
    assert wanted > 1.3 or os.cpu_count() == 1
