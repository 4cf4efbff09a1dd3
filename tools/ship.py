"""Put a finished run into the package, as a network that travels with it and has a card.

    python tools/ship.py RUN NAME --command "srlib train ... --out RUN" --hardware "two CPU cores"

Weights are stored in half precision where that moves the mean PSNR on no set at hand by 0.01 dB: the validation squares,
and set5 and set14 where they are on disk. Then `python tools/figures.py --benchmarks` scores it and writes its card. A run that
went on from another network keeps the terms of what that one was trained on.
"""

import argparse
import math
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import srlib
from srlib import ModelCard
from srlib.checkpoints import WEIGHTS, load_model, save_model
from srlib.data import NotFetched, Provenance
from srlib.data.catalogue import FREE, SHARE_ALIKE

ROOM = 0.01  # dB

NOT_FOR = "images degraded in another way (JPEG, noise, other kernels); any use in which invented detail could do harm: medicine, identification, evidence"


def judges() -> dict:
    """The sets on which rounding is judged."""
    found = {"validation": srlib.load_images("sample", split="validation")}
    for name in ("set5", "set14"):
        try:
            found[name] = srlib.load_images(name, download=False)
        except NotFetched:
            print(f"{name} is not on disk, so it is not looked at.", file=sys.stderr)
    return found


def lost(exact, rounded) -> dict[str, float]:
    """What rounding the weights changes of the mean PSNR, dB, on each set."""
    out = {}
    for name, images in judges().items():
        for protocol in ("rgb", "y"):
            methods = {"exact": exact, "rounded": rounded}
            table = srlib.evaluate(methods, images, exact.card.degradation, protocol=protocol)
            out[f"{name} {protocol}"] = table.mean("rounded") - table.mean("exact")
    return out


def card_of(card: ModelCard, command: str, hardware: str, not_for: str = NOT_FOR) -> ModelCard:
    """The card of a shipped network: who may use it, what made it, and what it is not for."""
    if not card.runs or card.runs[-1].seconds is None:
        raise ValueError(
            "The run does not tell how it was trained; expected one that `srlib train` or srlib.fit finished: give that."
        )
    unknown = [str(source) for source in card.provenance if "not stated" in Provenance([source]).weights_licence]
    if unknown:
        raise ValueError(
            f"The network was trained on {', '.join(unknown)}, whose terms are not known here; expected sets whose terms are known: add them to CATALOGUE in srlib/data/catalogue.py."
        )
    licence = card.provenance.weights_licence
    return replace(
        card,
        runs=(*card.runs[:-1], replace(card.runs[-1], command=command, hardware=hardware)),
        licence=licence,
        not_for=not_for if licence in (FREE, SHARE_ALIKE) else f"commercial use; {not_for}",
    )


def main() -> int:
    """Ship one run; 1 if it cannot be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--command", required=True, help="the one that made it")
    parser.add_argument("--hardware", required=True, help="what it ran on, in words")
    parser.add_argument("--not-for", default=NOT_FOR, help="what it must not be used for, in words")
    args = parser.parse_args()
    try:
        model = load_model(args.run)
        card = card_of(model.card, args.command, args.hardware, args.not_for)
    except ValueError as error:
        print(f"ship.py: {error}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as place:
        try:
            changed = lost(model, load_model(save_model(model, place, half=True)))
        except ValueError as error:  # a weight beyond half precision
            print(error)
            changed = {"half precision": -math.inf}
    half = max(map(abs, changed.values())) < ROOM
    print(", ".join(f"{name} {change:+.4f} dB" for name, change in changed.items()))
    save_model(model, WEIGHTS / args.name, half=half, card=card)
    size = sum(file.stat().st_size for file in WEIGHTS.rglob("*.h5")) / 1e6
    print(f"{args.name}: {'half' if half else 'full'} precision; all weights together {size:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
