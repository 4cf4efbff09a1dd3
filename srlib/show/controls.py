"""The explorer's controls, and the images and words beside them, as ipywidgets.

What is shown is decided elsewhere (:mod:`srlib.show.interactive`): here are the widgets, their places on the page, and
the HTML of the words.
"""

import html

import numpy as np

from ..extras import brought_by
from .experiment import AS_IT_IS, DEGRADATIONS, MIDDLE, WHOLE, Setting

SCALES = (2, 3, 4)
KERNELS = (("linear", "bilinear"), ("bicubic", "bicubic"), ("area", "area"), ("not: upscale it as it is", AS_IT_IS))
PANEL = 192  # pixels along a side of an enlarged square
ZOOMS = (32, 48, 64, 96, 192)  # sides of the square in the image, each a divisor of PANEL: pixels stay square
FORMS = {"psnr": "{:.2f}", "ssim": "{:.4f}", "mse": "{:.6f}"}
NO_TRUTH = "Nothing was downscaled, so there is no ground truth to compare with: no numbers."
STYLE = """<style>
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


class Controls:
    """Widgets of the explorer; setting the ``value`` of one does what a click does.

    Attributes
    ----------
    image, part, upload : ipywidgets
        Which image; which part of a large one; the upload button.
    kernel, degradation, scale : ipywidgets.Dropdown
        How it is downscaled, what happens to it besides, and by how much.
    before, after : ipywidgets.Dropdown
        The two methods.
    slider : ipywidgets.IntSlider
        Where one ends and the other begins, in percent of the width.
    across, down, zoom : ipywidgets
        Where the marked square lies, in percent, and its side in pixels.
    view, squares : ipywidgets.Image, list of them
        The image under the slider; the marked square of the ground truth, before and after.
    table, message : ipywidgets.HTML
        The numbers; what to say besides.
    widget : ipywidgets.VBox
        All of them, laid out.
    """

    def __init__(self, images: list[str], methods: list[str], scales, kernel: str, scale: int, side: int):
        with brought_by("lessons", "ipywidgets", "the explorer"):
            import ipywidgets
        self._w = ipywidgets
        self._make_inputs(images, methods, sorted({*SCALES, *scales}), kernel, scale)
        self._make_outputs()
        self.widget = self._laid_out(side)
        self.widget.add_class("srlib-explorer")

    # -- widgets ----------------------------------------------------------------------------------------------------------

    def _make_inputs(self, images, methods, scales, kernel, scale) -> None:
        w, style = self._w, {"description_width": "initial"}
        plain = lambda **more: w.Layout(width="auto", **more)

        def choice(options, value, words, basis="200px"):
            layout = plain(min_width="0", flex=f"1 1 {basis}")
            return w.Dropdown(options=options, value=value, description=words, style=style, layout=layout)

        def percent(words):
            layout = plain(margin="0")
            return w.IntSlider(50, 0, 100, description=words, readout=False, style=style, layout=layout)

        self.image = choice(images, images[0], "image")
        self.part = choice([MIDDLE, WHOLE], MIDDLE, "of a large one")
        layout = w.Layout(width="110px")
        self.upload = w.FileUpload(accept="image/*", multiple=False, description="Upload", layout=layout)
        self.kernel = choice(KERNELS, kernel, "downscale")
        self.degradation = choice(list(DEGRADATIONS), next(iter(DEGRADATIONS)), "with")
        self.scale = choice(scales, scale, "scale", "90px")
        self.before, self.after = choice(methods, methods[0], "before"), choice(methods, methods[0], "after")
        self.slider, self.across, self.down = percent(""), percent("across"), percent("down")
        zooms = [(f"{n} x {n} pixels", n) for n in ZOOMS]
        self.zoom = w.Dropdown(options=zooms, value=64, description="square", style=style, layout=plain())

    def _make_outputs(self) -> None:
        w = self._w
        words = lambda: w.HTML(layout=w.Layout(margin="0", width="auto"))
        self.names, self.table, self.message = words(), words(), words()
        self.view = w.Image(format="png", layout=w.Layout(width="100%", margin="0"))
        panel = w.Layout(width=f"{PANEL}px", margin="0 8px 4px 0", flex="0 1 auto")
        self.squares = [w.Image(format="png", layout=panel) for _ in range(3)]
        self.labels = [words() for _ in self.squares]

    def _laid_out(self, side: int):
        w = self._w
        row = lambda *parts, **more: w.HBox(parts, layout=w.Layout(flex_flow="row wrap", width="100%", **more))
        placing = w.VBox([self.zoom, self.across, self.down], layout=w.Layout(flex="1 1 180px"))
        below = row(self.table, placing, justify_content="space-between")
        left = w.VBox(
            [self.names, self.view, self.slider, below],
            layout=w.Layout(flex="1 1 320px", max_width=f"{side}px", margin="0 16px 0 0"),
        )
        panels = [w.HBox(pair, layout=w.Layout(align_items="center")) for pair in zip(self.squares, self.labels)]
        right = w.VBox(panels, layout=w.Layout(flex="0 1 310px", margin="22px 0 0 0"))
        parts = [
            w.HTML(STYLE, layout=w.Layout(display="none")),
            row(self.image, self.part, self.upload, align_items="center"),
            row(self.kernel, self.degradation, self.scale, align_items="center"),
            row(self.before, self.after, align_items="center"),
            self.message,
            row(left, right, align_items="flex-start"),
        ]
        return w.VBox(parts, layout=w.Layout(width="100%"))

    # -- what is chosen -----------------------------------------------------------------------------------------------------

    def setting(self) -> Setting:
        """The experiment that is asked for."""
        chosen = (self.image, self.part, self.kernel, self.degradation, self.scale)
        return Setting(*(control.value for control in chosen))

    def methods(self) -> tuple[str, str]:
        """Names of the method before and the method after the slider."""
        return self.before.value, self.after.value

    def box(self, height: int, width: int) -> tuple[int, int, int]:
        """Top, left and side of the marked square, in pixels of an image of this size."""
        side = min(self.zoom.value, height, width)
        return round(self.down.value / 100 * (height - side)), round(self.across.value / 100 * (width - side)), side

    # -- what is said -------------------------------------------------------------------------------------------------------

    def say(self, words, *, quiet: bool = False) -> None:
        """Put a sentence above the image."""
        self.message.value = _label(str(words) or type(words).__name__, quiet)

    def name_panels(self, first: str) -> None:
        """Put the names of the methods over the image and beside the squares, and `first` beside the first square."""
        before, after = (html.escape(name) for name in self.methods())
        self.names.value = f'<div class="srlib-names"><span>{before}</span><span>{after}</span></div>'
        for label, words in zip(self.labels, (first, *self.methods())):
            label.value = _label(words)

    def show_scores(self, scores: dict) -> None:
        """Put the scores into the table, the better of two in bold."""
        self.table.value = _table(scores) if scores else _label(NO_TRUTH)


def _label(words: str, quiet: bool = False) -> str:
    return f'<span class="srlib-label{" srlib-quiet" if quiet else ""}">{html.escape(words)}</span>'


def _table(scores: dict) -> str:
    rows = ["<tr><th></th><th>PSNR (dB)</th><th>SSIM</th><th>MSE</th></tr>"]
    best = {m: (min if m == "mse" else max)(found[m] for found in scores.values()) for m in FORMS}
    for name, found in scores.items():
        cells = ""
        for metric, form in FORMS.items():
            mark = "srlib-best" if len(scores) > 1 and found[metric] == best[metric] else ""
            number = "-" if np.isnan(found[metric]) else form.format(found[metric])
            cells += f'<td class="{mark}">{number}</td>'
        rows.append(f"<tr><td>{html.escape(name)}</td>{cells}</tr>")
    return f"<table>{''.join(rows)}</table>"
