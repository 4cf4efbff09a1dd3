"""Right and wrong answers to exercise 01b."""

import numpy as np

import srlib


def prepare(images, photographs, held_out):
    held = np.array(photographs) == held_out
    train = images[~held]
    return np.concatenate([train, train[:, :, ::-1]]), images[held]


def prepare_interleaved(images, photographs, held_out):
    train = [p for p, name in zip(images, photographs) if name != held_out]
    both = [version for p in train for version in (np.fliplr(p), p)]
    return np.array(both), np.array([p for p, name in zip(images, photographs) if name == held_out])


def mirrored_first(images, photographs, held_out):
    both = np.concatenate([images, images[:, :, ::-1]])
    held = np.array(list(photographs) + ["mirrored"] * len(images)) == held_out
    return both[~held], both[held]


def random_squares(images, photographs, held_out):
    order = np.random.default_rng(0).permutation(len(images))
    train = images[order[2:]]
    return np.concatenate([train, train[:, :, ::-1]]), images[order[:2]]


def mirrors_everywhere(images, photographs, held_out):
    train, test = prepare(images, photographs, held_out)
    return train, np.concatenate([test, test[:, :, ::-1]])


def no_mirrors(images, photographs, held_out):
    held = np.array(photographs) == held_out
    return images[~held], images[held]


def upside_down(images, photographs, held_out):
    train, test = no_mirrors(images, photographs, held_out)
    return np.concatenate([train, train[:, ::-1]]), test


def list_compared(images, photographs, held_out):
    held = np.full(len(images), photographs == held_out)  # a list is never equal to a word
    train = images[~held]
    return np.concatenate([train, train[:, :, ::-1]]), images[held]


def prepared(mirror, held=lambda photographs, held_out: np.array(photographs) == held_out):
    def answer(images, photographs, held_out):
        test = np.asarray(held(photographs, held_out))
        train = images[~test]
        return np.concatenate([train, mirror(train)]), images[test]

    return answer


def prepared_in_floats(images, photographs, held_out):
    held = np.array(photographs) == held_out
    train = np.zeros((2 * (~held).sum(), *images.shape[1:]))
    train[::2], train[1::2] = images[~held], images[~held][:, :, ::-1]
    return train, images[held].astype(float)


def mirrored(x):
    return x[:, :, ::-1]


def without_repeats(images, photographs, held_out):
    train, test = prepare(images, photographs, held_out)
    return np.unique(train, axis=0), test


def mirrored_in_place(images, photographs, held_out):
    held = np.array(photographs) == held_out
    train = images[~held]
    images[:] = images[:, :, ::-1]
    return np.concatenate([train, images[~held]]), images[held][:, :, ::-1]


check = srlib.checks.check_prepare

RIGHT = [
    prepare,
    prepare_interleaved,
    prepared_in_floats,
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (mirrored_first, "mirror images of 3 test squares", "what has to come first"),
    (prepared(mirrored, lambda of, out: [i == list(of).index(out) for i in range(len(of))]), "squares of the held-out", "wherever it stands"),
    (lambda p, of, out: (np.append(prepare(p, of, out)[0], prepare(p, of, out)[0]), prepare(p, of, out)[1]), "the shape", "flattened the images"),
    (lambda p, of, out: (p[0], p[:1]), "the shape", "one image, and not a set"),
    (random_squares, "squares of the held-out", "which photograph"),
    (mirrors_everywhere, "mirror images in the test", "which of the two sets should be doubled"),
    (lambda p, of, out: (np.delete(p, list(range(3)), None)[: 4 * p[0].size].reshape(-1, *p.shape[1:]), p[np.array(of) == out]), "no squares of any photograph", "along which axis"),
    (lambda p, of, out: tuple(x.astype(np.uint8) for x in prepare(p, of, out)), "float32 images", "their type"),
    (no_mirrors, "0 of 4 mirror images", "still wanted"),
    (upside_down, "0 of 4 mirror images", "upside down"),
    (list_compared, "squares of the held-out photograph", "photographs"),
    (prepared(mirrored, lambda of, out: [out in p for p in of]), "other photographs", "nothing else"),
    (prepared(mirrored, lambda of, out: [p.startswith(out) for p in of]), "other photographs", "nothing else"),
    (lambda p, of, out: prepared(mirrored)(p / 255, of, out), "values of the images", "on the scale that they come in"),
    (prepared(np.flip), "mirror images", "several axes"),
    (prepared(lambda x: x[:, ::-1, ::-1]), "mirror images", "half a turn"),
    (prepared(lambda x: x[::-1]), "mirror images", "the order of the images"),
    (without_repeats, "some of which are equal", "look alike"),
    (mirrored_in_place, "changes the array", "a new one"),
    (lambda p, of, out: prepare(p, of, out)[::-1], "held-out photograph first", "train, test"),
    (prepared(mirrored, lambda of, out: [p in out for p in of]), "other photographs when owlet", "as a whole"),
]  # fmt: skip
