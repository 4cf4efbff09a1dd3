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
# *30 minutes. You should have run [00 Start here](00_start_here.ipynb).*
#
# Afterwards you will be able to
#
# - describe a set of pictures by its size, brightness and detail,
# - split pictures so that a test score means something, and recognise a split that leaks,
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

# %% [markdown]
# ## The pictures of the original project
#
# The project that this course rebuilds used **Linnaeus 5** (Chaladze and Kalatozishvili, 2017): photographs of 128 by 128 pixels in five classes.
#
# | class | berry | bird | dog | flower | other | together |
# | --- | --- | --- | --- | --- | --- | --- |
# | to train on | 1200 | 1200 | 1200 | 1200 | 1200 | 6000 |
# | to test on | 400 | 400 | 400 | 400 | 400 | 2000 |
#
# The classes were made for recognising things. Super-resolution needs no labels at all: every picture is its own answer, because we
# make the small version ourselves. The classes still help us to ask whether a method does worse on, say, birds than on berries.
#
# Linnaeus 5 comes from a private server, and no licence is stated, so it cannot be packed into this course; `srlib` fetches it for you if you say so. Without it the lesson goes on, in the same cells, with photographs that anybody may share.

# %%
LINNAEUS = False  # True: fetch Linnaeus 5 once, from its author's server, and look at the real five classes
train = srlib.load_images("sample", split="train")
if LINNAEUS:
    shown = srlib.load_images("linnaeus5", split="train")
else:
    stand_ins = ["sumac", "wren", "otter", "periwinkle", "singapore"]
    shown = srlib.ImageSet([train[name] for name in stand_ins], stand_ins, np.arange(5), stand_ins)
    print("Linnaeus 5 was not asked for; five photographs of the sample stand in for its five classes.")
print(shown)

# %%
chosen = np.unique(np.linspace(0, len(shown) - 1, 10).astype(int))
srlib.show.images(shown[chosen], [shown.class_names[label] for label in shown.labels[chosen]], columns=5, size=1.6)

# %% [markdown]
# The stand-ins are the berries of a sumac, a canyon wren, an otter, small blue flowers (their file is called `periwinkle`), and something else: a city in the evening. (The one dog of the sample is among the pictures that we keep shut for now; the otter takes its place.) Look for what the five have in common: all have edges, and all have texture at several sizes.

# %% [markdown]
# ## Forty photographs that travel with the course
#
# They are in the public domain or given away under CC0, and come from two collections, *gb82* and *budgie-backgrounds*, and from scikit-image, a library that this course rests on. Of each we keep one square of 256 by 256. (Large photographs are soft, pixel for pixel; they were first made half or a third as large.)

# %%
splits = {name: srlib.load_images("sample", split=name) for name in ("train", "validation", "test")}
for name, images in splits.items():
    print(f"{name:11} {len(images):3} images:", *images.names)

# %% [markdown]
# Who is in which row was decided before anything was trained. The test has a cat (`chelsea`), a dog, flowers, a face, lettering, a bird, buildings: of each kind one photograph, with much detail in focus. You may have noticed that the pictures above left out the last row.

# %%
print(train)
print(srlib.load_images("sample").provenance.licence)

# %% [markdown]
# ## How bright, how detailed?
#
# Back to the page of pictures above: the five stand-ins, or the five classes if you have fetched them. Before training on pictures, measure them. Brightness is a mean. For detail we ask how much of the picture's variation happens from one pixel to
# the next, compared with the variation over the whole picture.

# %%
pixels = np.stack(list(shown))  # (N, H, W, 3)
print("size:", pixels.shape[1:], " type:", pixels.dtype)
for label, name in enumerate(shown.class_names):
    grey = pixels[shown.labels == label].mean(axis=-1)  # (N, H, W)
    step = np.abs(np.diff(grey, axis=2)).mean()  # from one pixel to its neighbour
    print(f"{name:11} brightness {grey.mean():5.1f}   contrast {grey.std():5.1f}   step {step:5.2f}   ratio {step / grey.std():.2f}")

# %% [markdown]
# The last column is the step divided by the contrast. By this ratio the city and the fur of the otter are restless, and the wren and the periwinkle, before their blurred backgrounds, are smooth: neighbouring pixels differ by three or four grey levels. Expect the highest scores on those two, from *every* method.
#
# A finer measure is the **spectrum**: how strong are the slow waves in a picture, and how strong the quick ones? The next figure shows it for
# each class.

# %%
sets = {name: pixels[shown.labels == label] for label, name in enumerate(shown.class_names)}
srlib.show.spectrum(sets, mark=0.25)

# %% [markdown]
# Read the figure from left (waves as long as the picture) to right (waves of two pixels); 1/16 means waves of 16 pixels, and each line of the grid upwards is ten times the power. These photographs fall steadily along nearly straight lines, although they show such different things. (The city has peaks besides: its windows stand in rows, and repeat.) This regularity is what a network can learn: given the coarse part of a picture, the fine part is not arbitrary.
#
# Nearly everything to the right of the vertical line is lost when a picture is made half as large (slanted waves reach a little further). Lesson 02 looks at that
# more closely.

# %% [markdown]
# ## What we may look at only once
#
# A network is judged on pictures that it has not learned from. The harder question is what counts as *a picture that it has not seen*.
#
# Many collections hold several pictures of one scene, as a film does. To make one, we cut each photograph into four quarters. The test photographs stay shut.

# %%
seen = splits["train"] + splits["validation"]
names, quarters = [], []
for name, image in zip(seen.names, seen):
    for row in (0, 1):
        for column in (0, 1):
            names.append(f"{name}-r{row}c{column}")
            quarters.append(image[128 * row : 128 * row + 128, 128 * column : 128 * column + 128])
photograph = np.repeat(np.arange(len(seen)), 4)  # which one a quarter was cut from
cut = srlib.ImageSet(np.stack(quarters), names)
print(len(seen), "photographs,", len(cut), "quarters:", *names[:5], "...")

# %% [markdown]
# We could throw all quarters into a bag and draw a fifth for the test. **Predict:** would that be fair?
#
# Let us compare the right-hand edge of each quarter with the left-hand edge of another one. If two quarters are unrelated, the edges should
# differ as much as any two columns of pixels do.

# %%
grey = cut.images.mean(axis=-1)
left, right = grey[:, :, 0], grey[:, :, -1]  # first and last column of every quarter
difference = np.abs(right[:, None] - left[None]).mean(axis=2)  # (N, N): edge of one against edge of the other
next_to = lambda a, b: a[:-1] == b[:-1] and int(a[-1]) + 1 == int(b[-1])  # names end in r<row>c<column>
neighbour = np.array([[next_to(a, b) for b in names] for a in names])
related = photograph[:, None] == photograph
same = related & ~neighbour & ~np.eye(len(cut), dtype=bool)
print(f"next to each other in one photograph: {difference[neighbour].mean():5.1f} grey levels apart")
print(f"elsewhere in the same photograph:     {difference[same].mean():5.1f}")
print(f"in different photographs:             {difference[~related].mean():5.1f}")

# %% [markdown]
# Quarters of one photograph know about each other. Neighbours continue each other. Distant ones are still closer than strangers: they share the light and the colours.
#
# So we split **by photograph**: all quarters of one photograph go to the same side. This is called *avoiding leakage*, and it is easy to get wrong.
# Two frames of one video leak. So do the left and right picture of a stereo pair, a picture and its mirror image, and the same photograph saved twice.
#
# The next cell draws from the bag, and counts the test quarters that have a sister in the training set.

# %%
bag = np.random.default_rng(0).permutation(len(cut))
drawn_test, drawn_train = bag[: len(bag) // 5], bag[len(bag) // 5 :]
sisters = np.isin(photograph[drawn_test], photograph[drawn_train])
print(f"drawn from a bag:    {sisters.sum()} of {len(drawn_test)} test quarters have a sister in training")
shared = set(splits["test"].names) & set(seen.names)
print(f"split by photograph: {len(shared)} photographs are on both sides")
assert not shared

# %% [markdown]
# ## How much does a leak give away?
#
# Let us measure it. One quarter of every photograph is set aside to judge on. Then the photographs are dealt into two halves, and a small network is trained on each half, on the three quarters that are left. So every photograph is judged twice: by the network that saw its sisters, and by the one that saw as many quarters of strangers. We deal three times.
#
# **Predict:** by how many decibels will the sisters help?

# %%
set_aside = np.tile([False, False, False, True], len(seen))
gains = {"its sisters": [], "strangers": []}
for seed in range(3):
    first = np.isin(photograph, np.random.default_rng(seed).permutation(len(seen))[: len(seen) // 2])
    for half in (first, ~first):
        model = srlib.build_model("subpixel", width=16, blocks=2, seed=seed)
        srlib.fit(model, cut[half & ~set_aside], steps=200, batch_size=8, patch_size=48, seed=seed)  # some five seconds
        for name, judged in {"its sisters": half & set_aside, "strangers": ~half & set_aside}.items():
            table = srlib.evaluate({"bicubic": "bicubic", "network": model}, cut[judged])
            gains[name].append(table.values("network") - table.values("bicubic"))
leak = [np.concatenate(gains["its sisters"][i : i + 2]).mean() - np.concatenate(gains["strangers"][i : i + 2]).mean() for i in (0, 2, 4)]
print("networks trained:", len(gains["strangers"]), " quarters judged by each:", len(gains["strangers"][0]))

# %% tags=["nbval-ignore-output"]
# not compared: the last digits of a training depend on the processor
for name, values in gains.items():
    print(f"learned from {name:11}: {np.concatenate(values).mean():+.3f} dB over bicubic")
print("the leak, dealt three times:", *(f"{value:+.3f} dB" for value in leak))

# %%
print("the leak is between 0 and 0.1 dB on the mean:", bool(0 < np.mean(leak) < 0.1))
assert 0 < np.mean(leak) < 0.1

# %% [markdown]
# A few hundredths of a decibel, where learning from strangers brings a third of one: small, but each time in the same direction. A network this small, trained this briefly, learns how edges look, and has no room to remember an otter. With five times the steps we found +0.00, +0.12 and +0.08 dB.
#
# So here the leak would change no conclusion. But nothing in the score would have told us so, and lesson 05 shows tables in which neighbours are closer than that. To split by photograph costs nothing.
#
# There are three groups, not two, because we will make choices while we work: how long to train, which of two networks to keep. Each choice made by looking at a picture makes its score a little less trustworthy. We spend the **validation** photographs on choices, and leave the **test**
# photographs alone until the tables of lesson 04. (The README shows test photographs and their scores. Nothing was chosen by them.)
#
# The same care is needed with public sets. The Berkeley set **BSDS500** has 500 photographs, and a hundred of them, its folder `val`, are the benchmark **BSD100** on which papers compare themselves. Whoever trains on "all of BSDS500" has trained on the test. `srlib.load_images("bsds500")` therefore gives the other
# four hundred, but for one: a search by content found that it is the woman of **Set5**, another benchmark. `set5` and `set14` are for judging alone.
#
# The original project had no validation pictures. Its training script was told to keep the network with the best validation score, and so never kept
# anything; its log says so, line after line.

# %% [markdown]
# ## Pictures from nothing: dead leaves
#
# Twenty-four photographs are few. Can we make more? Imagine looking at the forest floor: leaves of all sizes, each hiding what
# is under it. Replace the leaves by discs of one colour, and you have the **dead leaves** model (Lee, Mumford and Huang, 2001). It knows nothing of birds or berries, but it has
# what photographs have: sharp edges, and shapes of every size.
#
# The sizes matter. Small discs must be far more frequent than large ones; we draw the radius from a law that falls with its third power. Then the picture looks equally busy at every
# magnification.

# %%
rng = np.random.default_rng([0, 0])
side, discs, smallest, largest = 256, 2507, 2, 128  # enough discs to cover the square four times
u = rng.random(discs)
radius = 1 / np.sqrt(u / largest**2 + (1 - u) / smallest**2)  # its density falls as 1 / radius**3
print("radius: half are below", round(float(np.median(radius)), 1), "and the largest is", round(float(radius.max()), 1))

# %% [markdown]
# Now the places and the colours. We take the colours from the training photographs, and only from those. Even a colour is information. (About one disc in seven gets a pure colour instead. Photographs seldom have those, and a network should leave them as they are.)

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
# We drew at twice the size we want, because discs drawn pixel by pixel have staircase edges. Downscaling by the mean of each block of
# four smooths them. And no camera is perfectly sharp, so every picture is seen through a lens of its own, which blurs it by up
# to one pixel. (A network that has seen only perfect edges, for long, sharpens everything it meets.)
#
# `load_images("dead_leaves")` does the same, only faster; from here on we use that. The last line makes sure that the two agree.

# %%
sharp = srlib.downscale(canvas, scale=2, kernel="area")  # float32 in [0, 1]
blur = rng.random()
by_hand = gaussian_filter(sharp, (blur, blur, 0))
leaves = srlib.load_images("dead_leaves", count=200, seed=0)
print(leaves)
assert np.abs(by_hand - leaves[0] / 255).max() < 0.003  # they differ by the rounding to whole grey levels

# %% [markdown]
# Here are the first seven.

# %%
srlib.show.images(leaves[:7], titles=[], columns=7, size=1.15)

# %% [markdown]
# Look at the edges, and at how a small disc on a large one resembles a large disc on a larger one.
#
# Is this anything like a photograph? To the eye, no. The spectrum says: in part.

# %%
srlib.show.spectrum({"photographs (quarters)": cut.images, "dead leaves": leaves.images}, mark=0.25)

# %% [markdown]
# Both fall steadily. Dead leaves fall more slowly at first, and then the two lines run side by side, dead leaves two to four times stronger. They are busy everywhere, while a photograph has sky and table tops.
#
# ## Can one learn photographs from dead leaves?
#
# **Predict:** we train the same small network twice, for less than half a minute each. One sees the 24 photographs, the other one sees
# only dead leaves. Both are then checked on the validation photographs, which neither has seen. Which will be ahead, and by how much?
#
# Do not worry about the training call; lesson 03 is about it. Raise `STEPS` if you have time.

# %%
STEPS = 300  # 300 takes 15 to 30 seconds for each network on two cores
networks = {}
for name, images in {"photographs": train, "dead leaves": leaves}.items():
    networks[name] = srlib.build_model("subpixel", seed=0)
    srlib.fit(networks[name], images, steps=STEPS, batch_size=8, seed=0)

# %% tags=["nbval-ignore-output"]
# not compared: the last digits of a training depend on the processor
methods = {"linear": "bilinear", "bicubic": "bicubic", **networks}
table = srlib.evaluate(methods, splits["validation"])
print(table.by_image("psnr"))

# %%
photographs, dead, bicubic = (table.mean(m) for m in ("photographs", "dead leaves", "bicubic"))
print("dead leaves beat bicubic by more than 0.3 dB:", dead - bicubic > 0.3)
print("and are at most 0.2 dB behind the photographs:", dead - photographs > -0.2)
assert dead - bicubic > 0.3 and dead - photographs > -0.2

# %% [markdown]
# A network that has never seen anything but coloured discs restores a portrait, a cup and a mountain better than bicubic upscaling, and at least as well as the
# one that learned from our few photographs. What it needs to know about the world, at this scale, seems to be mostly how edges look. (With `leaves[:24]` it does as well.)
#
# This is also a warning. It means that a network's good score says little about whether it knows what a face is.
#
# ## Exercise
#
# 1. Change the law of the sizes. In a new cell, draw the same discs once more with `radius = np.full(discs, 8.0)`, downscale, and blur with the same `blur`; call the result `equal` and compare the two by `srlib.show.spectrum({"law": by_hand, "equal": equal})`. Which waves grew stronger, and where does the line bend?
# 2. In the training cell, add the two sets: `train + leaves`. Is the sum better than its parts?
# 3. A classmate tests on the mirror images of the training pictures. Write down, in one sentence, why this is no test.
#
# ## Recap
#
# - Super-resolution needs pictures, not labels: each picture is its own answer.
# - Split by photograph. Quarters of one photograph are relatives.
# - Train on one group, choose on the second, and look at the third only once.
# - Photographs have a typical spectrum. Dead leaves have a similar one, and are enough to learn from.
#
# Next: [02 Preprocessing](02_preprocessing.ipynb).
