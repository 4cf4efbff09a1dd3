"""Make the embedded photographs, srlib/data/photographs/, from their originals.

    srlib data fetch gb82 && srlib data fetch budgie    # the originals to learn from
    python tools/sample.py --originals FOLDER           # FOLDER: clones of gb82-image-set and budgie-backgrounds

The originals of the validation and test photographs are fetched by no command of srlib's, so that nothing is trained on
them: clone both repositories, at the commits that REPOSITORIES in srlib/data/catalogue.py names, into one folder. Those of
scikit-image come with it.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import skimage

from srlib.data.cache import sha256_of
from srlib.data.sample import FOLDER, SAMPLE, SAMPLE_SIDE, Photograph
from srlib.safe_files import write_whole


def original_of(photograph: Photograph, originals: Path) -> Path:
    """The file that a photograph is cut from, checked.

    Raises
    ------
    ValueError
        It is missing, or is not the one that was cut.
    """
    root = Path(skimage.__file__).parents[1] if photograph.original.startswith("skimage/") else originals
    file = root / photograph.original
    if not file.is_file() or sha256_of(file) != photograph.sha256:
        raise ValueError(f"{file} is missing or has changed; expected the published file: clone it at the commit told.")
    return file


def crop(photograph: Photograph, originals: Path) -> np.ndarray:
    """The crop of one photograph: its original reduced by Pillow's Lanczos, and cut around the centre."""
    from PIL import Image

    image = Image.open(original_of(photograph, originals)).convert("RGB")
    size = tuple(side // photograph.reduced for side in image.size)
    if photograph.reduced > 1:
        whole = image.crop((0, 0, *(side * photograph.reduced for side in size)))
        image = whole.resize(size, Image.Resampling.LANCZOS)
    left, top = (
        min(max(0, round(place * side) - SAMPLE_SIDE // 2), side - SAMPLE_SIDE)
        for place, side in zip(photograph.centre, size)
    )
    return np.asarray(image.crop((left, top, left + SAMPLE_SIDE, top + SAMPLE_SIDE)))


def main(argv: list[str] | None = None) -> int:
    """Make all of them; 1 if an original is missing."""
    from PIL import Image

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--originals", type=Path, required=True, metavar="FOLDER", help="where both repositories are")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write to")
    args = parser.parse_args(argv)
    try:
        crops = {photograph.name: crop(photograph, args.originals) for photograph in SAMPLE}
    except ValueError as error:
        print(f"sample.py: {error}", file=sys.stderr)
        return 1
    size = 0
    for name, pixels in crops.items():
        file = args.out / f"{name}.webp"
        save = lambda path, pixels=pixels: Image.fromarray(pixels).save(
            path, "WEBP", lossless=True, quality=100, method=6
        )
        write_whole(file, save)
        size += file.stat().st_size
    print(f"{len(crops)} photographs, {size / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
