"""Which packages an answer uses is read from its code, whatever the names are called there."""

import doctest

import answer_names
import pytest

GIVEN = ["import numpy as np\n\nimport srlib\n\nimage = srlib.load_images('sample')['sumac']"]


def used(*cells):
    return answer_names.beyond_numpy(answer_names.used([*GIVEN, *cells], "my", GIVEN))


def test_the_examples_hold():
    assert doctest.testmod(answer_names).failed == 0


@pytest.mark.parametrize(
    "cells",
    [
        ["def my(image):\n    return image.mean()"],
        ["def my(a):\n    return [image for image in a]"],
        ["def my(a):\n    'As srlib.psnr does.'\n    return np.log10(a)", "print(srlib.psnr(image, image))"],
        ["from math import log10 as lg\ndef my(a):\n    return lg(a)"],
        ["def helper(x):\n    return np.mean(x)\ndef my(a):\n    return helper(a)"],
        ["def my(a: srlib.ImageSet):\n    return a"],
        ["def my(a):\n    srlib = a\n    return srlib.psnr"],
        ["def compare():\n    return srlib.psnr\ndef my(a):\n    return a"],
    ],
)
def test_what_numpy_only_allows(cells):
    assert used(*cells) == []


@pytest.mark.parametrize(
    "cells, name",
    [
        (["my = srlib.psnr"], "srlib.psnr"),
        (["my = lambda a: srlib.psnr(a)"], "srlib.psnr"),
        (["def my(a):\n    from srlib import psnr\n    return psnr(a)"], "srlib.psnr"),
        (["import srlib as s\ndef my(a):\n    return s.metrics.psnr(a)"], "srlib.metrics.psnr"),
        (["from skimage.metrics import structural_similarity as f", "def my(a): return f(a)"], "skimage.metrics.structural_similarity"),
        (["from srlib import *\ndef my(a): return psnr(a)"], "srlib.psnr"),
        (["def my(a): return getattr(srlib, 'psnr')(a)"], "srlib.psnr"),
        (["def my(a): return getattr(srlib, 'ps' + 'nr')(a)"], "srlib.?"),
        (["np = srlib\ndef my(a): return np.psnr(a)"], "srlib"),
        (["f = srlib.psnr", "g = f", "def helper(a): return g(a)", "def my(a): return helper(a)"], "srlib.psnr"),
        (["class my:\n    def __call__(self, a):\n        return srlib.psnr(a)"], "srlib.psnr"),
        (["def my(a): return __import__('srlib').psnr(a)"], "builtins.__import__"),
        (["import importlib\ndef my(a): return importlib.import_module('srlib').psnr(a)"], "importlib.import_module"),
        (["import sys\ndef my(a): return sys.modules['srlib'].psnr(a)"], "sys.modules"),
        (["def my(a): return eval('srlib.psnr(a)')"], "builtins.eval"),
        (["%matplotlib inline\ndef my(a): return srlib.psnr(a)"], "srlib.psnr"),
        (["def wrong(:", "def my(a): return srlib.psnr(a)"], "srlib.psnr"),
    ],
)  # fmt: skip
def test_what_numpy_only_forbids(cells, name):
    assert name in used(*cells)


@pytest.mark.parametrize(
    "cell",
    [
        "srlib.checks.check_psnr = print",
        "from srlib.checks import Answer\nAnswer.points = print",
        "import srlib.checks.answer as a\ndef later():\n    a.Answer.points = print",
        "setattr(srlib.checks.Answer, 'points', print)",
        "np.allclose = print",
        "import builtins\nbuiltins.abs = print",
        "del np.mean",
    ],
)
def test_what_is_rebound_is_seen(cell):
    assert len(answer_names.rebound([*GIVEN, cell])) == 1


def test_what_is_a_students_own_may_be_rebound():
    assert answer_names.rebound([*GIVEN, "class A: pass\nA.points = 1\nA().x = 2\nnp.random.seed(1)"]) == []
