# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
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
if LINNAEUS:
    shown = srlib.load_images("linnaeus5", split="train")
else:
    shown = srlib.load_images("sample", split="train") + srlib.load_images("sample", split="validation")
    print("Linnaeus 5 was not asked for; five photographs of the sample stand in for its five classes.")
print(shown)

# %%
chosen = np.linspace(0, len(shown) - 1, 14).astype(int)
srlib.show.images(shown[chosen], titles=[], columns=7, size=1.15)

# %% [markdown]
# The stand-ins are a cup of coffee, the deep sky through a telescope, a stained tissue under a microscope, a portrait and the back of an eye. That is an odd mixture. Look for what they have in common: all have edges, and all have texture at several sizes.

# %% [markdown]
# ## Seven photographs that travel with scikit-image
#
# scikit-image, a library that this course rests on, carries seven colour photographs that are in the public domain. We cut them into
# squares of 128 by 128, side by side, without overlap. (The starry sky was first made half as large, and the retina a third: large scans are soft, pixel for pixel. Of both we keep the middle.)

# %%
splits = {name: srlib.load_images("sample", split=name) for name in ("train", "validation", "test")}
for name, images in splits.items():
    print(f"{name:11} {len(images):3} images from {', '.join(images.class_names)}")

# %% [markdown]
# `chelsea` is a cat, `rocket` a launch pad at dusk. Who is in which row was decided before anything was trained: the test has an animal and a machine, and neither resembles what is learned from. You may have noticed that the pictures above left out the last row.

# %%
train = splits["train"]
print(train)
print(srlib.load_images("sample").provenance.licence)

# %% [markdown]
# ## How bright, how detailed?
#
# Back to the page of pictures above: the five stand-ins, or the five classes if you have fetched them. Before training on pictures, measure them. Brightness is a mean. For detail we ask how much of the picture's variation happens from one pixel to
# the next, compared with the variation over the whole picture.

# %%
print("size:", shown.images.shape[1:], " type:", shown.images.dtype)
for label, name in enumerate(shown.class_names):
    grey = shown.images[shown.labels == label].mean(axis=-1)  # (N, 128, 128)
    step = np.abs(np.diff(grey, axis=2)).mean()  # from one pixel to its neighbour
    print(f"{name:21} brightness {grey.mean():5.1f}   contrast {grey.std():5.1f}   step {step:5.2f}   ratio {step / grey.std():.2f}")

# %% [markdown]
# The last column is the step divided by the contrast. By this ratio the starry sky and the tissue are restless, and the retina is smooth: neighbouring pixels differ by about two grey levels. Expect the highest scores on the retina, from *every* method.
#
# A finer measure is the **spectrum**: how strong are the slow waves in a picture, and how strong the quick ones? The next figure shows it for
# each class.

# %%
sets = {name: shown.images[shown.labels == label] for label, name in enumerate(shown.class_names)}
srlib.show.spectrum(sets, mark=0.25)

# %% [markdown]
# Read the figure from left (waves as long as the picture) to right (waves of two pixels); 1/16 means waves of 16 pixels, and each line of the grid upwards is ten times the power. Most of these photographs fall steadily along nearly straight lines, although they show such different things; the starry sky, small dots on black, is flat first. This regularity is what a network can learn: given the coarse part of a picture, the fine part is not arbitrary.
#
# Nearly everything to the right of the vertical line is lost when a picture is made half as large (slanted waves reach a little further). Lesson 02 looks at that
# more closely.

# %% [markdown]
# ## What we may look at only once
#
# A network is judged on pictures that it has not learned from. So far, so well known. The harder question is what counts as *a picture that it has not seen*.
#
# We could have thrown all squares into a bag and drawn a fifth for the test. **Predict:** would that be fair?
#
# Let us compare the right-hand edge of each square with the left-hand edge of another one. If two squares are unrelated, the edges should
# differ as much as any two columns of pixels do.

# %%
seen = splits["train"] + splits["validation"]
grey = seen.images.mean(axis=-1)
left, right = grey[:, :, 0], grey[:, :, -1]  # first and last column of every square
difference = np.abs(right[:, None] - left[None]).mean(axis=2)  # (N, N): edge of one against edge of the other
next_to = lambda a, b: a[:-1] == b[:-1] and int(a[-1]) + 1 == int(b[-1])  # names end in r<row>c<column>
neighbour = np.array([[next_to(a, b) for b in seen.names] for a in seen.names])
same = (seen.labels[:, None] == seen.labels) & ~neighbour & ~np.eye(len(seen), dtype=bool)
print(f"next to each other in one photograph: {difference[neighbour].mean():5.1f} grey levels apart")
print(f"elsewhere in the same photograph:     {difference[same].mean():5.1f}")
print(f"in different photographs:             {difference[seen.labels[:, None] != seen.labels].mean():5.1f}")

# %% [markdown]
# Squares from one photograph know about each other. Neighbours continue each other. Distant ones are closer than strangers where a photograph has one colour throughout; that they also share the camera and its grain, this simple measure cannot show. A network that trained on one half of the cat has, in part, seen the other half.
#
# So we split **by photograph**: all squares of one photograph go to the same side. This is called *avoiding leakage*, and it is easy to get wrong.
# Two frames of one video leak. So do the left and right picture of a stereo pair, a picture and its mirror image, and the same photograph saved twice.
#
# The bag would have leaked badly. The next cell draws it and counts the test squares that have a sister in the training set.

# %%
everything = srlib.load_images("sample")
rng = np.random.default_rng(0)
bag = rng.permutation(len(everything))
drawn_test, drawn_train = bag[: len(bag) // 5], bag[len(bag) // 5 :]
sisters = np.isin(everything.labels[drawn_test], everything.labels[drawn_train])
print(f"drawn from a bag:    {sisters.sum()} of {len(drawn_test)} test squares have a sister in training")
shared = set(splits["test"].class_names) & set(train.class_names)
print(f"split by photograph: {len(shared)} photographs are on both sides")
assert not shared

# %% [markdown]
# There are three groups, not two, because we will make choices while we work: how long to train, which of two networks to keep. Each choice made by looking at a picture makes its score a little less trustworthy. We spend the **validation** photographs on choices, and leave the **test**
# photographs alone until the tables of lesson 04. (The README shows test squares and their scores. Nothing was chosen by them.)
#
# The same care is needed with public sets. The Berkeley set **BSDS500** has 500 photographs, and a hundred of them, its folder `val`, are the benchmark **BSD100** on which papers compare themselves. Whoever trains on "all of BSDS500" has trained on the test. `srlib.load_images("bsds500")` therefore gives the other
# four hundred only. `set5` and `set14` are for judging alone.
#
# The original project had no validation pictures. Its training script was told to keep the network with the best validation score, and so never kept
# anything; its log says so, line after line.

# %% [markdown]
# ## Pictures from nothing: dead leaves
#
# Thirty-seven squares are few. Can we make more? Imagine looking at the forest floor: leaves of all sizes, each hiding what
# is under it. Replace the leaves by discs of one colour, and you have the **dead leaves** model (Lee, Mumford and Huang, 2001). It knows nothing of cups or cats, but it has
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
# Now the places and the colours. We take the colours from the training photographs, and only from those. Even a colour is information.

# %%
y, x = rng.random((2, discs)) * side
palette = train.images.reshape(-1, 3)
colour = palette[rng.integers(len(palette), size=discs)]
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
srlib.show.spectrum({"photographs (training)": train.images, "dead leaves": leaves.images}, mark=0.25)

# %% [markdown]
# Both fall steadily, as most photographs do. Dead leaves fall more slowly at first, and from waves of about ten pixels on the two lines are parallel, dead leaves six to seven times stronger. They are busy everywhere, while a photograph has sky and table tops.
#
# ## Can one learn photographs from dead leaves?
#
# **Predict:** we train the same small network twice, for less than half a minute each. One sees the 37 photograph squares, the other one sees
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
print(table.by_group("psnr"))

# %%
photographs, dead, bicubic = (table.mean(m) for m in ("photographs", "dead leaves", "bicubic"))
print("dead leaves beat bicubic by more than 0.3 dB:", dead - bicubic > 0.3)
print("and are at most 0.2 dB behind the photographs:", dead - photographs > -0.2)
assert dead - bicubic > 0.3 and dead - photographs > -0.2

# %% [markdown]
# A network that has never seen anything but coloured discs restores a portrait and the back of an eye better than bicubic upscaling, and at least as well as the
# one that learned from our few photographs. What it needs to know about the world, at this scale, seems to be mostly how edges look. (It had 200 pictures and the other 37; with `leaves[:37]` it does as well.)
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
# - Split by photograph. Squares of one photograph are relatives.
# - Train on one group, choose on the second, and look at the third only once.
# - Photographs have a typical spectrum. Dead leaves have a similar one, and are enough to learn from.
#
# Next: [02 Preprocessing](02_preprocessing.ipynb).
