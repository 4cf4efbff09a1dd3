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
# # 07 Your photographs
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/srlib-course/srlib/blob/main/notebooks/07_your_photos.ipynb)
#
# **The question: how does it do on a picture that nobody degraded on purpose?**
#
# *40 minutes, of which the computer trains about half of one. You should know how we judge a picture ([04 Results](04_results.ipynb)).*
#
# Afterwards you will be able to
#
# - name four things that a camera does to a picture, and say which of them a network trained without them cannot stand,
# - measure a mismatch between training and use, and mend it by training on what you have,
# - upscale a picture of any size by tiles without a seam,
# - say what may not be concluded from an upscaled picture.

# %%
# On Colab this installs the course, and replaces nothing; elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import subprocess

    course = "srlib[colab] @ git+https://github.com/srlib-course/srlib"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", course], check=True)

# %%
import io

import numpy as np
from PIL import Image, ImageFilter

import srlib

train = srlib.load_images("sample", split="train")
validation = srlib.load_images("sample", split="validation")
NETWORK = "subpixel_sample"  # a small shipped one, trained on what travels with the course
network = srlib.load_model(NETWORK)
print(train)
print(validation)
print("the network was trained on one degradation alone:", network.card.degradation)

# %% [markdown]
# So far every small picture was made by us, with one formula, from a picture that we called true. A telephone's picture was made by a lens, a sensor, and a program that wants to please. Nobody tells us what they did.
#
# Sometimes it can be found out. JPEG files store blocks of 8 by 8 pixels, each for itself, so that the blocks do not quite fit together: at every eighth row, neighbouring rows differ a little more. **Predict:** are our own training photographs free of that?

# %%
def unevenness(image):
    """The mean jump from row to row, at each of the eight places in a block, as a multiple of their median."""
    jumps = np.abs(np.diff(image / 255, axis=0)).mean(axis=2)
    jumps = np.minimum(jumps, 0.05)  # larger ones are edges of the scene
    by_place = np.array([jumps[k::8].mean() for k in range(8)])
    return by_place / np.median(by_place)


found = {name: unevenness(image) for name, image in zip(train.names, train)}
for name in sorted(found, key=lambda name: -found[name].max())[:4]:
    print(f"{name:20}", *(f"{value:.2f}" for value in found[name]))

# %% [markdown]
# Two of them are not. The microscope image (*immunohistochemistry*) has one place that stands out. The desert has two, four rows apart: it was a JPEG file of twice the size, and when it was halved on its way to us, so were its blocks. In the next ones neighbours differ little, as they do where a horizon lies. Of those it cannot be said, for a careful JPEG file does not show. A network that learns from such pictures learns blocks as if they were sand or tissue.
#
# ## What a camera does
#
# A lens that is a little soft, then the sensor's grid, then the noise of its electronics: `make_pairs` knows these three. Then the telephone's program sharpens, and writes a JPEG file. We add those two by hand.

# %%
def as_levels(image):
    return Image.fromarray((image * 255).round().astype("uint8"))


def sharpened(image):  # add what a blurred copy lacks, as cameras do
    return np.asarray(as_levels(image).filter(ImageFilter.UnsharpMask(radius=1, percent=100, threshold=0)))


def jpeg(image, quality=75):
    with io.BytesIO() as file:
        as_levels(image).save(file, "JPEG", quality=quality)
        return np.asarray(Image.open(file))


def camera(images, seed):
    small, true = srlib.make_pairs(images, (srlib.Blur(0.7), srlib.Downscale(2), srlib.Noise(2.55)), seed=seed)
    return np.stack([jpeg(sharpened(x) / 255, 80) for x in small]), true


# %%
clean, true = srlib.make_pairs(validation)
cases = {
    "as in training": clean,
    "bicubic downscaling": srlib.make_pairs(validation, srlib.Downscale(2, "bicubic"))[0],
    "a soft lens": srlib.make_pairs(validation, (srlib.Blur(1), srlib.Downscale(2)))[0],
    "noise": srlib.make_pairs(validation, (srlib.Downscale(2), srlib.Noise(5.1)), seed=0)[0],
    "sharpening": np.stack([sharpened(x) for x in clean]),
    "JPEG, quality 30": np.stack([jpeg(x, 30) for x in clean]),
    "the camera": camera(validation, seed=0)[0],
}
number = validation.names.index("guitar")
shown = [validation[number][40:168, 8:136], *(small[number][20:84, 4:68] for small in cases.values())]  # a part of it
srlib.show.images(shown, ["the true image", *cases], columns=4, size=2.0)

# %% [markdown]
# The true picture, and then seven small ones, drawn as large as it. Look at the golden edge: sharpening makes it too bright, and the lines beside it too dark. Look at the red wood: noise gives it a grain of its own, JPEG wipes the grain away and leaves squares. (Only a part of each is shown.)
#
# **Predict:** on which of these does the network lose against bicubic upscaling?

# %%
def score(small, method):
    return srlib.psnr(srlib.upscale(small, method), true)


print(f"{'':18} bicubic  network   gain")
for name, small in cases.items():
    bicubic, restored = score(small, "bicubic"), score(small, network)
    print(f"{name:18} {bicubic:7.2f}  {restored:7.2f}  {restored - bicubic:+5.2f} dB")

# %% [markdown]
# Each row is a mean over all validation photographs. Another kernel costs the network nothing against bicubic, and a soft lens little. Noise takes most of its gain, and JPEG all of it. With sharpening it loses most: more than two decibels.
#
# The network has learned that every edge it meets was softened by downscaling, and undoes that. An edge that has been sharpened already is sharpened twice; noise is sharpened as if it were texture.

# %%
some = ("as in training", "noise", "sharpening", "the camera")
made = {name: srlib.upscale(cases[name][number], network) for name in some}
srlib.show.zoom(validation[number], made, box=(48, 24, 64), size=2.1)

# %% [markdown]
# All four are the network's. With noise the wood turns to sandpaper. With sharpening the edges get hard outlines. The camera's picture has something of both.
#
# ## The mismatch, measured
#
# The row *bicubic downscaling* looks as if the kernel did not matter. But it only compares with bicubic *upscaling*. The fair rival is a network trained for that kernel. So we train two copies of ours a little further, one on linear downscaling and one on bicubic, with the same crops in the same order.
#
# **Predict:** how much does each lose on the other's pictures?

# %%
STEPS = 100  # about seven seconds for each on two cores
more = train + srlib.load_images("dead_leaves", count=100)
trained = {}
for kernel in ("bilinear", "bicubic"):
    trained[kernel] = srlib.load_model(NETWORK)
    srlib.fit(trained[kernel], more, degradation=srlib.Downscale(2, kernel), steps=STEPS, batch_size=8, learning_rate=5e-4, seed=0)
print("trained further on downscaling by", " and by ".join(trained))

# %% tags=["nbval-ignore-output"]
# not compared: the last digits of a training depend on the processor
rivals = {"bicubic upscaling": "bicubic"}
rivals |= {f"trained on {kernel}": model for kernel, model in trained.items()}
tables = {kernel: srlib.evaluate(rivals, validation, srlib.Downscale(2, kernel)) for kernel in trained}
for kernel, table in tables.items():
    print(f"downscaled by {kernel}:", ", ".join(f"{name} {table.mean(name):.2f} dB" for name in rivals))

# %%
for kernel, other in (("bilinear", "bicubic"), ("bicubic", "bilinear")):
    loss = tables[kernel].mean(f"trained on {kernel}") - tables[kernel].mean(f"trained on {other}")
    print(f"downscaled by {kernel}: the wrong training costs between 0.1 and 0.6 dB: {0.1 < loss < 0.6}")
    assert 0.1 < loss < 0.6

# %% [markdown]
# The right kernel is worth about 0.3 dB, in both directions. On linear downscaling that is a third of all that the network gains over bicubic upscaling, from two kernels that are near relatives. When two papers differ by a tenth of a decibel, look first at how their small pictures were made.
#
# ## Train on what you have
#
# The remedy is the same for the camera: show the network pairs whose small half went through it. `fit` knows only clean downscaling, but a network is an ordinary Keras model, and Keras' own `fit` takes any pairs. We go six times through the photographs and 16 dead leaves (lesson 01), each time with fresh noise, mirrored another way, and with smaller steps. Red, green and blue change places at random: 24 photographs have few colours, and the network shall not take them for a rule.

# %%
EPOCHS = 6  # two to four seconds for each on two cores
images = (train + srlib.load_images("dead_leaves", count=16, size=256)).images
tuned = srlib.load_model(NETWORK)
tuned.compile(optimizer="adam", loss="mae")
for n in range(EPOCHS):
    rng = np.random.default_rng(n)
    mirrored = images[:, :: (-1) ** n, :: (-1) ** (n // 2)]
    small, large = camera(np.stack([p[..., rng.permutation(3)] for p in mirrored]), seed=n + 1)
    order = rng.permutation(len(small))
    tuned.optimizer.learning_rate = 3e-4 * 0.6**n
    tuned.fit(small[order] / 255, large[order], batch_size=2, shuffle=False, verbose=0)
print("trained for", EPOCHS, "epochs of", len(images), "pairs")

# %%
gain = {name: score(small, tuned) - score(small, network) for name, small in cases.items()}
shots = cases["the camera"]
print("on the camera's images it is better than before by at least 1 dB:", gain["the camera"] > 1)
print("and better than bicubic upscaling:", score(shots, tuned) > score(shots, "bicubic"))
print("on clean images it is worse than before by at least 1 dB:", gain["as in training"] < -1)
print("and worse than bicubic upscaling:", score(clean, tuned) < score(clean, "bicubic"))
assert gain["the camera"] > 1 > 0 > gain["as in training"]

# %%
rivals = {"bicubic": "bicubic", "network": network, "tuned network": tuned}
made = {name: srlib.upscale(shots[number], method) for name, method in rivals.items()}
srlib.show.zoom(validation[number], made, box=(48, 24, 64), size=2.4)

# %% [markdown]
# The hard outlines are softer, and the sandpaper is nearly gone. So is the grain of the wood: what the noise covered cannot be told from noise.
#
# There is no free gain. On these photographs the tuned network loses more than a decibel when they are clean, and wins more than one when they come from the camera. If you know your camera, train for it; if you do not, train on a mixture, and expect less.
#
# ## A picture that is too large
#
# A network takes any size, but its memory grows with the picture, so a large one has to go through in pieces, called **tiles**. Let us do that by hand.

# %%
portrait = validation["astronaut"]
small = srlib.downscale(portrait)
whole = srlib.upscale(small, network)


def tiled(small, side, overlap):
    out = np.empty((2 * small.shape[0], 2 * small.shape[1], 3), np.float32)
    for y in range(0, small.shape[0], side):
        for x in range(0, small.shape[1], side):
            top, left = max(0, y - overlap), max(0, x - overlap)
            made = srlib.upscale(small[top : y + side + overlap, left : x + side + overlap], network)
            made = made[2 * (y - top) :, 2 * (x - left) :]
            out[2 * y : 2 * (y + side), 2 * x : 2 * (x + side)] = made[: 2 * side, : 2 * side]
    return out


patches = tiled(small, side=32, overlap=0)
print(portrait.shape, "small", small.shape, "in", (128 // 32) ** 2, "tiles")

# %%
difference = np.abs(patches - whole).mean(axis=-1)
y, x = np.unravel_index(difference.argmax(), difference.shape)
print(f"the largest difference is in row {y}, column {x}")
square = np.s_[y - 16 : y + 16, x - 16 : x + 16]
dark = np.clip(1 - 10 * difference, 0, 1)[..., None].repeat(3, axis=-1)
names = ["difference (10 times)", "the worst place, whole", "the same, in tiles", "difference (10 times)"]
srlib.show.images([dark, whole[square], patches[square], dark[square]], names, columns=4, size=2.3)

# %% [markdown]
# On the left, the tiles draw their own borders: a pixel there has lost its neighbours on one side, and the network sees the others mirrored in their place. The other three panels show the place where it is worst, 32 pixels wide. The seam between the second and the third takes some looking for; the last panel says where it is. Our network only adds to an upscaling, so its seams are faint. Those of the plain autoencoder, which paints every pixel, are twice as strong (exercise 3).
#
# So let every tile bring some of its neighbours' pixels along, and throw them away afterwards. **Predict:** how many pixels of overlap does it take until nothing is left of the seam? The network has eight convolutions of 3 by 3, one after the other.

# %%
for overlap in (0, 1, 2, 4, 6, 8, 10):
    worst = np.abs(tiled(small, side=32, overlap=overlap) - whole).max() * 255
    print(f"overlap {overlap:2}: the largest difference is {worst:4.1f} of 255 levels")
assert worst < 0.01

# %% [markdown]
# Each convolution looks one pixel further: eight convolutions, eight pixels. With less, the difference soon becomes too small to see, but it is there; with eight it is gone.
#
# `srlib.upscale` reads from the layers how far a network looks, and cuts tiles that fit. From here on we use that. Its result does not depend on the tile:

# %%
for tile in (16, 50, 96):
    worst = np.abs(srlib.upscale(small, network, tile=tile) - whole).max() * 255
    print(f"tiles of {tile:3}: no difference above a hundredth of a level: {worst < 0.01}")

# %% [markdown]
# ## The explorer
#
# Now you. Choose or upload a picture, choose what happens to it, choose two methods, and move the slider over the picture. The marked square is shown magnified. (Where this notebook is not live, a still picture stands below: the whole picture's numbers in its title, each square's own beneath it.) With *downscale: as it is* your picture is upscaled directly; then there is no true picture, and therefore no number.

# %%
tissue = train["immunohistochemistry"]
methods = {"bicubic": "bicubic", "Lanczos": "lanczos", "network": network, "tuned network": tuned}
explorer = srlib.show.explorer({"portrait": portrait, "tissue": tissue}, methods, after="network")
explorer

# %% [markdown]
# Things to try: the portrait with *noise*, network before, tuned network after. Its cloth is calmer, and its decibels are fewer: most of what the tuning mended was sharpening, and the explorer does not sharpen. The tissue, *as it is*: look for the squares of the JPEG file at the finest zoom. Then a photograph of yours, its middle pixel by pixel, and the whole of it made smaller.
#
# ## Detail that is not there
#
# Here is a trap: rings that get finer towards the rim, until they are finer than the small picture can hold. **Predict:** what will the network make of the rim?

# %%
y, x = np.mgrid[-48:48, -48:48] + 0.5
rings = (0.5 + 0.5 * np.cos(np.pi * (x**2 + y**2) / 96))[..., None].repeat(3, axis=-1).astype("float32")
small_rings = srlib.downscale(rings)
made = {"bicubic": srlib.upscale(small_rings, "bicubic"), "network": srlib.upscale(small_rings, network)}
srlib.show.compare(rings, made, size=3.0)

# %% [markdown]
# At each edge stands half a large target that the true picture does not have. (Its own edges shimmer a little, where its rings are nearly as fine as its pixels.) The false targets are not the network's own invention: downscaling made them (lesson 02 called it aliasing), and bicubic shows them too. But look at what the network does with them.

# %%
distance = np.hypot(x, y)
for name, image in made.items():
    told = []
    for part in (distance < 18, distance > 30):
        alike = np.corrcoef(image[part].ravel(), rings[part].ravel())[0, 1]
        told.append(f"correlation {alike:.2f}, contrast {image[part].std() / rings[part].std():.2f}")
    print(f"{name:8} centre: {told[0]}   rim: {told[1]}")

# %% [markdown]
# In the centre both are right. At the rim neither agrees with the truth; it might as well be another picture. There the network gives its rings half as much contrast again as bicubic does, and more. It has learned that faint lines stand for strong ones, and strengthens what was never there.
#
# Roofs, shirts and fences have such patterns, and number plates have strokes as fine. When somebody offers to *recover* a face or a plate from a few pixels, what comes out is what the network found typical, with the contrast of a fact. **An upscaled picture may be looked at. It may not be read as evidence, and it should say that it was upscaled.**
#
# ## The test
#
# Now the test photographs again, still without choosing anything by them: clean and through the camera. **Predict:** which of the five is best on clean pictures, and which on the camera's?

# %% tags=["nbval-ignore-output"]
# not compared: the last digits of a training depend on the processor
test = srlib.load_images("sample", split="test")
methods = {"linear": "bilinear", **methods}
for case, (test_small, test_true) in {"clean": srlib.make_pairs(test), "the camera": camera(test, seed=0)}.items():
    for name, method in methods.items():
        print(f"{case:11} {name:14} {srlib.psnr(srlib.upscale(test_small, method), test_true):.2f} dB")

# %% [markdown]
# On clean images the network is first and the tuned one behind bicubic. On the camera's images it is the other way round: there the tuned network is best, a decibel above bicubic, and the network we started with is last. But look at linear upscaling, which blurs: it has 0.4 of that decibel for nothing. Half a minute of tuning on 24 photographs goes beyond blurring, if not far. Between them, the two networks win and lose about two decibels here. How much the tuning costs depends on the images. That it costs does not.
#
# ## Exercise
#
# 1. **Detective.** Load a picture of yours, `image = srlib.load_images("my-folder")[0]`, and compute `unevenness(image)`. Save it as JPEG at quality 95, 80 and 50: from which on do they show? Downscale it a little in an image editor: where did they go?
# 2. **Less to learn from.** Tune without the dead leaves, or without exchanging the colours, and score the result on the camera's validation pictures. Which of the two matters?
# 3. **Another grid.** Do the tiles by hand for `srlib.load_model("autoencoder_quarter")`, with an overlap of 32. Compare tiles of 64 with tiles of 63. What does its pooling want?
# 4. **Judge.** A shop sells a program that "recovers number plates". Write down two experiments that you would ask to see.
#
# ## Recap
#
# - A network undoes the damage that it was trained on. What it never saw takes its gain, as noise and JPEG do, or worse, as sharpening does.
# - The wrong kernel alone cost about 0.3 dB. State how small pictures were made.
# - Training on what you have mends much of it, and costs on clean pictures.
# - Tiles must overlap by as far as the network looks; `srlib.upscale` sees to that.
# - How does it do on a picture that nobody degraded on purpose? Without the true picture nobody can measure that. On our imitation of a camera it lost to bicubic until it was tuned, and then beat linear upscaling by little more than half a decibel on the test. And what it adds is a guess.
#
# Back to [00 Start here](00_start_here.ipynb).
