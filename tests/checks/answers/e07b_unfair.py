"""Right and wrong answers to exercise 07b."""

import numpy as np

import srlib


def compare_with(draw, over=np.mean, start=np.random.default_rng):
    """The solution by loops; `draw` makes the LR image from degradation, HR image, its number, the seed and a generator."""

    def answer(methods, images, degradation, seed):
        scores = {}
        for name, method in methods.items():
            rng, values = start(seed), []
            for i, hr in enumerate(images):
                lr = draw(degradation, hr, i, seed, rng)
                values.append(srlib.psnr(srlib.upscale(lr, method), hr))
            scores[name] = float(over(values))
        return scores

    return answer


def by_pairs(methods, images, degradation, seed):
    lr, hr = srlib.make_pairs(images, degradation, seed=seed)
    return {name: srlib.psnr(srlib.upscale(lr, method), hr) for name, method in methods.items()}


def by_evaluate(methods, images, degradation, seed):
    table = srlib.evaluate(methods, images, degradation, seed=seed)
    return {name: table.mean(name) for name in methods}


def as_it_was(methods, images, degradation, seed):
    rng = np.random.default_rng(seed)
    return compare_with(lambda d, hr, i, s, _: d(hr, seed=int(rng.integers(1_000_000))))(
        methods, images, degradation, seed
    )


def of_the_mean_error(values):
    return -10 * np.log10(np.mean(np.power(10, np.array(values) / -10)))


own = lambda d, hr, i, seed, rng: d(hr, seed=1000 * seed + i)
check = srlib.checks.check_compare

RIGHT = [
    by_pairs,
    by_evaluate,
    compare_with(own),
    compare_with(lambda d, hr, i, seed, rng: d(hr, seed=int(rng.integers(1_000_000)))),  # begun again for each method
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (as_it_was, "under two names", "between which two loops"),
    (compare_with(lambda d, hr, i, seed, rng: d(hr, seed=seed)), "two equal HR images", "one draw decides"),
    (compare_with(lambda d, hr, i, seed, rng: d(hr, seed=i)), "for the seeds 3 and 4", "where is `seed`"),
    (compare_with(lambda d, hr, i, seed, rng: srlib.downscale(hr, 2, kernel="bicubic")), "clean images", "more than the downscaling"),
    (compare_with(own, over=of_the_mean_error), "expected", "mean error"),
    (compare_with(own, over=np.median), "expected", "middle one"),
    (compare_with(own, over=np.sum), "expected", "sum of"),
    (compare_with(own, over=lambda values: values[-1]), "expected", "last image alone"),
    (lambda m, i, d, seed: list(by_pairs(m, i, d, seed).values()), "a number for each name", "with the names"),
    (lambda m, i, d, seed: by_pairs(m, i[:1], d, seed), "1 and 1 images", "once"),
]  # fmt: skip
