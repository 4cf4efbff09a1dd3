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
# # 05 The sub-pixel network
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/srlib-course/srlib/blob/main/notebooks/05_subpixel.ipynb)
#
# **The question: where should the work be done, and what buys quality?**
#
# *A further lesson, 40 minutes; it runs for about 15 seconds on two cores. You should have met the residual ([03 Autoencoder](03_autoencoder.ipynb)) and the metrics ([04 Results](04_results.ipynb)).*
#
# Afterwards you will be able to
#
# - count what a network costs before you run it,
# - say how far a network looks, and measure it,
# - build a sub-pixel network by hand, and say what each part is for,
# - read an ablation.

# %%
# On Colab this installs the course, and replaces nothing; elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import subprocess

    course = "srlib[colab] @ git+https://github.com/srlib-course/srlib"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", course], check=True)

# %% [markdown]
# The autoencoder of lesson 03 upscales first, and then works on the large image. The network of this lesson, `subpixel_sample`, works on the LR image and upscales at its very end. It learned from the same 424 images as `residual_autoencoder_quarter`.

# %%
import time

import numpy as np

import srlib

hr = srlib.load_images("sample", split="validation")["astronaut"]
lr = srlib.downscale(hr, 2)
network = srlib.load_model("subpixel_sample")
made = {"lanczos": srlib.upscale(lr, "lanczos"), "sub-pixel": srlib.upscale(lr, network)}
print(f"HR {hr.shape}, LR {lr.shape}; the network has {network.count_params():,} parameters")
srlib.show.zoom(hr, made, box=(112, 16, 64), size=2.2)

# %% [markdown]
# Look at the edge of the collar: even Lanczos softens it more than the network. We now take this network apart.
#
# ## Where the work is done
#
# The field counts **multiply-adds**: how often a number is multiplied by a weight and added to a sum. A 3x3 convolution from $a$ to $b$ channels needs $9ab$ of them at every pixel. Papers count them for an output of 1280x720 pixels. A **GMAC** is $10^9$ of them.
#
# **Predict:** the same convolution works on the HR image, or on the LR image of half the side. How many multiply-adds does that save, and how many parameters?

# %% jupyter={"outputs_hidden": true}
HR_PIXELS, LR_PIXELS = 1280 * 720, 640 * 360


def gmacs(a, b, pixels, size=3):
    return size * size * a * b * pixels / 1e9


print(f"32 to 32 channels on the HR image: {gmacs(32, 32, HR_PIXELS):.1f} GMACs")
print(f"32 to 32 channels on the LR image: {gmacs(32, 32, LR_PIXELS):.1f} GMACs")
print(f"parameters, wherever it works:     {9 * 32 * 32 + 32:,}")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# Three quarters of the multiply-adds, as there is a quarter of the pixels. No parameters, because one kernel serves all pixels. Parameters tell the size of the file; multiply-adds, roughly, how long you wait.
#
# </details>
#
# In seconds, on your machine:

# %% tags=["nbval-ignore-output"]
# not compared: seconds depend on the processor
import keras
from keras import Input, Model, layers

convolution = layers.Conv2D(32, 3, padding="same")
seconds = {}
for height, width in ((720, 1280), (360, 640)):
    x, times = np.ones((1, height, width, 32), "float32"), []
    for _ in range(5):
        start = time.perf_counter()
        np.asarray(convolution(x))
        times.append(time.perf_counter() - start)
    seconds[width] = min(times)  # other programs only make it longer
print(f"HR {seconds[1280]:.3f} s, LR {seconds[640]:.3f} s: {seconds[1280] / seconds[640]:.1f} times as long")

# %% [markdown]
# About four times, as counted; on a busy machine it varies. Now two whole networks, convolution by convolution.

# %%
half, quarter = HR_PIXELS / 4, HR_PIXELS / 16  # pooling halves the side
encoder = [(3, 16, HR_PIXELS), (16, 16, HR_PIXELS), (16, 32, half), (32, 32, half), (32, 64, quarter)]
decoder = [(64, 32, half), (32, 32, half), (32, 16, HR_PIXELS), (16, 16, HR_PIXELS), (16, 3, HR_PIXELS)]
subpixel = [(3, 32, LR_PIXELS), *[(32, 32, LR_PIXELS)] * 6, (32, 12, LR_PIXELS)]
board = srlib.leaderboard(kernel="bilinear", protocol="rgb")
for name, convolutions in {"residual_autoencoder_quarter": encoder + decoder, "subpixel_sample": subpixel}.items():
    total = sum(gmacs(*each) for each in convolutions)
    print(f"{name:28} {len(convolutions):2} convolutions, {total:.1f} GMACs")
    assert np.isclose(total, board[name].gmacs)

# %% [markdown]
# The sub-pixel network has 32 channels where the autoencoder begins with 16, and still needs a third less.
#
# ## How far it looks
#
# The **receptive field** is the square of LR pixels that one pixel of the SR image can depend on. One 3x3 convolution sees 3 pixels a side, and each further one behind it adds 2. `subpixel_sample` has eight in a row: $3 + 7 \cdot 2 = 17$.
#
# We measure it from the other side: change a single LR pixel, and count the SR rows that change. The change is huge, so that rounding hides nothing; a second one is to white. `small_bilinear`, another sub-pixel network, has twelve convolutions.
#
# **Predict:** how many SR rows change, for each of the two networks?

# %% jupyter={"outputs_hidden": true}
patch = lr[32:96, 32:96]


def change(model, value):
    spot = patch.copy()
    spot[32, 32] = value
    return np.abs(np.asarray(model(spot[None])) - np.asarray(model(patch[None])))[0].max(axis=-1)


looking = {"8 convolutions": network, "12 convolutions": srlib.load_model("small_bilinear")}
for name, model in looking.items():
    rows, seen = (change(model, 1000) > 0).any(axis=1).sum(), (change(model, 1) > 1 / 255).any(axis=1).sum()
    print(f"{name:15} {rows} rows changed; to white, {seen} rows by more than one level of 255")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# 34 SR rows are 17 LR pixels, and 50 rows are 25, as counted. A change to white is seen in 16 of the 34, and in 16 of the 50.
#
# </details>
#
# Here is the change to white, on a logarithmic scale: black is a ten-thousandth of the largest, or less. The frame is the receptive field.

# %%
assert [(change(model, 1000) > 0).any(axis=1).sum() for model in looking.values()] == [2 * 17, 2 * 25]
changes = [change(model, 1)[33:97, 33:97] for model in looking.values()]
maps = [np.clip(1 + np.log10(c / c.max() + 1e-9) / 4, 0, 1) for c in changes]
for brightness, side in zip(maps, (34, 50)):
    first, last = 31 - side // 2, 32 + side // 2  # a frame just outside the receptive field
    brightness[[first, last], first : last + 1] = brightness[first : last + 1, [first, last]] = 0.6
srlib.show.images([np.repeat(m[..., None], 3, axis=-1).astype("float32") for m in maps], list(looking), columns=2, size=3.5)

# %% [markdown]
# The light hardly reaches the frame. The receptive field says how far a network *can* look; how far it *does* depends on its weights.
#
# An image that is too large for the memory is upscaled in **tiles**. A tile's outer pixels depend on LR pixels beyond it, so it is cut with a margin of half the receptive field, 8 LR pixels here. The margin is upscaled too, and thrown away: no seam is left.
#
# ## The sub-pixel step
#
# How do convolutions on the LR image make an image of twice the side? The last one gives *four* numbers for each LR pixel and colour, and these become a block of 2x2 pixels. The step that moves them is called **pixel shuffle**, or the sub-pixel step.
#
# Take an LR image of 2x2 with four channels. Its first pixel holds 0, 1, 2, 3, the pixel to its right 4, 5, 6, 7. The block is filled along its upper row first.
#
# **Predict:** which four numbers stand in the first row of the HR image?

# %% jupyter={"outputs_hidden": true}
def pixel_shuffle(x, scale):
    height, width, channels = x.shape  # scale * scale * colours channels
    x = x.reshape(height, width, scale, scale, channels // scale**2)
    x = x.transpose(0, 2, 1, 3, 4)  # rows of the block behind rows of the image
    return x.reshape(height * scale, width * scale, channels // scale**2)


numbers = np.arange(16).reshape(2, 2, 4)
print(pixel_shuffle(numbers, 2)[..., 0])

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# 0 1 4 5: the upper half of the first pixel's block, then the upper half of its neighbour's.
#
# </details>
#
# In colours, with the first LR pixel framed:

# %%
srlib.show.pixel_shuffle(numbers)

# %% [markdown]
# Find the four framed numbers on the left; on the right they fill the framed block. Each channel has one place in every block, so the colours repeat every two pixels.
#
# With three colours there are twelve channels. We take the HR photograph apart into these, and put it together again. PyTorch orders the twelve otherwise, colour by colour.

# %%
parts = [hr[i::2, j::2] for i in (0, 1) for j in (0, 1)]  # every second pixel of every second row
twelve = np.concatenate(parts, axis=-1)
step = next(layer for layer in network.layers if "shuffle" in layer.name)
by_layer = np.asarray(step(twelve[None].astype("float32")))[0]
print(f"{twelve.shape} -> {pixel_shuffle(twelve, 2).shape}")
print(f"pixels that changed: {(pixel_shuffle(twelve, 2) != hr).sum()} by hand, {(by_layer != hr).sum()} by the layer")
assert np.array_equal(pixel_shuffle(twelve, 2), hr) and np.array_equal(by_layer, hr)

# %% [markdown]
# ## The network, by hand
#
# Its body is a row of **residual blocks**: two convolutions, and a **skip** that adds the block's input to what they make. The last convolution gives twelve channels. Then come pixel shuffle and the residual of lesson 03.

# %%
def body(x, width, blocks, skips=True):
    x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
    for _ in range(blocks):
        block = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
        block = layers.Conv2D(width, 3, padding="same")(block)
        x = layers.Add()([x, block]) if skips else block
    return x


image = Input((None, None, 3))
by_hand = Model(image, layers.Conv2D(12, 3, padding="same")(body(image, width=32, blocks=3)))
print(f"by hand {by_hand.count_params():,} parameters, srlib's {network.count_params():,}")

# %% [markdown]
# With the trained weights, ours makes the same image, but for the border: there `subpixel_sample` continues the image by its mirror image, and ours by zeros.

# %%
by_hand.set_weights(network.get_weights())
residual = pixel_shuffle(np.asarray(by_hand(lr[None]))[0], 2)
ours = np.clip(srlib.upscale(lr, "bilinear") + residual, 0, 1)
difference = np.abs(ours - made["sub-pixel"])[16:-16, 16:-16]
print(f"largest difference inside: {255 * difference.max():.2f} levels of 255")
assert difference.max() < 1e-4

# %% [markdown]
# Drawn by the library:

# %%
srlib.show.architecture(network)

# %% [markdown]
# There is no waist: up to pixel shuffle, all boxes have the height of the LR image. The outer arc is the residual's skip.
#
# ## Deep, wide, and with skips
#
# More blocks make a network **deeper**, more channels **wider**. **Predict:** which costs more multiply-adds, twice the blocks or twice the channels?

# %% jupyter={"outputs_hidden": true}
for name, width, blocks in (("16 channels, 2 blocks", 16, 2), ("twice the blocks", 16, 4), ("twice the channels", 32, 2)):
    convolutions = [(3, width), *[(width, width)] * 2 * blocks, (width, 12)]
    parameters = sum(9 * a * b + b for a, b in convolutions)
    print(f"{name:22} {sum(gmacs(a, b, LR_PIXELS) for a, b in convolutions):.1f} GMACs, {parameters:,} parameters")
    assert parameters == srlib.build_model("subpixel", width=width, blocks=blocks).count_params()

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# Twice the channels. From $b$ to $b$ channels a convolution costs $9b^2$ a pixel: the width counts squared, the number of blocks once.
#
# </details>
#
# And what are skips for? We send an image through untrained blocks, with Keras's usual first weights, and print the standard deviation of what comes out.

# %%
for skips in (True, False):
    sizes = []
    for blocks in (2, 8, 32):
        keras.utils.set_random_seed(0)
        untrained = Model(image, body(image, 16, blocks, skips))
        sizes.append(float(np.std(untrained(patch[None]))))
    print("with skips   " if skips else "without skips", *(f"{n:2} blocks {size:.0e} " for n, size in zip((2, 8, 32), sizes)))
assert sizes[-1] < 1e-5  # without skips, 32 blocks

# %% [markdown]
# `5e-08` is 0.00000005. Keras's weights are small for layers with ReLU: without skips each block makes the numbers smaller, and little of what the first layers learn would come out. Larger weights would shrink less. With skips the image goes around every block; what the blocks add piles up, to 2e+02. After two blocks the two hardly differ.
#
# ## What each idea is worth
#
# An **ablation** changes one thing at a time, trains again, and compares. Ours starts from 16 channels and two blocks: 1,000 steps on 359 photographs of BSDS500, scored on 40 others, all downscaled by *bicubic*. Each line was trained three times from different first weights; `+-` is their spread. Count a difference only if it clearly exceeds this spread. Differences are taken before rounding; *time* is that of training.
#
# *Four times as wide while training*: each kernel of a block is learned as the product of two, with four times as many channels between them. There is no ReLU in between, so the image meets only the product, even in training.
#
# **Predict:** which of these ten changes matters most, and which not at all?

# %% jupyter={"outputs_hidden": true}
short = srlib.ablation_results().only(
    "asked for the HR image, not the residual",
    "convolutions after the upscaling",
    "no skips in the blocks",
    "mirrored borders",
    "a quarter of the photographs",
    "400 dead leaves added",
    "blocks four times as wide while training",
    "twice as many blocks",
    "twice as wide",
    "four times as many steps",
)
print(short)

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# The residual, worth 1.1 dB. Work on the HR image, skips, borders and more photographs change nothing that can be seen here.
#
# </details>
#
# What buys quality, in order:
#
# - **The residual.** Without it, the steps go into learning to copy. Between the autoencoders of lesson 04, after 5,000 steps, 0.27 dB are left.
# - **Patience.** Four times the steps bring 0.31 dB, and cost nothing in use.
# - **Depth and width.** A quarter of a decibel each; depth for 4.7 GMACs, width for 9.5.
# - **Width while training.** 0.17 dB, and free: multiplying small kernels takes hardly any time.
#
# And what does not:
#
# - **Work on the HR image.** The same quality for 9.3 GMACs instead of 2.6. The whole training takes twice the time.
# - **Skips**, in two blocks. It is deep networks that need them.
# - **More photographs.** For so small a network and so few steps, 90 are enough.
# - **Dead leaves.** Lesson 01 had few photographs; beside 359 they cost 0.14 dB.
#
# An ablation is true for its size, images and steps. `print(srlib.ablation_results())` shows all 21 lines; [benchmarks/ablation.py](../benchmarks/ablation.py) made them. Lesson 06 explains *protocol y*.
#
# And together? `small_bilinear` has two blocks more than `subpixel_sample`, works on brightness alone, the *luma*, with borders of zeros and a bicubic skip, and learned, wide, with another optimizer, losses and more steps, from other photographs at three sizes:

# %%
validation = srlib.load_images("sample", split="validation")
methods = {"bicubic": "bicubic", "lanczos": "lanczos", "subpixel_sample": network, "small_bilinear": looking["12 convolutions"]}
table = srlib.evaluate(methods, validation)
print(table)
assert table.mean("small_bilinear") > table.mean("subpixel_sample") + 0.5 > table.mean("lanczos") + 1

# %% [markdown]
# Another 0.9 dB, and nobody can say which change brought it.
#
# ## Exercise
#
# 1. **Count.** SRCNN has convolutions of 9x9, 5x5 and 5x5, from 1 to 64 to 32 to 1 channels, on the upscaled image. Do you get the published 52.7 GMACs?
# 2. **Build.** Make `by_hand` two blocks deeper. How many parameters does that add, and how many LR pixels to the receptive field?
# 3. **Shuffle.** Do exercise [05a](exercises/05a_shuffle.ipynb), then [05b](exercises/05b_tiles.ipynb).
#
# ## Recap
#
# - Do the work on the LR image: by 2 it costs a quarter.
# - A row of $n$ 3x3 convolutions can look $2n + 1$ pixels wide. What it uses is less.
# - Pixel shuffle only moves numbers. Every channel has one place in each block.
# - What buys quality? In a short training the residual first, then patience, depth and width.
#
# ## Further reading
#
# - W. Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural network", CVPR 2016, [arXiv:1609.05158](https://arxiv.org/abs/1609.05158). The sub-pixel step.
# - B. Lim et al., "Enhanced deep residual networks for single image super-resolution", CVPR Workshops 2017, [arXiv:1707.02921](https://arxiv.org/abs/1707.02921). The design of our blocks.
# - W. Luo, Y. Li, R. Urtasun, R. Zemel, "Understanding the effective receptive field in deep convolutional neural networks", NIPS 2016, [arXiv:1701.04128](https://arxiv.org/abs/1701.04128). Why the light fades from the middle.
# - K. Bhardwaj et al., "Collapsible linear blocks for super-efficient super resolution", MLSys 2022, [arXiv:2103.09404](https://arxiv.org/abs/2103.09404). Wide while training, narrow in use.
#
# Next: [06 The benchmark](06_benchmark.ipynb).
