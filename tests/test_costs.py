"""What a method costs, beside its scores: counted by hand, timed by a clock that is known."""

import itertools
import json

import numpy as np
import pytest

import srlib
from srlib import evaluation
from srlib.backend import keras
from srlib.cli import main
from srlib.evaluation import Table, costs_of, evaluate
from srlib.models import build_model


@pytest.fixture(scope="module")
def net():
    return build_model("espcn", width=4)


@pytest.fixture
def images(make_image):
    return np.stack([make_image(24, 36, seed) for seed in range(2)])


def test_parameters_and_gmacs_by_hand():
    weights = 5 * 5 * 3 * 64 + 3 * 3 * 64 * 32 + 3 * 3 * 32 * 12  # every one is used once for each LR pixel
    found = costs_of(build_model("espcn"), repeat=1)
    assert found["parameters"] == weights + 64 + 32 + 12
    assert found["gmacs"] == pytest.approx(weights * 640 * 360 / 1e9)
    assert found["seconds_per_megapixel"] > 0


@pytest.mark.parametrize("scale, side", [(2, 512), (3, 513), (4, 512)])
def test_seconds_are_the_median_after_a_first_time(scale, side, monkeypatch):
    """The first takes a hundred seconds, and one of the five hiccups."""
    ticks = itertools.accumulate(x for seconds in (100, 3, 2, 50, 1, 4) for x in (0, seconds))
    monkeypatch.setattr(evaluation.time, "perf_counter", lambda: next(ticks))
    made = []
    monkeypatch.setattr(evaluation, "upscale", lambda image, method, scale: made.append((image.shape, scale)))
    assert costs_of("bicubic", scale)["seconds_per_megapixel"] == pytest.approx(3 / (side**2 / 1e6))
    assert made == [((side // scale, side // scale, 3), scale)] * 6


def test_what_cannot_be_counted_is_left_out():
    assert list(costs_of("bicubic", repeat=1).values())[:2] == [None, None]
    small = keras.Input((None, None, 3))
    by_hand = keras.Model(small, keras.layers.UpSampling2D()(keras.layers.Conv2D(3, 1)(small)))
    assert list(costs_of(by_hand, repeat=1).values())[:2] == [12, None]
    function = lambda small: np.repeat(np.repeat(small, 2, 1), 2, 2)
    assert list(costs_of(function, repeat=1).values())[:2] == [None, None]


def test_costs_stand_beside_the_scores_when_asked_for(net, images):
    methods = {"bicubic": "bicubic", "net": net}
    plain, costly = evaluate(methods, images), evaluate(methods, images, costs=True)
    assert plain.costs == {} and plain.scores == costly.scores
    head, bicubic, mine = costly.rows()
    assert head[:6] == plain.rows()[0] and head[6:] == ["parameters", "GMACs for 1280x720", "s a megapixel"]
    assert bicubic[6:8] == ["-", "-"] and mine[6:8] == [f"{net.count_params():,}", "0.1"]
    assert float(bicubic[8]) > 0 and mine[:6] == plain.rows()[2]
    assert "parameters" in repr(costly) and "parameters" not in repr(plain)
    told = json.loads(costly.to_json())["methods"]["net"]
    assert told["parameters"] == net.count_params() and "parameters" not in plain.to_dict()["methods"]["net"]
    again = Table.from_dict(json.loads(costly.to_json()))
    assert again.costs == costly.costs and again.rows() == costly.rows()
    assert Table.from_dict(plain.to_dict()).costs == {}


def test_the_command(capsys, tmp_path, images):
    from PIL import Image

    Image.fromarray(images[0]).save(tmp_path / "a.png")
    words = ["evaluate", "--model", "bicubic", "small_bilinear", "--data", str(tmp_path)]
    assert main(words) == 0
    assert "parameters" not in capsys.readouterr().out
    assert main([*words, "--costs", "--json", str(tmp_path / "table.json")]) == 0
    out = capsys.readouterr().out
    assert "GMACs" in out and f"{srlib.load_model('small_bilinear').count_params():,}" in out
    told = json.loads((tmp_path / "table.json").read_text())["methods"]
    assert told["small_bilinear"]["gmacs"] > 1 and told["bicubic"]["gmacs"] is None
