"""Score the shipped networks and the interpolations on the benchmark sets, which must have been fetched.

`python tools/figures.py --benchmarks` does so and stores what comes of it in srlib/results/scores.json, which
`srlib.published` reads.
"""

from tqdm import tqdm

from srlib.backend import versions
from srlib.checkpoints import load_model, shipped
from srlib.data import CATALOGUE, load_images
from srlib.degradation import Degradation, Downscale
from srlib.evaluation import OwnLR, evaluate
from srlib.metrics import PROTOCOLS
from srlib.models import gmacs
from srlib.published import BASELINES, ENSEMBLE, SETS


def measure(progress: bool = False) -> dict:
    """What scores.json holds: `versions`, `networks` and their costs, and `scores`, as `srlib.published` describes them.

    Every network is scored under the kernel that it was trained for and both protocols; a network for the kernel
    ``bicubic`` is scored from the LR images that a set comes with as well (kernel ``published``).
    """
    images = {name: load_images(name) for name in SETS}
    networks = {name: load_model(name) for name in shipped()}
    if ENSEMBLE in networks:
        networks[f"{ENSEMBLE}+"] = load_model(f"{ENSEMBLE}+")
    todo = [
        (protocol, kernel, name)
        for protocol, kernel in [*((p, k) for p in PROTOCOLS for k in ("bicubic", "bilinear")), ("y", "published")]
        for name in SETS
        if kernel != "published" or CATALOGUE[name].files.lr_scales
    ]
    scores: dict = {}
    for protocol, kernel, name in tqdm(todo, desc="scoring", disable=not progress):
        trained_for = "bicubic" if kernel == "published" else kernel
        methods = {baseline: baseline for baseline in BASELINES}
        for network, model in networks.items():
            fits = model.card.degradation == Degradation(Downscale(2, trained_for))
            if fits and (protocol == "y" or not network.endswith("+")):
                methods[network] = model
        degradation = OwnLR(2) if kernel == "published" else Downscale(2, kernel)
        table = evaluate(methods, images[name], degradation, protocol=protocol)
        for method in methods:
            found = {m: round(table.mean(method, m), 5) for m in ("psnr", "ssim")}
            found |= {f"{m}_deviation": round(float(table.values(method, m).std()), 5) for m in ("psnr", "ssim")}
            scores.setdefault(protocol, {}).setdefault(kernel, {}).setdefault(method, {})[name] = found
    costs = {name: {"parameters": int(model.count_params()), "gmacs": gmacs(model)} for name, model in networks.items()}
    return {"versions": versions(), "networks": costs, "scores": scores}
