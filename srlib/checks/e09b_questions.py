"""Exercise 09b: questions that a judge cannot answer by something else than what is asked.

Every tile of the check's images has a grey level of its own, so that it is known again.
"""

from collections import Counter

import numpy as np

from ._helpers import array, call, counted, keeps_nothing, near, several, short
from ._inputs import fresh
from .answer import Answer, Wrong, judge

_TILE, _IMAGES, _APART = 32, 4, 14


def check_questions(my_questions) -> Answer:
    """Check exercise 09b: questions that a judge cannot answer by something else than what is asked.

    Parameters
    ----------
    my_questions : callable
        (computed images, real images) -> (patches, truth).

    Returns
    -------
    Answer

    Examples
    --------
    >>> import srlib
    >>> srlib.checks.check_questions(lambda computed, real: (computed, real))
    ✗ my_questions gives an array of shape (4, 64, 64, 3) for the patches; expected (32, 32, 32, 3).
      Hint: 4 computed and 4 real images of 64x64 hold 4 tiles each.
    """
    return judge(
        "my_questions",
        my_questions,
        {
            "a patch for every tile": (_shapes, _without_memory),
            "a truth for every patch": _truth,
            "the same photographs": _same,
            "eight bits": (_rounded, _any_images),
        },
    )


def _images() -> tuple[np.ndarray, np.ndarray]:
    """Computed images, and real ones: tile t of photograph p has levels around 10 (4 p + t), and computed ones of its own."""
    rng = np.random.default_rng(0)
    level = 20 + _APART * np.arange(4 * _IMAGES).reshape(_IMAGES, 2, 2)
    real = level.repeat(_TILE, 1).repeat(_TILE, 2)[..., None] + rng.integers(0, 8, (_IMAGES, 2 * _TILE, 2 * _TILE, 3))
    computed = (real + rng.integers(-2, 3, real.shape) + rng.uniform(-0.45, 0.45, real.shape)) / 255
    computed[0, 0, :4], computed[-1, -1, -4:] = -0.03, 1.02  # as networks do, beyond black and white
    return computed.astype(np.float32), real.astype(np.uint8)


def _tiles(images: np.ndarray) -> np.ndarray:
    """The tiles of images, in the order of their brightness."""
    n, height, width, _ = images.shape
    tiles = images.reshape(n, height // _TILE, _TILE, width // _TILE, _TILE, 3).swapaxes(2, 3)
    tiles = tiles.reshape(-1, _TILE, _TILE, 3).astype(np.float64)
    return tiles[np.argsort(tiles.mean((1, 2, 3)))]


def _as_file(images: np.ndarray) -> np.ndarray:
    return np.rint(255 * np.clip(images.astype(np.float64), 0, 1)) / 255


def _run(my_questions) -> tuple[np.ndarray, np.ndarray]:
    case = "four photographs of 64x64"
    told = call(my_questions, *_images(), case=case)
    patches, truth = several(told, "patches, truth", "patches and truth")
    count = 2 * _IMAGES * 4
    hints = {(count // 2, _TILE, _TILE, 3): "half of the tiles are missing: every photograph belongs to both kinds."}
    hints[(count,)] = "this is the shape of the truth: the patches come first."
    hints[count, _TILE, _TILE] = hints[count, _TILE, _TILE, 1] = "the colours are lost."
    hints.setdefault(
        np.shape(_stacked(patches)), f"{_IMAGES} computed and {_IMAGES} real images of 64x64 hold 4 tiles each."
    )
    patches = array(_stacked(patches), (count, _TILE, _TILE, 3), "the patches", hints)
    return patches, _read_truth(truth, count)


def _stacked(patches):
    """A list of patches is as good as an array of them."""
    return np.stack(patches) if isinstance(patches, list) and len({np.shape(p) for p in patches}) == 1 else patches


def _read_truth(truth, count: int) -> np.ndarray:
    zeros = "a 0 for every computed patch, a 1 for every real one."
    values = np.asarray(truth)
    if values.dtype.kind not in "biuf":
        raise Wrong(f"gives {short(truth)} for the truth; expected {count} numbers.", zeros)
    if values.size != count:
        raise Wrong(f"gives {values.size} values of truth for {count} patches.", zeros)
    hints = {(count, 1): "one number for each patch, and no second axis.", (1, count): "one number for each patch, and no second axis."}  # fmt: skip
    return array(values + 0.0, (count,), "the truth", hints)


def _shapes(my_questions) -> None:
    patches, _ = _run(my_questions)
    if patches.max() > 1.1:
        raise Wrong(
            f"gives patches with values up to {patches.max():.0f}; expected 1 at most.",
            "both kinds on the scale of 1: on two scales, the judge would need no more than the brightness.",
        )
    if patches.min() < -0.1:
        raise Wrong(
            f"gives patches with values down to {patches.min():.2f}; expected 0 at least.",
            "both kinds on the scale of 1, from 0.",
        )
    if patches.max() < 0.1:
        raise Wrong(f"gives patches with values up to {patches.max():.4f}.", "what was divided by 255 twice?")


def _without_memory(my_questions) -> None:
    computed, real = _images()
    first, second = (lambda: (computed, real)), (lambda: (computed[::-1], real[::-1]))
    keeps_nothing(my_questions, first, second, "four photographs of 64x64")


def _truth(my_questions) -> None:
    _, truth = _run(my_questions)
    if set(truth) != {0.0, 1.0} or truth.sum() * 2 != len(truth):
        raise Wrong(
            f"gives {int((truth == 1).sum())} times 1 and {int((truth == 0).sum())} times 0; expected 16 of each.",
            "a 0 for every computed patch, a 1 for every real one.",
        )


def _levels(patches: np.ndarray) -> list[int]:
    """Which tile of which photograph each patch is."""
    return sorted(np.round((255 * patches.mean((1, 2, 3)) - 23.5) / _APART).astype(int))


def _same(my_questions) -> None:
    patches, truth = _run(my_questions)
    computed, real = (_levels(patches[truth == kind]) for kind in (0, 1))
    if computed == real == list(range(4 * _IMAGES)):
        return
    known = np.concatenate([_tiles(_as_file(_images()[0])), _tiles(_images()[1] / 255)])
    strange = sum(np.abs(known - patch).mean((1, 2, 3)).min() > 0.02 for patch in patches)
    if strange:
        raise Wrong(
            f"gives {strange} patches that are not tiles of the images (compared on the scale of 1).",
            "look at a patch beside the image that it was cut from: are its levels the same, and its rows and columns those of a square of 32 by 32?",
        )
    nearest = [np.abs(known - patch).mean((1, 2, 3)).argmin() // (4 * _IMAGES) for patch in patches]
    if nearest != truth.tolist() and sorted(computed + real) == sorted(2 * list(range(4 * _IMAGES))):
        hint = "every tile is there, but some with the wrong truth: do patches and truth stand in the same order?"
    elif not set(computed) & set(real):
        hint = "one kind shows other photographs than the other: the judge could tell them by what is in them."
    elif computed == real:
        hint = "some tiles come twice, and others are left out."
    else:
        hint = "some photographs are seen in one kind alone: take every photograph in both."
    raise Wrong(
        f"shows {counted(len(set(computed)), 'tile')} in the patches with truth 0 and {len(set(real))} in those with truth 1, of which {len(set(computed) & set(real))} are in both; expected the same 16 in both.",
        hint,
    )


def _rounded(my_questions) -> None:
    patches, truth = _run(my_questions)
    computed, real = _images()
    files = {0: _tiles(_as_file(computed)), 1: _tiles(real / 255)}
    turned = "a 0 for every computed patch, a 1 for every real one; and the patches of each kind are cut from its own images. Has the truth been turned round?"
    for kind, name in ((1, "real"), (0, "computed")):
        got = patches[truth == kind]
        got = got[np.argsort(got.mean((1, 2, 3)))]
        if near(got, files[kind], _WHOLE):
            continue
        known = files[kind]
        if near(got, files[1 - kind], _WHOLE):
            raise Wrong(f"gives {('real', 'computed')[kind]} patches where the truth says {kind}.", turned)
        suspects = [
            ("the largest level is 255, not 256: divide by 255.", known * 255 / 256),
            ("tiles are cut as tiles_of cuts them: these are mirrored.", known[:, :, ::-1]),
            ("tiles are cut as tiles_of cuts them: these are upside down.", known[:, ::-1]),
            ("tiles are cut as tiles_of cuts them: these are turned, rows for columns.", known.swapaxes(1, 2)),
        ]  # fmt: skip
        if kind == 0:
            suspects += _wrong_files(computed)
        hint = next((hint for hint, value in suspects if near(got, value, _WHOLE)), None)
        if (
            hint is None
            and np.abs(255 * got - np.rint(255 * got)).max() > 255 * _WHOLE
            and near(got, known, 1.01 / 255)
        ):
            hint = "times 255, these are no whole numbers, and a judge needs no more than that: in which steps does your program round, and in which does a file? Single precision at least is needed to hold them."
        raise Wrong(
            f"gives {name} patches that differ by up to {255 * np.abs(got - known).max():.2f} levels from those of a file.",
            hint
            or "compare a patch with the tile that it was cut from, channel by channel, and with what a file would hold of it.",
        )


_WHOLE = 1e-3 / 255  # a thousandth of a level: what single precision costs, and not what half precision does


def _wrong_files(computed: np.ndarray) -> list:
    x = computed.astype(np.float64)
    beyond = "a network's output runs beyond 0 and 1, and no file holds that: clip it to the range from 0 to 1 first, at both ends."
    return [
        ("a conversion to whole numbers cuts the fraction off; round first.", _tiles(np.floor(255 * np.clip(x, 0, 1)) / 255)),
        ("a computed image has fractions of a level, and a photograph from a file has none: a judge needs no more than that. What does a file hold?", _tiles(computed)),
        ("a computed image has fractions of a level, and a photograph from a file has none: a judge needs no more than that. What does a file hold?", _tiles(np.clip(computed, 0, 1))),
        (beyond, _tiles(np.rint(255 * x) / 255)),
        (beyond, _tiles(np.rint(255 * np.minimum(x, 1)) / 255)),
        (beyond, _tiles(np.rint(255 * np.maximum(x, 0)) / 255)),
        (f"{beyond} 8-bit numbers start again at the other end.", _tiles((np.rint(255 * x) % 256) / 255)),
        (f"{beyond} 8-bit numbers start again at the other end, and a conversion cuts the fraction off: round first.", _tiles((np.trunc(255 * x) % 256) / 255)),
    ]  # fmt: skip


def _any_images(my_questions) -> None:
    """As a whole: the patches of both kinds are the tiles of the real images, whatever their order."""
    rng = fresh()
    for n, rows, columns in ((1, 1, 1), (3, 1, 2), (2, 3, 1), (7, 2, 3), (4, 2, 2)):
        real = rng.integers(0, 256, (n, _TILE * rows, _TILE * columns, 3)).astype(np.uint8)
        levels = rng.integers(-5, 261, real.shape) + rng.uniform(-0.4, 0.4, real.shape)  # no halves, beyond both ends
        computed = (levels / 255).astype(np.float32)
        case = f"{n} photograph{'s' if n > 1 else ''} of {_TILE * rows}x{_TILE * columns}"
        hint = "it is right for four photographs of 64x64: what does your program take for granted, of their number or their sides?"
        if n == 4:  # a method that changes nothing, and photographs that repeat and are flat in places
            real[1], real[2, :_TILE] = real[0], 0
            computed, case = (real / 255).astype(np.float32), f"{case}, computed by a method that changes nothing"
            hint = "every tile is a question, also where it is flat, equals another, or is the same in both kinds."
        told = call(my_questions, computed, real, case=case)
        patches, truth = several(told, "patches, truth", "patches and truth")
        count = 2 * n * rows * columns
        shape = np.shape(_stacked(patches))
        patches = array(_stacked(patches), (count, _TILE, _TILE, 3), f"the patches of {case}", {shape: hint})
        truth = _read_truth(truth, count)
        for kind, name, tiles in ((0, "computed", _tiles(_as_file(computed))), (1, "real", _tiles(real / 255))):
            levels = 255 * patches[truth == kind]
            known = Counter(np.rint(255 * tile).astype(np.uint8).tobytes() for tile in tiles)
            if not near(levels, np.rint(levels), 1e-3) or known != Counter(
                np.rint(patch).clip(0, 255).astype(np.uint8).tobytes() for patch in levels
            ):
                raise Wrong(
                    f"gives other {name} patches for {case} than the {len(tiles)} tiles of the photographs.",
                    hint,
                )
