"""The explorer, without a browser: what a click does, by setting the controls."""

import builtins
import io
import re
from datetime import UTC, datetime

import nbformat
import numpy as np
import pytest
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

import srlib
from srlib.show import experiment
from srlib.show.experiment import NETWORK
from srlib.show.pixels import MARK

pytestmark = pytest.mark.usefixtures("no_figure_left_open")


@pytest.fixture(scope="module")
def photographs(make_image):
    return {"waves": make_image(96, 120), "more waves": make_image(64, 64, 1)}


@pytest.fixture
def explorer(photographs):
    """Interpolations alone: no network needs to be loaded."""
    return srlib.show.explorer(photographs, ["bicubic", "nearest", "lanczos"], after="nearest")


def decoded(image):
    """What an image widget shows, as an array."""
    return np.asarray(Image.open(io.BytesIO(image.value)))


def state(explorer):
    """All that can be seen of it, to tell whether it changed."""
    return {
        "view": explorer.controls.view.value,
        "squares": [square.value for square in explorer.controls.squares],
        "table": explorer.controls.table.value,
        "scores": explorer.scores,
    }


def changed(before, after):
    return {key for key in before if before[key] != after[key]}


def uploaded(explorer, name, content):
    """Press the button, as the installed ipywidgets reports it."""
    explorer.controls.upload.value = (
        {
            "name": name,
            "type": "",
            "size": len(content),
            "content": memoryview(content),
            "last_modified": datetime.now(UTC),
        },
    )


def file_of(image, kind="PNG", **options):
    with io.BytesIO() as file:
        Image.fromarray(image).save(file, kind, **options)
        return file.getvalue()


# -- the numbers, and the image ---------------------------------------------------------------------------------------------


def check_scores(explorer, hr, lr):
    assert explorer.scores
    for name, numbers in explorer.scores.items():
        sr = srlib.upscale(lr, explorer.experiment.methods[name], explorer.controls.scale.value)
        assert numbers == {
            "psnr": srlib.psnr(sr, hr),
            "ssim": srlib.ssim(sr, hr),
            "mse": srlib.mse(sr, hr),
        }
        by_hand = structural_similarity(hr / 255, np.float64(sr), data_range=1, channel_axis=-1)
        assert numbers["ssim"] == pytest.approx(by_hand, abs=1e-6)
        assert numbers["psnr"] == pytest.approx(peak_signal_noise_ratio(hr / 255, np.float64(sr), data_range=1))
        row = re.search(f"<tr><td>{name}</td>(.*?)</tr>", explorer.controls.table.value)[1]
        told = [float(n) for n in re.findall(r">(-?[\d.]+)<", row)]
        assert told == pytest.approx(list(numbers.values()), abs=0.00501)


def test_numbers_are_those_of_the_library(explorer, photographs):
    hr = photographs["waves"]
    assert set(explorer.scores) == {"bicubic", "nearest"}
    check_scores(explorer, hr, srlib.downscale(hr, 2))


def test_what_a_camera_does_besides(explorer, photographs):
    hr = photographs["waves"]
    seen = {explorer.controls.degradation.value: explorer.scores}
    for name in explorer.controls.degradation.options[1:]:
        explorer.controls.degradation.value = name
        seen[name] = explorer.scores
    psnr = {name: numbers["bicubic"]["psnr"] for name, numbers in seen.items()}
    assert len(set(psnr.values())) == len(psnr) >= 5 and max(psnr, key=psnr.get) == "nothing else"
    explorer.controls.degradation.value = "JPEG, quality 30"
    small = (srlib.downscale(hr) * 255).round().astype(np.uint8)
    check_scores(explorer, hr, np.asarray(Image.open(io.BytesIO(file_of(small, "JPEG", quality=30)))))
    explorer.controls.degradation.value = "noise"
    check_scores(explorer, hr, srlib.make_pairs(hr[None], (srlib.Downscale(2), srlib.Noise(5)))[0][0])


def test_the_slider_parts_before_from_after(explorer, photographs):
    small = srlib.downscale(photographs["waves"])
    before, after = ((srlib.upscale(small, k) * 255).round().astype(np.uint8) for k in ("bicubic", "nearest"))
    explorer.controls.zoom.value, explorer.controls.across.value, explorer.controls.down.value = (
        32,
        0,
        0,
    )  # the mark into a corner
    times = decoded(explorer.controls.view).shape[1] // 120
    assert decoded(explorer.controls.view).shape == (96 * times, 120 * times, 3) and times == 512 // 120
    for percent in (0, 25, 75, 100):
        explorer.controls.slider.value = percent
        shown = decoded(explorer.controls.view)[::times, ::times][32:]  # below the mark
        place = 120 * percent // 100
        expected = np.concatenate([before[32:, :place], after[32:, place:]], axis=1)
        wrong = np.flatnonzero((shown != expected).any((0, 2)))
        assert list(wrong) == ([place] if 0 < percent < 100 else [])  # the line between them


def test_every_control_changes_what_it_should(explorer):
    everything = {"view", "squares", "table", "scores"}
    for control, value, expected in [
        ("slider", 30, {"view"}),
        ("across", 80, {"view", "squares"}),
        ("down", 10, {"view", "squares"}),
        ("zoom", 32, {"view", "squares"}),
        ("before", "lanczos", everything),
        ("after", "bicubic", everything),
        ("kernel", "bicubic", everything),
        ("degradation", "blur", everything),
        ("scale", 3, everything),
        ("image", "more waves", everything),
    ]:
        old = state(explorer)
        getattr(explorer.controls, control).value = value
        assert changed(old, state(explorer)) == expected, control


def test_the_squares_are_the_marked_square(explorer, photographs):
    hr = photographs["waves"]
    explorer.controls.zoom.value, explorer.controls.across.value, explorer.controls.down.value = 48, 100, 50
    made = srlib.upscale(srlib.downscale(hr), "nearest")
    for square, image in (
        (explorer.controls.squares[0], hr),
        (explorer.controls.squares[2], (made * 255).round().astype(np.uint8)),
    ):
        shown = decoded(square)
        assert shown.shape == (192, 192, 3)
        assert np.array_equal(shown[::4, ::4], image[24:72, 72:120])
    mark = (decoded(explorer.controls.view) == MARK).all(-1)
    rows, columns = np.flatnonzero(mark.any(1)), np.flatnonzero(mark.any(0))
    assert (rows[0] - 1, rows[-1] + 2, columns[0] - 1, columns[-1] + 2) == (24 * 4, 72 * 4, 72 * 4, 120 * 4)


def test_as_it_is_there_is_no_number(explorer, photographs):
    explorer.controls.kernel.value = "as it is"
    assert (
        explorer.scores == {}
        and "no ground truth" in explorer.controls.table.value
        and explorer.controls.degradation.disabled
    )
    made = srlib.upscale(photographs["waves"], "nearest")
    explorer.controls.slider.value, explorer.controls.zoom.value = 0, 32
    assert decoded(explorer.controls.squares[2]).shape == (192, 192, 3)
    assert decoded(explorer.controls.view).shape[:2] == tuple(n * (512 // 240) for n in made.shape[:2])
    explorer.controls.kernel.value = "bilinear"
    assert explorer.scores and not explorer.controls.degradation.disabled


# -- time, and what is kept ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def large(make_image):
    explorer = srlib.show.explorer({"large": make_image(512, 512), "other": make_image(512, 512, 1)})
    explorer.controls.image.value = "other"  # the network has run once: TensorFlow has warmed up
    return explorer


def test_what_the_network_made_once_is_shown_again_without_computing(large, monkeypatch):
    assert large.controls.after.value == NETWORK and large.controls.before.value == "bicubic"
    large.controls.kernel.value = "bicubic"
    large.controls.kernel.value = "bilinear"
    monkeypatch.setattr(experiment, "upscale", None)  # nothing may be computed again
    large.controls.kernel.value = "bicubic"
    assert large.controls.kernel.value == "bicubic"  # not taken back: nothing failed
    assert large.scores.keys() == {"bicubic", NETWORK}


def test_a_network_upscales_by_its_own_scale_only(large):
    large.controls.scale.value = 3
    assert NETWORK not in large.controls.after.options and large.controls.after.value in large.controls.after.options
    assert f"{NETWORK} upscales by 2 only" in large.controls.message.value
    large.controls.scale.value = 2
    assert large.controls.after.value == NETWORK and "only" not in large.controls.message.value


# -- uploads --------------------------------------------------------------------------------------------------------------------


def test_an_upload_is_shown_and_judged(explorer, make_image):
    mine = make_image(80, 60, 7)
    old = state(explorer)
    uploaded(explorer, "mine.png", file_of(mine))
    assert explorer.controls.image.value == "mine.png" and changed(old, state(explorer)) == set(old)
    check_scores(explorer, mine, srlib.downscale(mine))
    uploaded(explorer, "mine.png", file_of(mine[:40]))
    assert explorer.controls.image.options == ("waves", "more waves", "mine.png", "mine.png (2)")
    assert explorer.controls.image.value == "mine.png (2)"


def test_an_upload_as_ipywidgets_7_reports_it(explorer, make_image):
    mine = make_image(30, 40, 7)
    explorer._uploaded(type("Change", (), {"new": {"old.png": {"metadata": {}, "content": file_of(mine)}}}))
    assert explorer.controls.image.value == "old.png"
    check_scores(explorer, mine, srlib.downscale(mine))


def test_a_large_upload_is_cut_or_made_smaller(explorer, make_image):
    mine = make_image(700, 900, 7)
    uploaded(explorer, "large.png", file_of(mine))
    assert "of 900 x 700: its middle" in explorer.controls.message.value and not explorer.controls.part.disabled
    middle = mine[94:606, 194:706]
    check_scores(explorer, middle, srlib.downscale(middle))
    explorer.controls.part.value = "all of it, downscaled"
    assert "256 x 199 pixels upscaled to 512 x 398" in explorer.controls.message.value
    explorer.controls.image.value = "waves"
    assert explorer.controls.part.disabled


def grey(size=(40, 30), mode="L"):
    with io.BytesIO() as file:
        Image.new(mode, size, 100).save(file, "PNG")
        return file.getvalue()


BAD = {
    "nothing.png": b"",
    "words.png": b"this is no image",
    "half.png": None,
    "pixel.png": grey((1, 1)),
    "line.png": grey((700, 1)),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_upload_is_a_sentence_and_changes_nothing_else(explorer, photographs, name):
    content = BAD[name] if BAD[name] is not None else file_of(photographs["waves"])[:2000]
    old, options = state(explorer), explorer.controls.image.options
    uploaded(explorer, name, content)
    assert changed(old, state(explorer)) == set()
    assert explorer.controls.image.value == "waves" and explorer.controls.image.options == options
    sentence = re.sub("<.*?>", "", explorer.controls.message.value)
    assert sentence.startswith(name) and "expected" in sentence and "/tmp" not in sentence and "\n" not in sentence
    explorer.controls.before.value = "lanczos"  # and it goes on
    assert changed(old, state(explorer)) == set(old) and name not in explorer.controls.message.value


def test_a_name_cannot_bring_a_page_along(explorer):
    uploaded(explorer, "<img src=x onerror=alert(1)>.png", b"")
    assert "<img" not in explorer.controls.message.value and "&lt;img" in explorer.controls.message.value


def test_grey_and_transparent_uploads(explorer):
    for mode in ("L", "LA", "RGBA", "P", "1", "I;16"):
        uploaded(explorer, f"{mode}.png", grey(mode=mode))
        assert explorer.controls.image.value == f"{mode}.png", re.sub("<.*?>", "", explorer.controls.message.value)


def test_what_cannot_be_shown_is_taken_back(explorer):
    uploaded(explorer, "small.png", grey((3, 3)))
    assert (
        explorer.controls.image.value == "small.png" and '<td class="">-</td>' in explorer.controls.table.value
    )  # no SSIM of 2x2
    old = state(explorer)
    explorer.controls.scale.value = 4
    assert explorer.controls.scale.value == 2 and changed(old, state(explorer)) == set()
    assert "small.png has 3x3 pixels; expected at least 4" in explorer.controls.message.value


# -- what may be given ------------------------------------------------------------------------------------------------------------


def test_images_and_methods_of_ones_own(make_image, batch):
    model = srlib.build_model("espcn", 3, width=4)
    explorer = srlib.show.explorer(batch, {"cubic": "bicubic", "mine": model})
    assert explorer.controls.image.options == ("image 1", "image 2", "image 3")
    assert explorer.controls.scale.value == 3 and set(explorer.scores) == {"cubic", "mine"}
    check_scores(explorer, batch[0], srlib.downscale(batch[0], 3))
    explorer.controls.scale.value = 2
    assert set(explorer.scores) == {"cubic"}
    alone = srlib.show.explorer(batch[0], ["bicubic", "nearest"], before="nearest", after="nearest")
    assert set(alone.scores) == {"nearest"} and alone.still()


def test_images_keep_their_names(sample):
    explorer = srlib.show.explorer(sample["validation"][:3], ["bicubic", "bilinear"])
    assert explorer.controls.image.options == ("astronaut", "coffee", "nyc")


@pytest.mark.parametrize(
    "arguments, words",
    [
        (dict(images=[]), "no images to explore"),
        (dict(images={"a": np.zeros((4, 4))}), "a has shape .* expected"),
        (dict(images={"a": np.zeros((2, 9, 9, 3), np.uint8)}), "expected one image"),
        (dict(images=np.zeros((1, 1, 3), np.uint8)), "expected at least 2 along each side"),
        (dict(methods=["bicubic"]), "at least two"),
        (dict(methods="bicubic"), "at least two"),
        (dict(methods=["bicubic", "bicubik"]), "There is no model 'bicubik'"),
        (dict(methods=["bicubic", len]), "without a name"),
        (dict(methods={"a": "bicubic", "b": 3}), "method 'b' is a int"),
        (dict(methods=["bicubic", "nearest"], after="lanczos"), "after is 'lanczos'"),
        (dict(methods=["bicubic", "nearest"], before="x"), "before is 'x'"),
        (dict(side=3), "side is 3"),
    ],
)
def test_what_is_refused_is_told_in_a_sentence(arguments, words, photographs):
    with pytest.raises((ValueError, TypeError), match=words) as told:
        srlib.show.explorer(**{"images": photographs, "methods": ["bicubic", "nearest"], **arguments})
    assert "expected" in str(told.value) and "\n" not in str(told.value)


def test_without_ipywidgets_a_sentence_says_so(photographs, monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name.split(".")[0] == "ipywidgets":
            raise ModuleNotFoundError("No module named 'ipywidgets'")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(
        ImportError, match=r"ipywidgets is not installed; expected it .* pip install 'srlib\[lessons\]'"
    ):
        srlib.show.explorer(photographs, ["bicubic", "nearest"])


# -- where nothing is live ----------------------------------------------------------------------------------------------------------


def test_two_outputs_a_live_one_and_a_still_image_with_the_numbers(explorer, monkeypatch):
    shown = []
    monkeypatch.setattr(
        "IPython.display.display", lambda data, metadata=None, raw=False: shown.append((data, metadata, raw))
    )
    explorer._ipython_display_()
    (live, _, raw), (still, beside, raw_too) = shown
    assert raw and raw_too
    assert f"bicubic: {explorer.scores['bicubic']['psnr']:.2f} dB" in beside["image/png"]["alt"]
    assert live["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.widget.model_id
    assert live["text/plain"] == repr(explorer) and "widget" not in "".join(still)
    output = nbformat.v4.new_output("display_data", still)  # what GitHub draws
    assert output.data["image/png"].startswith("iVBOR") and len(output.data["image/png"]) < 500_000
    assert f"bicubic: {explorer.scores['bicubic']['psnr']:.2f} dB" in repr(explorer)


def test_the_still_image_says_what_is_shown(explorer):
    explorer.controls.degradation.value, explorer.controls.zoom.value = "blur", 32
    fig = explorer.still()
    fig.canvas.draw()
    title = fig._suptitle.get_text()
    assert "waves, downscaled by 2 (linear, with blur)" in title
    for name, numbers in explorer.scores.items():
        assert f"{name}: {numbers['psnr']:.2f} dB, SSIM {numbers['ssim']:.4f}, MSE {numbers['mse']:.5f}" in title
    assert len(fig.axes) == 4 and fig.axes[1].images[0].get_array().shape == (32, 32, 3)
    explorer.controls.kernel.value = "as it is"
    assert [axes.get_xlabel() for axes in explorer.still().axes] == ["its own pixels", "bicubic", "nearest"]
