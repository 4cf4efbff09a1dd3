"""What a step of training costs where every patch is degraded anew, beside one where the LR images are made once.

Both are timed in turn, a few steps at a time, so that a machine that changes its pace spoils neither; the ratio of the
medians may be 1.3. Above that the exit status is 1.

    python benchmarks/degradations.py
    python benchmarks/degradations.py --network photo_x4 --preset web
"""

import argparse
import statistics
import sys

import numpy as np

import srlib

MOST = 1.3
REPEATS, STEPS = 6, 12


def seconds(model, images, degradation, **settings) -> list[float]:
    """Of each step, without the first ones, which compile."""
    history = srlib.fit(model, images, degradation=degradation, steps=STEPS, validate_every=1, workers=2, **settings)
    return np.diff(history.seconds)[2:].tolist()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", nargs="+", default=["photo_x2", "photo_x4", "repair"])
    parser.add_argument("--preset", nargs="+", default=["camera", "web", "photo"])
    parser.add_argument("--patch-size", type=int, default=64)
    args = parser.parse_args()
    rng, worst = np.random.default_rng(0), 0.0
    images = rng.integers(0, 256, (20, 256, 256, 3), np.uint8)  # the hardest for a JPEG
    for name in args.network:
        found = {preset: [] for preset in ("clean", *args.preset)}
        for _ in range(REPEATS):
            for preset, times in found.items():
                model = srlib.load_model(name)
                degradation = srlib.preset(preset, model.card.scale)
                times += seconds(model, images, degradation, patch_size=args.patch_size, learning_rate=1e-5)
        clean, *others = (statistics.median(times) for times in found.values())
        ratios = {preset: other / clean for preset, other in zip(args.preset, others)}
        worst = max(worst, *ratios.values())
        told = ", ".join(f"{preset} {ratio:.2f}" for preset, ratio in ratios.items())
        print(f"{name}: {1000 * clean:.0f} ms a clean step; times that: {told}", flush=True)
    return 0 if worst <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
