"""Put a finished run into the package, as a network that travels with it and has a card.

    python tools/ship.py RUN NAME --command "srlib train ... --out RUN" --hardware "two CPU cores"

Weights are stored in half precision where that moves the mean PSNR on no set at hand by 0.01 dB: the validation squares,
and set5 and set14 where they are on disk. Then `srlib figures --benchmarks` scores it and writes its card. A run that
went on from another network keeps the terms of what that one was trained on.
"""

import argparse
import json
import math
import sys
import tempfile
from pathlib import Path

import srlib
from srlib.checkpoints import WEIGHTS, load_model, save_model
from srlib.data import NotFetched, named_sources

ROOM = 0.01  # dB

TERMS = {
    "sample": "sample: CC0 and public domain photographs",
    "dead_leaves": "dead_leaves: drawn by srlib",
    "bsds500": "BSDS500, folders train and test: for non-commercial research and education (Berkeley)",
}
NOT_FOR = "images degraded in another way (JPEG, noise, other kernels); any use in which invented detail could do harm: medicine, identification, evidence"
RESEARCH = "for non-commercial research and education, as the images are"


def judges() -> dict:
    """The sets on which rounding is judged."""
    found = {"validation": srlib.load_images("sample", split="validation")}
    for name in ("set5", "set14"):
        try:
            found[name] = srlib.load_images(name, download=False)
        except NotFetched:
            print(f"{name} is not on disk, so it is not looked at.", file=sys.stderr)
    return found


def lost(exact, rounded, kernel: str) -> dict[str, float]:
    """What rounding the weights changes of the mean PSNR, dB, on each set."""
    out, scale = {}, exact.srlib_config["scale"]
    for name, images in judges().items():
        for protocol in ("rgb", "y"):
            methods = {"exact": exact, "rounded": rounded}
            table = srlib.evaluate(methods, images, scale=scale, kernel=kernel, protocol=protocol)
            out[f"{name} {protocol}"] = table.mean("rounded") - table.mean("exact")
    return out


def card_of(run: Path, command: str, hardware: str) -> dict:
    """What `model.json` says of a shipped network beside how it is built."""
    told = json.loads((run / "model.json").read_text("utf-8"))
    if not {"kernel", "recipe", "seconds"} <= set(told):
        raise ValueError(
            f"{run} does not tell how it was trained; expected a run that `srlib train` or srlib.fit finished: give that."
        )
    chain = [told]  # this run, and what it went on from, back to the first weights
    while chain[-1].get("before"):
        chain.append(chain[-1]["before"])
    terms, names = [], []
    for part in reversed(chain):
        terms += part.get("data_terms", "").split("; ")
        sources = named_sources(part["recipe"]["data"]) if "recipe" in part else []
        names += [source.removesuffix("/train") for source in sources]
    unknown = [name for name in names if name not in TERMS]
    if unknown:
        raise ValueError(
            f"{run} was trained on {', '.join(unknown)}, whose terms are not known here; expected {', '.join(TERMS)}: add them to TERMS in tools/ship.py."
        )
    terms = [*filter(None, terms), *(TERMS[name] for name in names)]
    research = TERMS["bsds500"] in terms
    return {
        "kernel": told["kernel"],
        "recipe": told["recipe"],
        "seconds": told["seconds"],
        "command": command,
        "hardware": hardware,
        "data_terms": "; ".join(dict.fromkeys(terms)),
        "licence": RESEARCH if research else "MIT",
        "not_for": f"commercial use; {NOT_FOR}" if research else NOT_FOR,
    }


def main() -> int:
    """Ship one run; 1 if it cannot be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--command", required=True, help="the one that made it")
    parser.add_argument("--hardware", required=True, help="what it ran on, in words")
    args = parser.parse_args()
    try:
        model = load_model(args.run)
        card = card_of(args.run, args.command, args.hardware)
    except ValueError as error:
        print(f"ship.py: {error}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as place:
        try:
            changed = lost(model, load_model(save_model(model, place, half=True)), card["kernel"])
        except ValueError as error:  # a weight beyond half precision
            print(error)
            changed = {"half precision": -math.inf}
    half = max(map(abs, changed.values())) < ROOM
    print(", ".join(f"{name} {change:+.4f} dB" for name, change in changed.items()))
    save_model(model, WEIGHTS / args.name, half=half, **card)
    size = sum(file.stat().st_size for file in WEIGHTS.rglob("*.h5")) / 1e6
    print(f"{args.name}: {'half' if half else 'full'} precision; all weights together {size:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
