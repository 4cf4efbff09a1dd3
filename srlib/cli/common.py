"""What several commands share: how arguments are told and checked, methods by name, images by name."""

import argparse
from pathlib import Path

from ..degradation import PRESETS, Blur, Degradation, Downscale, Jpeg, Noise, preset
from ..images import check_scale
from ..resampling import DOWNSCALE_KERNELS
from ..safe_files import printable, read_json


class Parser(argparse.ArgumentParser):
    """An argument parser that fails in one line."""

    def error(self, message):
        """What argparse finds wrong, in one line instead of the whole usage."""
        self.exit(2, f"{self.prog}: {printable(message)}; see {self.prog} --help.\n")


class _Help(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    def _get_help_string(self, action):
        """Print no default for a switch, or where there is none."""
        told = action.nargs != 0 and action.default not in (None, [])
        return super()._get_help_string(action) if told else action.help


def add_command(group, name: str, run, summary: str, example: str, interrupted: str = "nothing is left half done"):
    """A command with its help; `run` gets the parsed arguments, `interrupted` is told after Ctrl-C."""
    added = group.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=f"example:\n  {example}",
        formatter_class=_Help,
    )
    added.set_defaults(run=run, interrupted=interrupted)
    return added


def name(text: str) -> str:
    """A name that is not empty: as a path, the empty one would be the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("the name is empty; expected a file or a folder")
    return text


def path(text: str) -> Path:
    """A path that is not empty."""
    return Path(name(text))


def add_files(command) -> None:
    """The arguments that say which images are meant, and where the results go; :func:`srlib.cli.batch.batch_of` reads them."""
    command.add_argument(
        "inputs", nargs="+", type=name, metavar="IN",
        help="image files, folders of them, patterns such as *.jpg, or - for standard input",
    )  # fmt: skip
    command.add_argument(
        "-o", "--out", required=True, type=name, metavar="OUT",
        help="a file for one image, a folder for more, or - for standard output",
    )  # fmt: skip


def add_data(command, many: bool = False) -> None:
    """The option --data."""
    command.add_argument(
        "--data",
        required=True,
        type=name,
        nargs="+" if many else None,
        metavar="D",
        help="a name that `srlib data list` shows, or a folder; if it holds folders train, validation or test, the fitting one is taken",
    )


def add_scale(command) -> None:
    """The option --scale."""
    command.add_argument("--scale", type=int, help="factor of the upscaling; the network's own, or 2, unless given")


def add_degradation(command, *more_kernels: str) -> None:
    """The options that describe a degradation; :func:`degradation_of` reads them."""
    command.add_argument(
        "--preset", type=name, metavar="P",
        help=f"a degradation by name ({', '.join(PRESETS)}), or a JSON file of one; instead of the options that follow",
    )  # fmt: skip
    command.add_argument(
        "--kernel", choices=(*DOWNSCALE_KERNELS, *more_kernels), help="how images are downscaled; bilinear unless given"
    )
    for option, kind, told in (
        ("--blur", float, "blur first by a Gaussian, in HR pixels"),
        ("--noise", float, "add noise to the LR image, in levels of 255"),
        ("--jpeg", int, "write the LR image as a JPEG of this quality"),
    ):
        command.add_argument(
            option, type=kind, nargs="+", metavar="N", help=f"{told}; two numbers are a range to draw from"
        )


def degradation_of(args, scale: int) -> Degradation:
    """The degradation that the options of :func:`add_degradation` describe, at a scale."""

    def step(option: str, kind) -> tuple:
        values = getattr(args, option)
        if values is not None and len(values) > 2:
            raise ValueError(
                f"--{option} has {len(values)} numbers; expected one, or two that are a range: leave the others out."
            )
        return () if values is None else (kind(*values),)

    given = [option for option in ("kernel", "blur", "noise", "jpeg") if getattr(args, option) is not None]
    if args.preset is None:
        downscale = () if check_scale(scale) == 1 else (Downscale(scale, args.kernel or "bilinear"),)
        return Degradation((*step("blur", Blur), *downscale, *step("noise", Noise), *step("jpeg", Jpeg)))
    if given:
        raise ValueError(
            f"--preset is {args.preset} and --{given[0]} is given, too; expected one of them, as a preset tells the whole degradation: leave one out."
        )
    return preset(args.preset, scale) if args.preset in PRESETS else _from_file(args.preset, scale)


def _from_file(path: str, scale: int) -> Degradation:
    """The degradation in a JSON file, as `Degradation.to_dict` gives it."""
    if not path.lower().endswith(".json"):
        raise ValueError(
            f"--preset is {path!r}; expected one of {', '.join(PRESETS)}, or a file that ends in .json: choose one of these."
        )
    try:
        degradation = Degradation.from_dict(read_json(Path(path)))
    except (KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError(
            f"{path} holds no degradation; expected what json.dumps(degradation.to_dict()) writes: write it so."
        ) from None
    if degradation.scale != scale:
        raise ValueError(
            f"{path} has scale {degradation.scale}, and {scale} is asked for; expected the same: give --scale {degradation.scale}."
        )
    return degradation


def images_of(source: str, split: str, count: int = 400, seed: int = 0, scale: int = 2, strict: bool = False, **folder):
    """The images of a set or a folder that are meant for a purpose: to train on, to validate with, or to judge on.

    A benchmark is cropped for the scale, as `load_images` does. Of a folder with a damaged image the rest is taken, or,
    where that would be another experiment, nothing. What else `load_images` takes for a folder is passed on.
    """
    from ..data import CATALOGUE, SPLITS, load_images

    if folder and (source == "dead_leaves" or source in CATALOGUE):
        raise ValueError(
            f"{source} is a set by name, and --{'lr-data' if 'lr' in folder else 'stream'} is given; expected a folder: give one, such as ./{source} if that is its name, or leave the option out."
        )
    if source == "dead_leaves":
        return load_images(source, split=split, count=count, seed=seed)
    if source in CATALOGUE:
        entry = CATALOGUE[source]
        if entry.for_judging:
            return load_images(source, scale=scale)
        if split == "test" and "validation" in entry.splits and "test" not in entry.splits:
            split = "validation"  # what the publisher kept for looking is all there is to judge on
        return load_images(source, split=split if entry.splits and not entry.all_splits_trainable else None)
    parts = [part for part in SPLITS if (Path(source) / part).is_dir()]
    if parts and split not in parts:  # a folder that is split keeps its splits apart
        raise ValueError(
            f"{source} is split into {', '.join(parts)}, and here {split} is asked for; expected that folder in it: make one, or give the folder that is meant, such as {Path(source) / parts[0]}."
        )
    return load_images(source, split=split if parts else None, strict=strict, **folder)


def print_rows(rows: list[list[str]]) -> None:
    """Rows of cells, in columns, on standard output."""
    from ..tables import aligned

    print(aligned(rows, right=False))
