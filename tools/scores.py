"""Score the shipped networks and the interpolations on the benchmark sets, which must have been fetched.

`python tools/figures.py --benchmarks` does so and stores what comes of it in srlib/results/scores.json, which
`srlib.published` reads.
"""

from tqdm import tqdm

from srlib import ModelCard
from srlib.backend import versions
from srlib.checkpoints import load_model, shipped
from srlib.data import CATALOGUE, load_images
from srlib.degradation import Degradation, Downscale
from srlib.evaluation import OwnLR, evaluate
from srlib.metrics import PROTOCOLS
from srlib.models import gmacs
from srlib.published import BASELINES, ENSEMBLE, PUBLISHED, SETS


def measure(progress: bool = False) -> dict:
    """What scores.json holds: `versions`, `networks` and their costs, and `scores` by scale, as `srlib.published` has them.

    Every network that learnt to undo a downscaling alone is scored under the kernel that it was trained for and both protocols; a network for the kernel
    ``bicubic`` is scored from the LR images that a set comes with as well (kernel ``published``).
    """
    networks = {name: load_model(name) for name, card in shipped().items() if is_on_the_board(card)}
    if ENSEMBLE in networks:
        networks[f"{ENSEMBLE}+"] = load_model(f"{ENSEMBLE}+")
    scores: dict = {}
    for scale, protocol, kernel, name in tqdm(_todo(), desc="scoring", disable=not progress):
        degradation = OwnLR(scale) if kernel == "published" else Downscale(scale, kernel)
        methods = {baseline: baseline for baseline in BASELINES} | {
            network: model
            for network, model in networks.items()
            if model.card.degradation == Degradation(Downscale(scale, "bicubic" if kernel == "published" else kernel))
            and (protocol == "y" or not network.endswith("+"))
        }
        table = evaluate(methods, load_images(name, scale=scale), degradation, protocol=protocol)
        for method in methods:
            found = {m: round(table.mean(method, m), 5) for m in ("psnr", "ssim")}
            found |= {f"{m}_deviation": round(float(table.values(method, m).std()), 5) for m in ("psnr", "ssim")}
            place = scores.setdefault(f"x{scale}", {}).setdefault(protocol, {}).setdefault(kernel, {})
            place.setdefault(method, {})[name] = found
    costs = {name: {"parameters": int(model.count_params()), "gmacs": gmacs(model)} for name, model in networks.items()}
    return {"versions": versions(), "networks": costs, "scores": scores}


def is_on_the_board(card: ModelCard) -> bool:
    """Whether a network learnt to undo a downscaling alone, and by the pixel; `repairs` and `realism` score the others."""
    return isinstance(card.degradation.steps[0], Downscale) and card.runs[-1].recipe.adversarial is None


def _todo() -> list[tuple[int, str, str, str]]:
    """Scale, protocol, kernel and set: bicubic at every scale, bilinear at x2, and from the published LR images."""
    kernels = [(scale, "bicubic") for scale in PUBLISHED] + [(2, "bilinear")]
    todo = [(scale, protocol, kernel, name) for scale, kernel in kernels for protocol in PROTOCOLS for name in SETS]
    own = [(scale, name) for scale in PUBLISHED for name in SETS if scale in CATALOGUE[name].files.lr_scales]
    return todo + [(scale, "y", "published", name) for scale, name in own]
