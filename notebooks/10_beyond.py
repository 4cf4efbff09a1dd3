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
# # 10 Beyond
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/srlib-course/srlib/blob/main/notebooks/10_beyond.ipynb)
#
# **The question: a GPU, many machines, the browser: what changes, and what stays?**
#
# *A further lesson, 25 minutes; it runs for about 15 seconds on two cores. You should have run [03 Autoencoder](03_autoencoder.ipynb), [05 The sub-pixel network](05_subpixel.ipynb) for receptive field and GMACs, and [06 The benchmark](06_benchmark.ipynb) for PSNR-Y.*
#
# Afterwards you will be able to
#
# - say what an accelerator makes faster, and what it does not,
# - train on more images than memory holds, on LR images of your own, and on several devices,
# - export a network, and run it where there is no Keras.

# %%
# On Colab this installs the course, and replaces nothing; elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import subprocess

    course = "srlib[colab] @ git+https://github.com/srlib-course/srlib"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", course], check=True)

# %% [markdown]
# ## Which devices are there?
#
# Keras lists what it can compute on: processors, and **accelerators** such as GPUs and TPUs.

# %% tags=["nbval-ignore-output"]
# not compared: it depends on the machine
import tempfile
import time
import warnings
from importlib.resources import files
from pathlib import Path

import numpy as np
from PIL import Image

import srlib

network = srlib.load_model("small_x4")  # loads Keras, quietly
import keras
import tensorflow as tf

for kind in ("cpu", "gpu", "tpu"):
    print(kind, keras.distribution.list_devices(kind))

# %% [markdown]
# On most laptops the last two lists are empty. On Colab, *Runtime, Change runtime type* fills one of them, and the course runs there as it is.
#
# ## What does a step cost?
#
# We time one training step of `small_x4` with a batch of one patch of 192x192, and with a batch of 16.
#
# **Predict:** how many times as long does the second take on this machine? And on a machine with thousands of small cores?

# %% tags=["nbval-ignore-output"] jupyter={"outputs_hidden": true}
# not compared: the time depends on the machine
train = srlib.load_images("sample", split="train")
network.compile("adam", "mae")
hr = np.float32(train.images[:16, :192, :192]) / 255
lr = srlib.downscale(hr, 4, "bicubic")


def seconds(batch):
    network.train_on_batch(lr[:batch], hr[:batch])  # the first step also builds the computation
    start = time.perf_counter()
    for _ in range(3):
        network.train_on_batch(lr[:batch], hr[:batch])
    return (time.perf_counter() - start) / 3


one, sixteen = seconds(1), seconds(16)
print(f"1 patch {1000 * one:.0f} ms, 16 patches {1000 * sixteen:.0f} ms: {sixteen / one:.1f} times as long")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# Several times as long: a few patches keep two cores busy. An accelerator computes many pixels at once: [measured](../benchmarks/RESULTS.md) on one NVIDIA H200, with JAX, a step of one patch and a step of 16 both take a little over 2 ms, and a step of 64 takes 3.5.
#
# </details>
#
# An accelerator does nothing for what comes before the step. Cutting those 16 patches takes 6.8 ms of one processor core beside that H200, three times its step. So `srlib.fit` prepares batches in threads ahead of it, two unless you give more `workers`. A step then takes 4.2 ms in all, and 9.1 without them. And it makes up to 16 steps on an accelerator before it looks at the loss, which would make the chip wait.
#
# ## More images than memory holds
#
# A folder can be left on disk and be read while the network learns. We write a small one.

# %%
folder = Path(tempfile.mkdtemp())
(folder / "photographs").mkdir()
for name, image in list(zip(train.names, train.images))[:6]:
    Image.fromarray(image).save(folder / "photographs" / f"{name}.jpg", quality=95)
in_memory = srlib.load_images(folder / "photographs")
on_disk = srlib.load_images(folder / "photographs", stream=True)
print(f"in memory: {len(in_memory)} images, {in_memory.images.nbytes / 1e6:.1f} MB")
print(f"on disk: {len(on_disk)} files, {sum(file.stat().st_size for file in on_disk.files) / 1e6:.1f} MB")

# %% [markdown]
# Patches are drawn from a **window** of decoded images, at most 256 MB unless the recipe has another `window`. It moves over the files, in an order that seed and step decide.
#
# **Predict:** we train twice, from memory with one worker, and from disk with four. How far apart are the weights at the end?

# %% jupyter={"outputs_hidden": true}
recipe = srlib.Recipe(srlib.Downscale(2, "bicubic"), steps=10, batch_size=4, patch_size=32)


def weights_after(images, workers):
    keras.utils.set_random_seed(0)
    model = srlib.build_model("subpixel", width=8, blocks=1)
    srlib.fit(model, images, recipe, workers=workers)
    return np.concatenate([w.ravel() for w in model.get_weights()])


difference = np.abs(weights_after(in_memory, workers=1) - weights_after(on_disk, workers=4)).max()
print(f"largest difference between the weights: {difference}")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# Not at all, though four threads finish in any order. Which patch is cut at which step depends on seed and step alone, and these files fit into the window. A larger folder gives other patches than from memory, but the same ones in every run.
#
# </details>
#
# ## LR images of your own
#
# Sometimes the LR images cannot be made: they come from another camera or another scanner. Then each HR file has a partner of the same name.

# %%
for kind in ("hr", "lr"):
    (folder / kind).mkdir()
for name, image in zip("abcdef", in_memory.images):
    small = np.uint8(np.round(255 * srlib.downscale(image, 2, "area")))
    Image.fromarray(image).save(folder / "hr" / f"{name}.png")
    Image.fromarray(small).save(folder / "lr" / f"{name}.png")
pairs = srlib.load_images(folder / "hr", lr=folder / "lr")
assert difference == 0 and pairs.scale == 2
print(f"{len(pairs)} pairs at scale {pairs.scale}: HR {pairs.images.shape[1:3]}, LR {pairs.lr.shape[1:3]}")

# %% [markdown]
# The scale was read from the sizes. A shift is a warning and a missing partner an error, before a step is made. Let the LR images be shifted by one pixel, which is two of HR; then let one be missing:

# %%
for file in (folder / "lr").iterdir():
    Image.fromarray(np.roll(np.asarray(Image.open(file)), 1, axis=1)).save(file)
with warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    srlib.load_images(folder / "hr", lr=folder / "lr")
print(*(str(each.message).replace(f"{folder}/", "") for each in warned))
(folder / "lr" / "a.png").unlink()
try:
    srlib.load_images(folder / "hr", lr=folder / "lr")
except ValueError as error:
    print(str(error).replace(f"{folder}/", ""))

# %% [markdown]
# ## Several devices
#
# Two devices share a batch: each computes the gradient of its half, and both step by the mean of the two. This is **data parallelism**. We do it by hand, one half after the other, and compare with the gradient of the whole batch.

# %%
def gradient(batch):
    with tf.GradientTape() as tape:
        loss = keras.ops.mean(keras.ops.abs(network(lr[batch]) - hr[batch]))
    return tape.gradient(loss, network.trainable_weights)


whole, first, second = gradient(slice(0, 8)), gradient(slice(0, 4)), gradient(slice(4, 8))
apart = max(np.abs((a + b) / 2 - w).max() for w, a, b in zip(whole, first, second))
size = max(np.abs(w).max() for w in whole)
print(f"relative to the largest entry of the gradient: {apart / size:.4f}")
assert apart / size < 1e-3

# %% [markdown]
# Only the last digits differ, as sums are rounded: the mean over a batch is the mean of the means over its halves.
#
# In a recipe that is one word, `devices`. It needs JAX, by `KERAS_BACKEND=jax` before Python starts. On TensorFlow an error says so:

# %%
shared = srlib.Recipe(batch_size=16, devices=4)
print("each of", shared.devices, "devices gets", shared.batch_size // shared.devices, "of", shared.batch_size, "patches")
try:
    srlib.fit(srlib.build_model("subpixel", width=8, blocks=1), in_memory, shared)
except ValueError as error:
    print(error)

# %% [markdown]
# Several machines are several processes that are started with the same command. [Beyond one machine](../docs/beyond.md) has the script, a large recipe, and what is measured and what is assumed of it.
#
# ## Without Keras
#
# **ONNX** is a file format for networks that many programs read. `srlib.export` writes one.

# %%
file = srlib.export("small_x2", folder / "small_x2.onnx")
small_x2, weights = srlib.load_model("small_x2"), files("srlib") / "weights" / "small_x2" / "model.weights.h5"
print(f"{small_x2.count_params():,} parameters of 16 bits: {2 * small_x2.count_params() / 1000:.0f} kB")
for each in (weights, file):
    print(f"{each.name}: {each.stat().st_size / 1000:.0f} kB")

# %% [markdown]
# The ONNX file holds 32 bits a weight, the other one 16; the rest of that is its format's own, HDF5. The ONNX file also holds the card, and what a program must know that cuts an image into tiles.

# %%
import onnxruntime

session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
told = session.get_modelmeta().custom_metadata_map
print({name: told[name] for name in ("scale", "reach", "stride", "licence")})

# %% [markdown]
# `reach` is how many LR pixels around a tile matter: the radius of the receptive field. Now the same image by both programs:

# %%
lake = srlib.load_images("sample", split="validation")["lake"]
lr_lake = srlib.downscale(lake, 2, "bicubic")
by_onnx = np.clip(session.run(["sr"], {"lr": lr_lake[None]})[0][0], 0, 1)
by_keras = srlib.upscale(lr_lake, small_x2)
print(f"largest difference: {255 * np.abs(by_onnx - by_keras).max():.2f} levels")
assert np.abs(by_onnx - by_keras).max() < 1e-4
srlib.show.zoom(lake, {"Lanczos": srlib.upscale(lr_lake, "lanczos", 2), "Keras": by_keras, "ONNX Runtime": by_onnx}, box=(96, 96, 64), size=2.1)

# %% [markdown]
# They differ by less than a hundredth of a level at the worst pixel: both compute the same sums in another order. So the two squares on the right are one image.
#
# This is how `srlib upscale` works without a deep-learning framework.
#
# ## The browser
#
# The course's [demo](../docs/demo) is a page: weights as 16-bit numbers, and convolutions in WebAssembly. The photograph does not leave the machine. We count two bytes for each parameter of some networks by 4, and print their PSNR-Y on Set5. All but Lanczos and `small_x4` are quoted.
#
# **Predict:** RCAN has 160 times the parameters of `small_x4`. How many decibels do they buy?

# %% jupyter={"outputs_hidden": true}
for row in srlib.leaderboard(4):
    if row.method in ("lanczos", "FSRCNN (2016)", "small_x4", "SwinIR-S (2021)", "EDSR-baseline (2017)", "RCAN (2018)"):
        megabytes, decibels = 2 * (row.parameters or 0) / 1e6, row.scores["set5"][0]
        print(f"{row.method:21} {megabytes:5.2f} MB, {row.gmacs or 0:6.1f} GMACs, {decibels:.2f} dB on Set5")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# 1.3 dB, which is half of what `small_x4` gains over Lanczos. SwinIR-S gets nearly as far with nine times its parameters. All three would make a page wait: nine, twenty and 160 times the GMACs.
#
# </details>
#
# ## Where to go next
#
# - **Other families.** [Transformers and diffusion](../docs/generative.md): what they add, what they cost, and where they would stand in lesson 09.
# - **Data.** `srlib data list` shows what the course can fetch. Published networks mostly learn from DIV2K and Flickr2K.
# - **Competitions.** The NTIRE workshop at CVPR sets tasks every year; its reports tell what won and what it cost.
# - **A run of your own.** `srlib train --help` has every option of this lesson.
#
# ## Exercise
#
# 1. Open this lesson on Colab with a GPU. What becomes of the ratio in the cell that times a step? Which batch would you choose there?
# 2. Give the recipe `window=1`. How many of the six images are in memory at once? Do the weights still agree?
# 3. Export a network that you trained in lesson 01 or 03, and run it by ONNX Runtime on images of three sizes.
#
# ## Recap
#
# - An accelerator makes the step fast. What prepares the batches must keep up.
# - What stays is the result. How many threads read the images and how many devices share them changes the time.
# - A network is its weights and its card. From these it can be written for other programs. Compare it with itself afterwards.
#
# ## Further reading
#
# - P. Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017, [arXiv:1706.02677](https://arxiv.org/abs/1706.02677): what else changes when many devices share a batch.
# - E. Agustsson, R. Timofte, "NTIRE 2017 challenge on single image super-resolution: dataset and study", CVPR Workshops 2017: DIV2K, and a competition.
# - J. Liang et al., "SwinIR: image restoration using Swin transformer", ICCV Workshops 2021, [arXiv:2108.10257](https://arxiv.org/abs/2108.10257): a transformer.
# - C. Saharia et al., "Image super-resolution via iterative refinement", 2021, [arXiv:2104.07636](https://arxiv.org/abs/2104.07636): diffusion.
# - Z. Wang, J. Chen, S. Hoi, "Deep learning for image super-resolution: a survey", TPAMI 43(10), 2021, [arXiv:1902.06068](https://arxiv.org/abs/1902.06068): a list to read on from.
#
# Next: back to [00 Start here](00_start_here.ipynb), with photographs of your own.
