"""How much memory upscaling takes: the image, the result and some tiles; and how long the command takes to begin.

Each is measured in a process of its own.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

pytestmark = pytest.mark.slow

MEASURE = """
import json, sys
from pathlib import Path
import numpy as np
from PIL import Image

def memory(what):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))

import srlib
from srlib.upscaling import upscale_file
way, method, height, width = json.loads(sys.argv[1])
method = method if method == "bicubic" else srlib.load_model(method)

def enlarge(height, width):
    if way == "file":
        Image.fromarray(np.zeros((height, width, 3), np.uint8)).save("small.bmp")  # of which nothing is held when it is read
    small = None if way == "file" else np.zeros((height, width, 3), np.uint8)
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    if way == "file":
        upscale_file(Path("small.bmp"), Path("large.bmp"), method, 2, replace=True)
    else:
        srlib.upscale(small, method, 2)
    return memory("VmHWM")

first = enlarge(500, 500)  # has tiles enough for the memory of tiles to be in it
print(enlarge(height, width) - first)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc, which Linux alone has")
@pytest.mark.parametrize("method", ["small_bilinear", "bicubic"])
@pytest.mark.parametrize("way, bytes_a_pixel", [
    ("file", 3 + 4 + 4 * 4),  # the image as an array and in Pillow, the result in Pillow: four bytes a pixel there
    ("array", 4 * 3 * 4),  # the result: three numbers of four bytes for four pixels
])  # fmt: skip
def test_memory_is_that_of_image_and_result(way, bytes_a_pixel, method, tmp_path):
    height, width = 1600, 2000
    words = [sys.executable, "-c", MEASURE, json.dumps([way, method, height, width])]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    added, wanted = int(done.stdout.split()[-1]), height * width * bytes_a_pixel
    print(f"{way}, {method}: {added / 1e6:.0f} MB more than for a small image; image and result are {wanted / 1e6:.0f}")
    assert added <= wanted + 60e6


@pytest.mark.skipif(sys.platform == "win32", reason="processor time of a child is read the POSIX way")
def test_a_cold_start_takes_less_than_importing_tensorflow(tmp_path, make_image):
    """In processor time, as others may be using the machine."""
    Image.fromarray(make_image(512, 512)).save(tmp_path / "small.png")

    def seconds(*words):
        process = subprocess.Popen([sys.executable, *words], cwd=tmp_path)
        _, status, used = os.wait4(process.pid, 0)
        assert status == 0
        return used.ru_utime + used.ru_stime

    importing = min(seconds("-c", "import tensorflow") for _ in range(2))
    words = ("-m", "srlib", "upscale", "small.png", "-o", "large.png", "--force")
    whole = min(seconds(*words) for _ in range(2))
    print(f"{whole:.1f} s, of which importing TensorFlow {importing:.1f}")
    assert Image.open(tmp_path / "large.png").size == (1024, 1024)
    assert Path(tmp_path / "large.png").stat().st_size > 0
    assert whole <= importing
