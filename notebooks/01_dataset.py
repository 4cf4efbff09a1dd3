# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 01 Dataset
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/srlib-course/srlib/blob/main/notebooks/01_dataset.ipynb)
#
# **The question: what do we learn from, and what may we look at only once?**
#
# *A core lesson, 35 minutes; it runs for about 45 seconds on two cores. You should have run [00 Start here](00_start_here.ipynb).*
#
# Afterwards you will be able to
#
# - describe a set of pictures by its size, brightness and detail,
# - split pictures so that a test score means something, and measure what a leak gives away,
# - draw an endless training set with twenty lines of code and no camera.

# %%
# On Colab this installs the course, and replaces nothing; elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import subprocess

    course = "srlib[colab] @ git+https://github.com/srlib-course/srlib"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", course], check=True)

# %%
import numpy as np
from scipy.ndimage import gaussian_filter

import srlib

splits = {name: srlib.load_images("sample", split=name) for name in ("train", "validation", "test")}
for name, images in splits.items():
    print(f"{name:11} {len(images):3} images:", *images.names)
print("licence:", splits["train"].provenance.licence)

# %% [markdown]
# ## What do we learn from?
#
# From pictures alone. Each is its own answer, because we make the LR version ourselves.
#
# The forty photographs that travel with the course are squares of 256 by 256 pixels. They come from two free collections, *gb82* and *budgie-backgrounds*, and from the library scikit-image. Who is in which row was decided before anything was trained.
#
# > **The original project.** It used [Linnaeus 5](http://chaladze.com/l5/), by Chaladze and Kalatozishvili: photographs of 128 by 128 pixels in five classes (berry, bird, dog, flower, other), 1,200 of each class to train on and 400 of each to test on. No licence is stated, so they cannot be packed into this course. Five of our training photographs stand in for the five classes. With `LINNAEUS = True` the next cell fetches the real ones from their author's server.

# %%
LINNAEUS = False
train = splits["train"]
if LINNAEUS:
    shown = srlib.load_images("linnaeus5", split="train")
else:
    stand_ins = ["sumac", "wren", "otter", "periwinkle", "singapore"]
    shown = srlib.ImageSet([train[name] for name in stand_ins], stand_ins, np.arange(5), stand_ins)
print(shown)
chosen = np.unique(np.linspace(0, len(shown) - 1, 10).astype(int))
srlib.show.images(list(shown[chosen]), [shown.class_names[label] for label in shown.labels[chosen]], columns=5, size=1.8)

# %% [markdown]
# Berries, a bird, an otter in place of the dog, flowers, and a city for "other". Look for what the five have in common: edges, and texture at several sizes.
#
# ## How bright, how detailed?
#
# Before training on pictures, measure them. Brightness is a mean, contrast a standard deviation. For detail we take the *step*, the mean difference between a pixel and the next one in its row, and divide it by the contrast.
#
# **Predict:** for which two of the five will this ratio be smallest?

# %% jupyter={"outputs_hidden": true}
pixels = np.stack(list(shown))  # (N, H, W, 3)
print("size:", pixels.shape[1:], " type:", pixels.dtype)
for label, name in enumerate(shown.class_names):
    grey = pixels[shown.labels == label].mean(axis=-1)  # (N, H, W)
    step = np.abs(np.diff(grey, axis=2)).mean()  # from one pixel to its neighbour
    print(f"{name:11} brightness {grey.mean():5.1f}   contrast {grey.std():5.1f}   step {step:5.2f}   ratio {step / grey.std():.2f}")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# For the wren and the periwinkle. They stand before blurred backgrounds, where neighbours differ by three or four grey levels. The city and the fur of the otter are restless.
#
# </details>
#
# Now look further. How different are two pixels that are 1, 2, 4, 8, 16 or 32 columns apart? We compare pure noise with the quarters of all training and validation photographs, which we shall need again.

# %%
seen = splits["train"] + splits["validation"]
names = [f"{name}-r{row}c{column}" for name in seen.names for row in (0, 1) for column in (0, 1)]
quarters = [image[y : y + 128, x : x + 128] for image in seen for y in (0, 128) for x in (0, 128)]
cut = srlib.ImageSet(np.stack(quarters), names)


def apart(images, distance):
    """Mean difference of two pixels of a row, as a share of the contrast."""
    grey = images.mean(axis=-1)
    return (np.abs(grey[:, :, distance:] - grey[:, :, :-distance]).mean(axis=(1, 2)) / grey.std(axis=(1, 2))).mean()


distances = (1, 2, 4, 8, 16, 32)
noise = np.random.default_rng(0).integers(0, 256, (24, 128, 128, 3))
for name, images in {"photographs": cut.images, "noise": noise}.items():
    print(f"{name:11}", *(f"{apart(images, distance):5.2f}" for distance in distances))

# %% [markdown]
# In noise the difference is the same at every distance: a neighbour tells you nothing. In photographs near pixels are alike, and the difference grows with each doubling. This regularity is what a network can learn.
#
# ## What may we look at only once?
#
# A network is judged on pictures that it has not learned from. So there are three groups. We **train** on the first. We make choices by the **validation** photographs: how long to train, which of two networks to keep. Each choice by a picture makes its score a little less trustworthy. So there is a third group, **test**, by which nothing is chosen: the final tables of lessons 04, 06 and 07 each put one question to it.
#
# The harder question is what counts as a picture that a network *has not seen*. Many collections hold several pictures of one scene, as a film does. Our 120 quarters imitate that.
#
# We compare the right-hand edge of a quarter with the left-hand edge of another one.
#
# **Predict:** in which pairs will the edges be alike: neighbours, other quarters of one photograph, or quarters of different ones? May we draw the test quarters from a bag?

# %% jupyter={"outputs_hidden": true}
grey = cut.images.mean(axis=-1)
photograph = np.repeat(np.arange(len(seen)), 4)  # which one a quarter was cut from
difference = np.abs(grey[:, None, :, -1] - grey[None, :, :, 0]).mean(axis=2)  # right edge of one, left edge of another
number = np.arange(len(cut))
neighbour = (number[:, None] + 1 == number) & (number[:, None] % 2 == 0)  # c0 and c1 of one row
related = photograph[:, None] == photograph
elsewhere = related & ~neighbour & ~np.eye(len(cut), dtype=bool)
print(f"next to each other in one photograph: {difference[neighbour].mean():5.1f} grey levels apart")
print(f"elsewhere in the same photograph:     {difference[elsewhere].mean():5.1f}")
print(f"in different photographs:             {difference[~related].mean():5.1f}")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# Neighbours continue each other. Even two quarters whose edges do not meet are closer than strangers: they share light and colours. So a bag is unfair.
#
# </details>
#
# A test picture with a relative in training is a **leak**. So two frames of one video leak, and a picture and its mirror image. The cure is to split **by photograph**: all relatives go to the same side. How many test quarters leak in each way of dealing?

# %%
rng = np.random.default_rng(0)
bag = rng.permutation(len(cut))[: len(cut) // 5]  # test quarters, drawn one by one
whole = np.flatnonzero(np.isin(photograph, rng.permutation(len(seen))[: len(seen) // 5]))  # or by photograph
for name, test in {"from a bag": bag, "by photograph": whole}.items():
    leaking = np.isin(photograph[test], np.delete(photograph, test)).sum()
    print(f"{name:13} {leaking:2} of {len(test)} test quarters have a sister in training")
assert difference[neighbour].mean() < difference[elsewhere].mean() < difference[~related].mean()
assert leaking == 0 and not set(seen.names) & set(splits["test"].names)

# %% [markdown]
# ## How much does a leak give away?
#
# We set one quarter of every photograph aside to judge on, validation photographs included, for these networks are thrown away. We deal the photographs into halves, three times, and a network learns from the other quarters of each half. So each quarter is judged by one network that saw its three sisters, and by one that saw only strangers.
#
# The network is a `subpixel` one, of 16 channels and two blocks; lessons 03 and 05 explain it, and the training. Its LR images are made by 2, with the kernel *bilinear*.
#
# **Predict:** by how many decibels will the sisters help?

# %%
STEPS = 200
judged_on = np.tile([False, False, False, True], len(seen))
gains = {"learned from its sisters": np.zeros((3, len(seen))), "learned from strangers": np.zeros((3, len(seen)))}
for seed in range(3):
    first = np.isin(photograph, np.random.default_rng(seed).permutation(len(seen))[: len(seen) // 2])
    for half in (first, ~first):
        model = srlib.build_model("subpixel", width=16, blocks=2, seed=seed)
        srlib.fit(model, cut[half & ~judged_on], steps=STEPS, batch_size=8, patch_size=48, seed=seed)
        for gain, judged in zip(gains.values(), (half & judged_on, ~half & judged_on)):
            table = srlib.evaluate({"lanczos": "lanczos", "network": model}, cut[judged])
            gain[seed, photograph[judged]] = table.values("network") - table.values("lanczos")
print("networks trained:", 2 * len(gain), " quarters of each kind judged by one:", judged.sum())

# %% tags=["nbval-ignore-output"] jupyter={"outputs_hidden": true}
# not compared: the last digits of a training depend on the processor
leak = gains["learned from its sisters"] - gains["learned from strangers"]
error = leak.mean(axis=0).std(ddof=1) / np.sqrt(len(seen))  # the photographs are what is independent, not the deals
print("the leak, dealt three times:", *(f"{value:+.3f}" for value in leak.mean(axis=1)), "dB")
print(f"mean {leak.mean():+.3f} dB, standard error {error:.3f} dB over {len(seen)} photographs")

# %% jupyter={"outputs_hidden": true}
mean_gains = {name: gain.mean(axis=0) for name, gain in gains.items()}
assert 0 < leak.mean() < 0.1
rows = {**mean_gains, "the difference of the two": leak.mean(axis=0)}
srlib.show.distributions(rows, label="dB over Lanczos, and their difference; a dot is a quarter, its mean over the deals")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# By a few hundredths. In the two upper rows nobody could see it: quarters differ from each other far more than that. The third row compares each quarter with itself. The *standard error* says how far such a mean would typically move with other photographs. This one lies more than two of them above zero: the leak is small, and probably real.
#
# </details>
#
# Networks this small, trained this briefly, hardly reach Lanczos, and have little room to remember an otter. But the score of a leaking test looks like any other score. To split by photograph costs nothing.
#
# > **The original project.** It had no validation pictures. It was to save a checkpoint whenever the validation score rose, so it saved none, as the log in its notebook says.
#
# ## Pictures from nothing: dead leaves
#
# Twenty-four photographs are few. Can we make more? Imagine the forest floor: leaves of all sizes, each hiding what is under it. Replace the leaves by discs of one colour, and you have the **dead leaves** model. It has sharp edges and shapes of every size, as photographs have.
#
# Small discs must be far more frequent than large ones. We draw the radius from a law that falls with its third power, by putting uniform random numbers into the inverse of its cumulative distribution.

# %%
rng = np.random.default_rng([0, 0])
side, discs, smallest, largest = 256, 2507, 2, 128  # enough discs to cover the square four times
u = rng.random(discs)
radius = 1 / np.sqrt(u / largest**2 + (1 - u) / smallest**2)  # its density falls as 1 / radius**3
print(f"radius: half are below {np.median(radius):.1f}, and the largest is {radius.max():.1f}")

# %% [markdown]
# Now places and colours. The colours come from the training photographs, and only from those: even a colour is information. About one disc in seven gets a pure colour instead.

# %%
y, x = rng.random((2, discs)) * side
palette = train.images.reshape(-1, 3)
colour = palette[rng.integers(len(palette), size=discs)]
is_pure = rng.random(discs) < 0.15
pure = np.clip(2 * rng.random((discs, 3)) - 0.5, 0, 1)  # half of these numbers are wholly dark or wholly bright
colour[is_pure] = np.rint(255 * pure[is_pure]).astype(np.uint8)
rows, columns = np.arange(side, dtype="float32")[:, None], np.arange(side, dtype="float32")
canvas = np.zeros((side, side, 3), np.uint8) + colour[0]
for i in range(discs):
    canvas[(rows - y[i]) ** 2 + (columns - x[i]) ** 2 <= radius[i] ** 2] = colour[i]

# %% [markdown]
# Discs drawn pixel by pixel have staircase edges, so we drew at twice the size and take the mean of each block of four. No camera is perfectly sharp, so each picture is blurred by up to one pixel. `load_images("dead_leaves")` does the same, only faster.

# %%
sharp = srlib.downscale(canvas, scale=2, kernel="area")  # float32 in [0, 1]
blur = rng.random()
by_hand = gaussian_filter(sharp, (blur, blur, 0))
leaves = srlib.load_images("dead_leaves", count=200, seed=0)
print(leaves, "blur of the first:", round(blur, 2))
assert np.abs(by_hand - leaves[0] / 255).max() < 0.003  # they differ by the rounding to whole grey levels
srlib.show.images([by_hand, by_hand[32:96, 32:96], leaves[1]], ["made by hand", "its middle, enlarged", "the next one"], columns=3, size=2.9)

# %% [markdown]
# Compare the first with the second, which is its middle at twice the size. Apart from the smallest discs, the two look alike: a small disc on a large one resembles a large disc on a larger one. What does our measure say?

# %%
for name, images in {"photographs": cut.images, "dead leaves": leaves.images, "noise": noise}.items():
    print(f"{name:11}", *(f"{apart(images, distance):5.2f}" for distance in distances))

# %% [markdown]
# Near pixels are alike here, too. Dead leaves are busier than photographs, which have sky and table tops.
#
# ## Can one learn photographs from dead leaves?
#
# We train the same small network twice. One sees the 24 photographs, the other only dead leaves. Both are checked on the validation photographs, which neither has seen.
#
# **Predict:** which of the two will be ahead, and will either of them beat Lanczos, the strongest simple method?

# %%
networks = {}
for name, images in {"photographs": train, "dead leaves": leaves}.items():
    networks[name] = srlib.build_model("subpixel", width=16, blocks=2, seed=0)
    srlib.fit(networks[name], images, steps=2 * STEPS, batch_size=8, patch_size=48, seed=0)

# %% tags=["nbval-ignore-output"] jupyter={"outputs_hidden": true}
# not compared: the last digits of a training depend on the processor
table = srlib.evaluate({"bicubic": "bicubic", "lanczos": "lanczos", **networks}, splits["validation"])
print(table.by_image("psnr"))
lanczos, photographs, dead = (table.mean(method) for method in ("lanczos", "photographs", "dead leaves"))
print(f"\nabove Lanczos: photographs {photographs - lanczos:+.2f} dB, dead leaves {dead - lanczos:+.2f} dB")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# Both beat Lanczos, and the dead leaves at least hold level: their lead of about a tenth comes from one training of each, and from twice as many pixels. A network that has seen nothing but coloured discs restores a portrait and a cup better than every simple method. What it needs at this scale seems to be mostly how edges look.
#
# </details>
#
# A network's good score, then, says little about whether it knows what a face is.
#
# Do dead leaves help where there are many photographs? A stored experiment, which lesson 05 takes apart, added 400 of them to 359 photographs:

# %%
print(srlib.ablation_results().only("400 dead leaves added"))
assert dead > lanczos and dead > photographs - 0.1  # of our own two networks, above

# %% [markdown]
# No. They cost 0.14 dB, and `+-`, the spread of three trainings, is smaller. They can stand in for photographs, but do not improve on many.
#
# ## Exercise
#
# 1. Change the law of the sizes. In a new cell, draw the same discs with `radius = np.full(discs, 8.0)`, downscale, and blur with the same `blur`. Call the result `equal` and compare `apart(equal[None], distance)` with that of `by_hand`. From which distance on does it hardly grow, and why?
# 2. Set `STEPS` to 1000 and measure the leak again. Does it grow?
# 3. Somebody tests on mirror images of training pictures. Say in one sentence why this is no test.
#
# ## Recap
#
# - Super-resolution needs pictures, not labels.
# - In photographs near pixels are alike. That is what can be learned.
# - Split by photograph. The score does not show a leak.
# - Train on one group, choose by the second, and put each question to the third only once.
#
# ## Further reading
#
# - A. B. Lee, D. Mumford, J. Huang, *Occlusion models for natural images: a statistical study of a scale-invariant dead leaves model*, 2001, [doi:10.1023/A:1011109015675](https://doi.org/10.1023/A:1011109015675). Why discs of all sizes have the statistics of photographs.
# - M. Baradad, J. Wulff, T. Wang, P. Isola, A. Torralba, *Learning to see by looking at noise*, 2021, [arXiv:2106.05963](https://arxiv.org/abs/2106.05963). Networks that learn to recognise things from dead leaves and other made pictures.
# - S. Kapoor, A. Narayanan, *Leakage and the reproducibility crisis in machine-learning-based science*, 2023, [doi:10.1016/j.patter.2023.100804](https://doi.org/10.1016/j.patter.2023.100804). Leaks in published work, sorted by kind.
# - D. Martin, C. Fowlkes, D. Tal, J. Malik, *A database of human segmented natural images*, 2001, [doi:10.1109/ICCV.2001.937655](https://doi.org/10.1109/ICCV.2001.937655). The Berkeley photographs. A hundred of them are the benchmark BSD100: who trains on all of BSDS500 has also trained on BSD100.
#
# Next: [02 Preprocessing](02_preprocessing.ipynb).
