"""``srlib evaluate``: methods times images, a table on standard output, every score as JSON."""

from ..degradation import Degradation
from ..metrics import PROTOCOLS
from .common import (
    add_command,
    add_data,
    add_degradation,
    add_scale,
    degradation_of,
    images_of,
    name,
    path,
)
from .process import tell


def add_to(commands) -> None:
    """Add the command to the parser."""
    judge = add_command(
        commands,
        "evaluate",
        _evaluate,
        "score methods on images",
        "srlib evaluate --model bicubic small_bilinear --data sample --protocol rgb",
    )
    judge.add_argument(
        "--model", required=True, nargs="+", type=name, metavar="M",
        help="trained networks, run folders, interpolations; M+ is the geometric self-ensemble of network M",
    )  # fmt: skip
    add_data(judge)
    judge.add_argument(
        "--protocol", choices=PROTOCOLS, default="rgb",
        help="rgb: all channels on the scale of 1; y: luma and a border crop, as in the papers",
    )  # fmt: skip
    # published: the LR images that set5 or set14 comes with
    add_degradation(judge, "published")
    add_scale(judge)
    judge.add_argument("--seed", type=int, default=0, metavar="S", help="of what the degradation draws")
    judge.add_argument(
        "--costs", action="store_true", help="parameters, GMACs and seconds a megapixel beside the scores"
    )
    judge.add_argument("--json", type=path, metavar="FILE", help="write every score here too")


def _evaluate(args) -> int:
    from ..evaluation import OwnLR, evaluate
    from ..safe_files import check_file, write_text
    from ..upscaling import check_method, method_named

    if args.json is not None:
        check_file(args.json)
    methods = {each: method_named(each) for each in args.model}
    scale = _common_scale(methods, args.scale)
    images = images_of(args.data, "test", scale=scale)
    degradation = OwnLR(scale) if (args.kernel, args.preset) == ("published", None) else degradation_of(args, scale)
    for each, method in methods.items():
        if not isinstance(method, str):
            check_method(method, scale)  # before anything is said of it
        _warn_if_seen(each, getattr(method, "card", None), images, degradation)
    table = evaluate(methods, images, degradation, protocol=args.protocol, costs=args.costs, seed=args.seed)
    if args.json is not None:  # before it is printed, for printing may fail
        write_text(args.json, table.to_json() + "\n")
    print(table)
    return 1 if table.refused else 0


def _common_scale(methods: dict, asked: int | None) -> int:
    """The scale that was asked for, or else the one that all networks share, or else 2."""
    scales = {name: method.card.scale for name, method in methods.items() if not isinstance(method, str)}
    if asked is not None or not scales:
        return 2 if asked is None else asked
    if len(set(scales.values())) > 1:
        told = ", ".join(f"{name} x{scale}" for name, scale in scales.items())
        raise ValueError(
            f"The networks upscale by different factors ({told}); expected one: evaluate them in separate commands."
        )
    return next(iter(scales.values()))


def _warn_if_seen(name: str, card, images, degradation) -> None:
    """Say where a network is judged on what it learnt from, or on images that were degraded in another way."""
    if card is None:
        return
    for seen in card.provenance.overlaps(images.provenance):
        tell(f"{name} learnt from {seen}, so that its score says little; expected images that it never saw.")
    learnt = card.degradation
    if learnt is not None and isinstance(degradation, Degradation) and not learnt.covers(degradation):
        own = learnt.kernels
        hint = f": --kernel {own[0]} is its own" if len(own) == 1 and own != degradation.kernels else ""
        tell(f"{name} was trained for images degraded by {learnt}, and these are degraded by {degradation}{hint}.")
