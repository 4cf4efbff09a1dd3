"""Exercise 02c: downscale without aliasing.

Any antialiasing filter will do, so nothing is compared with one right result. Stripes tell a filter that is too narrow
from one that is too wide, a flat image tells its weights, a ramp tells a shift, and thin lines tell a mean from what is
none.
"""

import numpy as np

from ..resampling import downscale
from ._helpers import FROM_0_TO_1, array, call, first_match, keeps_nothing, near, off_by
from ._inputs import block_means, fresh, laid_out, photograph
from .answer import Answer, Wrong, judge


def check_thumbnail(my_thumbnail) -> Answer:
    """Check exercise 02c: an LR image without aliasing.

    Parameters
    ----------
    my_thumbnail : callable
        (HR image, scale) -> LR image in [0, 1].

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_thumbnail(lambda image, scale: srlib.downscale(image, scale, kernel="area"))
    ✓ my_thumbnail is right: flat stays flat, fine stripes turn grey, coarse stripes stay, nothing is shifted, colours and sides, any scale.
    """
    return judge(
        "my_thumbnail",
        my_thumbnail,
        {
            "flat stays flat": (_flat_stays_flat, _without_memory),
            "fine stripes turn grey": _fine_waves_turn_grey,
            "coarse stripes stay": _coarse_waves_stay,
            "nothing is shifted": _nothing_is_shifted,
            "colours and sides": _colours_and_sides,
            "any scale": _any_scale,
        },
    )


def _thumbnail(my_thumbnail, image, case: str, scale: int = 4):
    h, w, _ = image.shape
    hints = {
        (h, w, 3): "the image is smooth, and as large as before.",
        (h // scale, w // scale): "the colours are lost.",
        (w // scale, h // scale, 3): "rows and columns have changed places; OpenCV and Pillow want the width first.",
    }
    result = call(my_thumbnail, image, scale, case=case)
    if np.ndim(result) == 3 and np.shape(result)[-1] != 3:
        hints[np.shape(result)] = (
            "the axis of the colours has changed, too: a function that is not told which axis holds them takes it for a third direction of the image."
        )
    if scale != 4:
        hints[-(-h // 4), -(-w // 4), 3] = "the 4 is written into your program; use `scale`."
    return array(result, (h // scale, w // scale, 3), case, hints)


def _waves(frequency: float, size: int) -> np.ndarray:
    """Vertical stripes, with the given number of waves to a pixel."""
    row = 0.5 + 0.4 * np.cos(2 * np.pi * frequency * np.arange(size) + 0.3)
    return np.broadcast_to(row[None, :, None], (size, size, 3)).astype(np.float32)


def _contrast(lr) -> float:
    """Standard deviation of the middle, compared with that of the waves."""
    return float(lr[4:-4, 4:-4].std() / (0.4 / np.sqrt(2)))


def _contrasts(my_thumbnail, frequency: float, case: str, size: int = 64, scale: int = 4) -> list[float]:
    """What is left of waves in both directions; the frequency is in waves to an LR pixel."""
    image = _waves(frequency / scale, size)
    both = image, np.ascontiguousarray(image.transpose(1, 0, 2))
    return [_contrast(_thumbnail(my_thumbnail, p, case, scale)) for p in both]


def _flat_stays_flat(my_thumbnail) -> None:
    result = _thumbnail(my_thumbnail, np.full((64, 64, 3), 0.6, np.float32), "a flat image of 64x64")
    if not near(result[2:-2, 2:-2], 0.6, 2e-3):
        raise Wrong(
            f"turns a flat image of 0.6 into {result[8, 8, 0]:.4g}.",
            _hint_of_a_flat_image(result),
        )
    if not near(result, 0.6, 2e-3):
        raise Wrong(
            f"turns the border of a flat image of 0.6 into {result[0, 0, 0]:.4g}.",
            "what does your filter take for the pixels beyond the edge? If they are zeros, the image gets a dark frame.",
        )
    level = 0.6173
    got = _thumbnail(my_thumbnail, np.full((32, 48, 3), level, np.float32), "a flat image of 32x48")[3, 3, 0]
    if not near(got, level, 2.1e-3):  # the nearest level of 8 bits will do
        raise Wrong(
            f"turns a flat image of {level} into {got:.4f}.",
            "few levels are left: were the values rounded, or converted to whole numbers, before they were multiplied by 255?",
        )


def _hint_of_a_flat_image(result) -> str:
    """What has become of an image that was 0.6 throughout, by its inside."""
    inside = result[2:-2, 2:-2]
    times = float(inside.mean()) / 0.6
    if np.ptp(inside) > 1e-3:
        return "a flat image should stay flat, and here its pixels differ: what is done to one and not to another?"
    if near(times / 255, 1, 0.01):
        return FROM_0_TO_1
    if near(255 * times, 1, 0.02):
        return "that is 1/255 of it: the image runs from 0 to 1 already."
    if near(times, 0):
        return "nothing is left of it: what is taken away, or multiplied, beside the averaging?"
    return f"that is {times:.3g} times as much: what do the weights of an average add up to, and what else is multiplied or divided?"


def _without_memory(my_thumbnail) -> None:
    one, other = photograph(16, 24, 1), photograph(16, 24, 2)
    keeps_nothing(my_thumbnail, lambda: (one, 4), lambda: (other, 4), "an image of 16x24")


def _fine_waves_turn_grey(my_thumbnail) -> None:
    for frequency in (0.89, 1.2, 1.44, 1.8):
        both = _contrasts(my_thumbnail, frequency, "fine stripes")
        left = max(both)
        if left >= 0.35:
            ways = ("upright", "level") if both[0] > both[1] else ("level", "upright")
            half = f"{ways[1]} stripes do vanish, and {ways[0]} ones do not: the image is averaged along one of its two axes." if min(both) < 0.2 else ""  # fmt: skip
            raise Wrong(
                f"still shows {100 * left:.0f} % of the contrast of stripes that repeat every {4 / frequency:.1f} pixels, too fine for the LR image.",
                half or _hint_of_channels(my_thumbnail, frequency) or _hint_of_what_it_looks_at(my_thumbnail),
            )
    _diagonal_ones(my_thumbnail)
    lines = np.zeros((60, 60, 3), np.float32)
    lines[:, ::3] = 0.9
    for image, told in ((lines, "upright"), (np.ascontiguousarray(lines.swapaxes(0, 1)), "level")):
        got = float(_thumbnail(my_thumbnail, image, "thin lines")[4:-4, 4:-4].mean())
        if abs(got - 0.3) > 0.02:
            raise Wrong(
                f"turns thin {told} lines of 0.9, one pixel in three, into a grey of {got:.2f}; expected about 0.3.",
                _hint_of_what_it_looks_at(my_thumbnail, "a third of the pixels is light, so a third of the light is left: the mean, and not the median, the brightest, or the middle between light and dark."),
            )  # fmt: skip


def _hint_of_channels(my_thumbnail, frequency: float) -> str | None:
    """Whether fine stripes vanish in some colours alone."""
    lr = _thumbnail(my_thumbnail, _waves(frequency / 4, 64), "fine stripes")
    left = [name for c, name in enumerate(("red", "green", "blue")) if _contrast(lr[..., c]) >= 0.35]
    return (
        f"only {' and '.join(left)} still show{'s' if len(left) == 1 else ''} them: all three colours are to be averaged."
        if len(left) < 3
        else None
    )


def _diagonal_ones(my_thumbnail) -> None:
    y, x = np.mgrid[:64, :64]
    for frequency in (0.8, 1.25):
        for told, place in (("falling", x - y), ("rising", x + y)):
            stripes = 0.5 + 0.4 * np.cos(2 * np.pi * frequency / 4 * place + 0.3)
            image = np.broadcast_to(stripes[..., None], (64, 64, 3)).astype(np.float32)
            left = _contrast(_thumbnail(my_thumbnail, image, f"fine {told} stripes"))
            if left >= 0.35:
                raise Wrong(
                    f"still shows {100 * left:.0f} % of the contrast of fine diagonal stripes, {told} to the right.",
                    "upright and level stripes do vanish: which pixels of a block does a new pixel look at?",
                )


def _hint_of_what_it_looks_at(my_thumbnail, otherwise: str = "") -> str:
    """Why false stripes are left, by what becomes of a photograph."""
    image, other, case = photograph(64, 64, 5), photograph(64, 64, 6), "an image of 64x64"
    result = _thumbnail(my_thumbnail, image, case)
    block = image.reshape(16, 4, 16, 4, 3)
    suspects = [
        ("every new pixel is the brightest of its block, as in max-pooling: that keeps light lines, and loses dark ones.", block.max((1, 3))),
        ("every new pixel is the darkest of its block.", block.min((1, 3))),
        ("every new pixel is the median of its block, which jumps from light to dark; take the mean.", np.median(block, (1, 3))),
        ("every new pixel is the middle between the lightest and the darkest of its block; take the mean of all.", (block.max((1, 3)) + block.min((1, 3))) / 2),
        ("a new pixel mixes old ones from far apart. In a reshape, the last axis runs fastest: where must the scale stand, before or after the number of blocks?", image.reshape(4, 16, 4, 16, 3).mean((0, 2))),
        ("rows are averaged, and every fourth column is kept as it is.", block.mean(1)[:, :, 0]),
        ("columns are averaged, and every fourth row is kept as it is.", block.mean(3)[:, 0]),
        ("linear interpolation by 4 looks at two of every four pixels in each direction; lesson 02 compares kernels.", downscale(image, 4, kernel="bilinear")),
    ]  # fmt: skip
    if hint := first_match(result, suspects, 2e-3):
        return hint
    for offset in range(4):
        mixed = other.copy()
        mixed[offset::4, offset::4] = image[offset::4, offset::4]
        if near(_thumbnail(my_thumbnail, mixed, case), result):
            if near(result, image[offset::4, offset::4]):
                return "every fourth pixel is kept as it is, and the fifteen others of its block are never looked at."
            return "you smooth the LR image; by then the false stripes are in it, and no smoothing can tell them from true ones. What has to come first?"
    return (
        otherwise
        or "which pixels of a block of four by four count in its new pixel, and with which weight? All of them should, in every colour, and about alike."
    )


def _coarse_waves_stay(my_thumbnail) -> None:
    kept = min(_contrasts(my_thumbnail, 1 / 6, "coarse stripes"))
    if kept < 0.75:
        raise Wrong(
            f"keeps only {100 * kept:.0f} % of the contrast of stripes that repeat every 24 pixels.",
            "stripes that repeat every six LR pixels are well within what the LR image can hold; how far does your smoothing reach, and where in the LR image does each block land?",
        )


def _nothing_is_shifted(my_thumbnail) -> None:
    row = np.linspace(0, 1, 64, dtype=np.float32)
    ramp = np.ascontiguousarray(np.broadcast_to(row[None, :, None], (64, 64, 3)))
    for image, axis, told in ((ramp, 1, "columns"), (np.ascontiguousarray(ramp.transpose(1, 0, 2)), 0, "rows")):
        result = np.moveaxis(_thumbnail(my_thumbnail, image, "a ramp from black to white"), axis, 0)
        right = row.reshape(16, 4).mean(1)[:, None, None]
        off = (result - right)[3:-3] * 63
        if abs(off.mean()) > 0.2:
            raise Wrong(
                f"shifts the image by {abs(off.mean()):.1f} of its old pixels along its {told}.",
                "a new pixel stands for a block of four by four; where is the middle of that block?",
            )
        ends = abs(off[:3].mean()), abs(off[-3:].mean())
        if 0.3 < max(ends) < 4:  # more is no shift, but an image that is turned
            raise Wrong(
                f"shifts the image at its ends, by up to {max(ends):.1f} of its old pixels along its {told}; in the middle it is in its place.",
                "the first new pixel stands for the first block, and the last one for the last: which old points do yours lie on?",
            )


def _colours_and_sides(my_thumbnail) -> None:
    step = np.full((48, 64, 3), 0.2, np.float32)
    step[:, 49:] = 0.8  # one column of a block is dark, and three are light
    got = float(_thumbnail(my_thumbnail, step, "an edge between dark and light")[3:-3, 12].mean())
    if abs(got - 0.65) > 0.17:
        raise Wrong(
            f"gives {got:.2f} where an edge between 0.2 and 0.8 runs through a block; expected about 0.65.",
            "three quarters of that block are light: what does your program make of its pixels, and does anything else of the image enter?",
        )
    y, x = np.mgrid[:48, :64]
    image = np.stack([x / 63, y / 47, 1 - x / 63], -1).astype(np.float32)
    case = "a coloured image of 48x64"
    inside = lambda a: a[2:-2, 2:-2]
    result = inside(_thumbnail(my_thumbnail, image, case))
    right = inside(block_means(image, 4))
    if near(result, right, 0.02):
        return
    suspects = [
        ("red and blue have changed places.", right[..., ::-1]),
        ("the image is upside down.", right[::-1]),
        ("the image is mirrored.", right[:, ::-1]),
        ("the colours are lost: all three channels are the grey mean.", right.mean(-1, keepdims=True) + 0 * right),
    ]
    hint = first_match(result, suspects, 0.02)
    red = np.zeros((48, 64, 3), np.float32)
    red[..., 0] = image[..., 0]
    if hint is None and not _thumbnail(my_thumbnail, red, case)[..., 1:].any():
        hint = "each colour by itself, each block by itself: compare some new pixels with the means of their blocks, in the middle and at all four sides."
    raise Wrong(
        off_by(result, right, case, digits=2),
        hint
        or "the colours run into each other: (H, W, 3) has three axes, and a filter that is told one width smooths along all of them.",
    )


def _any_scale(my_thumbnail) -> None:
    own = "it is right at scale 4; which number in your program belongs to that scale only?"
    for height, width, scale in ((64, 48, 2), (48, 63, 3), (64, 96, 8)):
        case = f"a flat image of {height}x{width}, scale {scale}"
        result = _thumbnail(my_thumbnail, np.full((height, width, 3), 0.6, np.float32), case, scale)
        if not near(result[2:-2, 2:-2], 0.6, 2e-3):
            raise Wrong(f"turns {case}, into {result[8, 8, 0]:.4g} where it was 0.6.", own)
    for size, scale in ((64, 2), (72, 3), (128, 8)):
        fine = max(
            max(_contrasts(my_thumbnail, f, f"fine stripes, scale {scale}", size, scale))
            for f in (0.89, 1.3, 1.8)
            if f < scale / 2  # finer ones the image itself cannot hold
        )
        if fine >= 0.35:
            raise Wrong(
                f"still shows {100 * fine:.0f} % of the contrast of stripes that are too fine, at scale {scale}.", own
            )
        kept = min(_contrasts(my_thumbnail, 1 / 6, f"coarse stripes, scale {scale}", size, scale))
        if kept < 0.75:
            raise Wrong(
                f"keeps only {100 * kept:.0f} % of the contrast of stripes that repeat every six LR pixels, at scale {scale}.",
                own,
            )
    rng = fresh()
    for scale in (2, 5):
        # coarse patches, each of a level of its own, so that any antialiasing filter gives their levels back
        level = rng.uniform(0.1, 0.9, (3, 4, 3)).astype(np.float32)
        image = laid_out(rng, level.repeat(7 * scale, 0).repeat(7 * scale, 1))
        case = f"patches of an even colour, scale {scale}"
        result = _thumbnail(my_thumbnail, image, case, scale)[3::7, 3::7]
        if not near(result, level, 0.03):
            raise Wrong(
                off_by(result, level, f"{case}, in the middle of each"),
                "it is right for the other images: what does your program take for granted, of the sides, the scale or the values?",
            )
