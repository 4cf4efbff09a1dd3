"""``srlib degrade``: image files in, the small or spoilt images that a network would be given out."""

import itertools
import sys
from pathlib import Path

from .batch import SUFFIXES, Job, batch_of, do_each, tell_aside
from .common import add_command, add_degradation, add_files, degradation_of
from .process import tell


def add_to(commands) -> None:
    """Add the command to the parser."""
    degrade = add_command(
        commands,
        "degrade",
        _degrade,
        "make LR images of HR images",
        "srlib degrade photo.png -o small.jpg --preset web --seed 3",
        interrupted="images that were finished are kept, and nothing is half-written",
    )
    add_files(degrade)
    add_degradation(degrade)
    degrade.add_argument("--scale", type=int, default=2, help="how many times smaller; 1 keeps the size")
    degrade.add_argument(
        "--seed", type=int, default=0, metavar="S", help="of what is drawn for the first image; the next has S + 1"
    )
    degrade.add_argument(
        "--format", choices=SUFFIXES, metavar="F", help=f"write {', '.join(SUFFIXES)}; unless given, what each image is"
    )
    degrade.add_argument("--force", action="store_true", help="replace files that exist")


def _degrade(args) -> int:
    from ..images import check_seed

    degradation, seed = degradation_of(args, args.scale), check_seed(args.seed)
    batch = batch_of(args.inputs, args.out, format=args.format, force=args.force, skip=False, frames=False)
    seeds = itertools.count(seed)
    do_each(batch, lambda job: tell_aside(f"{job.name}: {_degrade_one(job, degradation, next(seeds), args)}"))
    for other in batch.others:
        tell(other)
    return 1 if batch.refused else 0


def _degrade_one(job: Job, degradation, seed: int, args):
    """Write the LR image of one HR image; what was drawn for it.

    Where the last thing that happens to an image is that it becomes a JPEG, and a JPEG is to be written, it is that very one.
    """
    import numpy as np

    from ..degradation import Degradation, Jpeg
    from ..image_files import KINDS, read_image
    from ..images import to_float
    from ..resampling import crop_to_multiple
    from ..safe_files import write_whole

    hr = to_float(crop_to_multiple(read_image(job.source), degradation.scale))
    rng = np.random.default_rng(seed)
    drawn = degradation.drawn(rng)
    suffix = SUFFIXES[args.format or "png"] if job.target is None else job.target.suffix.lower()
    *before, last = drawn.steps or (None,)
    if isinstance(last, Jpeg) and KINDS[suffix].format == "JPEG":
        data = last.encoded(Degradation(tuple(before)).apply(hr, rng))
    else:
        data = _encoded(drawn.apply(hr, rng), suffix)
    if job.target is None:
        sys.stdout.buffer.write(data)
    else:
        write_whole(job.target, lambda scratch: scratch.write_bytes(data), replace=args.force)
    return drawn


def _encoded(lr, suffix: str) -> bytes:
    from PIL import Image

    from ..image_files import encode_image, kind_of
    from ..images import to_uint8

    return encode_image(kind_of(Path(f"lr{suffix}")), Image.fromarray(to_uint8(lr)))
