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
# # 08 Other repairs
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/srlib-course/srlib/blob/main/notebooks/08_other_repairs.ipynb)
#
# **The question: what else can the same network repair?**
#
# *A further lesson, 40 minutes; it runs for about 50 seconds on two cores. You should have run [03 Autoencoder](03_autoencoder.ipynb) and [04 Results](04_results.ipynb).*
#
# Afterwards you will be able to
#
# - train one network, by one recipe, against noise, blur or JPEG artefacts,
# - choose a baseline for each that could win, and say so when it does,
# - measure what a restoration does to small faint things,
# - say how one would test a restoration before a doctor or a court relies on it.

# %%
# On Colab this installs the course, and replaces nothing; elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import subprocess

    course = "srlib[colab] @ git+https://github.com/srlib-course/srlib"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", course], check=True)

# %% [markdown]
# ## The images
#
# The training split also holds a retina, a tissue section and a piece of sky. We leave these out: our networks are to learn from everyday photographs alone.

# %%
import numpy as np
import skimage.data
from scipy.ndimage import gaussian_filter
from scipy.spatial import KDTree
from skimage.feature import peak_local_max
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle, richardson_lucy

import srlib

everything = srlib.load_images("sample", split="train")
street = [name not in ("retina", "immunohistochemistry", "hubble") for name in everything.names]
train = everything[street] + srlib.load_images("dead_leaves", count=60)
validation = srlib.load_images("sample", split="validation")
print(sum(street), "of", len(everything), "training photographs, with 60 dead leaves;", len(validation), "validation photographs")

# %% [markdown]
# A degradation without a `Downscale` has scale 1: the image keeps its size. We take three. The noise is that of a sensor in a dim room: its deviation is 15 levels of 255. The blur is a poor lens: a Gaussian with a deviation of 1.5 pixels, before a sensor with a little noise. The JPEG, of quality 30, was passed around.

# %%
degradations = {
    "noise": srlib.Degradation(srlib.Noise(15)),
    "blur": srlib.Degradation((srlib.Blur(1.5), srlib.Noise(2))),
    "JPEG": srlib.Degradation(srlib.Jpeg(30)),
}
portrait = validation["astronaut"]
degraded = {name: degradation(portrait, seed=0) for name, degradation in degradations.items()}
for name, degradation in degradations.items():
    print(f"{name:5} {degradation}, scale {degradation.scale}: {srlib.psnr(degraded[name], portrait):.2f} dB")

# %% [markdown]
# The first of them by hand:

# %%
rng = np.random.default_rng(0)
by_hand = np.clip(portrait / 255 + rng.normal(0, 15 / 255, portrait.shape), 0, 1)
print(f"largest difference from srlib.Noise: {np.abs(by_hand - degraded['noise']).max():.6f}")
assert np.abs(by_hand - degraded["noise"]).max() < 1e-5
srlib.show.zoom(portrait, degraded, box=(44, 84, 88), truth="undamaged", size=2.4)

# %% [markdown]
# Noise covers the skin with grain. Blur takes the lashes and the teeth. JPEG keeps both, and puts squares on the cheek and specks around the mouth.
#
# ## One recipe
#
# The network is a small residual one, as in lesson 03, for all three colours: convolutions find what is missing, and the input is added. Its last layer starts at zero, so an untrained network does nothing. *Doing nothing* is our first baseline. At scale 1 bicubic interpolation changes nothing, so we write `"bicubic"` for it.


# %%
def untrained():
    return srlib.build_model("subpixel", 1, width=16, blocks=2)


network = untrained()
print(f"{network.count_params():,} parameters")
print(f"untrained, it changes an image by {np.abs(srlib.upscale(portrait, network) - portrait / 255).max():.4f}")
assert np.array_equal(srlib.upscale(portrait, network), srlib.upscale(portrait, "bicubic", 1))

# %% [markdown]
# It learns each of the three for a few seconds. Only the degradation changes.

# %%
recipe = srlib.Recipe(steps=300, batch_size=4, patch_size=48, learning_rate=3e-3)  # about 4 seconds on two cores
trained = {}
for name, degradation in degradations.items():
    trained[name] = untrained()
    srlib.fit(trained[name], train, recipe, degradation=degradation)
print("trained against", ", ".join(trained))

# %% [markdown]
# ## Baselines that could win
#
# Each degradation has a classical rival. Two of them are told what a stranger would not know:
#
# - **Noise: non-local means** averages similar small patches around every pixel. It is told the noise's deviation.
# - **Blur: Richardson-Lucy** asks again and again which image the kernel would have made into this one. It is told the kernel: what becomes of one point of light.
# - **JPEG: total variation** looks for a near image in which the sum of all differences between neighbours is small. It is told nothing.
#
# Their settings were chosen on the validation images, which favours them. BM3D, the usual rival against noise, is missing: the course's packages do not have it.

# %%
point = np.zeros((25, 25, 3), np.float32)
point[12, 12] = 1
kernel = srlib.Degradation(srlib.Blur(1.5))(point)[..., 0]


def nl_means(batch, sigma=15 / 255):
    return denoise_nl_means(batch[0], patch_size=3, patch_distance=6, h=0.6 * sigma, sigma=sigma, channel_axis=-1)[None]


def lucy(batch):
    wide = np.pad(batch[0], ((12, 12), (12, 12), (0, 0)), "symmetric")
    sharp = [richardson_lucy(wide[..., c], kernel, num_iter=50) for c in range(3)]
    return np.stack(sharp, axis=-1)[None, 12:-12, 12:-12]


def total_variation(batch, weight=0.01):
    return denoise_tv_chambolle(batch[0], weight=weight, channel_axis=-1)[None]


print(f"the kernel's weights add up to {kernel.sum():.3f}; the one in the middle is {kernel[12, 12]:.3f}")

# %% [markdown]
# A function from (1, h, w, 3) to the same shape is a method, which `srlib.evaluate` takes.
#
# **Predict:** for which degradation does the network gain most decibels? Does it beat the baselines?

# %% tags=["nbval-ignore-output"] jupyter={"outputs_hidden": true}
# not compared: the last digits of a training depend on the processor
baselines = {"noise": nl_means, "blur": lucy, "JPEG": total_variation}
means = {}
for name, degradation in degradations.items():
    methods = {"nothing": "bicubic", "baseline": baselines[name]} | {f"trained on {other}": trained[other] for other in trained}
    table = srlib.evaluate(methods, validation, degradation)
    means[name] = {method: table.mean(method) for method in methods} | {"its own": table.mean(f"trained on {name}")}
print(f"{'PSNR (dB)':17}", *(f"{name:>6}" for name in means))
for method in methods:
    print(f"{method:17}", *(f"{mean[method]:6.2f}" for mean in means.values()))
for rival in ("nothing", "baseline"):
    print(f"its own - {rival:8}", *(f"{mean['its own'] - mean[rival]:+6.2f}" for mean in means.values()))

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# Noise gives most: it is independent from pixel to pixel, and the image is not. Blur gives less, for what it took below the noise is gone. JPEG gives least: its errors look like detail. Against noise and blur the network, trained on exactly these, is 0.1 or 0.2 dB ahead of the baseline; against JPEG the two are about level. That is one training, and means before rounding. And trained on blur, it takes noise for blurred detail and makes it worse.
#
# </details>
#
# The same square of the portrait: noise above, blur in the middle, JPEG below.

# %%
gain = {name: mean["its own"] - mean["nothing"] for name, mean in means.items()}
assert gain["noise"] > gain["blur"] + 1 > 2 and gain["blur"] > gain["JPEG"] + 1
assert all(means[name]["its own"] > means[name]["baseline"] for name in ("noise", "blur"))
assert means["noise"]["trained on blur"] < means["noise"]["nothing"] - 2
rows = {"degraded": [], "baseline": [], "network": []}
for name in degradations:
    rows["degraded"].append(degraded[name])
    rows["baseline"].append(srlib.upscale(degraded[name], baselines[name], 1))
    rows["network"].append(srlib.upscale(degraded[name], trained[name]))
part = np.s_[44:132, 84:172]
cut = {name: [image[part] for image in made] for name, made in rows.items()}
srlib.show.compare([portrait[part]] * 3, cut, truth="undamaged", size=2.3)

# %% [markdown]
# Non-local means makes the skin porcelain; the network leaves a faint mottling. Against blur both sharpen the sensor's noise along with the face. In the last row the squares are weaker, and the pores are gone.
#
# ## One network for several degradations
#
# The shipped network `repair` was trained longer, on more photographs and on a mixture: noise of several kinds up to 20 levels, JPEG from 30 to 95, a slight blur of at most 0.8 pixels, or nothing.
#
# **Predict:** where does it beat the baselines? What does it do to an image that nothing happened to?

# %% jupyter={"outputs_hidden": true}
repair = srlib.load_model("repair")
print(f"{repair.count_params():,} parameters\n{'PSNR (dB)':9} nothing  baseline  repair")
gains = {}
for name, degradation in degradations.items():
    nothing, baseline = means[name]["nothing"], means[name]["baseline"]
    mean = srlib.evaluate({"repair": repair}, validation, degradation).mean("repair")
    gains[name] = mean - baseline
    print(f"{name:9} {nothing:7.2f} {baseline:9.2f} {mean:7.2f}")
clean = srlib.psnr(srlib.upscale(validation.images, repair), validation.images)
print(f"undamaged images, put through it: {clean:.2f} dB")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# It beats the baselines on noise and on JPEG. The strong blur was not in its mixture: there it gains next to nothing, where Richardson-Lucy gains three decibels. And it changes an undamaged image, which doing nothing would leave perfect.
#
# </details>
#
# ## The retina, the tissue and the sky
#
# `repair` learned from streets, animals and flowers. May it be used on an eye, a microscope or a telescope? Here are pieces of a retina, stained tissue, and the Hubble eXtreme Deep Field.

# %%
assert gains["noise"] > 1 and gains["JPEG"] > 0.2 and gains["blur"] < -2
retina = skimage.data.retina()[420:932, 300:812]
sky = skimage.data.hubble_deep_field()[176:688, 244:756]
others = srlib.ImageSet(np.stack([retina, skimage.data.immunohistochemistry(), sky]), ["retina", "tissue", "sky"])
srlib.show.images([image[176:304, 176:304] for image in others], others.names, columns=3, size=2.6)

# %% [markdown]
# Look for the smallest things in each: a vessel in the retina, nuclei in the tissue, and in the sky galaxies of two or three pixels. We add the noise, and a plain Gaussian as a third rival.


# %%
def smooth(batch):
    return gaussian_filter(batch, (0, 1, 1, 0))


methods = {"nothing": "bicubic", "Gaussian": smooth, "nl-means": nl_means, "repair": repair}
noise = degradations["noise"]
table = srlib.evaluate(methods, others, noise)
print(table.by_image("psnr"))
assert (table.values("repair") > table.values("nothing") + 4).all()

# %% [markdown]
# By PSNR all is well: each of the three gains many decibels on every image, and the network most.
#
# ## What becomes of a small dark dot?
#
# A **microaneurysm**, a bulge of a capillary, is the first sign of diabetic retinopathy. On a photograph it is a dark dot a few pixels wide. We plant 81 such dots in the healthy retina. The **contrast** of a place is the mean of a disc, minus that of a ring around it.


# %%
places = [(y, x) for y in range(64, 465, 50) for x in range(64, 465, 50)]
yy, xx = np.mgrid[:512, :512]


def with_dots(image, depth):
    dots = sum(np.exp(-((yy - y) ** 2 + (xx - x) ** 2) / (2 * 1.2**2)) for y, x in places)
    return np.clip(image / 255 - depth / 255 * dots[..., None], 0, 1).astype("float32")


def contrasts(image, radius=2):
    side = np.arange(-3 * radius, 3 * radius + 1)
    distance = np.hypot(side[:, None], side)
    disc, ring = distance <= radius, (distance > 2 * radius) & (distance <= 3 * radius)
    grey = image.mean(axis=-1)
    around = [grey[y + side[0] : y + side[-1] + 1, x + side[0] : x + side[-1] + 1] for y, x in places]
    return np.array([square[disc].mean() - square[ring].mean() for square in around])


# %% [markdown]
# Somebody who looks for dots must allow for false alarms. We allow four in 81: a dot is *found* where its place is darker than all but four of the same places without dots, in another draw of the noise. We do it three times.
#
# **Predict:** after which method are most dots of 10 levels found?

# %% jupyter={"outputs_hidden": true}
found, true = {}, with_dots(retina, 10)
for name, method in methods.items():
    found[name] = []
    for seed in range(1, 4):
        without = contrasts(srlib.upscale(noise(retina, seed=100 + seed), method, 1))
        made = srlib.upscale(noise(true, seed=seed), method, 1)
        found[name].append(int((contrasts(made) < np.quantile(without, 0.05)).sum()))
    print(f"{name:9} {srlib.psnr(made, true):5.2f} dB, found of 81:", *found[name], f"- mean {np.mean(found[name]):.0f}")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# After doing nothing, and after the plain Gaussian. The two that are best by PSNR are the worst here. The contrast is a mean over a disc, and so it smooths by itself: it needs no restoration. A Gaussian takes the same share from every dot. The other two remove what resembles noise, and a faint dot does. The faint ones matter most, for they come first.
#
# </details>
#
# Four dots three times as deep, one near each corner:

# %%
assert max(np.mean(found["nl-means"]), np.mean(found["repair"])) < min(np.mean(found["nothing"]), np.mean(found["Gaussian"])) - 5
deep, piece = with_dots(retina, 30), np.s_[160:320, 160:320]
noisy = noise(deep, seed=1)[piece]
shown = {name: srlib.upscale(noisy, methods[name], 1) for name in ("nothing", "nl-means", "repair")}
srlib.show.zoom(deep[piece], shown, box=(45, 45, 68), truth="undamaged, with dots", size=1.9)

# %% [markdown]
# In the noise the eye finds one, at the lower right. Non-local means leaves a speck of it. The network keeps it. To the eye the others are gone.
#
# ## What becomes of a faint galaxy?
#
# In the sky we count. A **source** is a local maximum that stands above the background by some level. A detector smooths with a Gaussian before it looks, and its user chooses how widely. The true list has all that stand 12 levels high in the undamaged image. A detection is *invented* where the undamaged image has nothing that is even 8 levels high. A low level finds more, and invents more, so every method gets the lowest with ten invented. A source is *lost* where nothing is found within two pixels.

# %%
def sources(image, width=1):
    """The places of all maxima, and how high they stand in levels."""
    grey = 255 * gaussian_filter(image.mean(axis=-1), width)
    height = grey - np.median(grey)
    found = peak_local_max(height, min_distance=2, threshold_abs=1, exclude_border=4)
    return found, height[tuple(found.T)]


def alone(these, those):
    """Which of these have none of those within two pixels."""
    return KDTree(those).query(these)[0] > 2


found, height = sources(sky / 255)
truth, faint = found[height > 12], found[height > 8]
print(len(truth), "sources in the undamaged sky")

# %% [markdown]
# We do it in three draws of the noise, with detectors of three widths.
#
# **Predict:** after which method are fewest lost? Is the order that of PSNR?

# %% jupyter={"outputs_hidden": true}
draws = [{name: srlib.upscale(noise(sky, seed=seed), method, 1) for name, method in methods.items()} for seed in range(3)]
widths, lost = (1, 1.25, 1.5), {}
print("lost, mean (range)  ", *(f"{f'{width} pixels':>16}" for width in widths))
for name in methods:
    for width in widths:
        lost[name, width] = []
        for made in draws:
            found, height = sources(made[name], width)
            level = np.sort(height[alone(found, faint)])[-11]  # ten that are invented stand higher
            lost[name, width].append(int(alone(truth, found[height > level]).sum()))
    told = [f"{np.mean(n):.0f} ({min(n)} to {max(n)})" for n in (lost[name, width] for width in widths)]
    print(f"{name:9} {srlib.psnr(draws[0][name], sky):7.2f} dB", *(f"{words:>16}" for words in told))

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# No. It hangs on the detector more than on the method. To a narrow one, noise makes many false peaks, and a restoration seems to help much. A detector that smooths a little more does that work itself.
#
# </details>
#
# Each method with the width that suits it best:

# %%
best = {name: min(np.mean(lost[name, width]) for width in widths) for name in methods}
print(", ".join(f"{name} {count:.0f}" for name, count in best.items()), "lost")
assert best["nothing"] < best["repair"] + 10 and np.mean(lost["nothing", 1]) > 2 * best["nothing"]

# %% [markdown]
# Here no restoration finds more than a detector of the right width finds in the noise itself. The spread is wide: one draw, or one width, could have shown another order.
#
# ## Why a doctor or a court must not rely on it
#
# A restoration answers "what is probable, given my training images?". A doctor asks "what is there, in this patient?". What is rare is improbable, and where it was, the restored image shows no gap. To use one all the same,
#
# - **ask the task:** count dots or sources, with it and without,
# - **plant what you know**, down to the faintest that matters, in images from the very device,
# - **let readers judge blindly** many cases of known outcome,
# - **keep the original** beside the restored image.
#
# ## Exercise
#
# 1. [08a Is it still there?](exercises/08a_contrast.ipynb) and [08b Lost and invented](exercises/08b_sources.ipynb): both measures, 08b's stricter: there a detection serves one source.
# 2. Train against noise on the sample's retina. Are more dots found? That image is a piece of the one you judge on. What is that called?
#
# ## Recap
#
# - The same network repairs whatever you can imitate: change the degradation, and nothing else.
# - It knows its own degradation. On another it can do harm, and where there is none it costs a little.
# - PSNR is a mean over pixels. It rose by many decibels while faint dots became harder to find.
# - What a restoration may be used for is settled by the task, measured on the device.
#
# ## Further reading
#
# - K. Zhang et al., "Beyond a Gaussian denoiser: residual learning of deep CNN for image denoising" (DnCNN), IEEE TIP 26(7), 2017, [arXiv:1608.03981](https://arxiv.org/abs/1608.03981): one network for three tasks.
# - A. Buades, B. Coll, J.-M. Morel, "A non-local algorithm for image denoising", CVPR 2005: non-local means.
# - V. Antun et al., "On instabilities of deep learning in image reconstruction and the potential costs of AI", PNAS 117(48), 2020, [arXiv:1902.05300](https://arxiv.org/abs/1902.05300): small things lost, in medical imaging.
# - J. P. Cohen, M. Luck, S. Honari, "Distribution matching losses can hallucinate features in medical image translation", MICCAI 2018, [arXiv:1805.08841](https://arxiv.org/abs/1805.08841): tumours invented and removed.
#
# Images: M. Häggström (retina, CC0), the Center for Microscopy and Molecular Imaging (tissue), NASA (sky, astronaut), by way of scikit-image.
#
# Next: [09 Sharp or true](09_sharp_or_true.ipynb), what it costs to look sharp.
