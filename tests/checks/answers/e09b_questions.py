"""Right and wrong answers to exercise 09b."""

import numpy as np

import srlib


def tiles_of(images):
    n, height, width, _ = images.shape
    return images.reshape(n, height // 32, 32, width // 32, 32, 3).swapaxes(2, 3).reshape(-1, 32, 32, 3)


def to_file(images):
    return np.rint(255 * np.clip(images, 0, 1)) / 255


def questions_with(of_computed=to_file, of_real=lambda r: r / 255, turn=False):
    def answer(computed, real):
        parts = [tiles_of(of_computed(computed)), tiles_of(of_real(real))]
        truth = [np.full(len(part), kind) for kind, part in enumerate(parts)]
        order = slice(None, None, -1 if turn else None)
        return np.concatenate(parts[order]), np.concatenate(truth[order])

    return answer


def as_column(computed, real):
    patches, truth = questions_with()(computed, real)
    return patches, truth[:, None]


def by_loops(computed, real):
    patches, truth = [], []
    for fake, true in zip(computed, real):
        for image, kind in ((np.round(fake * 255).clip(0, 255), 0), (true, 1)):
            for y in range(0, image.shape[0], 32):
                for x in range(0, image.shape[1], 32):
                    patches.append(image[y : y + 32, x : x + 32] / 255)
                    truth.append(kind)
    return np.array(patches), truth


def as_it_was(computed, real):
    return questions_with(lambda c: c[::2], lambda r: r[1::2] / 255)(computed, real)


def in_turns(c, r):
    """Computed and real patches in turn, and the truth one after the other."""
    patches, truth = questions_with()(c, r)
    half = len(patches) // 2
    return np.stack([patches[:half], patches[half:]], 1).reshape(patches.shape), truth


def without_flat_tiles(c, r):
    patches, truth = questions_with()(c, r)
    half = len(patches) // 2
    keep = np.tile(patches[half:].std((1, 2)).max(-1) > 0, 2)
    return patches[keep], truth[keep]


check = srlib.checks.check_questions

RIGHT = [
    questions_with(),
    questions_with(turn=True),
    questions_with(lambda c: np.clip(255 * c + 0.5, 0, 255).astype(np.uint8) / 255),
    lambda c, r: tuple(map(list, questions_with()(c, r))),
    by_loops,
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (as_it_was, "shape", "half of the tiles"),
    (questions_with(lambda c: c), "computed patches that differ", "What does a file hold"),
    (questions_with(lambda c: np.rint(255 * c) / 255), "computed patches that differ", "beyond 0 and 1"),
    (questions_with(lambda c: np.clip(255 * c, 0, 255).astype(np.uint8) / 255), "computed patches that differ", "cuts the fraction"),
    (questions_with(lambda c: np.rint(255 * c)), "values up to", "two scales"),
    (questions_with(lambda c: np.rint(255 * c), lambda r: r), "values up to", "two scales"),
    (questions_with(lambda c: np.rint(255 * c) / 255**2, lambda r: r / 255**2), "values up to", "twice"),
    (questions_with(lambda c: to_file(c[[0, 0, 2, 2]]), lambda r: r[[1, 1, 3, 3]] / 255), "0 are in both", "what is in them"),
    (questions_with(lambda c: to_file(c[[0, 0, 2, 3]])), "12 are in both", "in one kind alone"),
    (questions_with(lambda c: to_file(c[[0, 0, 2, 3]]), lambda r: r[[0, 0, 2, 3]] / 255), "12 are in both", "come twice"),
    (lambda c, r: (questions_with()(c, r)[0], np.ones(32)), "32 times 1", "0 for every computed"),
    (lambda c, r: (questions_with()(c, r)[0], np.ones(3)), "3 values of truth", "0 for every computed"),
    (lambda c, r: (questions_with()(c, r)[0].mean(-1), questions_with()(c, r)[1]), "shape \\(32, 32, 32\\)", "colours are lost"),
    (in_turns, "0 are in both", "wrong truth"),
    (questions_with(lambda c: np.rint(255 * np.minimum(c, 1)) / 255), "computed patches that differ", "at both ends"),
    (without_flat_tiles, "changes nothing", "also where it is flat"),
    (lambda c, r: questions_with()(c, r)[::-1], "shape", "shape of the truth"),
    (as_column, "shape \\(32, 1\\)", "no second axis"),
    (lambda c, r: questions_with()(c, r)[0], "patches and truth", "return patches, truth"),
    (questions_with(lambda c: to_file(c).astype(np.float16)), "computed patches", "Single precision at least"),
    (lambda c, r: (questions_with()(c, r)[0], 1 - questions_with()(c, r)[1]), "where the truth says", "turned round"),
    (lambda c, r: (questions_with()(c, r)[0][:, :, ::-1], questions_with()(c, r)[1]), "real patches", "mirrored"),
    (lambda c, r: questions_with()(c[:6], r[:6]), "7 photographs", "print|take for granted"),
]  # fmt: skip
