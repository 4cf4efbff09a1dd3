"""The table: its numbers against metrics computed here, its shapes against DESIGN, its words against Markdown."""

import json
from pathlib import Path

import numpy as np
import pytest
from skimage.metrics import structural_similarity

import srlib
from srlib import Degradation, Downscale
from srlib.data import ImageSet, Provenance, Source
from srlib.evaluation import Table, evaluate
from srlib.models import build_model
from srlib.tables import aligned

METHODS = {"linear": "bilinear", "cubic": "bicubic"}


def folder(name):
    return Provenance([Source(name, kind="folder")])


@pytest.fixture(scope="module")
def images(make_image):
    """Five images of two classes, whose sides 2 and 3 do not all divide."""
    images = [make_image(*size, seed) for seed, size in enumerate([(30, 36), (31, 37), (24, 24), (33, 28), (25, 41)])]
    names = ["a", "b", "c", "d", "e"]
    return ImageSet(images, names, np.array([0, 1, 1, 0, 1]), ["cat", "dog"], folder("mine"))


def by_hand(images, method, scale, kernel, protocol):
    """Image -> (psnr, ssim, mse), with NumPy and scikit-image alone once the image is made."""
    out = {}
    for name, image in zip(images.names, images.images):
        height, width = (n // scale * scale for n in image.shape[:2])
        hr = image[:height, :width]
        lr = srlib.downscale(hr, scale, kernel=kernel)
        if protocol == "y":  # the papers' small images are files
            lr = np.rint(lr * np.float32(255)).astype(np.uint8)
        sr = srlib.upscale(lr, method, scale)
        if protocol == "rgb":
            a, b, peak = sr.astype(np.float64), hr / 255, 1.0
            window = {"channel_axis": -1}
        else:
            weights = np.array([65.481, 128.553, 24.966]) / 255
            a, b = (16 + (p.astype(np.float64) @ weights) for p in (np.rint(np.float32(255) * sr), hr))
            a, b = (p[scale:-scale, scale:-scale] for p in (a, b))
            peak = 255.0
            window = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
        error = np.mean((a - b) ** 2)
        out[name] = (10 * np.log10(peak**2 / error), structural_similarity(a, b, data_range=peak, **window), error)
    return out


@pytest.mark.parametrize("protocol", ["rgb", "y"])
@pytest.mark.parametrize("scale, kernel", [(2, "bilinear"), (2, "bicubic"), (3, "area")])
def test_every_number_is_the_metric_of_the_upscaled_image(images, protocol, scale, kernel):
    network = build_model("autoencoder", scale, width=4, seed=1)
    methods = {**METHODS, "net": network}
    table = evaluate(methods, images, Downscale(scale, kernel), protocol=protocol)
    assert list(table.scores) == list(methods)
    for name, method in methods.items():
        expected = by_hand(images, method, scale, kernel, protocol)
        assert list(table.scores[name]) == images.names
        for image, numbers in expected.items():
            found = table.scores[name][image]
            tolerance = 1e-5 if protocol == "rgb" else 1e-9
            assert found["psnr"] == pytest.approx(numbers[0], abs=1e-4 if protocol == "rgb" else 1e-8)
            assert found["ssim"] == pytest.approx(numbers[1], abs=tolerance)
            assert found["mse"] == pytest.approx(numbers[2], rel=1e-4 if protocol == "rgb" else 1e-8)
    assert (table.data, table.protocol, table.degradation) == ("mine", protocol, Degradation(Downscale(scale, kernel)))


@pytest.fixture(scope="module")
def table(images):
    return evaluate(METHODS, images)


def test_means_and_values(table, images):
    for metric, place in (("psnr", 0), ("ssim", 1), ("mse", 2)):
        numbers = [n[place] for n in by_hand(images, "bilinear", 2, "bilinear", "rgb").values()]
        np.testing.assert_allclose(table.values("linear", metric), numbers, rtol=1e-4)
        assert table.mean("linear", metric) == pytest.approx(np.mean(numbers), rel=1e-4)
    assert table.mean("linear") == table.mean("linear", "psnr")


def test_a_mean_of_psnr_is_not_the_psnr_of_the_mean(table):
    assert abs(table.mean("linear") - -10 * np.log10(table.mean("linear", "mse"))) > 1e-3


def test_groups_are_the_classes(table):
    assert table.groups == {"cat": ["a", "d"], "dog": ["b", "c", "e"]}
    psnr = {name: score["psnr"] for name, score in table.scores["cubic"].items()}
    assert table.mean("cubic", "psnr", "cat") == pytest.approx((psnr["a"] + psnr["d"]) / 2)
    np.testing.assert_array_equal(table.values("cubic", "psnr", "dog"), [psnr["b"], psnr["c"], psnr["e"]])
    lines = table.by_group("psnr").splitlines()
    assert [line.split()[0] for line in lines] == ["PSNR", "cat", "dog", "all"]
    assert lines[1].split() == [
        "cat",
        f"{table.mean('linear', 'psnr', 'cat'):.2f}",
        f"{(psnr['a'] + psnr['d']) / 2:.2f}",
    ]
    assert lines[-1].split()[2:] == [f"{table.mean(m):.2f}" for m in METHODS]
    assert "0." in table.by_group("ssim")


def test_every_image_has_a_line_of_its_own(table):
    head, *lines, mean = [line.split() for line in table.by_image("psnr").splitlines()]
    assert [line[0] for line in lines] == ["a", "b", "c", "d", "e"] and head[0] == "PSNR"
    for line in lines:
        assert line[1:] == [f"{table.scores[m][line[0]]['psnr']:.2f}" for m in METHODS]
    assert mean[2:] == [f"{table.mean(m):.2f}" for m in METHODS]


def test_rows_hold_mean_and_spread(table):
    head, *rows = table.rows()
    assert [row[0] for row in rows] == list(METHODS)
    for row in rows:
        psnr = [score["psnr"] for score in table.scores[row[0]].values()]
        ssim = [score["ssim"] for score in table.scores[row[0]].values()]
        mean, ssim_mean = sum(psnr) / 5, sum(ssim) / 5
        spread = (sum((p - mean) ** 2 for p in psnr) / 5) ** 0.5
        ssim_spread = (sum((s - ssim_mean) ** 2 for s in ssim) / 5) ** 0.5
        assert row[1:5] == [f"{mean:.2f}", f"{spread:.2f}", f"{ssim_mean:.4f}", f"{ssim_spread:.4f}"]
        assert float(row[5]) == pytest.approx(table.mean(row[0], "mse"), abs=1e-5)
    assert len(head) == len(rows[0])


def test_markdown_is_a_table(table):
    lines = table.to_markdown().splitlines()
    assert len(lines) == 2 + len(METHODS)
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert all(line.startswith("| ") and line.endswith(" |") for line in lines)
    assert {len(row) for row in cells} == {6}
    assert cells[1][0] == "---" and set(cells[1][1:]) == {"---:"}
    assert [cells[0], *cells[2:]] == table.rows()


def test_the_text_names_what_was_measured(table):
    head, *rows = repr(table).splitlines()
    assert head == "mine, 5 images, bilinear x2, protocol rgb"
    assert len({len(row) for row in rows}) == 1  # columns stand under each other
    assert rows[2].split() == table.rows()[2]


def test_the_json_is_what_design_prescribes(table, images):
    told = json.loads(table.to_json())
    assert told == table.to_dict()
    assert list(told) == ["data", "protocol", "degradation", "versions", "methods"]
    assert (told["data"], told["protocol"], told["degradation"]) == ("mine", "rgb", Degradation(Downscale(2)).to_dict())
    assert told["versions"]["srlib"] == srlib.__version__ and "numpy" in told["versions"]
    assert list(told["methods"]) == list(METHODS)
    for name, method in told["methods"].items():
        assert list(method) == ["psnr", "ssim", "mse", "images"]
        assert list(method["images"]) == images.names
        assert all(list(scores) == ["psnr", "ssim", "mse"] for scores in method["images"].values())
        for metric in ("psnr", "ssim", "mse"):
            assert method[metric] == pytest.approx(np.mean([s[metric] for s in method["images"].values()]))
            assert method[metric] == table.mean(name, metric)


def test_an_image_met_exactly_is_null_in_json_and_infinite_again():
    flat = np.full((1, 16, 16, 3), 128, np.uint8)
    table = evaluate({"bicubic": "bicubic"}, flat)
    assert np.isinf(table.values("bicubic")).all()
    told = json.loads(table.to_json(), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    found = told["methods"]["bicubic"]
    assert found["psnr"] is None and [scores["psnr"] for scores in found["images"].values()] == [None]
    assert found["mse"] == 0 and np.isinf(Table.from_dict(told).mean("bicubic"))


def test_a_table_comes_back_from_its_json(table):
    again = Table.from_dict(json.loads(table.to_json()))
    assert again.scores == table.scores and again.rows() == table.rows()
    assert repr(again) == repr(table)


# -- images -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["rgb", "y"])
@pytest.mark.parametrize("scale", (2, 3, 4))
def test_odd_sizes_are_cropped_at_the_bottom_and_right(make_image, scale, protocol):
    image = make_image(29, 35)
    cropped = image[: 29 // scale * scale, : 35 // scale * scale]
    whole, cut = (evaluate(METHODS, [p], Downscale(scale), protocol=protocol) for p in (image, cropped))
    assert whole.scores == cut.scores


def test_arrays_lists_and_floats_are_images_too(batch):
    table = evaluate(METHODS, batch)
    assert list(table.scores["linear"]) == ["image-0", "image-1", "image-2"]
    assert table.data == "images" and table.groups == {}
    assert evaluate(METHODS, list(batch)).scores == table.scores
    floats = (batch / np.float32(255)).astype(np.float32)
    assert evaluate(METHODS, floats).scores == table.scores


def test_images_of_one_name_are_all_counted(make_image):
    """Two folders may each hold an 1.png; added, they are two images."""
    one, two = (ImageSet(make_image(16, 16, seed)[None], ["1.png"], provenance=folder(f"s{seed}")) for seed in range(2))
    table = evaluate(METHODS, one + two)
    apart = [evaluate(METHODS, images).mean("linear") for images in (one, two)]
    assert "2 images" in repr(table)
    assert table.mean("linear") == pytest.approx(np.mean(apart))
    np.testing.assert_allclose(table.values("linear", group="s1"), apart[1])


def test_a_numbered_name_that_is_taken_is_numbered_on(make_image):
    batch = np.stack([make_image(16, 16, seed) for seed in range(4)])
    table = evaluate(METHODS, ImageSet(batch, ["a", "a (2)", "a", "a"]))
    assert list(table.scores["linear"]) == ["a", "a (2)", "a (3)", "a (4)"]
    assert table.mean("linear") == pytest.approx(evaluate(METHODS, batch).mean("linear"))


def test_an_image_that_is_met_exactly(recwarn):
    flat = np.full((2, 16, 16, 3), 51, np.uint8)
    table = evaluate({"nearest": "nearest"}, flat)
    assert table.mean("nearest") == np.inf and table.mean("nearest", "ssim") == 1
    assert "nearest        inf   -  1.0000" in repr(table) and "nan" not in repr(table)
    (told,) = (str(warning.message) for warning in recwarn.list)
    assert told == "image-0, image-1 are met exactly, which is an infinite PSNR: so is the mean PSNR."


def test_an_image_that_one_method_meets_exactly_is_in_no_mean_psnr(make_image, recwarn):
    """Nearest meets blocks of two by two exactly, bicubic does not; both means must be over the same images."""
    blocks = np.repeat(np.repeat(make_image(12, 12), 2, 0), 2, 1)
    black = np.zeros((24, 24, 3), np.uint8)
    others = [make_image(24, 24, seed) for seed in (1, 2)]
    methods = {"nearest": "nearest", "bicubic": "bicubic"}
    table = evaluate(methods, [others[0], blocks, black, others[1]])
    alone = evaluate(methods, others)
    assert table.exact == ["image-1", "image-2"] and table.refused == {}
    for method in methods:
        assert table.mean(method) == alone.mean(method) and np.isfinite(table.mean(method))
        assert table.mean(method, "mse") == pytest.approx(np.mean(table.values(method, "mse")))
        assert len(table.values(method)) == 4 and np.isinf(table.values("nearest")[1])
    assert [row[1:3] for row in table.rows()] == [row[1:3] for row in alone.rows()]
    assert "4 images (2 met exactly, and not in the mean PSNR)" in repr(table)
    (told,) = (str(warning.message) for warning in recwarn.list)
    assert told.endswith("the mean PSNR of every method is over the other 2.")
    assert table.to_dict()["methods"]["nearest"]["psnr"] == table.mean("nearest")


@pytest.mark.parametrize("protocol, side, why", [("rgb", 5, "7x7"), ("y", 12, "11x11"), ("rgb", 1, "at least 2")])
def test_an_image_that_cannot_be_scored_is_named_and_the_rest_is_scored(make_image, protocol, side, why):
    good = [make_image(24, 24, seed) for seed in range(3)]
    names, classes = ["a", "thumb\n", "b", "c"], np.array([0, 1, 0, 0])
    images = ImageSet(
        [good[0], make_image(side, 40), *good[1:]], names, classes, ["big", "small"], refused={"cut": "cut."}
    )
    with pytest.warns(UserWarning, match=rf"1 of 4 images are not scored: thumb\\n: .*{why}"):
        table = evaluate(METHODS, images, protocol=protocol)
    alone = evaluate(METHODS, good, protocol=protocol)
    assert list(table.refused) == ["cut", "thumb\n"] and why in table.refused["thumb\n"]
    assert table.groups == {"big": ["a", "b", "c"]}
    for method in METHODS:
        assert list(table.scores[method]) == ["a", "b", "c"] and table.mean(method) == alone.mean(method)
    assert "3 images (2 more refused)" in repr(table)
    assert Table.from_dict(json.loads(table.to_json())).refused == table.refused


def test_a_name_that_steers_a_terminal_is_escaped_in_a_table(make_image):
    images = ImageSet(
        [make_image(24, 24)], ["a"], np.array([0]), ["\x1b[2Jclass"], Provenance([Source("f\u202e", kind="folder")])
    )
    table = evaluate({"\x9bnearest|<b>": "nearest"}, images)
    for text in (repr(table), table.to_markdown(), table.by_group()):
        assert text.replace("\n", "").isprintable() and ("\\x9bnearest" in text)
    assert "\\|&lt;b>" in table.to_markdown() and "\\x1b[2Jclass" in table.by_group()


def test_the_published_direction_of_the_methods(sample):
    """What everybody knows, so that a swapped column would show: nearest is worst, the cubic beats the linear."""
    table = evaluate(
        {"nearest": "nearest", "linear": "bilinear", "cubic": "bicubic"}, sample["test"][:6], Downscale(2, "bicubic")
    )
    for metric, sign in (("psnr", 1), ("ssim", 1), ("mse", -1)):
        nearest, linear, cubic = (sign * table.mean(m, metric) for m in table.scores)
        assert cubic > linear and cubic > nearest


# -- the door -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "methods, settings, error, words",
    [
        ({}, {}, TypeError, ["methods is {}", "dict"]),
        ("bicubic", {}, TypeError, ["'bicubic'", "dict"]),
        ({"x": "bikubic"}, {}, ValueError, ["'bikubic'", "bicubic"]),
        ({"x": 3}, {}, TypeError, ["int"]),
        (METHODS, {"images": []}, ValueError, ["no images"]),
        (METHODS, {"degradation": "bicubic"}, ValueError, ["'bicubic'", "clean, camera, web"]),
        (METHODS, {"protocol": "paper"}, ValueError, ["'paper'", "rgb, y"]),
        (METHODS, {"images": [np.zeros((6, 9, 3), np.uint8)]}, ValueError, ["image-0", "7x7"]),
        (METHODS, {"images": [np.zeros((1, 9, 3), np.uint8)]}, ValueError, ["image-0", "at least 2"]),
        (METHODS, {"images": [np.zeros((14, 14, 3), np.uint8)], "protocol": "y"}, ValueError, ["image-0", "11x11"]),
        (METHODS, {"images": [np.zeros((14, 14), np.uint8)]}, ValueError, ["image-0", "(14, 14)"]),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused_with_a_sentence(images, methods, settings, error, words):
    settings = {"images": images, **settings}
    with pytest.raises(error) as refusal:
        evaluate(methods, settings.pop("images"), **settings)
    told = str(refusal.value)
    assert "\n" not in told and ": " in told
    assert all(word in told for word in words), told


def test_a_network_of_another_scale_is_refused(images):
    with pytest.raises(ValueError, match="scale is 3, but subpixel upscales by 2"):
        evaluate({"net": build_model("subpixel", width=4)}, images, Downscale(3))


@pytest.mark.parametrize("question", [("none",), ("linear", "lpips"), ("linear", "psnr", "bird")])
def test_what_the_table_does_not_hold_is_refused(table, question):
    with pytest.raises(ValueError, match=f"'{question[-1]}'; expected one of"):
        table.values(*question)
    with pytest.raises(ValueError, match=f"'{question[-1]}'; expected one of"):
        table.mean(*question)


def test_the_grouped_table_of_an_unknown_metric_is_refused(table):
    with pytest.raises(ValueError, match="'lpips'; expected one of psnr, ssim, mse"):
        table.by_group("lpips")


def test_aligned_puts_columns_under_each_other():
    rows = [["name", "x"], ["a", "10"], ["longer", "3"]]
    assert aligned(rows).splitlines() == ["name     x", "a       10", "longer   3"]
    assert aligned(rows, right=False).splitlines() == ["name    x", "a       10", "longer  3"]


def test_a_table_can_be_made_of_scores_alone():
    scores = {"m": {"p": {"psnr": 20.0, "ssim": 0.5, "mse": 0.01}, "q": {"psnr": 30.0, "ssim": 0.7, "mse": 0.001}}}
    table = Table(scores, "set5", "y", Degradation(Downscale(2, "bicubic")))
    assert table.rows()[1] == ["m", "25.00", "5.00", "0.6000", "0.1000", "0.01"]


class _Dataset:
    """Like a `tf.data.Dataset`: it has a length and is gone through, and that is all."""

    def __len__(self):
        return 1

    def __iter__(self):
        return iter([np.zeros((1, 8, 8, 3), np.uint8)])


@pytest.mark.parametrize(
    "images, error, words",
    [
        ("sample", TypeError, "a name; expected the images themselves: srlib.load_images"),
        (Path("images"), TypeError, "load_images"),
        (np.zeros((8, 8, 3), np.uint8), ValueError, r"shape \(8, 8, 3\), one image"),
        (7, TypeError, "images is a int"),
        ({"a": 1}, TypeError, "images is a dict"),
        (iter([np.zeros((8, 8, 3), np.uint8)]), TypeError, "images is a list_iterator; expected ImageSet"),
        (["a.png", "b.png"], TypeError, "images is a list of names; expected the images themselves"),
        ([Path("a.png")], TypeError, "images is a list of names"),
        (
            (np.zeros((1, 8, 8, 3)), np.zeros((1, 16, 16, 3))),
            TypeError,
            "images is a tuple of batches, or of pairs; expected HR images",
        ),
        ([(np.zeros((8, 8, 3)), np.zeros((16, 16, 3)))], TypeError, "images is a list of batches, or of pairs"),
        (_Dataset(), TypeError, "images is a _Dataset; .* another library's becomes a list"),
    ],
)
def test_what_are_no_images_is_refused(images, error, words):
    with pytest.raises(error, match=words):
        evaluate({"bicubic": "bicubic"}, images)
    with pytest.raises(error, match=words):
        srlib.fit(build_model("subpixel", width=1, blocks=1), images, steps=1)
