"""The commands. Each does one job, by calling the room that does it, and fails in one line.

Enters: the words of a command line. Leaves: an exit status, 0 where all went well.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from . import __version__
from .degradation import ENLARGE_KERNELS, SHRINK_KERNELS


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : list of str, optional
        The words after ``srlib``; those of the process unless given.

    Returns
    -------
    int
        The exit status: 0; 1 after a failure, told in one line on standard error; 2 for a command line that makes no sense.
    """
    args = _parser().parse_args(argv)
    try:
        return args.run(args) or 0
    except (ValueError, TypeError, OSError, ImportError) as error:
        print(f"srlib: {_one_line(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("srlib: interrupted; a training goes on with --resume.", file=sys.stderr)
        return 130


def _one_line(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:  # raised by the system, in the system's words
        where = f" {error.filename}" if error.filename else ""
        return f"{error.strerror}:{where}; expected a place that can be read and written: check the path, its rights and the room on the disk."
    return " ".join(str(error).split())


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        """What argparse finds wrong, in one line instead of the whole usage."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help.\n")


class _Help(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    pass


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="srlib", description="Image super-resolution: get pictures, train, judge, enlarge.")
    parser.add_argument("--version", action="version", version=f"srlib {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(group, name, run, summary, example):
        added = group.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=f"example:\n  {example}",
            formatter_class=_Help,
        )
        added.set_defaults(run=run)
        return added

    data = commands.add_parser("data", help="list or fetch sets of pictures").add_subparsers(
        metavar="WHAT", required=True
    )
    command(data, "list", _data_list, "show the sets of pictures, their size and licence", "srlib data list")
    fetch = command(data, "fetch", _data_fetch, "download, check and unpack a set", "srlib data fetch set5")
    fetch.add_argument("name", metavar="NAME", help="a name that `srlib data list` shows")
    fetch.add_argument("--size", type=int, default=128, metavar="N", help="of linnaeus5: 128, or 32, 64, 256")

    command(commands, "models", _models, "show the trained networks that travel with srlib", "srlib models")

    train = command(
        commands,
        "train",
        _train,
        "train a network",
        "srlib train --model subpixel --data sample dead_leaves --minutes 5 --out my-run",
    )
    train.add_argument(
        "--model", required=True, metavar="M", help="what to build, or a trained network or run folder to go on from"
    )
    _data(train, many=True)
    train.add_argument("--validation", metavar="D", default="sample", help="pictures to watch the training on")
    train.add_argument("--kernel", choices=SHRINK_KERNELS, default="bilinear", help="how pictures are shrunk")
    _scale(train)
    length = train.add_mutually_exclusive_group(required=True)
    length.add_argument("--steps", type=int, metavar="N", help="updates of the weights")
    length.add_argument("--minutes", type=float, metavar="T", help="times a few steps, then fixes their number")
    train.add_argument(
        "--out", required=True, type=Path, metavar="RUN", help="folder for recipe, history, checkpoint and model"
    )
    train.add_argument("--resume", action="store_true", help="go on from the last checkpoint in RUN")
    train.add_argument("--seed", type=int, default=0, metavar="S", help="of weights, crops and synthetic pictures")
    train.add_argument(
        "--count", type=int, default=400, metavar="N", help="how many dead leaves, where they are asked for"
    )
    train.add_argument("--batch", type=int, default=16, help="crops per step")
    train.add_argument("--crop", type=int, default=64, help="side of a large crop in pixels")
    train.add_argument("--loss", choices=("mae", "mse"), default="mae", help="what is made small")
    train.add_argument("--learning-rate", type=float, default=1e-3, help="of Adam, at its peak")
    train.add_argument("--schedule", choices=("cosine", "constant"), default="cosine", help="of the learning rate")
    train.add_argument(
        "--average", type=float, metavar="SHARE", help="end with a running average of the weights, such as 0.999"
    )
    train.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="of the network, such as width=16; may be repeated",
    )

    judge = command(
        commands,
        "evaluate",
        _evaluate,
        "score methods on pictures",
        "srlib evaluate --model bicubic subpixel --data sample --protocol rgb",
    )
    judge.add_argument(
        "--model", required=True, nargs="+", metavar="M", help="trained networks, run folders, interpolations"
    )
    _data(judge)
    judge.add_argument(
        "--protocol",
        choices=("rgb", "paper"),
        default="rgb",
        help="all channels on the scale of 1, or luma as in the papers",
    )
    judge.add_argument(
        "--kernel",
        choices=(*SHRINK_KERNELS, "published"),
        default="bilinear",
        help="how pictures are shrunk; published: the small pictures that set5 or set14 comes with",
    )
    _scale(judge)
    judge.add_argument(
        "--costs", action="store_true", help="parameters, multiply-adds and seconds a megapixel beside the scores"
    )
    judge.add_argument("--json", type=Path, metavar="FILE", help="write every score here too")

    enlarge = command(commands, "upscale", _upscale, "enlarge picture files", "srlib upscale holiday.jpg -o large/")
    enlarge.add_argument("inputs", nargs="+", type=Path, metavar="IN", help="picture files, or folders of them")
    enlarge.add_argument(
        "-o", "--out", required=True, type=Path, metavar="OUT", help="a file for one picture, a folder for more"
    )
    enlarge.add_argument(
        "--model", default="subpixel", metavar="M", help="a trained network, a run folder or an interpolation"
    )
    _scale(enlarge)
    enlarge.add_argument("--force", action="store_true", help="replace files that exist")

    project = command(
        commands, "project", _project, "score networks of the classroom's project", "srlib project handed-in/*"
    )
    project.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="folders that `srlib train` wrote")

    figures = command(
        commands, "figures", _figures, "make the README's pictures and table again", "srlib figures --out figures"
    )
    figures.add_argument("--out", type=Path, default=Path("figures"), help="folder to write to")
    return parser


def _data(command, many: bool = False) -> None:
    command.add_argument(
        "--data",
        required=True,
        nargs="+" if many else None,
        metavar="D",
        help="a name that `srlib data list` shows, or a folder",
    )


def _scale(command) -> None:
    command.add_argument("--scale", type=int, help="factor of the enlargement; the network's own, or 2, unless given")


def _print_rows(rows: list[list[str]]) -> None:
    from .evaluation import aligned

    print(aligned(rows, right=False))


def _photos(source: str, split: str, count: int = 400, seed: int = 0):
    from .data import load_photos

    if source in ("sample", "linnaeus5"):
        return load_photos(source, split=split)
    if source == "dead_leaves":
        return load_photos(source, count=count, seed=seed)
    return load_photos(source)


def _method(name: str):
    """An interpolation's name as it is; anything else as a loaded network."""
    if name in ENLARGE_KERNELS:
        return name
    from .models import load_model  # brings Keras, which an interpolation does without

    return load_model(name)


def _common_scale(methods: dict, asked: int | None) -> int:
    """The scale that was asked for, or else the one that all networks share, or else 2."""
    scales = {name: method.srlib_config["scale"] for name, method in methods.items() if not isinstance(method, str)}
    if asked is not None or not scales:
        return 2 if asked is None else asked
    if len(set(scales.values())) > 1:
        told = ", ".join(f"{name} x{scale}" for name, scale in scales.items())
        raise ValueError(
            f"The networks enlarge by different factors ({told}); expected one: evaluate them in separate commands."
        )
    return next(iter(scales.values()))


# -- the commands -------------------------------------------------------------------------------------------------------


def _data_list(args) -> None:
    from .data import CATALOGUE, on_disk

    rows = [["name", "what", "pictures", "download", "licence", "on disk"]]
    for s in CATALOGUE.values():
        place = "travels with srlib" if s.download == "none" else str(on_disk(s.name) or "no")
        rows.append([s.name, s.what, s.pictures, s.download, s.licence, place])
    _print_rows(rows)


def _data_fetch(args) -> None:
    from .data import CATALOGUE, fetch

    place = fetch(args.name, size=args.size)
    if CATALOGUE[args.name].download == "none":
        print(f"{args.name} travels with srlib; there is nothing to fetch.")
    else:
        print(f"{args.name}: {place}")


def _models(args) -> None:
    from .geometry import geometry
    from .models import load_model, shipped

    rows = [["name", "scale", "kernel", "parameters", "multiply-adds for 1280x720", "trained on"]]
    for name, card in shipped().items():
        model = load_model(name)
        cost = geometry(model).multiply_adds * 1280 * 720 / card["scale"] ** 2
        rows.append(
            [
                name,
                f"x{card['scale']}",
                card["kernel"],
                f"{model.count_params():,}",
                f"{cost / 1e9:.1f} G",
                card["recipe"]["data"],
            ]
        )
    _print_rows(rows)


def _train(args) -> None:
    from .data import Photos
    from .models import BUILDERS, build_model, load_model, shipped
    from .training import fit, steps_within

    for source, purpose in [*((name, "data") for name in args.data), (args.validation, "validation")]:
        _refuse_benchmark(source, purpose)
    options = dict(_option(pair) for pair in args.option)
    if args.model in BUILDERS:
        model = build_model(args.model, 2 if args.scale is None else args.scale, seed=args.seed, **options)
    elif options:
        raise ValueError(
            f"--option {args.option[0]} was given for the trained network {args.model!r}; expected options with {', '.join(BUILDERS)} only: leave it out."
        )
    elif Path(args.model).is_dir() or args.model in shipped():
        model = load_model(args.model)
    else:
        raise ValueError(
            f"There is no model {args.model!r}; expected one of {', '.join(BUILDERS)} to begin with, or a trained one to go on from: `srlib models` shows them."
        )
    photos: Photos | None = None
    for source in args.data:
        more = _photos(source, "train", args.count, args.seed)
        photos = more if photos is None else photos + more
    settings = {
        "kernel": args.kernel,
        "batch": args.batch,
        "crop": args.crop,
        "loss": args.loss,
        "learning_rate": args.learning_rate,
        "average": args.average,
    }
    steps = args.steps
    if steps is None:
        steps = _steps_of(args.out) if args.resume else None
        steps = steps or steps_within(args.minutes, model, photos, **settings)
    history = fit(
        model, photos, scale=args.scale, steps=steps, seed=args.seed, schedule=args.schedule, out=args.out, resume=args.resume,
        validation=_photos(args.validation, "validation"), progress=sys.stderr.isatty(), **settings,
    )  # fmt: skip
    print(
        f"{args.out}: {history.step[-1]} steps in {history.seconds[-1]:.0f} s, validation {history.psnr[-1]:.2f} dB (linear enlargement {history.baseline:.2f} dB)"
    )


def _refuse_benchmark(source: str, purpose: str) -> None:
    """What is for judging is not learnt from, nor looked at on the way."""
    from .data import FOR_JUDGING

    if source in FOR_JUDGING:
        raise ValueError(
            f"--{purpose} is {source}, a benchmark that is for judging only; expected other pictures: use {'sample' if purpose == 'validation' else 'bsds500'} or a folder of yours, and keep {source} for `srlib evaluate`."
        )


def _steps_of(folder: Path) -> int | None:
    """The number of steps that a run with --minutes fixed when it began."""
    import json

    try:
        return json.loads((folder / "recipe.json").read_text())["steps"]
    except (OSError, ValueError, KeyError):
        return None


def _option(pair: str) -> tuple[str, int | str]:
    name, sign, value = pair.partition("=")
    if not (name and sign and value):
        raise ValueError(f"--option is {pair!r}; expected NAME=VALUE, such as width=16: write it so.")
    return name, int(value) if value.lstrip("-").isdigit() else value


def _evaluate(args) -> None:
    from .evaluation import evaluate

    if args.json is not None:
        _check_writable(args.json)
    methods = {name: _method(name) for name in args.model}
    table = evaluate(
        methods, _photos(args.data, "test"), scale=_common_scale(methods, args.scale), kernel=args.kernel, protocol=args.protocol, costs=args.costs
    )  # fmt: skip
    print(table)
    if args.json is not None:
        _write(args.json, lambda path: path.write_text(table.to_json() + "\n"))


def _upscale(args) -> int:
    from tqdm import tqdm

    from .data import SUFFIXES
    from .data.folder import picture_files
    from .pictures import check_scale
    from .upscaling import upscale

    if args.scale is not None:
        check_scale(args.scale)
    for path in args.inputs:
        if not path.exists():
            raise FileNotFoundError(f"There is no file or folder {str(path)!r}; expected pictures: check the spelling.")
    jobs = []
    for path in args.inputs:
        found = picture_files(path) if path.is_dir() else [path]
        if not found:
            raise FileNotFoundError(
                f"{path} holds no picture; expected files ending in {', '.join(SUFFIXES)}: give another folder."
            )
        jobs += [(p, p.relative_to(path) if path.is_dir() else Path(p.name)) for p in found]
    single = (
        len(jobs) == 1 and args.inputs[0].is_file() and args.out.suffix.lower() in SUFFIXES and not args.out.is_dir()
    )
    targets = [args.out if single else args.out / name for _, name in jobs]
    if len(set(targets)) < len(targets):
        twice = next(t for t in targets if targets.count(t) > 1)
        raise ValueError(
            f"Two inputs would be written to {twice}; expected names that differ: enlarge them into two folders."
        )
    for target in targets:
        if target.exists() and not args.force:
            raise FileExistsError(f"{target} exists; expected a new name: choose another -o, or --force to replace it.")
    for folder in dict.fromkeys(target.parent for target in targets):
        _check_folder(folder)
    method = _method(args.model)
    upscale(np.zeros((1, 1, 3), np.uint8), method, args.scale)  # a wrong scale is told once, not for every file
    failed = 0
    for (source, _), target in zip(tqdm(jobs, desc="pictures", delay=1, disable=None), targets):
        try:
            _upscale_file(source, target, method, args.scale)
        except (ValueError, OSError) as error:  # one bad file does not stop the rest
            failed += 1
            print(f"srlib: {_one_line(error)}", file=sys.stderr)
    return 1 if failed else 0


def _upscale_file(source: Path, target: Path, method, scale: int | None) -> None:
    from PIL import Image

    from .data import SUFFIXES, read_picture
    from .pictures import to_uint8
    from .upscaling import upscale

    if Image.registered_extensions().get(target.suffix.lower()) not in Image.SAVE:  # some kinds Pillow only reads
        raise ValueError(
            f"{source} would become {target.name}, a kind of file that Pillow cannot write; expected one of {', '.join(SUFFIXES)}: rename it, or give -o a file name."
        )
    large = Image.fromarray(to_uint8(upscale(read_picture(source), method, scale)))
    # JPEG at its default halves the colours' resolution, and a third of what a network gained is lost again
    jpeg = {"quality": 95, "subsampling": 0}
    quality = {".jpg": jpeg, ".jpeg": jpeg, ".webp": {"quality": 95}}.get(target.suffix.lower(), {})
    _write(target, lambda path: large.save(path, **quality))


def _project(args) -> None:
    from .checks import check_project

    for run in args.runs:
        if not run.is_dir():
            raise NotADirectoryError(
                f"There is no folder {str(run)!r}; expected one that `srlib train` wrote: check the spelling."
            )
    rows = []
    for run in args.runs:
        answer = check_project(run)
        rows.append([run.name, f"{answer.points(10):g}"])
        print(f"{run}\n{answer}\n")
    _print_rows([["network", "points of 10"], *sorted(rows, key=lambda row: -float(row[1]))])


def _figures(args) -> None:
    from .figures import make_all

    for path in make_all(args.out):
        print(path)


# -- files --------------------------------------------------------------------------------------------------------------


def _check_writable(path: Path) -> None:
    """Fail before the work is done rather than after it, and leave nothing behind."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; expected the name of a file: add one.")
    _check_folder(path.parent)


def _check_folder(folder: Path) -> None:
    """The same for a folder that files will be written to, whether or not it is there yet."""
    folder = folder.absolute()
    there = next(p for p in (folder, *folder.parents) if p.exists())  # the rest is made when it is needed
    if not there.is_dir():
        raise NotADirectoryError(
            f"{folder} cannot hold a file, because {there} is not a folder; expected a place that can be written: choose another."
        )
    with tempfile.TemporaryFile(dir=there):
        pass


def _write(path: Path, save) -> None:
    """Write to a temporary name beside the target, then move it there: nobody ever sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".srlib-", suffix=path.suffix)
    os.close(handle)
    try:
        save(Path(name))
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


if __name__ == "__main__":
    sys.exit(main())
