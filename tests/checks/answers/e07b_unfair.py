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


def few_seeds(methods, images, degradation, seed):
    seeds = np.random.default_rng(seed).integers(10, size=len(images))
    return compare_with(lambda d, hr, i, s, rng: d(hr, seed=int(seeds[i])))(methods, images, degradation, seed)


def gathered(methods, images, degradation, seed):
    scores, values = {}, []
    lr, hr = srlib.make_pairs(images, degradation, seed=seed)
    for name, method in methods.items():
        values.append(srlib.psnr(srlib.upscale(lr, method), hr))
        scores[name] = float(np.mean(values))
    return scores


def by_company(methods, images, degradation, seed):
    return by_pairs(methods, images, degradation, seed + 7 * len(methods))


def crossed(methods, images, degradation, seed):
    lr, hr = srlib.make_pairs(images, degradation, seed=seed)
    return {name: srlib.psnr(srlib.upscale(lr[::-1], method), hr) for name, method in methods.items()}


def without_the_second_name(methods, images, degradation, seed):
    """Leaves out a method that it has met."""
    done = {}
    for name, method in methods.items():
        if method not in done.values():
            done[name] = method
    return by_pairs(done, images, degradation, seed)


def of_the_last_image(methods, images, degradation, seed):
    """In the second loop the LR image is still the last one of the first."""
    rng = np.random.default_rng(seed)
    for hr in images:
        lr = degradation(hr, seed=int(rng.integers(1_000_000)))
    return {
        name: float(np.mean([srlib.psnr(srlib.upscale(lr, m), hr) for hr in images])) for name, m in methods.items()
    }


def through_a_zip(methods, images, degradation, seed):
    rng = np.random.default_rng(seed)
    pairs = zip([degradation(hr, seed=int(rng.integers(1_000_000))) for hr in images], images)
    told = {}
    for name, method in methods.items():
        values = [srlib.psnr(srlib.upscale(lr, method), hr) for lr, hr in pairs]
        told[name] = float(np.mean(values)) if values else 0.0
    return told


check = srlib.checks.check_compare

RIGHT = [
    by_pairs,
    by_evaluate,
    compare_with(own),
    compare_with(lambda d, hr, i, seed, rng: d(hr, seed=int(rng.integers(1_000_000)))),  # begun again for each method
    lambda m, i, d, seed: {name: round(value, 2) for name, value in by_pairs(m, i, d, seed).items()},
]

# answer, words of what is wrong, words of the hint
WRONG = [
    (as_it_was, "two methods that do the same", "in which of the loops"),
    (compare_with(lambda d, hr, i, seed, rng: d(hr, seed=seed)), "two equal HR images", "two images share a draw"),
    (compare_with(lambda d, hr, i, seed, rng: d(hr, seed=i)), "for the seeds 3 and 4", "where is `seed`"),
    (compare_with(lambda d, hr, i, seed, rng: srlib.downscale(hr, 2, kernel="bicubic")), "clean images", "more than the downscaling"),
    (compare_with(own, over=of_the_mean_error), "expected", "mean error"),
    (compare_with(own, over=np.median), "expected", "median"),
    (compare_with(own, over=np.sum), "expected", "sum of"),
    (compare_with(own, over=lambda values: values[-1]), "expected", "last image alone"),
    (lambda m, i, d, seed: list(by_pairs(m, i, d, seed).values()), "a number for each name", "with the names"),
    (lambda m, i, d, seed: by_pairs(m, i[:1], d, seed), "1 and 1 images", "once"),
    (few_seeds, "equal HR images", "of how many numbers|no other image has"),
    (gathered, "one of two methods", "gathered"),
    (without_the_second_name, "under a second name", "every name of `methods`"),
    (of_the_last_image, "one and the same LR image", "which one does your loop take"),
    (through_a_zip, "4 and 0 images", "gone through once"),
    (by_company, "when it is alone", "in any company"),
    (crossed, "one of two methods", "one order"),
    (lambda m, i, d, seed: by_pairs(m, i, d, seed // 2), "seeds 3 and 2", "becomes of `seed`"),
    (lambda m, i, d, seed: by_pairs(m, srlib.load_images("sample", split="validation")[:4], d, seed), "shape", "no others"),
    (lambda m, i, d, seed: by_pairs(m, i, srlib.preset("web"), seed), "other LR images", "the only one"),
]  # fmt: skip
