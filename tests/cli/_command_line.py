"""How the tests of the commands run one, and what they look at afterwards."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

import srlib
from srlib.cli import main
from srlib.data import Provenance, Source
from srlib.image_files import read_image
from srlib.images import to_uint8
from srlib.recipe import Recipe, Run

NETWORK = "--model subpixel --option width=4 --option blocks=1"
PATCHES = "--validation images --batch-size 2 --patch-size 8"
TRAIN = f"train {NETWORK} --data images {PATCHES}"


def run(*words):
    """The exit status of a command line, as the shell would see it."""
    try:
        return main([part for word in words for part in str(word).split()])
    except SystemExit as end:
        return end.code


def failed(capsys, *words):
    """One line on standard error that holds the words; nothing on standard output."""
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith("\n") and err.count("\n") == 1, err
    assert err.startswith("srlib") and "Traceback" not in err
    assert all(word in err for word in words), err


def contents(folder):
    """Every file and folder below, hidden ones too, with what it holds."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


def learnt_from(model, *folders):
    """The card of a network that learnt from some folders to undo the reference's degradation."""
    provenance = Provenance([Source(name, kind="folder", images=3) for name in folders])
    return model.card.after(Run(Recipe(srlib.Downscale(2, "bilinear")), provenance))


def begun_with(folder):
    """What a run began with: its architecture, as JSON tells it, and the :class:`srlib.recipe.Run`."""
    told = json.loads((Path(folder) / "recipe.json").read_text())
    return told["architecture"], Run.from_dict(told["run"])


def is_upscaled(target, source, method="bicubic", scale=2):
    """The file `target` holds what the library makes of `source`."""
    expected = to_uint8(srlib.upscale(read_image(source), method, scale))
    np.testing.assert_array_equal(np.asarray(Image.open(target)), expected)


def same_weights(first, second):
    """Whether two networks have the same weights, to the last bit."""
    return all(np.array_equal(a, b) for a, b in zip(first.get_weights(), second.get_weights(), strict=True))
