"""srlib: learn image super-resolution, and do it.

The walk is *load -> degrade -> build -> train -> upscale -> evaluate -> show*, and every name below is one step of it.
Importing this package loads neither Keras nor matplotlib; they come with the first function that needs them.
"""

import importlib

__version__ = "0.1.0"

# Which room each public name lives in. The rooms, top to bottom, are the order in which they may import each other.
_ROOM_OF = {
    "mse": "metrics",
    "psnr": "metrics",
    "ssim": "metrics",
    "downscale": "degradation",
    "interpolate": "degradation",
    "make_pairs": "degradation",
    "crop_to_multiple": "degradation",
    "load_images": "data",
    "build_model": "models",
    "load_model": "checkpoints",
    "self_ensemble": "models",
    "upscale": "upscaling",
    "fit": "training",
    "evaluate": "evaluation",
    "leaderboard": "published",
    "ablation_results": "published",
}
_NAMESPACES = ("show", "widgets", "checks")

__all__ = [*_ROOM_OF, *_NAMESPACES, "__version__"]


def __getattr__(name):
    if name in _ROOM_OF:
        return getattr(importlib.import_module(f"srlib.{_ROOM_OF[name]}"), name)
    if name in _NAMESPACES:
        return importlib.import_module(f"srlib.{name}")
    raise AttributeError(f"srlib has no {name!r}; its public names are {', '.join(__all__)}")


def __dir__():
    return sorted(__all__)
