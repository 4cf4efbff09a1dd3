"""What is measured is what the library scores, and it has the shape that is stored."""

import numpy as np
import pytest
import scores

import srlib
from srlib.models import gmacs
from srlib.published import PUBLISHED, SETS, stored_scores
from srlib.recipe import Run


def test_measuring_scores_and_counts(benchmark_images, monkeypatch):
    """The whole way, on the smallest images, two of Set14 and one of the others, and a network of one block."""
    model = srlib.build_model("subpixel", width=4, blocks=1)
    recipe = srlib.Recipe(srlib.Downscale(2, "bilinear"))
    model.card = model.card.after(Run(recipe, srlib.Provenance()))
    smallest = {
        name: np.argsort([image.size for image in benchmark_images(name)], kind="stable")[: 2 if name == "set14" else 1]
        for name in SETS
    }
    few = lambda name, scale: benchmark_images(name, scale=scale)[smallest[name]]
    monkeypatch.setattr(scores, "load_images", few)
    monkeypatch.setattr(scores, "shipped", lambda: {"tiny": model.card})
    monkeypatch.setattr(scores, "load_model", lambda name: model)
    found = scores.measure()
    assert found["networks"] == {"tiny": {"parameters": model.count_params(), "gmacs": gmacs(model)}}
    shape = lambda scores: {protocol: set(kernels) for protocol, kernels in scores.items()}
    for scale in PUBLISHED:
        assert shape(found["scores"][f"x{scale}"]) == shape(stored_scores(scale))
    by_2 = found["scores"]["x2"]
    assert set(by_2["y"]["published"]["bicubic"]) == {"set5", "set14"}
    assert set(found["scores"]["x4"]["y"]["published"]["bicubic"]) == {"set5"}
    own = by_2["rgb"]["bilinear"]["tiny"]["set14"]
    cropped = [srlib.crop_to_multiple(image, 2) for image in few("set14", 2)]
    each = [srlib.psnr(srlib.upscale(srlib.downscale(hr), model), hr) for hr in cropped]
    assert own["psnr"] == pytest.approx(np.mean(each), abs=1e-4)
    assert own["psnr_deviation"] == pytest.approx(np.std(each), abs=1e-4)
