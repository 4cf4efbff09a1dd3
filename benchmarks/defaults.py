"""Which network should a file get where nobody chooses one? PSNR over the quality of a JPEG, for both.

Validation images are downscaled by bicubic, written as a JPEG of a quality, and upscaled again: by the network for clean
images, by the one for photographs as they come, and by bicubic interpolation. The quality from which on the first is the
better one is `_FINE` of srlib/image_files/compression.py. At x3 the network for photographs is that of x4, whose result is
reduced.

    python benchmarks/defaults.py            # cid22's validation images, 256x256 of each; SRLIB_DATA or a download
    python benchmarks/defaults.py --every 4
"""

import argparse
import io
import sys
from functools import lru_cache, partial

import numpy as np
from PIL import Image

import srlib
from srlib.image_files import read_image
from srlib.images import to_uint8
from srlib.network_files import default_network, default_scales
from srlib.tables import aligned
from srlib.upscaling import upscale_bytes

QUALITIES = (100, 98, 96, 95, 94, 93, 92, 90, 85, 80, 75, 60, 50, 40)


def upscaled(lr: np.ndarray, scale: int, *, compressed: bool) -> np.ndarray:
    """As `srlib upscale` does it, whatever the file is: by the next network, and then reduced."""
    file = io.BytesIO()
    Image.fromarray(to_uint8(lr)).save(file, "PNG")
    own = next(s for s in default_scales(compressed=compressed) if s >= scale)
    method = _network(default_network(own, compressed=compressed))
    return read_image(upscale_bytes(file.getvalue(), ".png", method, scale))


_network = lru_cache(srlib.load_model)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="take every so many-th image (1)")
    parser.add_argument("--scales", type=int, nargs="+", default=[2, 3, 4])
    args = parser.parse_args()
    images = [image[128:384, 128:384] for image in srlib.load_images("cid22", split="validation")][:: args.every]
    for scale in args.scales:
        hr = [srlib.crop_to_multiple(image, scale) for image in images]
        rows = [[f"x{scale}", "bicubic", "for clean images", "for photographs"]]
        for quality in (None, *QUALITIES):
            jpeg = () if quality is None else (srlib.Jpeg(quality),)
            degradation = srlib.Degradation((srlib.Downscale(scale, "bicubic"), *jpeg))
            lr = [degradation(image) for image in hr]
            ways = [partial(srlib.upscale, method="bicubic", scale=scale)]
            ways += [partial(upscaled, scale=scale, compressed=compressed) for compressed in (False, True)]
            found = [np.mean([srlib.psnr(way(a), b) for a, b in zip(lr, hr)]) for way in ways]
            rows.append([f"JPEG {quality}" if quality else "clean", *(f"{value:.2f}" for value in found)])
        print(aligned(rows), end="\n\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
