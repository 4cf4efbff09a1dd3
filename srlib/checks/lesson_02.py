"""Checks of the exercises on lesson 02: downscaling, upscaling, and aliasing.

Enters: a function from images to images. Leaves: an answer.
"""

import numpy as np

from ..degradation import downscale, interpolate
from .answer import BY_TYPE, Answer, Wrong, _array, _call, _first_match, _judge, _near, _photograph


def check_downscale(my_downscale) -> Answer:
    """Check exercise 02a: downscaling by the mean of each block.

    Parameters
    ----------
    my_downscale : callable
        (image, scale) -> small image on the scale of 1.

    Returns
    -------
    Answer
    """
    return _judge(
        "my_downscale",
        my_downscale,
        {
            "the mean of four": lambda f: _downscaled(f, _photograph(8, 12), 2, "an image of 8x12, scale 2"),
            "any scale": lambda f: _downscaled(f, _photograph(9, 15), 3, "an image of 9x15, scale 3"),
            "8-bit images": _downscaled_bytes,
            "dark 8-bit images": _dark_bytes,
        },
    )


def _block_means(image, s: int):
    h, w, c = image.shape
    return image.astype(np.float64).reshape(h // s, s, w // s, s, c).mean((1, 3))


def _blocks_mixed_up(x, s):
    h, w, c = x.shape
    return x.reshape(s, h // s, s, w // s, c).mean((0, 2))


def _downscaled(my_downscale, image, s: int, case: str) -> None:
    h, w, _ = image.shape
    hints = {
        (h // s, w // s): "the colours were averaged too: a mean over all axes but two leaves a grey image.",
        (h // s, w, 3): "rows are merged, columns are not yet.",
        (h, w // s, 3): "columns are merged, rows are not yet.",
        (w // s, h // s, 3): "rows and columns have changed places.",
        (h, w, 3): "the image is as large as before; which axes should have become shorter?",
    }
    if s != 2:
        hints = {(-(-h // 2), -(-w // 2), 3): "the 2 is written into your program; use `scale`."} | hints
    stops = (
        {} if s == 2 else {"hint": "it is right at scale 2; which number in your program belongs to that scale only?"}
    )
    result = _array(_call(my_downscale, image, s, case=case, **stops), (h // s, w // s, 3), case, hints)
    x = image.astype(np.float64)
    right = _block_means(image, s)
    if _near(result, right):
        return
    hint = _first_match(
        result,
        {
            "each new pixel is one of the old ones, and the others are thrown away; all of a block should count.": x[
                ::s, ::s
            ],
            "each new pixel is one of the old ones, from the middle of its block; all of a block should count.": x[
                s // 2 :: s, s // 2 :: s
            ],
            "each new pixel is the sum of its block; how many old pixels does it stand for?": right * s * s,
            "the sum of a block is divided by the length of its side; how many pixels are in it?": right * s,
            "a new pixel mixes old ones from far apart. In a reshape, the last axis runs fastest: where in the new shape must the scale stand, before or behind the number of blocks?": _blocks_mixed_up(
                x, s
            ),
            "each new pixel is the brightest of its block; that is max-pooling, of lesson 03.": x.reshape(
                h // s, s, w // s, s, 3
            ).max((1, 3)),
            "only the diagonal of each block counts; the other two corners are missing.": (x[::s, ::s] + x[1::s, 1::s])
            / 2
            if s == 2
            else right + 1,
        },
    )
    raise Wrong(
        f"is off by up to {np.abs(result - right).max():.3f} for {case}.",
        hint or stops.get("hint") or "take an image of 2x2, compute its one new pixel with a pencil, and compare.",
    )


def _downscaled_bytes(my_downscale) -> None:
    image = np.round(_photograph(8, 8, 3) * 255).astype(np.uint8)
    case = "a uint8 image of 8x8"
    result = _array(_call(my_downscale, image, 2, case=case), (4, 4, 3), case)
    right = _block_means(image, 2)
    if _near(result, right / 255):
        return
    corners = [image[i::2, j::2] for i in (0, 1) for j in (0, 1)]
    wrapped = (corners[0] + corners[1] + corners[2] + corners[3]).astype(np.float64)
    hint = _first_match(
        result,
        {
            "these are grey levels from 0 to 255, and the answer should run from 0 to 1.": right,
            "these are whole grey levels from 0 to 255, and the answer should run from 0 to 1, with its fractions.": np.floor(
                right
            ),
            "everything is black, or nearly: a conversion to whole numbers came too early.": right * 0,
            "8-bit numbers start again at 0 after 255, and four of them together are more than that; convert before you add.": wrapped
            / 4
            / 255,
            "8-bit numbers start again at 0 after 255, and four of them together are more than that; convert before you add. And the answer should run from 0 to 1.": wrapped
            / 4,
        },
        tolerance=1e-3,
    )
    raise Wrong(
        f"is off by up to {np.abs(result - right / 255).max():.3f} for {case}.",
        hint or "a uint8 image runs from 0 to 255: what must happen to it, and when?",
    )


def _dark_bytes(my_downscale) -> None:
    image = np.random.default_rng(0).integers(0, 2, (8, 8, 3), np.uint8)
    case = "a uint8 image of zeros and ones"
    result = _array(_call(my_downscale, image, 2, case=case), (4, 4, 3), case)
    right = _block_means(image, 2) / 255
    if not _near(result, right, 1e-5):
        raise Wrong(
            f"is off by up to {np.abs(result - right).max():.3f} for {case}.",
            BY_TYPE,
        )


def check_upscale(my_upscale) -> Answer:
    """Check exercise 02b: linear upscaling by two, by hand.

    Parameters
    ----------
    my_upscale : callable
        Small image -> image twice as high and as wide, both on the scale of 1.

    Returns
    -------
    Answer
    """
    return _judge(
        "my_upscale",
        my_upscale,
        {
            "the inside": lambda f: _upscaled(f, slice(2, -2)),
            "the border": lambda f: _upscaled(f, slice(None)),
            "a single pixel": _upscaled_dot,
        },
    )


def _along(x, axis, place):
    """Values of x at fractional places along an axis, by linear interpolation, the ends repeated."""
    x = np.moveaxis(x, axis, 0)
    place = np.clip(place, 0, len(x) - 1)
    low = np.minimum(place.astype(int), len(x) - 1)
    high = np.minimum(low + 1, len(x) - 1)
    share = (place - low).reshape(-1, *[1] * (x.ndim - 1))
    return np.moveaxis((1 - share) * x[low] + share * x[high], 0, axis)


def _both_ways(x, places):
    return _along(_along(x, 0, places(x.shape[0])), 1, places(x.shape[1]))


def _linear(x):
    return _both_ways(x, lambda n: (np.arange(2 * n) + 0.5) / 2 - 0.5)


def _swapped(x):
    """Linear upscaling with the two new pixels of each old one exchanged."""
    right = _linear(x)
    h, w, c = right.shape
    return right.reshape(h // 2, 2, w // 2, 2, c)[:, ::-1, :, ::-1].reshape(h, w, c)


def _wrapped(x):
    for axis in (0, 1):
        x = np.moveaxis(x, axis, 0)
        pair = np.stack([0.75 * x + 0.25 * np.roll(x, 1, 0), 0.75 * x + 0.25 * np.roll(x, -1, 0)], 1)
        x = np.moveaxis(pair.reshape(-1, *x.shape[1:]), 0, axis)
    return x


def _upscaled(my_upscale, part) -> None:
    small = _photograph(7, 10, 2)
    case = "an image of 7x10"
    hints = {
        (14, 10, 3): "there are twice as many rows; what about the columns?",
        (7, 20, 3): "there are twice as many columns; what about the rows?",
        (
            13,
            19,
            3,
        ): "between n pixels lie n - 1 new ones; but the image should become twice as large, so old pixels are replaced rather than kept.",
        (20, 14, 3): "rows and columns have changed places.",
        (14, 20): "the colours are lost.",
    }
    result = _array(_call(my_upscale, small, case=case), (14, 20, 3), case, hints)
    x = small.astype(np.float64)
    right = _linear(x)
    inside = lambda y: y[part, part]
    if _near(inside(result), inside(right)):
        return
    repeated = np.repeat(np.repeat(x, 2, 0), 2, 1)
    suspects = {
        "every pixel is copied into a block of four: that is nearest-neighbour upscaling. What should a new pixel take from its neighbour?": repeated,
        "your first new pixel lies exactly on the first old one, and the last on the last; but a pixel is a small square, and what should meet are the edges of the image, not the middles of its corner pixels.": _both_ways(
            x, lambda n: np.linspace(0, n - 1, 2 * n)
        ),
        "every second new pixel is an old one and the others lie half way: that shifts the image by half a new pixel. How far is the middle of a new pixel from the middle of the old one?": _both_ways(
            x, lambda n: np.arange(2 * n) / 2
        ),
        "the two new pixels of each old one have changed places: the left one should lean to the left neighbour.": _swapped(
            x
        ),
        "rows are interpolated, columns are only copied.": np.repeat(
            _along(x, 0, (np.arange(14) + 0.5) / 2 - 0.5), 2, 1
        ),
        "columns are interpolated, rows are only copied.": np.repeat(
            _along(x, 1, (np.arange(20) + 0.5) / 2 - 0.5), 2, 0
        ),
        "this is smoother than linear interpolation: which kernel did you use?": np.asarray(
            interpolate(small, 2, kernel="bicubic")
        ),
        "at the border your image continues on the opposite side, as numpy.roll does; here the edge should repeat itself.": _wrapped(
            x
        ),
    }
    hint = _first_match(inside(result), {hint: inside(value) for hint, value in suspects.items()})
    if hint is None and part == slice(None) and _near(result[2:-2, 2:-2], right[2:-2, 2:-2]):
        hint = "only the border is off: a pixel there has no neighbour on one side, and its own value takes the neighbour's place."
    raise Wrong(
        f"is off by up to {np.abs(inside(result) - inside(right)).max():.3f} {'inside' if part != slice(None) else 'at the border of'} {case}.",
        hint or "upscale a single row of two pixels, 0 and 100, with a pencil; lesson 02 tells the four values.",
    )


def _upscaled_dot(my_upscale) -> None:
    dot = np.full((1, 1, 3), 0.5, np.float32)
    result = _array(_call(my_upscale, dot, case="an image of one pixel"), (2, 2, 3), "an image of one pixel")
    if not _near(result, 0.5):
        raise Wrong(
            "changes an image of a single pixel.", "it has no neighbours, so nothing but its own value can count."
        )
    for h, w in ((1, 4), (4, 1)):
        row, case = _photograph(h, w, 3), f"an image of {h}x{w}"
        hint = "along the side of one pixel nobody has a neighbour, along the other one they do."
        result = _array(_call(my_upscale, row, case=case, hint=hint), (2 * h, 2 * w, 3), case)
        right = _linear(row.astype(np.float64))
        if not _near(result, right):
            raise Wrong(f"is off by up to {np.abs(result - right).max():.3f} for {case}.", hint)


def check_thumbnail(my_thumbnail) -> Answer:
    """Check exercise 02c: a small image without aliasing.

    Parameters
    ----------
    my_thumbnail : callable
        (image, scale) -> small image on the scale of 1.

    Returns
    -------
    Answer
    """
    return _judge(
        "my_thumbnail",
        my_thumbnail,
        {
            "flat stays flat": _flat_stays_flat,
            "fine waves turn grey": _fine_waves_turn_grey,
            "coarse waves stay": _coarse_waves_stay,
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
    if scale != 4:
        hints[-(-h // 4), -(-w // 4), 3] = "the 4 is written into your program; use `scale`."
    return _array(_call(my_thumbnail, image, scale, case=case), (h // scale, w // scale, 3), case, hints)


def _waves(frequency: float, size: int) -> np.ndarray:
    """Vertical stripes, with the given number of waves to a pixel."""
    row = 0.5 + 0.4 * np.cos(2 * np.pi * frequency * np.arange(size) + 0.3)
    return np.broadcast_to(row[None, :, None], (size, size, 3)).astype(np.float32)


def _contrast(small) -> float:
    """Standard deviation of the middle, compared with that of the waves."""
    return float(small[4:-4, 4:-4].std() / (0.4 / np.sqrt(2)))


def _contrasts(my_thumbnail, frequency: float, case: str, size: int = 64, scale: int = 4) -> list[float]:
    """What is left of waves in both directions; the frequency is in waves to a small pixel."""
    image = _waves(frequency / scale, size)
    both = image, np.ascontiguousarray(image.transpose(1, 0, 2))
    return [_contrast(_thumbnail(my_thumbnail, p, case, scale)) for p in both]


def _flat_stays_flat(my_thumbnail) -> None:
    result = _thumbnail(my_thumbnail, np.full((64, 64, 3), 0.6, np.float32), "a flat image of 64x64")
    if not _near(result[2:-2, 2:-2], 0.6, 2e-3):
        levels = "these are grey levels from 0 to 255, and the answer should run from 0 to 1."
        raise Wrong(
            f"turns a flat image of 0.6 into {result[8, 8, 0]:.4g}.",
            levels if result[8, 8, 0] > 2 else "what do the weights of an average add up to?",
        )
    if not _near(result, 0.6, 2e-3):
        raise Wrong(
            f"turns the border of a flat image of 0.6 into {result[0, 0, 0]:.4g}.",
            "what does your filter take for the pixels beyond the edge? If they are zeros, the image gets a dark frame.",
        )


def _fine_waves_turn_grey(my_thumbnail) -> None:
    worst = max(max(_contrasts(my_thumbnail, f, "fine stripes")) for f in (0.88, 1.2, 1.44, 1.8))
    if worst < 0.35:
        return
    image, other = _photograph(64, 64, 5), _photograph(64, 64, 6)
    result = _thumbnail(my_thumbnail, image, "an image of 64x64")
    for offset in range(4):
        mixed = other.copy()
        mixed[offset::4, offset::4] = image[offset::4, offset::4]
        if _near(_thumbnail(my_thumbnail, mixed, "an image of 64x64"), result):
            if _near(result, image[offset::4, offset::4]):
                hint = "every fourth pixel is kept as it is, and the fifteen others of its block are never looked at."
            else:
                hint = "you smooth the small image; by then the false stripes are in it, and no smoothing can tell them from true ones. What has to come first?"
            break
    else:
        if _near(result, downscale(image, 4, kernel="bilinear"), 1e-3):
            hint = "linear interpolation by 4 looks at two of every four pixels in each direction; lesson 02 compares kernels."
        else:
            hint = "the pixels around are looked at, but too few of them: how wide must an average be, so that stripes of three pixels vanish in it?"
    raise Wrong(f"still shows {100 * worst:.0f} % of the contrast of stripes that are too fine for it.", hint)


def _coarse_waves_stay(my_thumbnail) -> None:
    kept = min(_contrasts(my_thumbnail, 1 / 6, "coarse stripes"))
    if kept < 0.75:
        raise Wrong(
            f"keeps only {100 * kept:.0f} % of the contrast of stripes that are 24 pixels wide.",
            "stripes of six small pixels are well within what the small image can hold; how far does your smoothing reach?",
        )


def _nothing_is_shifted(my_thumbnail) -> None:
    row = np.linspace(0, 1, 64, dtype=np.float32)
    ramp = np.ascontiguousarray(np.broadcast_to(row[None, :, None], (64, 64, 3)))
    for image, axis, told in ((ramp, 1, "columns"), (np.ascontiguousarray(ramp.transpose(1, 0, 2)), 0, "rows")):
        result = np.moveaxis(_thumbnail(my_thumbnail, image, "a ramp from black to white"), axis, 0)
        right = row.reshape(16, 4).mean(1)[:, None, None]
        off = ((result - right)[4:-4].mean()) * 63
        if abs(off) > 0.2:
            raise Wrong(
                f"shifts the image by {abs(off):.1f} of its old pixels along its {told}.",
                "a new pixel stands for a block of four by four; where is the middle of that block?",
            )


def _colours_and_sides(my_thumbnail) -> None:
    y, x = np.mgrid[:48, :64]
    image = np.stack([x / 63, y / 47, 1 - x / 63], -1).astype(np.float32)
    case = "a coloured image of 48x64"
    inside = lambda a: a[2:-2, 2:-2]
    result = inside(_thumbnail(my_thumbnail, image, case))
    right = inside(_block_means(image, 4))
    if _near(result, right, 0.02):
        return
    hint = _first_match(
        result,
        {
            "red and blue have changed places.": right[..., ::-1],
            "the image is upside down.": right[::-1],
            "the image is mirrored.": right[:, ::-1],
            "the colours are lost: all three channels are the grey mean.": right.mean(-1, keepdims=True) + 0 * right,
        },
        0.02,
    )
    raise Wrong(
        f"is off by up to {np.abs(result - right).max():.2f} for {case}.",
        hint
        or "the colours run into each other: (H, W, 3) has three axes, and a filter that is told one width smooths along all of them.",
    )


def _any_scale(my_thumbnail) -> None:
    own = "it is right at scale 4; which number in your program belongs to that scale only?"
    for side, scale in ((64, 2), (48, 3)):
        case = f"a flat image of {side}x{side}, scale {scale}"
        result = _thumbnail(my_thumbnail, np.full((side, side, 3), 0.6, np.float32), case, scale)
        if not _near(result[2:-2, 2:-2], 0.6, 2e-3):
            raise Wrong(
                f"turns {case}, into {result[8, 8, 0]:.4g} where it was 0.6.",
                own,
            )
    for size, scale in ((64, 2), (256, 8)):
        fine = max(
            max(_contrasts(my_thumbnail, f, f"fine stripes, scale {scale}", size, scale))
            for f in (0.88, 0.96, 1.2, 1.44, 1.8)
            if f < scale / 2  # finer ones the image itself cannot hold
        )
        if fine >= 0.35:
            raise Wrong(
                f"still shows {100 * fine:.0f} % of the contrast of stripes that are too fine, at scale {scale}.", own
            )
        kept = min(_contrasts(my_thumbnail, 1 / 6, f"coarse stripes, scale {scale}", size, scale))
        if kept < 0.75:
            raise Wrong(
                f"keeps only {100 * kept:.0f} % of the contrast of stripes six small pixels wide, at scale {scale}.",
                own,
            )
