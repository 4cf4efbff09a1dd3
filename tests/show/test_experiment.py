"""What the explorer computes, without any controls; oracles are Pillow, scikit-image and srlib's own functions."""

import io

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

import srlib
from srlib.images import to_float
from srlib.show import experiment, pixels
from srlib.show.experiment import AS_IT_IS, DEGRADATIONS, MIDDLE, WHOLE, Experiment, Setting


@pytest.fixture
def waves(make_image):
    return make_image(96, 120)


@pytest.fixture
def trial(waves):
    return Experiment({"waves": waves}, {"bicubic": "bicubic", "nearest": "nearest"})


@pytest.mark.parametrize("kernel", ["bilinear", "bicubic", "area"])
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_scores_are_those_of_the_result_against_the_ground_truth(trial, waves, kernel, scale):
    outcome = trial.run(Setting("waves", kernel=kernel, scale=scale), ("bicubic", "nearest"))
    hr = srlib.crop_to_multiple(waves, scale)
    lr = srlib.downscale(hr, scale, kernel=kernel)
    np.testing.assert_array_equal(outcome.hr, hr)
    np.testing.assert_array_equal(outcome.lr, lr)
    for method, scores in outcome.scores.items():
        sr = srlib.upscale(lr, method, scale)
        np.testing.assert_array_equal(outcome.sr[method], np.rint(sr * 255))
        pair = hr / 255, np.float64(sr)
        assert scores["psnr"] == pytest.approx(peak_signal_noise_ratio(*pair, data_range=1))
        assert scores["ssim"] == pytest.approx(structural_similarity(*pair, data_range=1, channel_axis=-1), abs=1e-6)
        assert scores["mse"] == pytest.approx(np.mean((pair[0] - pair[1]) ** 2))


@pytest.mark.parametrize("degradation", list(DEGRADATIONS)[1:])
def test_every_degradation_costs_quality(trial, degradation):
    plain, worse = (
        trial.run(Setting("waves", degradation=name), ["bicubic"]) for name in ("nothing else", degradation)
    )
    assert worse.scores["bicubic"]["psnr"] < plain.scores["bicubic"]["psnr"]
    np.testing.assert_array_equal(worse.hr, plain.hr)


def test_a_jpeg_is_what_pillow_makes_of_it(trial, waves):
    lr = (srlib.downscale(waves) * 255).round().astype(np.uint8)
    with io.BytesIO() as file:
        Image.fromarray(lr).save(file, "JPEG", quality=30)
        expected = np.asarray(Image.open(file))
    outcome = trial.run(Setting("waves", degradation="JPEG, quality 30"), ["bicubic"])
    np.testing.assert_array_equal(outcome.lr, to_float(expected))


def test_as_it_is_there_is_no_ground_truth(trial, waves):
    outcome = trial.run(Setting("waves", kernel=AS_IT_IS), ["nearest"])
    assert outcome.hr is None and outcome.scores == {}
    np.testing.assert_array_equal(outcome.sr["nearest"], pixels.enlarged(waves, 2))


def test_of_a_large_image_the_middle_is_taken_or_all_of_it_downscaled(make_image):
    image = make_image(70, 90)
    np.testing.assert_array_equal(experiment.fitted(image, 40, MIDDLE), image[15:55, 25:65])
    assert experiment.fitted(image, 45, WHOLE).shape == (35, 45, 3)
    assert experiment.fitted(image, 90, WHOLE) is image


def test_a_result_is_computed_once_and_only_the_latest_are_kept(trial, monkeypatch):
    first = trial.run(Setting("waves"), ["bicubic"])
    monkeypatch.setattr(experiment, "upscale", None)
    assert trial.run(Setting("waves"), ["bicubic"]).sr["bicubic"] is first.sr["bicubic"]
    monkeypatch.undo()
    monkeypatch.setattr(experiment, "KEPT", 4)
    for scale in (2, 3, 4, 2):
        trial.run(Setting("waves", scale=scale), ["bicubic", "nearest"])
    assert len(trial.kept) == 4


def test_a_network_is_offered_at_its_own_scale_alone(waves):
    model = srlib.build_model("subpixel", 3, width=4, blocks=1)
    trial = Experiment({"waves": waves}, {"bicubic": "bicubic", "mine": model})
    assert trial.offered(2) == ["bicubic"] and trial.offered(3) == ["bicubic", "mine"]


@pytest.mark.parametrize(
    "setting, words",
    [
        (Setting("waves"), "waves, downscaled by 2 (linear)"),
        (Setting("waves", kernel="area", degradation="blur", scale=3), "waves, downscaled by 3 (area, with blur)"),
        (Setting("waves", kernel=AS_IT_IS, degradation="blur"), "waves, as it is, upscaled by 2"),
    ],
)
def test_a_setting_in_words(setting, words):
    assert str(setting) == words


def test_the_images_are_test_photographs_unless_given():
    assert list(experiment.named_images(None)) == srlib.load_images("sample", "test").names


def test_an_image_keeps_its_name_or_gets_a_number(trial, waves):
    assert [trial.add("waves", waves), trial.add("waves", waves), trial.add("mine", waves)] == [
        "waves (2)",
        "waves (3)",
        "mine",
    ]


def test_the_images_are_joined_at_the_slider(waves):
    after = 255 - waves
    for percent, column in ((0, 0), (25, 30), (100, 120)):
        joined = pixels.joined(waves, after, percent, 1)
        np.testing.assert_array_equal(joined[:, : max(0, column - 2)], waves[:, : max(0, column - 2)])
        np.testing.assert_array_equal(joined[:, column + 2 :], after[:, column + 2 :])
