"""How long downscaling and upscaling take, beside a loop of OpenCV's resize in the same run.

Random float32 images are downscaled by 2 and upscaled again, bilinearly: by srlib, which checks them first, and by
cv2.resize, one image after the other. Prints the median of the repetitions. The ratio may be at most 8; above it the
exit status is 1.

    python benchmarks/preprocessing.py
    python benchmarks/preprocessing.py --count 200 --repeat 3
"""

import argparse
import statistics
import sys
import time

import cv2
import numpy as np

import srlib

LIMIT = 8


def with_srlib(images, scale):
    lr = srlib.downscale(images, scale, kernel="bilinear")
    return lr, srlib.upscale(lr, "bilinear", scale)


def with_opencv(images, scale):
    count, height, width, _ = images.shape
    lr = np.empty((count, height // scale, width // scale, 3), np.float32)
    sr = np.empty_like(images)
    for i, image in enumerate(images):
        cv2.resize(image, (width // scale, height // scale), dst=lr[i], interpolation=cv2.INTER_LINEAR)
    for i, image in enumerate(lr):
        cv2.resize(image, (width, height), dst=sr[i], interpolation=cv2.INTER_LINEAR)
    return lr, sr


def measure(count: int, side: int, scale: int, repeat: int) -> dict:
    """Seconds of every repetition for both, the ratio of their medians, and their largest difference."""
    images = np.random.default_rng(0).random((count, side, side, 3), np.float32)
    difference = max(
        float(np.abs(ours - theirs).max())
        for ours, theirs in zip(with_srlib(images[:4], scale), with_opencv(images[:4], scale))
    )
    seconds = {"srlib": [], "OpenCV, one by one": []}
    for _ in range(repeat):  # in turns, so that a busy moment of the machine meets both
        for work, times in zip((with_srlib, with_opencv), seconds.values()):
            start = time.perf_counter()
            work(images, scale)
            times.append(time.perf_counter() - start)
    ours, theirs = map(statistics.median, seconds.values())
    return {"count": count, "side": side, "seconds": seconds, "ratio": ours / theirs, "difference": difference}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000, help="images (2000)")
    parser.add_argument("--side", type=int, default=128, help="their side in pixels (128)")
    parser.add_argument("--scale", type=int, default=2, help="factor (2)")
    parser.add_argument("--repeat", type=int, default=5, help="repetitions (5)")
    args = parser.parse_args()
    found = measure(args.count, args.side, args.scale, args.repeat)
    ratio = found["ratio"]
    print(
        f"{args.count} images of {args.side}x{args.side}, downscaled by {args.scale} and upscaled again, bilinear, float32"
    )
    print(f"{'':20}{'median (s)':>12}{'fastest':>10}{'slowest':>10}")
    for name, times in found["seconds"].items():
        print(f"{name:20}{statistics.median(times):12.3f}{min(times):10.3f}{max(times):10.3f}")
    print(f"{'ratio':20}{ratio:12.1f}   at most {LIMIT} wanted: {'yes' if ratio <= LIMIT else 'NO'}")
    print(
        f"largest difference between the two: {found['difference']:.1e}; OpenCV {cv2.__version__}, {cv2.getNumThreads()} threads"
    )
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
