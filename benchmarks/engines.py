"""Start, memory and speed of the engines of `srlib upscale`: Keras on TensorFlow, and ONNX Runtime.

    python benchmarks/engines.py [--sides 128 1024] [--repeat 5] [--base env/bin/python]

Each number is of a whole process, `srlib upscale small.png -o large.png --model small_x2`: seconds from its start to its end
(the least of some runs), of which so many of computation, and the most memory that it took at once. Where other
programs run, too, only the second number can be compared. The first run with ONNX Runtime, which writes the
network into the cache, stands apart. With `--base`, ONNX Runtime is that of another environment: one in which nothing but
`pip install srlib` was done. A side of 4900 is a photograph of 24 megapixels.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))


def measured(python: str, words: list[str]) -> tuple[float, float, float]:
    """Seconds, those of all processors together, and megabytes at the most, of a process."""
    begin = time.perf_counter()
    child = os.posix_spawn(python, [python, "-m", "srlib", *words], os.environ)
    _, status, used = os.wait4(child, 0)
    if status:
        raise SystemExit(f"srlib {' '.join(words)} failed.")
    return time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sides", type=int, nargs="+", default=[128, 1024], help="of the images, in pixels")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--base", default=sys.executable, metavar="PYTHON", help="what runs srlib with ONNX Runtime")
    args = parser.parse_args()
    print(f"{'engine':22} {'image':>10} {'seconds':>8} {'CPU':>6} {'MB':>6}")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SRLIB_DATA"] = folder
        for side in args.sides:
            pixels = np.random.default_rng(0).integers(0, 256, (side // 8, side // 8, 3), np.uint8)
            Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC).save(f"{folder}/small.png")
            words = f"upscale {folder}/small.png -o {folder}/large.png --force --model small_x2 --engine".split()
            if side == args.sides[0]:
                report("onnx, the first time", side, [measured(args.base, [*words, "onnx"])])
            for engine, python in (("onnx", args.base), ("keras", sys.executable)):
                report(engine, side, [measured(python, [*words, engine]) for _ in range(args.repeat)])


def report(engine: str, side: int, runs: list) -> None:
    """One line: the least time and the most memory of some runs."""
    seconds, computing = (min(run[i] for run in runs) for i in (0, 1))
    memory = max(run[2] for run in runs)
    print(f"{engine:22} {f'{side}x{side}':>10} {seconds:8.2f} {computing:6.2f} {memory:6.0f}", flush=True)


if __name__ == "__main__":
    main()
