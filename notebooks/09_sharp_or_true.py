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
# # 09 Sharp or true
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/srlib-course/srlib/blob/main/notebooks/09_sharp_or_true.ipynb)
#
# **The question: must we choose between sharp and true?**
#
# *A further lesson, 40 minutes; it runs for about 60 seconds on two cores. You should have run [03 Autoencoder](03_autoencoder.ipynb) and [04 Results](04_results.ipynb).*
#
# Afterwards you will be able to
#
# - say why a network that was trained for PSNR gives soft images,
# - build a discriminator, and measure how well restored images can be told from real ones,
# - train a network against one, and say what that costs,
# - find by rule what was invented, and choose between sharp and true for a purpose.

# %%
# On Colab this installs the course, and replaces nothing; elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import subprocess

    course = "srlib[colab] @ git+https://github.com/srlib-course/srlib"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", course], check=True)

# %% [markdown]
# ## Two networks, one face
#
# `small_x4` was trained by the pixel. `sharp_x4` began as the same network, and was trained on in another way.

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import gaussian_filter

import srlib

train = srlib.load_images("sample", split="train")
validation = srlib.load_images("sample", split="validation")
lr = {name: srlib.downscale(image, 4, "bicubic") for name, image in zip(validation.names, validation.images)}
small, sharp = srlib.load_model("small_x4"), srlib.load_model("sharp_x4")
portrait = validation["astronaut"]
methods = {"Lanczos": "lanczos", "small_x4": small, "sharp_x4": sharp}
made = {name: srlib.upscale(lr["astronaut"], method, 4) for name, method in methods.items()}
srlib.show.zoom(portrait, made, box=(30, 70, 96), size=2.1)

# %% [markdown]
# Compare the eyes and the cheeks. `small_x4` is closest to the HR image by PSNR, and it is soft. The edges of `sharp_x4` are sharp. It also draws lines into a smooth face that nobody has there. This lesson is about both.
#
# ## One LR patch, many HR patches
#
# Sixteen HR pixels become one LR pixel. So many HR patches have a similar LR patch, and the network cannot know which one it was. We look for such patches in a photograph of sand. We choose one patch, and call the 40 whose LR patches of 3x3 are most similar to its own its **rivals**; it is the first of them.

# %%
hr_patches, lr_patches = [], []
sand = train["sand"]
tiny = srlib.downscale(sand, 4, "bicubic")
for y in range(62):
    for x in range(62):
        hr_patches.append(sand[4 * y : 4 * y + 12, 4 * x : 4 * x + 12] / 255)
        lr_patches.append(tiny[y : y + 3, x : x + 3].ravel())
hr_patches, lr_patches = np.array(hr_patches), np.array(lr_patches)
chosen = 31 * 62 + 31
nearest = np.argsort(np.linalg.norm(lr_patches - lr_patches[chosen], axis=1))[:40]
rivals = hr_patches[nearest]
levels = lambda patches: 255 * np.abs(patches - patches[0]).mean()
print(f"{len(hr_patches):,} patches; the rivals differ from the chosen one")
print(f"by {levels(lr_patches[nearest]):.1f} levels in the LR image, by {levels(rivals):.1f} levels in the HR image")
srlib.show.images([np.float32(tile) for tile in rivals[:8]], ["chosen", *["rival"] * 7], columns=8, size=1.1)

# %% [markdown]
# The LR patches are alike, the HR patches are not. A network must give one answer for all 40.
#
# **Predict:** which answer has the least squared error on average, one of the 40 or their mean? And how does that answer look?

# %% jupyter={"outputs_hidden": true}
error = lambda answer: float(((rivals - answer) ** 2).mean())
detail = lambda patch: float(np.abs(np.diff(patch, axis=1)).mean() * 255)
mean = rivals.mean(axis=0)
print(f"squared error: one of them {np.mean([error(p) for p in rivals]):.5f} on average, the mean {error(mean):.5f}")
print(f"neighbouring pixels differ by {np.mean([detail(p) for p in rivals]):.1f} levels, in the mean by {detail(mean):.1f}")
assert error(mean) < min(error(p) for p in rivals) and detail(mean) < min(detail(p) for p in rivals)
tiles = [np.float32(tile) for tile in (*rivals[:7], mean)]
srlib.show.images(tiles, ["chosen", *["rival"] * 6, "mean of 40"], columns=8, size=1.1)

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# The mean, always: it is what a squared error is smallest for. It is half as wrong as a patch that was picked at random, which is 3 dB. And it is softer than any of them.
#
# </details>
#
# A network that is trained by the pixel learns the mean of all that could have been there; with the absolute error, `mae`, the median, which is soft for the same reason. A larger network estimates it better, and it is still a mean.
#
# ## A judge that is not a ruler
#
# PSNR asks how far an image is from *the* truth. We could also ask whether it looks as if it *might* be true. For that one trains a small network to tell computed patches from photographed ones: a **discriminator**, here the judge.
#
# First the questions for it. What is coarse is taken away, as it tells little; what is left is small, so it is divided by 16 instead of 255. Computed images are rounded to whole levels as photographs are, or the fractions would give them away.


# %%
def as_file(image):
    return np.rint(255 * image).astype(np.uint8)


def fine(image):  # without what is coarse, in 64 tiles
    image = image / np.float32(16)
    rest = image - gaussian_filter(image, (1, 1, 0))
    return rest.reshape(8, 32, 8, 32, 3).swapaxes(1, 2).reshape(-1, 32, 32, 3)


def questions(images):
    computed = [as_file(srlib.upscale(srlib.downscale(image, 4, "bicubic"), small)) for image in images]
    truth = np.repeat([0.0, 1.0], 64 * len(images))[:, None]
    return np.concatenate([fine(image) for image in (*computed, *images)]), truth


# %% [markdown]
# The judge is three convolutions and one answer. It learns on the training photographs, half of the patches from `small_x4`, half from a camera. Then it is asked about 768 patches of photographs that it has never seen.
#
# **Predict:** a guess would be right about half of them. Of how many will it be right?

# %% jupyter={"outputs_hidden": true}
import keras
from keras import layers

keras.utils.set_random_seed(0)
judge = keras.Sequential(
    [layers.Conv2D(n, 3, strides=s, activation="relu") for n, s in ((16, 1), (32, 2), (32, 2))]
    + [layers.GlobalAveragePooling2D(), layers.Dense(1)]
)
right = keras.metrics.BinaryAccuracy(threshold=0)
judge.compile(keras.optimizers.Adam(2e-3), keras.losses.BinaryCrossentropy(from_logits=True), metrics=[right])
judge.fit(*questions(train.images), batch_size=64, epochs=8, verbose=0)
loss, share = judge.evaluate(*questions(validation.images), verbose=0)
print(f"{judge.count_params():,} parameters")
print(f"right about {share:.0%} of 768 patches")
assert share > 0.9

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# Almost all, with 24 photographs to learn from and fourteen thousand parameters.
#
# </details>
#
# `srlib.detectability` does the same with more care. It trains on half of the images and asks about the other half, with several seeds. Its share is 0.5 where the judge can only guess, and 1.0 where it is always right.
#
# **Predict:** is the method with the best PSNR also detected least?


# %% jupyter={"outputs_hidden": true}
def restored(method):
    return [as_file(srlib.upscale(lr[name], method, 4)) for name in validation.names]


told = {name: restored(method) for name, method in methods.items()}
share = {name: srlib.detectability(images, validation.images, seeds=2, steps=150) for name, images in told.items()}
for name, images in told.items():
    quality = np.mean([srlib.psnr(a, b) for a, b in zip(images, validation.images)])
    print(f"{name:9} detected {share[name].mean:.2f}, {quality:6.2f} dB")
assert min(share["Lanczos"].mean, share["small_x4"].mean) > share["sharp_x4"].mean + 0.05

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# No. `small_x4` has the best PSNR, and `sharp_x4` is detected least. They aim at different things.
#
# </details>
#
# ## Training against a judge
#
# If the judge can be trained, the network can be trained to mislead it. Both learn in turn. A step of the judge: tell the network's patch from the photographed one. A step of the network: be taken for the photograph, stay near the pixels, and give the LR patch again when downscaled. This is **adversarial training**.
#
# We begin with `small_x4` and take 150 steps. `small_x4` changes the luminance alone; `sharp_x4@0` is the same network written for three colours. `ema_decay` ends with an average of the last weights.
#
# **Predict:** will its PSNR rise or fall?

# %% jupyter={"outputs_hidden": true}
recipe = srlib.Recipe(
    srlib.Downscale(4, "bicubic"), steps=150, validate_every=50, batch_size=8, patch_size=64,
    learning_rate=2e-4, schedule="constant", ema_decay=0.95,
    adversarial=srlib.Adversarial(width=16, learning_rate=2e-4),
)  # fmt: skip
model = srlib.load_model("sharp_x4@0")
history = srlib.fit_adversarial(model, train, recipe, validation=validation)
print("sharp_x4 took", sharp.card.runs[-1].recipe.steps, "such steps, of more and larger patches")
print("PSNR  ", *(f"{value:5.1f}" for value in history.psnr), "dB, from 25.2")
print("judge ", *(f"{value:5.1f}" for value in history.discriminator), f"(a guess: {np.log(2):.1f})")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# It fell and stays lower. That is no fault: nearness to the pixels is now only a part of what we ask. The last line is the judge's loss; less than 0.7 means that it tells the two apart.
#
# </details>
#
# The face again, between the network that we began with and the one that was trained for longer:

# %%
between = {"small_x4": made["small_x4"], "150 steps": srlib.upscale(lr["astronaut"], model, 4), "sharp_x4": made["sharp_x4"]}
srlib.show.zoom(portrait, between, box=(30, 70, 96), size=2.1)

# %% [markdown]
# The edges became a little harder. Look at the eyelids and the dark background: there is a faint grid of dots, too. So young a network finds a pattern that misleads the judge before it learns edges.
#
# ## The plane of both
#
# Where one network was trained on from another, their weights may be mixed, as the authors of ESRGAN do. That gives every degree of sharpness. The scores below were made by `tools/realism.py` on our 6 photographs and on 40 of the set CID22, as means over five seeds. *LR again* says how near a result comes to the LR image when it is downscaled again, as PSNR in dB.

# %%
results = srlib.realism_results()
print(results)
srlib.show.realism(results)

# %% [markdown]
# The bars are standard deviations, wide on our 6 photographs, where each judge learns from three. The best place would be at the lower right: near the truth, and not to be told from a photograph. Nothing is there.
#
# From `small_x4` to `sharp_x4` the line falls to the left: realism is paid for with PSNR. Y. Blau and T. Michaeli proved that there is a limit which no method can cross. Near it, less distortion means less realism: the **perception-distortion** tradeoff.
#
# The last column is much the same for both networks. What differs between them lies in what the LR image does not show.
#
# ## What the measure does not say
#
# Look at the last rows, which are real photographs. On CID22 those with noise of one level in 255 are detected as often as `small_x4`, and those that were saved as JPEG of quality 95 as often as `sharp_x4`. You will hardly see either. So a high share does not mean that an image looks wrong.
#
# A low share means less than it seems, too: *this* small judge, with these few images, found nothing. Real against other real images should give 0.5; from our three against three it gives 0.40. And no judge asks whether the detail is true.
#
# ## What was invented
#
# We ask that ourselves, by rule: of all squares of 48 pixels of a photograph, in steps of 8, show the one in which `sharp_x4` is furthest from the truth, compared with `small_x4`. These are the worst squares. They show what can happen, not how often.


# %%
def worst(hr, ours, theirs, side=48):
    gain = ((ours - hr / 255) ** 2 - (theirs - hr / 255) ** 2).mean(axis=-1)
    places = [(y, x) for y in range(0, 256 - side + 1, 8) for x in range(0, 256 - side + 1, 8)]
    return max(places, key=lambda place: gain[place[0] : place[0] + side, place[1] : place[1] + side].sum())


def worst_square(name):
    ours, theirs = srlib.upscale(lr[name], sharp, 4), srlib.upscale(lr[name], small, 4)
    y, x = worst(validation[name], ours, theirs)
    made = {"Lanczos": srlib.upscale(lr[name], "lanczos", 4), "small_x4": theirs, "sharp_x4": ours}
    return srlib.show.zoom(validation[name], made, box=(y, x, 48), title=name, size=2.0)


worst_square("guitar")

# %% [markdown]
# Look at the grey on the right: `sharp_x4` covers it with coloured speckle. Another photograph, by the same rule:

# %%
worst_square("path")

# %% [markdown]
# These were reeds. Where several contours would do, `sharp_x4` decides for one. `small_x4` is soft there, which at least looks unsure.
#
# A wrong guess matters most where it has a meaning: in a face, as in the first figure, and in text. Here is small print, made by ourselves.

# %%
fig = plt.figure(figsize=(2.56, 2.56), dpi=100)
for i, line in enumerate(("B8 S5 O0 Z2 1l", "total 3,586.80", "37 Hill Street", "no. 8315-0062")):
    fig.text(0.05, 0.78 - 0.2 * i, line, fontsize=10)
fig.canvas.draw()
page = np.ascontiguousarray(np.asarray(fig.canvas.buffer_rgba())[..., :3])
plt.close(fig)
tiny = srlib.downscale(page, 4, "bicubic")
print_made = {name: srlib.upscale(tiny, method, 4) for name, method in methods.items()}
srlib.show.zoom(page, print_made, box=(20, 0, 200))

# %% [markdown]
# Which digits would you swear to? The strokes of both networks look crisp, and cannot be read. So `small_x4` is not always honest, either: on what it has hardly seen, it guesses, too. No method brings back what the LR image does not hold.
#
# ## When each is right
#
# - **Sharp** where a clean image is only looked at: a poster, a game, a landscape. Not for faces, and not for old or compressed photographs, whose faults it sharpens, too.
# - **True** where somebody measures, counts, reads or decides by it: medicine, astronomy, maps, evidence, number plates. There even `small_x4` needs its limits told.
# - **Between** where both matter a little. `srlib.load_model("sharp_x4@0.75")` is such a network, and `srlib upscale --sharpness 0.75` uses it.

# %%
mixed = srlib.load_model("sharp_x4@0.75")
between["0.75"] = srlib.upscale(lr["astronaut"], mixed, 4)
srlib.show.zoom(portrait, {name: between[name] for name in ("small_x4", "0.75", "sharp_x4")}, box=(30, 70, 96), size=2.1)

# %% [markdown]
# The edges are nearly those of `sharp_x4`, and the lines across the nose are weaker.
#
# ## Exercise
#
# Raise `SHARE` in `sharp_x4@SHARE` from 0 to 1, on `lr["lake"]` and on `tiny`, the page of print. At which share can you no longer tell the result from that of `sharp_x4`? Then do exercises [09a](exercises/09a_share.ipynb) and [09b](exercises/09b_questions.ipynb).
#
# ## Recap
#
# - Training by the pixel learns the mean of all that could be there. The mean is soft.
# - A discriminator measures something else: whether patches can be told from real ones.
# - Training against it gives sharp detail, and pays for it with PSNR. What is sharp is partly invented.
# - So yes, we must choose. No measure says both; tell which one you aim at.
#
# ## Further reading
#
# - I. Goodfellow et al., "Generative adversarial networks", NeurIPS 2014, [arXiv:1406.2661](https://arxiv.org/abs/1406.2661): a network trained against a judge.
# - C. Ledig et al., "Photo-realistic single image super-resolution using a generative adversarial network" (SRGAN), CVPR 2017, [arXiv:1609.04802](https://arxiv.org/abs/1609.04802): the same for super-resolution, and why the mean is soft.
# - X. Wang et al., "ESRGAN: enhanced super-resolution generative adversarial networks", ECCV Workshops 2018, [arXiv:1809.00219](https://arxiv.org/abs/1809.00219): mixing the weights of two networks.
# - Y. Blau, T. Michaeli, "The perception-distortion tradeoff", CVPR 2018, [arXiv:1711.06077](https://arxiv.org/abs/1711.06077): the proof of the limit.
# - D. Lopez-Paz, M. Oquab, "Revisiting classifier two-sample tests", ICLR 2017, [arXiv:1610.06545](https://arxiv.org/abs/1610.06545): the share of right answers as a measure.
#
# Next: [10 Beyond](10_beyond.ipynb), a GPU, many machines, the browser.
