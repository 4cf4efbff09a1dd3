"""The explorer: one image, two methods, a slider between them, and the numbers; in a notebook.

It joins the controls to the experiment. A notebook shows it live where a kernel runs, and beside it as a still image
where none does (GitHub, nbviewer, PDF). Used in lesson 07 (``07_your_photos``).
"""

import base64
import io
from dataclasses import replace

import numpy as np

from ..images import check_choice, to_uint8
from ..resampling import DOWNSCALE_KERNELS
from .controls import PANEL, Controls
from .experiment import AS_IT_IS, SIDE, Experiment, Setting, named_images, named_methods, read_upload, scale_of
from .panels import images as page_of_images
from .panels import zoom
from .pixels import enlarged, joined, outline, png
from .style import TRUTH

_VIEW = "application/vnd.jupyter.widget-view+json"
_OWN_PIXELS = "its own pixels"  # what stands in the place of the ground truth where there is none
_FAILURES = (ValueError, TypeError, OSError, MemoryError)


def explorer(images=None, methods=None, *, before: str | None = None, after: str | None = None, side: int = SIDE):
    """Explore what methods make of images: a before/after slider, a marked square enlarged, and the numbers.

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
        The largest side of an upscaled image: of a larger image its middle is taken, or all of it, downscaled.

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

    Examples
    --------
    >>> import srlib
    >>> leaves = srlib.load_images("dead_leaves", count=2)
    >>> explorer = srlib.show.explorer(leaves, ["bilinear", "bicubic"])
    >>> explorer.controls.scale.value = 4  # does what a click does
    >>> sorted(explorer.scores)
    ['bicubic', 'bilinear']
    """
    if isinstance(side, bool) or not isinstance(side, (int, np.integer)) or side < 32:
        raise ValueError(f"side is {side!r}; expected a whole number of at least 32 pixels: the usual one is {SIDE}.")
    return Explorer(Experiment(named_images(images), named_methods(methods), int(side)), before, after)


class Explorer:
    """What :func:`explorer` gives: controls, images and numbers, joined.

    Attributes
    ----------
    controls : srlib.show.controls.Controls
        The widgets, by name; setting the ``value`` of one does what a click does.
    widget : ipywidgets.VBox
        The whole of it, to be put into a layout of yours.
    experiment : srlib.show.experiment.Experiment
        The images, the methods, and what was computed.
    scores : dict
        ``scores[method]`` is ``{"psnr": dB, "ssim": .., "mse": ..}`` for values in [0, 1]; empty where there is no
        ground truth.
    """

    def __init__(self, experiment: Experiment, before: str | None = None, after: str | None = None):
        methods = experiment.methods
        networks = [name for name, method in methods.items() if not isinstance(method, str)]
        after = check_choice(after, methods, "after") if after is not None else (networks or list(methods))[-1]
        others = [name for name in methods if name != after]
        if before is None:
            before = "bicubic" if "bicubic" in others else others[0]
        check_choice(before, methods, "before")
        kernel = _kernel_of(methods[after])
        scale = scale_of(methods[after]) or scale_of(methods[before]) or 2
        self.experiment, self._wished = experiment, {"before": before, "after": after}
        self.controls = Controls(
            list(experiment.images),
            list(methods),
            {scale_of(method) for method in methods.values()} - {None},
            kernel if kernel in DOWNSCALE_KERNELS else "bilinear",
            scale,
            experiment.side,
        )
        self.widget, self.scores = self.controls.widget, {}
        self._listening = False
        self._connect()
        self._offer_methods()
        self._listening = True
        self._compute()

    # -- from the controls --------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        c = self.controls
        for control in (c.image, c.part, c.kernel, c.degradation, c.scale, c.before, c.after):
            control.observe(self._changed, "value")
        for control in (c.across, c.down, c.zoom):
            control.observe(self._draw, "value")
        c.slider.observe(self._draw_view, "value")
        c.upload.observe(self._uploaded, "value")

    def _offer_methods(self) -> None:
        """Offer the methods that upscale by the chosen scale; keep to those that were asked for where they can."""
        scale = self.controls.scale.value
        offered = self.experiment.offered(scale)
        if not offered:
            raise ValueError(
                f"scale is {scale}, by which none of the methods upscales; expected the scale of one of them: add an interpolation."
            )
        for which, spare in (("before", offered[0]), ("after", offered[-1])):
            control, wished = getattr(self.controls, which), self._wished[which]
            control.options = offered
            control.value = wished if wished in offered else spare

    def _changed(self, change) -> None:
        if not self._listening:
            return
        self._listening = False
        try:
            self._follow(change.owner, change.new)
            self._compute()
        except _FAILURES as error:  # back to what can be shown
            change.owner.value = change.old
            self._follow(change.owner, change.old)
            self.controls.say(error)
        finally:
            self._listening = True

    def _follow(self, control, value) -> None:
        """What else changes with a control: which method is wished for, and which methods are offered."""
        for which in ("before", "after"):
            if control is getattr(self.controls, which):
                self._wished[which] = value
        if control is self.controls.scale:
            self._offer_methods()

    def _uploaded(self, change) -> None:
        if not change.new:
            return
        files = change.new
        if isinstance(files, dict):  # ipywidgets 7, which Colab has
            files = [{"name": name, "content": file["content"]} for name, file in files.items()]
        file = files[-1]
        name = str(file["name"]) or "upload"
        try:
            image = read_upload(name, bytes(file["content"]))
            self.experiment.degrade(image, replace(self.controls.setting(), image=name))  # refused before it is offered
        except _FAILURES as error:
            self.controls.say(error)
            return
        name = self.experiment.add(name, image)
        self._listening = False
        self.controls.image.options = list(self.experiment.images)
        self._listening = True
        self.controls.image.value = name

    # -- to the page ----------------------------------------------------------------------------------------------------------

    def _compute(self) -> None:
        setting = self.controls.setting()
        outcome = self.experiment.run(setting, self.controls.methods())
        truth = enlarged(to_uint8(outcome.lr), setting.scale) if outcome.hr is None else outcome.hr
        self.scores, self._reference = outcome.scores, truth
        self._before, self._after = (outcome.sr[name] for name in self.controls.methods())
        self._write(setting, outcome)
        self._draw()

    def _write(self, setting: Setting, outcome) -> None:
        """Put the words and the numbers on the page."""
        c, image = self.controls, self.experiment.images[setting.image]
        c.name_panels(_OWN_PIXELS if outcome.hr is None else TRUTH)
        c.show_scores(outcome.scores)
        (h, w), (height, width) = outcome.lr.shape[:2], self._after.shape[:2]
        told = [f"{w} x {h} pixels upscaled to {width} x {height}"]
        side = self.experiment.side // (setting.scale if setting.kernel == AS_IT_IS else 1)
        large = max(image.shape[:2]) > side
        if large:
            told.append(f"of {image.shape[1]} x {image.shape[0]}: {setting.part}")
        gone = [n for n in dict.fromkeys(self._wished.values()) if n not in c.before.options]
        if gone:
            scale = scale_of(self.experiment.methods[gone[0]])
            told.append(f"{', '.join(gone)} upscales by {scale} only")
        c.say("; ".join(told), quiet=True)
        c.degradation.disabled = outcome.hr is None  # nothing is done to an image that is upscaled as it is
        c.part.disabled = not large

    def _box(self) -> tuple[int, int, int]:
        return self.controls.box(*self._reference.shape[:2])

    def _draw(self, change=None) -> None:
        self._draw_view()
        top, left, side = self._box()
        for square, image in zip(self.controls.squares, (self._reference, self._before, self._after)):
            square.value = png(enlarged(image[top : top + side, left : left + side], max(1, PANEL // side)))

    def _draw_view(self, change=None) -> None:
        times = max(1, SIDE // max(self._before.shape[:2]))
        image = joined(self._before, self._after, self.controls.slider.value, times)
        top, left, side = (n * times for n in self._box())
        outline(image, top, left, top + side, left + side)
        self.controls.view.value = png(image)

    # -- where nothing is live ----------------------------------------------------------------------------------------------

    def still(self):
        """A still image of what is shown, with its numbers.

        Returns
        -------
        matplotlib.figure.Figure
        """
        names = self.controls.methods()
        if names[0] == names[1]:
            names = (f"{names[0]}, before", f"{names[1]}, after")
        if self.scores:
            title = f"{self.controls.setting()}\n{'     '.join(self._lines())}"
            methods = dict(zip(names, (self._before, self._after)))
            fig = zoom(self._reference, methods, box=self._box(), title=title)
            fig.set_figheight(fig.get_figheight() + 0.2)  # the title has a second line
            return fig
        top, left, side = self._box()
        shown = (self._reference, self._before, self._after)
        cuts = [image[top : top + side, left : left + side] for image in shown]
        return page_of_images(cuts, [_OWN_PIXELS, *names], columns=3, size=2.3)

    def _lines(self) -> list[str]:
        lines = []
        for name, found in self.scores.items():
            ssim = "" if np.isnan(found["ssim"]) else f", SSIM {found['ssim']:.4f}"
            lines.append(f"{name}: {found['psnr']:.2f} dB{ssim}, MSE {found['mse']:.5f}")
        return lines

    def __repr__(self) -> str:
        return "\n  ".join([f"<Explorer {self.controls.setting()}", *self._lines()]) + ">"

    def _ipython_display_(self) -> None:
        """Two outputs: the live explorer, and after it a still image, which the live one hides."""
        from IPython.display import display

        view = {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}
        display({_VIEW: view, "text/plain": repr(self)}, raw=True)
        still = self.still()
        with io.BytesIO() as file:
            still.savefig(file, format="png")
            data = {"image/png": base64.b64encode(file.getvalue()).decode()}
        beside = {"image/png": {"alt": still.alt}}
        display({**data, "text/plain": "<the explorer as a still image>"}, metadata=beside, raw=True)


def _kernel_of(method) -> str | None:
    """How the images were downscaled that a network learnt from."""
    degradation = getattr(getattr(method, "card", None), "degradation", None)
    return next(iter(degradation.kernels), None) if degradation else None
