"""Exercise 09b: questions that a judge cannot answer by something else than what is asked.

Every tile of the check's images has a grey level of its own, so that it is known again.
"""

import numpy as np

from ._helpers import array, call, near, several
from .answer import Answer, Wrong, judge

_TILE, _IMAGES = 32, 4


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
            "a patch for every tile": _shapes,
            "the truth": _truth,
            "the same photographs": _same,
            "eight bits": _rounded,
        },
    )


def _images() -> tuple[np.ndarray, np.ndarray]:
    """Computed images, and real ones: tile t of photograph p has levels around 10 (4 p + t)."""
    rng = np.random.default_rng(0)
    level = 20 + 12 * np.arange(4 * _IMAGES).reshape(_IMAGES, 2, 2)
    real = level.repeat(_TILE, 1).repeat(_TILE, 2)[..., None] + rng.integers(0, 8, (_IMAGES, 2 * _TILE, 2 * _TILE, 3))
    computed = (real + rng.uniform(-0.45, 0.45, real.shape)) / 255
    return computed.astype(np.float32), real.astype(np.uint8)


def _run(my_questions) -> tuple[np.ndarray, np.ndarray]:
    case = "four photographs"
    told = call(my_questions, *_images(), case=case)
    patches, truth = several(told, "patches, truth", "patches and truth")
    count = 2 * _IMAGES * 4
    hints = {(count // 2, _TILE, _TILE, 3): "half of the tiles are missing: every photograph belongs to both kinds."}
    hints.setdefault(np.shape(patches), f"{_IMAGES} computed and {_IMAGES} real images of 64x64 hold 4 tiles each.")
    patches = array(patches, (count, _TILE, _TILE, 3), "the patches", hints)
    truth = np.asarray(truth)
    if truth.size != count:
        raise Wrong(
            f"gives {truth.size} values of truth for {count} patches.", "a 0 for every computed patch, a 1 for every real one."
        )  # fmt: skip
    return patches, array(truth.reshape(-1), (count,), "the truth")


def _shapes(my_questions) -> None:
    patches, _ = _run(my_questions)
    if patches.max() > 1.01:
        raise Wrong(
            f"gives patches with values up to {patches.max():.0f}; expected 1 at most.",
            "both kinds on the scale of 1: on two scales, the judge would need no more than the brightness.",
        )
    if patches.max() < 0.1:
        raise Wrong(f"gives patches with values up to {patches.max():.4f}.", "what was divided by 255 twice?")


def _truth(my_questions) -> None:
    _, truth = _run(my_questions)
    if set(truth) != {0.0, 1.0} or truth.sum() * 2 != len(truth):
        raise Wrong(
            f"gives {int((truth == 1).sum())} times 1 and {int((truth == 0).sum())} times 0; expected 16 of each.",
            "a 0 for every computed patch, a 1 for every real one.",
        )


def _levels(patches: np.ndarray) -> list[int]:
    """Which tile of which photograph each patch is."""
    return sorted(np.round((255 * patches.mean((1, 2, 3)) - 23.5) / 12).astype(int))


def _same(my_questions) -> None:
    patches, truth = _run(my_questions)
    computed, real = (_levels(patches[truth == kind]) for kind in (0, 1))
    if computed == real == list(range(4 * _IMAGES)):
        return
    if not set(computed) & set(real):
        hint = "one kind shows other photographs than the other: the judge could tell them by what is in them."
    elif computed == real:
        hint = "some tiles come twice, and others are left out."
    else:
        hint = "some photographs are seen in one kind alone: take every photograph in both."
    raise Wrong(
        f"takes {len(set(computed))} different tiles of computed and {len(set(real))} of real images, of which {len(set(computed) & set(real))} are the same; expected the same 16.",
        hint,
    )


def _rounded(my_questions) -> None:
    patches, truth = _run(my_questions)
    known = _images()[1].reshape(_IMAGES, 2, _TILE, 2, _TILE, 3).swapaxes(2, 3).reshape(-1, _TILE, _TILE, 3) / 255
    for kind, name in ((1, "real"), (0, "computed")):
        got = patches[truth == kind]
        got = got[np.argsort(got.mean((1, 2, 3)))]
        if near(got, known, 1e-6):
            continue
        suspects = [
            ("a conversion to whole numbers cuts the fraction off; round first.", np.floor(255 * _computed_tiles()) / 255),
            ("a computed image has fractions of a level, and a photograph from a file has none: a judge needs no more than that. What does a file hold?", _computed_tiles()),
        ]  # fmt: skip
        hint = next((hint for hint, value in suspects if kind == 0 and near(got, value, 1e-6)), None)
        raise Wrong(
            f"gives {name} patches that differ by up to {255 * np.abs(got - known).max():.2f} levels from those of a file.",
            hint or "compare a patch with the image that it was cut from.",
        )


def _computed_tiles() -> np.ndarray:
    tiles = _images()[0].reshape(_IMAGES, 2, _TILE, 2, _TILE, 3).swapaxes(2, 3).reshape(-1, _TILE, _TILE, 3)
    return tiles[np.argsort(tiles.mean((1, 2, 3)))].astype(np.float64)
