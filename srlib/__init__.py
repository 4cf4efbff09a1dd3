"""srlib: learn image super-resolution, and do it.

The walk is *load -> degrade -> build -> train -> upscale -> evaluate -> show*, and every name below is a part of it.
Importing this package loads neither Keras nor matplotlib; they come with the first function that needs them.
"""

import importlib

__version__ = "0.1.0"

# Which module each public name lives in.
_MODULE_OF = {
    "mse": "metrics",
    "psnr": "metrics",
    "ssim": "metrics",
    "downscale": "resampling",
    "crop_to_multiple": "resampling",
    "Degradation": "degradation",
    "Blur": "degradation",
    "Downscale": "degradation",
    "Noise": "degradation",
    "Jpeg": "degradation",
    "AnisotropicBlur": "degradation",
    "Defocus": "degradation",
    "OneOf": "degradation",
    "preset": "degradation",
    "make_pairs": "degradation",
    "load_images": "data",
    "ImageSet": "data",
    "Provenance": "data",
    "build_model": "models",
    "load_model": "checkpoints",
    "self_ensemble": "models",
    "upscale": "upscaling",
    "upscale_file": "upscaling",
    "export": "onnx_export",
    "fit": "training",
    "fit_adversarial": "adversarial",
    "detectability": "detection",
    "Recipe": "recipe",
    "Adversarial": "recipe",
    "ModelCard": "recipe",
    "evaluate": "evaluation",
    "leaderboard": "published",
    "ablation_results": "published",
    "realism_results": "published",
}
_NAMESPACES = ("show", "checks")

__all__ = [*_MODULE_OF, *_NAMESPACES, "__version__"]


def __getattr__(name):
    if name in _MODULE_OF:
        return getattr(importlib.import_module(f"srlib.{_MODULE_OF[name]}"), name)
    if name in _NAMESPACES:
        return importlib.import_module(f"srlib.{name}")
    raise AttributeError(f"srlib has no {name!r}; its public names are {', '.join(__all__)}")


def __dir__():
    return sorted(__all__)
