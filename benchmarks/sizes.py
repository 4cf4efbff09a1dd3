"""What images of ever new sizes cost, beside as many of one size: time a megapixel, and the memory that is held.

A backend may compile a network for every size anew. Each of the two series is upscaled by the small network in a process of
its own, with as many threads of TensorFlow as `srlib upscale` has. The time may be 1.3 times that of one size, and after the first hundred the memory may grow by a quarter; above
either, the exit status is 1.

    python benchmarks/sizes.py
    python benchmarks/sizes.py --backend jax --count 250
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

TIME, MEMORY = 1.3, 1.25  # at most
FIRST = 100  # images, until then memory may grow as it likes


def memory() -> float:
    """MB that this process holds."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def upscaled(sizes: list) -> tuple[float, list]:
    """Processor seconds a megapixel of the images, and the memory after each."""
    import srlib

    model, seconds, held = srlib.load_model("small_x2"), 0.0, []
    for height, width in sizes:
        image = np.random.default_rng(height).integers(0, 256, (height, width, 3), np.uint8)
        start = time.process_time()
        srlib.upscale(image, model)
        seconds += time.process_time() - start
        held.append(memory())
    return seconds / sum(height * width / 1e6 for height, width in sizes), held


def measured(backend: str, sizes: list) -> tuple[float, list]:
    """The same in a process of its own."""
    words = [sys.executable, __file__, "--sizes", json.dumps(sizes)]
    done = subprocess.run(
        words,
        stdout=subprocess.PIPE,
        text=True,
        env={"TF_NUM_INTEROP_THREADS": "1"} | os.environ | {"KERAS_BACKEND": backend},
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", default="tensorflow", help="of Keras: tensorflow or jax (tensorflow)")
    parser.add_argument("--count", type=int, default=1000, help=f"images, more than {FIRST} (1000)")
    parser.add_argument("--sizes", type=json.loads, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.sizes:
        print(json.dumps(upscaled(args.sizes)))
        return 0
    if args.count <= FIRST:
        parser.error(f"--count is {args.count}; expected more than {FIRST}, after which memory is compared.")
    every = [(height, width) for height in range(120, 400, 7) for width in range(120, 400, 7)]
    many = np.random.default_rng(0).permutation(every)[: args.count].tolist()
    one, _ = measured(args.backend, [(260, 260)] * (args.count // 5))
    found, held = measured(args.backend, many)
    early, most = held[FIRST - 1], max(held)
    print(
        f"{args.backend}: {one:.2f} s a megapixel for one size, {found:.2f} for {len(many)} sizes: {found / one:.2f} times"
    )
    print(f"{early:.0f} MB after {FIRST} images, {held[len(held) // 2]:.0f} after half, {most:.0f} at most")
    return 0 if found <= TIME * one and most <= MEMORY * early else 1


if __name__ == "__main__":
    sys.exit(main())
