"""The explorer: one image, two methods, a slider between them, and the numbers; in a notebook.

Enters: images and methods, or nothing; an image of yours by its upload button. Leaves: an :class:`Explorer`, which a
notebook shows, live where a kernel runs, and beside it as a still image where none does (GitHub, nbviewer, PDF).
Used in lesson 06 (``07_your_photos``).

Everything is drawn here, in Python, and sent to the page as a PNG: so it needs ipywidgets and no front-end package of
its own, and works in JupyterLab and on Colab.
"""

import base64
import html
import io
import tempfile
import warnings
from collections import OrderedDict
from pathlib import Path

import numpy as np

from .data import SAMPLE_SPLITS, read_image, sample_photograph
from .degradation import DOWNSCALE_KERNELS, UPSCALE_KERNELS, make_pairs
from .images import check, check_choice, to_uint8
from .metrics import mse, psnr, ssim
from .upscaling import upscale

SIDE = 512  # what it works with: at most so many pixels of the upscaled image along a side
NETWORK = "small_bilinear"  # the small shipped network, shown unless methods are given
SCALES = (2, 3, 4)
KEPT = 48  # results that are kept, of less than two megabytes each
# What a camera does besides, by the name that the page shows: options of make_pairs, and the quality of a JPEG file.
SPOILED = {
    "nothing else": {},
    "blur": {"blur": 1.0},
    "noise": {"noise": 0.02},
    "JPEG, quality 75": {"jpeg": 75},
    "JPEG, quality 30": {"jpeg": 30},
    "blur, noise and JPEG": {"blur": 0.7, "noise": 0.01, "jpeg": 75},
}
# What is done with an image that is larger than the explorer works with.
MIDDLE, WHOLE = "its middle", "all of it, made smaller"
_AS_IT_IS = "as it is"  # in place of a kernel: nothing is downscaled, so there is no true image to compare with
_PANEL = 192  # pixels along a side of an upscaled square
_ZOOMS = (32, 48, 64, 96, 192)  # sides of the square before, each a divisor of it: pixels stay square
_MARK = (217, 130, 43)
_VIEW = "application/vnd.jupyter.widget-view+json"


def explorer(images=None, methods=None, *, before: str | None = None, after: str | None = None, side: int = SIDE):
    """Explore what methods make of images: a before/after slider, a marked square upscaled, and the numbers.

    Parameters
    ----------
    images : ImageSet, dict of name -> image, ndarray (H, W, 3) or (N, H, W, 3), or list of (H, W, 3), optional
        Images to choose from; the photographs of the ``sample`` test split, whole, unless given. Others can be
        uploaded on the page.
    methods : dict of name -> method, or list of names, optional
        A method is a network, the name of an interpolation, or what :func:`srlib.load_model` takes. At least two; all
        interpolations and the small shipped network unless given.
    before, after : str, optional
        Names of the methods to start with, on the left and on the right of the slider.
    side : int
        What the explorer works with: of a larger image, its middle, or all of it made smaller.

    Returns
    -------
    Explorer
        The last line of a cell shows it.

    Raises
    ------
    ImportError
        ipywidgets is not installed.
    TypeError, ValueError
        What is not an image or a method; fewer than two methods; a name that is not among them.
    """
    if isinstance(side, bool) or not isinstance(side, (int, np.integer)) or side < 32:
        raise ValueError(f"side is {side!r}; expected a whole number of at least 32 pixels: the usual one is {SIDE}.")
    return Explorer(_named_images(images), _named_methods(methods), before, after, int(side))


# -- what is asked for ------------------------------------------------------------------------------------------------------


def _named_images(images) -> dict[str, np.ndarray]:
    if images is None:
        return {name: sample_photograph(name) for name in SAMPLE_SPLITS["test"]}
    if isinstance(images, dict):
        named = {str(name): image for name, image in images.items()}
    else:
        found = getattr(images, "images", images)
        found = [found] if getattr(found, "ndim", 4) == 3 else list(found)
        names = getattr(images, "names", None) or [f"image {i + 1}" for i in range(len(found))]
        named = {}
        for name, pixels in zip(names, found):
            named[_unused(name, named)] = pixels
    if not named:
        raise ValueError("There are no images to explore; expected at least one: leave images out for the sample.")
    for name, image in named.items():
        check(image, name)
        if image.ndim != 3:
            raise ValueError(
                f"{name} has shape {image.shape}; expected one image (H, W, 3) for a name: give a batch by itself, without a name."
            )
    return named


def _named_methods(methods) -> dict:
    from .checkpoints import load_model

    if methods is None:
        methods = (*UPSCALE_KERNELS, NETWORK)
    if isinstance(methods, (list, tuple)):
        strangers = [m for m in methods if not isinstance(m, (str, Path))]
        if strangers:
            raise TypeError(
                f"methods holds a {type(strangers[0]).__name__} without a name; expected names, or a dict of name -> method: try {{'mine': model, 'bicubic': 'bicubic'}}."
            )
        methods = {str(m): m for m in methods}
    if not isinstance(methods, dict) or len(methods) < 2:
        raise TypeError(
            f"methods is {methods!r}; expected a list of at least two names, or a dict of name -> method: try ['bicubic', '{NETWORK}']."
        )
    named = {}
    for name, method in methods.items():
        if isinstance(method, Path) or (isinstance(method, str) and method not in UPSCALE_KERNELS):
            method = load_model(method)
        if not isinstance(method, str) and not callable(method):
            raise TypeError(
                f"method {name!r} is a {type(method).__name__}; expected a network, or a name: use srlib.load_model or {UPSCALE_KERNELS}."
            )
        named[str(name)] = method
    return named


def _unused(name: str, taken) -> str:
    """The name, or the name with the first number behind it that no other bears."""
    new, count = name, 1
    while new in taken:
        count += 1
        new = f"{name} ({count})"
    return new


def _own(method, what: str):
    """What a network says of itself (its scale, the kernel it was trained for); None of what has no such card."""
    return (getattr(method, "srlib_config", None) or {}).get(what)


# -- the experiment ---------------------------------------------------------------------------------------------------------


def _fitted(image: np.ndarray, side: int, part: str) -> np.ndarray:
    """The part of a large image that is worked with, as uint8."""
    image = to_uint8(image)
    height, width = image.shape[:2]
    if max(height, width) <= side:
        return image
    if part == WHOLE:
        from PIL import Image

        pixels = Image.fromarray(image)
        pixels.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=3)
        return np.asarray(pixels)
    h, w = min(height, side), min(width, side)
    top, left = (height - h) // 2, (width - w) // 2
    return np.ascontiguousarray(image[top : top + h, left : left + w])


def _jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    """What is left of an image after a JPEG file."""
    from PIL import Image

    with io.BytesIO() as file:
        Image.fromarray(image).save(file, "JPEG", quality=quality)
        return np.asarray(Image.open(file))


def _degraded(image: np.ndarray, kernel: str, spoiled: str, scale: int):
    """The small image (uint8 or float32), and the true one (uint8), or None where nothing was downscaled."""
    options = dict(SPOILED[spoiled])
    quality = options.pop("jpeg", None)
    if kernel == _AS_IT_IS:
        return image, None
    lr, hr = (pair[0] for pair in make_pairs(image[None], scale, kernel=kernel, **options))
    return (lr if quality is None else _jpeg(to_uint8(lr), quality)), to_uint8(hr)


class _Results:
    """What has been computed: results of methods on images with their numbers, the latest `KEPT` of them."""

    def __init__(self):
        self._kept = OrderedDict()

    def get(self, key, compute):
        """The result that bears the key; computed only where it is not kept."""
        if key not in self._kept:
            self._kept[key] = compute()
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]


def _judged(made: np.ndarray, true: np.ndarray | None) -> dict[str, float]:
    if true is None:
        return {}
    numbers = {"psnr": psnr(made, true), "ssim": float("nan"), "mse": mse(made, true)}
    if min(true.shape[:2]) >= 7:  # SSIM's window
        numbers["ssim"] = ssim(made, true)
    return numbers


# -- what is drawn ----------------------------------------------------------------------------------------------------------


def _png(image: np.ndarray) -> bytes:
    from PIL import Image

    with io.BytesIO() as file:
        Image.fromarray(image).save(file, "PNG", compress_level=1)
        return file.getvalue()


def _grown(image: np.ndarray, times: int) -> np.ndarray:
    """Every pixel as a square of pixels."""
    return image.repeat(times, axis=0).repeat(times, axis=1)


def _outlined(image: np.ndarray, top: int, left: int, bottom: int, right: int) -> None:
    """Draw a square into an image, in place: coloured, between thin white lines, so that it shows on any ground."""
    for inset, colour in ((0, (255, 255, 255)), (1, _MARK), (2, _MARK), (3, (255, 255, 255))):
        y0, x0, y1, x1 = top + inset, left + inset, bottom - inset, right - inset
        if y0 < y1 and x0 < x1:
            image[y0, x0:x1] = image[y1 - 1, x0:x1] = colour
            image[y0:y1, x0] = image[y0:y1, x1 - 1] = colour


_STYLE = """<style>
.srlib-explorer { max-width: 100%; overflow: hidden; }
.srlib-explorer img { max-width: 100%; height: auto; margin: 0; }
.srlib-explorer table { border-collapse: collapse; margin: 4px 0; font-size: 13px; line-height: 1.5; }
.srlib-explorer th, .srlib-explorer td { padding: 2px 14px 2px 0; text-align: right; font-weight: normal; border: none; }
.srlib-explorer th:first-child, .srlib-explorer td:first-child { text-align: left; }
.srlib-explorer .srlib-best { font-weight: bold; }
.srlib-explorer .srlib-names { display: flex; justify-content: space-between; font-size: 13px; line-height: 1.5; }
.srlib-explorer .srlib-label { display: block; font-size: 13px; line-height: 1.4; }
.srlib-explorer .srlib-quiet { opacity: 0.7; }
.srlib-explorer .widget-html, .srlib-explorer .widget-html-content { height: auto; overflow: visible; white-space: normal; }
/* the still image that follows is for where nothing is live */
.jp-OutputArea-child:has(.srlib-explorer) + .jp-OutputArea-child:has(.jp-RenderedImage) { display: none; }
</style>"""


class Explorer:
    """What :func:`explorer` gives: controls, images and numbers, joined.

    The controls are ipywidgets; setting their ``value`` does what a click does.

    Attributes
    ----------
    widget : ipywidgets.VBox
        The whole of it, to be put into a layout of yours.
    image, part, upload : ipywidgets
        Which image; which part of a large one; the upload button.
    kernel, spoiled, scale : ipywidgets.Dropdown
        How it is made small, what happens to it besides, and by how much.
    before, after : ipywidgets.Dropdown
        The two methods.
    slider : ipywidgets.IntSlider
        Where one ends and the other begins, in percent of the width.
    across, down, zoom : ipywidgets
        Where the marked square lies, in percent, and its side in pixels.
    image, squares : ipywidgets.Image, list of them
        The image under the slider; the marked square as it should be, before and after.
    table, message : ipywidgets.HTML
        The numbers; what to say besides.
    numbers : dict
        ``numbers[method]`` is ``{"psnr": dB, "ssim": .., "mse": ..}`` on the scale of 1; empty where there is no true
        image.
    """

    def __init__(self, images: dict, methods: dict, before: str | None, after: str | None, side: int):
        networks = [name for name, method in methods.items() if not isinstance(method, str)]
        after = check_choice(after, methods, "after") if after is not None else (networks or list(methods))[-1]
        others = [name for name in methods if name != after]
        if before is None:
            before = "bicubic" if "bicubic" in others else others[0]
        check_choice(before, methods, "before")
        self._images, self._methods, self._side = dict(images), methods, side
        self._wished = {"before": before, "after": after}
        self._results, self._quiet, self.numbers = _Results(), True, {}
        kernel = _own(methods[after], "kernel")
        own_scale = _own(methods[after], "scale") or _own(methods[before], "scale") or 2
        self._build(kernel if kernel in DOWNSCALE_KERNELS else "bilinear", own_scale)
        self._offer_methods()
        self._quiet = False
        self._compute()

    # -- controls ---------------------------------------------------------------------------------------------------------

    def _build(self, kernel: str, scale: int) -> None:
        try:
            import ipywidgets as w
        except ImportError as error:
            raise ImportError(
                "ipywidgets is not installed; expected it for the explorer: pip install 'srlib[lessons]'."
            ) from error
        own = {"description_width": "initial"}
        flexible = lambda basis: w.Layout(width="auto", min_width="0", flex=f"1 1 {basis}")

        def choice(options, value, words, basis="200px"):
            made = w.Dropdown(options=options, value=value, description=words, style=own, layout=flexible(basis))
            made.observe(self._changed, "value")
            return made

        def percent(value, words, draw):
            made = w.IntSlider(
                value, 0, 100, description=words, readout=False, style=own, layout=w.Layout(width="auto", margin="0")
            )
            made.observe(draw, "value")
            return made

        self.image = choice(list(self._images), next(iter(self._images)), "image")
        self.part = choice([MIDDLE, WHOLE], MIDDLE, "of a large one")
        self.upload = w.FileUpload(
            accept="image/*", multiple=False, description="Upload", layout=w.Layout(width="110px")
        )
        self.upload.observe(self._uploaded, "value")
        kernels = [("linear", "bilinear"), "bicubic", "area", ("not: upscale it as it is", _AS_IT_IS)]
        self.kernel = choice([k if isinstance(k, tuple) else (k, k) for k in kernels], kernel, "downscale")
        self.spoiled = choice(list(SPOILED), next(iter(SPOILED)), "then")
        known = {_own(method, "scale") for method in self._methods.values()} - {None}
        self.scale = choice(sorted({*SCALES, *known}), scale, "scale", "90px")
        self.before = choice(list(self._methods), self._wished["before"], "before")
        self.after = choice(list(self._methods), self._wished["after"], "after")
        self.slider = percent(50, "", self._draw_image)
        self.across = percent(50, "across", self._draw)
        self.down = percent(50, "down", self._draw)
        self.zoom = w.Dropdown(
            options=[(f"{n} x {n} pixels", n) for n in _ZOOMS],
            value=64,
            description="square",
            style=own,
            layout=w.Layout(width="auto"),
        )
        self.zoom.observe(self._draw, "value")
        words = lambda: w.HTML(layout=w.Layout(margin="0", width="auto"))
        self._names, self.table, self.message = words(), words(), words()
        self.image = w.Image(format="png", layout=w.Layout(width="100%", margin="0"))
        panel = w.Layout(width=f"{_PANEL}px", margin="0 8px 4px 0", flex="0 1 auto")
        self.squares = [w.Image(format="png", layout=panel) for _ in range(3)]
        self._labels = [words() for _ in self.squares]
        panels = [w.HBox(pair, layout=w.Layout(align_items="center")) for pair in zip(self.squares, self._labels)]
        row = lambda *parts: w.HBox(parts, layout=w.Layout(flex_flow="row wrap", width="100%", align_items="center"))
        below = w.HBox(
            [self.table, w.VBox([self.zoom, self.across, self.down], layout=w.Layout(flex="1 1 180px"))],
            layout=w.Layout(flex_flow="row wrap", width="100%", justify_content="space-between"),
        )
        left = w.VBox(
            [self._names, self.image, self.slider, below],
            layout=w.Layout(flex="1 1 320px", max_width=f"{SIDE}px", margin="0 16px 0 0"),
        )
        right = w.VBox(panels, layout=w.Layout(flex="0 1 310px", margin="22px 0 0 0"))
        body = w.HBox([left, right], layout=w.Layout(flex_flow="row wrap", width="100%", align_items="flex-start"))
        self.widget = w.VBox(
            [
                w.HTML(_STYLE, layout=w.Layout(display="none")),
                row(self.image, self.part, self.upload),
                row(self.kernel, self.spoiled, self.scale),
                row(self.before, self.after),
                self.message,
                body,
            ],
            layout=w.Layout(width="100%"),
        )
        self.widget.add_class("srlib-explorer")

    def _offer_methods(self) -> None:
        """Offer the methods that upscale by the chosen scale; keep to those that were asked for where they can."""
        offered = [n for n, method in self._methods.items() if _own(method, "scale") in (None, self.scale.value)]
        if not offered:
            raise ValueError(
                f"scale is {self.scale.value}, by which none of the methods upscales; expected the scale of one of them: add an interpolation."
            )
        for which in ("before", "after"):
            control, wished = getattr(self, which), self._wished[which]
            spare = offered[-1] if which == "after" else offered[0]
            control.options = offered
            control.value = wished if wished in offered else spare

    def _changed(self, change) -> None:
        if self._quiet:
            return
        for which in ("before", "after"):
            if change.owner is getattr(self, which):
                self._wished[which] = change.new
        self._quiet = True
        try:
            if change.owner is self.scale:
                self._offer_methods()
            self._compute()
        except (ValueError, TypeError, OSError, MemoryError) as error:  # back to what can be shown
            change.owner.value = change.old
            for which in ("before", "after"):
                if change.owner is getattr(self, which):
                    self._wished[which] = change.old
            if change.owner is self.scale:
                self._offer_methods()
            self._say(error)
        finally:
            self._quiet = False

    def _uploaded(self, change) -> None:
        if not change.new:
            return
        files = change.new
        if isinstance(files, dict):  # ipywidgets 7, which Colab has
            files = [{"name": name, "content": file["content"]} for name, file in files.items()]
        file = files[-1]
        name = str(file["name"]) or "upload"
        try:
            new = _read(name, bytes(file["content"]))
            self._experiment(new, name)  # refused before it is offered
        except (ValueError, TypeError, OSError, MemoryError) as error:
            self._say(error)
            return
        name = _unused(name, self._images)
        self._images[name] = new
        self._quiet = True
        self.image.options = list(self._images)
        self._quiet = False
        self.image.value = name

    def _say(self, what) -> None:
        self.message.value = f'<span class="srlib-label">{html.escape(str(what) or type(what).__name__)}</span>'

    # -- computing --------------------------------------------------------------------------------------------------------

    def _experiment(self, image: np.ndarray, name: str):
        """The small image and the true one, from the controls as they stand."""
        scale, kernel = self.scale.value, self.kernel.value
        side = self._side // scale if kernel == _AS_IT_IS else self._side
        worked = _fitted(image, side, self.part.value)
        if kernel != _AS_IT_IS and min(worked.shape[:2]) < scale:
            raise ValueError(
                f"{name} has {worked.shape[0]}x{worked.shape[1]} pixels; expected at least {scale} along each side to make it {scale} times smaller: choose a larger image."
            )
        return _degraded(worked, kernel, self.spoiled.value, scale)

    def _compute(self) -> None:
        name = self.image.value
        image = self._images[name]
        setting = (name, self.part.value, self.kernel.value, self.spoiled.value, self.scale.value)
        small, true = self._results.get(setting, lambda: self._experiment(image, name))
        shown, numbers = [], {}
        for method in (self.before.value, self.after.value):

            def work(method=method):
                made = upscale(small, self._methods[method], self.scale.value)
                return to_uint8(made), _judged(made, true)

            made, judged = self._results.get((*setting, method), work)
            shown.append(made)
            if judged:
                numbers[method] = judged
        if true is None:  # what is there to compare with: the image's own pixels
            reference = _grown(to_uint8(small), self.scale.value)
        else:
            reference = true
        self._shown, self.numbers, self._small = [reference, *shown], numbers, small
        self._write(image, true)
        self._draw()

    def _write(self, image: np.ndarray, true) -> None:
        """The words and the numbers."""
        names = [html.escape(control.value) for control in (self.before, self.after)]
        self._names.value = f'<div class="srlib-names"><span>{names[0]}</span><span>{names[1]}</span></div>'
        first = "its own pixels" if true is None else "what it should be"
        for label, words in zip(self._labels, (first, *names)):
            label.value = f'<span class="srlib-label">{words}</span>'
        side = self._side // self.scale.value if true is None else self._side
        (h, w), (height, width) = self._small.shape[:2], self._shown[0].shape[:2]
        told = [f"{w} x {h} pixels upscaled to {width} x {height}"]
        if max(image.shape[:2]) > side:
            told.append(f"of {image.shape[1]} x {image.shape[0]}: {self.part.value}")
        gone = [n for n in dict.fromkeys(self._wished.values()) if n not in self.before.options]
        if gone:
            told.append(f"{', '.join(gone)} upscales by {_own(self._methods[gone[0]], 'scale')} only")
        self.message.value = f'<span class="srlib-label srlib-quiet">{html.escape("; ".join(told))}</span>'
        self.table.value = self._table()
        self.spoiled.disabled = true is None  # without a true image nothing is done to this one
        self.part.disabled = max(image.shape[:2]) <= side

    def _table(self) -> str:
        if not self.numbers:
            return '<span class="srlib-label">Nothing was downscaled, so there is no true image to compare with: no numbers.</span>'
        form = {"psnr": "{:.2f}", "ssim": "{:.4f}", "mse": "{:.6f}"}
        best = {
            "psnr": max(n["psnr"] for n in self.numbers.values()),
            "ssim": max(n["ssim"] for n in self.numbers.values()),
            "mse": min(n["mse"] for n in self.numbers.values()),
        }
        rows = ["<tr><th></th><th>PSNR (dB)</th><th>SSIM</th><th>MSE</th></tr>"]
        for name, numbers in self.numbers.items():
            cells = "".join(
                f'<td class="{"srlib-best" if numbers[m] == best[m] and len(self.numbers) > 1 else ""}">{"-" if np.isnan(numbers[m]) else form[m].format(numbers[m])}</td>'
                for m in form
            )
            rows.append(f"<tr><td>{html.escape(name)}</td>{cells}</tr>")
        return f"<table>{''.join(rows)}</table>"

    # -- drawing ----------------------------------------------------------------------------------------------------------

    def _box(self) -> tuple[int, int, int]:
        """Top, left and side of the marked square, in pixels of the large image."""
        height, width = self._shown[0].shape[:2]
        side = min(self.zoom.value, height, width)
        return round(self.down.value / 100 * (height - side)), round(self.across.value / 100 * (width - side)), side

    def _draw(self, change=None) -> None:
        self._draw_image()
        top, left, side = self._box()
        for pixels, image in zip(self.squares, self._shown):
            cut = image[top : top + side, left : left + side]
            pixels.value = _png(_grown(cut, max(1, _PANEL // side)))

    def _draw_image(self, change=None) -> None:
        _, before, after = self._shown
        height, width = before.shape[:2]
        times = max(1, SIDE // max(height, width))
        place = round(self.slider.value / 100 * width)
        image = after.copy()
        image[:, :place] = before[:, :place]
        image = _grown(image, times)
        if 0 < place < width:
            line = place * times
            image[:, max(0, line - 2) : line + 2] = 34
            image[:, max(0, line - 1) : line + 1] = 255
        top, left, side = (n * times for n in self._box())
        _outlined(image, top, left, top + side, left + side)
        self.image.value = _png(image)

    # -- where nothing is live ----------------------------------------------------------------------------------------------

    def still(self):
        """A still image of what is shown, with its numbers.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from . import show

        reference, before, after = self._shown
        names = self.before.value, self.after.value
        if names[0] == names[1]:
            names = (f"{names[0]}, before", f"{names[1]}, after")
        if self.numbers:
            title = f"{self._told()}\n{'     '.join(self._lines())}"
            fig = show.zoom(reference, dict(zip(names, (before, after))), box=self._box(), title=title)
            fig.set_figheight(fig.get_figheight() + 0.2)  # the title has a second line
            return fig
        top, left, side = self._box()
        cuts = [p[top : top + side, left : left + side] for p in self._shown]
        return show.images(cuts, ["its own pixels", *names], columns=3, size=2.3)

    def _told(self) -> str:
        """The experiment in words."""
        if self.kernel.value == _AS_IT_IS:
            return f"{self.image.value}, as it is, upscaled by {self.scale.value}"
        kernel = {"bilinear": "linear"}.get(self.kernel.value, self.kernel.value)
        spoiled = f", then {self.spoiled.value}" if SPOILED[self.spoiled.value] else ""
        return f"{self.image.value}, made {self.scale.value} times smaller ({kernel}{spoiled})"

    def _lines(self) -> list[str]:
        words = lambda n: [
            f"{n['psnr']:.2f} dB",
            *([] if np.isnan(n["ssim"]) else [f"SSIM {n['ssim']:.4f}"]),
            f"MSE {n['mse']:.5f}",
        ]
        return [f"{name}: {', '.join(words(numbers))}" for name, numbers in self.numbers.items()]

    def __repr__(self) -> str:
        return "\n  ".join([f"<Explorer {self._told()}", *self._lines()]) + ">"

    def _ipython_display_(self) -> None:
        """Two outputs: the live explorer, and after it a still image, which the live one hides."""
        from IPython.display import display

        view = {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}
        display({_VIEW: view, "text/plain": repr(self)}, raw=True)
        with io.BytesIO() as file:
            self.still().savefig(file, format="png")
            still = base64.b64encode(file.getvalue()).decode()
        display({"image/png": still, "text/plain": "<the explorer as a still image>"}, raw=True)


def _read(name: str, content: bytes) -> np.ndarray:
    """The image that a file holds; an error names the file as the user knows it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(content)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Pillow's of large images
                return read_image(path)
        except OSError as error:
            raise OSError(str(error).replace(str(path), name)) from None
