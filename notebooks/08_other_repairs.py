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
# *40 minutes, of which the computer works for about three. You should know how a network is trained ([03 Autoencoder](03_autoencoder.ipynb)) and judged ([04 Results](04_results.ipynb)).*
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

# %%
import numpy as np
import skimage.data
from scipy.ndimage import gaussian_filter
from skimage.feature import peak_local_max
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle, richardson_lucy

import srlib

everything = srlib.load_images("sample", split="train")
street = [name not in ("retina", "immunohistochemistry", "hubble") for name in everything.names]
train = everything[street] + srlib.load_images("dead_leaves", count=60)
validation = srlib.load_images("sample", split="validation")
print(sum(street), "of", len(everything), "training photographs, with 60 dead leaves;", len(validation), "validation photographs")

# %% [markdown]
# The training split also holds a retina, a tissue section and a piece of sky. We leave these out: our networks are to learn from everyday photographs alone, as `repair` did, which we judge in the second half.
#
# ## Three damages
#
# A degradation without a `Downscale` has scale 1: the image keeps its size, and is only spoilt. We take three.

# %%
damages = {
    "noise": srlib.Degradation(srlib.Noise(15)),
    "blur": srlib.Degradation((srlib.Blur(1.5), srlib.Noise(2))),
    "JPEG": srlib.Degradation(srlib.Jpeg(30)),
}
portrait = validation["astronaut"]
spoilt = {name: damage(portrait, seed=0) for name, damage in damages.items()}
for name, damage in damages.items():
    print(f"{name:5} {damage}, scale {damage.scale}: {srlib.psnr(spoilt[name], portrait):.2f} dB")

# %% [markdown]
# Noise of 15 levels is about what a sensor gives in a dim room, before a telephone's program smooths it. The blur is that of a poor lens, before a sensor with a little noise. JPEG at quality 30 is an image that was passed around. The first of them by hand:

# %%
rng = np.random.default_rng(0)
by_hand = np.clip(portrait / 255 + rng.normal(0, 15 / 255, portrait.shape), 0, 1)
print(f"largest difference from srlib.Noise: {np.abs(by_hand - spoilt['noise']).max():.6f}")
assert np.allclose(by_hand, spoilt["noise"], atol=1e-5)
srlib.show.zoom(portrait, spoilt, box=(44, 84, 88), size=2.4)

# %% [markdown]
# Noise covers the skin with grain, and leaves the edges where they are. Blur takes the lashes and the teeth. JPEG keeps both, and puts squares on the cheek and a rim of specks around the mouth. (The numbers beneath are of the square alone.)
#
# ## One recipe
#
# The network is that of lesson 05 at scale 1, for all three colours: convolutions find what is missing, and the input is added. Its last layer starts at zero, so an untrained network does nothing. *Doing nothing* is our first baseline. At scale 1 bicubic interpolation changes nothing, so we write `"bicubic"` for it.

# %%
network = srlib.build_model("subpixel", 1, width=16, blocks=2)
print(f"{network.count_params():,} parameters")
print(f"untrained, it changes an image by {np.abs(srlib.upscale(portrait, network) - portrait / 255).max():.4f}")
assert np.array_equal(srlib.upscale(portrait, network), srlib.upscale(portrait, "bicubic", 1))

# %% [markdown]
# **Predict:** the network learns each of the three for half a minute. For which damage will it gain most decibels? Will it beat methods that people have refined for decades?

# %%
STEPS = 800  # about half a minute for each on two cores


def learn(damage):
    network = srlib.build_model("subpixel", 1, width=16, blocks=2)
    srlib.fit(network, train, degradation=damage, steps=STEPS, batch_size=8, patch_size=48, learning_rate=2e-3, seed=0)
    return network


trained = {name: learn(damage) for name, damage in damages.items()}
print("trained against", ", ".join(trained))

# %% [markdown]
# Nothing but the degradation changed.
#
# ## Baselines that could win
#
# Each damage has a classical rival, and two of them are told what a stranger would not know:
#
# - **Noise: non-local means** averages similar small patches around every pixel. It is told the noise's deviation.
# - **Blur: Richardson-Lucy**, known from astronomy, asks again and again which image would have given this one through that kernel. It is told the kernel: what becomes of one point of light.
# - **JPEG: total variation** looks for an image near the given one in which the sum of all differences between neighbours is small, and so smooths the blocks. It is told nothing.
#
# Their settings were the best of several that we tried *on the validation images*, which favours them.

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
# A function from (1, h, w, 3) to the same shape is a method like any other: `srlib.evaluate` takes it.

# %% tags=["nbval-ignore-output"]
# not compared: the last digits of a training depend on the processor
baselines = {"noise": nl_means, "blur": lucy, "JPEG": total_variation}
tables = {}
for name, damage in damages.items():
    methods = {"nothing": "bicubic", "baseline": baselines[name]} | {f"trained on {other}": trained[other] for other in damages}
    tables[name] = srlib.evaluate(methods, validation, damage)
for method in methods:
    print(f"{method:17}", *(f"{name} {tables[name].mean(method):5.2f} dB  " for name in damages))

# %%
own = {name: tables[name].mean(f"trained on {name}") for name in damages}
gain = {name: own[name] - tables[name].mean("nothing") for name in damages}
ahead = {name: own[name] - tables[name].mean("baseline") for name in damages}
foreign = tables["noise"].mean("trained on blur") - tables["noise"].mean("nothing")
swapped = tables["JPEG"].mean("trained on noise") - own["JPEG"]
claims = {
    "over doing nothing it gains more than 4 dB (noise), 2 dB (blur), 0.1 dB (JPEG)": gain["noise"] > 4 and gain["blur"] > 2 and gain["JPEG"] > 0.1,
    "against noise and blur it is more than 0.1 dB ahead of the baseline": min(ahead["noise"], ahead["blur"]) > 0.1,
    "against JPEG the two are within 0.4 dB of each other": abs(ahead["JPEG"]) < 0.4,
    "what was trained on noise does as well against JPEG, within 0.4 dB": abs(swapped) < 0.4,
    "what was trained on blur makes noise worse, by more than 2 dB": foreign < -2,
}
print("\n".join(f"{claim}: {holds}" for claim, holds in claims.items()))
assert all(claims.values())

# %% [markdown]
# <details>
# <summary>What came of it</summary>
#
# Noise gives most: it is independent from pixel to pixel, and the image is not. Blur gives less, for what it took below the noise is gone. JPEG gives least. Its errors look like detail, and in half a minute the network learns little more than to smooth. Total variation, which has learnt nothing, does as well or better; so does the network trained on noise.
#
# </details>
#
# The network trained on blur takes noise for blurred detail, and ruins the image.

# %%
rows = {"damaged": [], "baseline": [], "network": []}
for name in damages:
    rows["damaged"].append(spoilt[name])
    rows["baseline"].append(srlib.upscale(spoilt[name], baselines[name], 1))
    rows["network"].append(srlib.upscale(spoilt[name], trained[name]))
part = np.s_[44:132, 84:172]
srlib.show.compare([portrait[part]] * 3, {name: [image[part] for image in made] for name, made in rows.items()}, size=2.3)

# %% [markdown]
# Noise above, blur in the middle, JPEG below. Non-local means makes the skin porcelain; the network leaves a faint mottling, and more of the wrinkles. Against blur both sharpen the sensor's noise along with the face, so that the skin is grainy. In the last row the squares are gone, with the pores.
#
# ## One network for several damages
#
# A photograph does not say what happened to it. The shipped network `repair` was trained longer, on more photographs and on a mixture: noise of several kinds up to 20 levels, JPEG from 30 to 95, a slight blur of at most 0.8 pixels, or nothing. **Predict:** where does it beat the baselines? What does it do to an image that nothing happened to?

# %%
repair = srlib.load_model("repair")
cases = damages | {"noise, JPEG": srlib.Degradation((srlib.Noise(15), srlib.Jpeg(60)))}
baselines["noise, JPEG"] = lambda batch: total_variation(batch, weight=0.02)
print(f"{repair.count_params():,} parameters\n{'':12} nothing  baseline  repair")
gains = {}
for name, damage in cases.items():
    table = srlib.evaluate({"nothing": "bicubic", "baseline": baselines[name], "repair": repair}, validation, damage)
    gains[name] = table.mean("repair") - table.mean("nothing")
    print(f"{name:12} {table.mean('nothing'):7.2f} {table.mean('baseline'):9.2f} {table.mean('repair'):7.2f} dB")
clean = srlib.psnr(srlib.upscale(validation.images, repair), validation.images)
print(f"undamaged images, put through it: {clean:.2f} dB")
assert gains["noise, JPEG"] > 1.5 and gains["noise"] > 4 and gains["blur"] < 1

# %% [markdown]
# <details>
# <summary>What came of it</summary>
#
# It beats the baselines on noise, on JPEG and on both together. The strong blur was not in its mixture: there it gains next to nothing, where Richardson-Lucy gains three decibels. And it changes an undamaged image, which doing nothing would leave perfect.
#
# </details>
#
# ## The retina, the tissue and the sky
#
# `repair` learnt from streets, animals and flowers. Noise is noise, one might say: why not use it on an eye, a microscope or a telescope? Three such images travel with scikit-image. We add noise of 15 levels. **Predict:** how does the network do on them, beside non-local means and a plain Gaussian?

# %%
def smooth(batch):
    return gaussian_filter(batch, (0, 1, 1, 0))


retina = skimage.data.retina()[420:932, 300:812]
sky = skimage.data.hubble_deep_field()[176:688, 244:756]  # the Hubble eXtreme Deep Field
others = srlib.ImageSet(np.stack([retina, skimage.data.immunohistochemistry(), sky]), ["retina", "tissue", "sky"])
methods = {"nothing": "bicubic", "Gaussian": smooth, "nl-means": nl_means, "repair": repair}
table = srlib.evaluate(methods, others, damages["noise"])
print(table.by_image("psnr"))
assert (table.values("repair") > table.values("nothing") + 4).all()

# %% [markdown]
# By PSNR all is well: each of the three gains many decibels on every image, and the network most.
#
# ## What becomes of a small dark dot?
#
# A **microaneurysm**, a bulge of a capillary, is the first sign of diabetic retinopathy. On a photograph it is a dark dot a few pixels wide. We plant 81 such dots in the healthy retina. The **contrast** of a place is the mean of a disc, minus that of a ring around it. Somebody who looks for dots must allow for false alarms. We allow four in 81: a dot is *found* where its place is darker than all but four of the same places without dots, in another draw of the noise.
#
# **Predict:** after which method are most of the dots found?

# %%
places = [(y, x) for y in range(64, 465, 50) for x in range(64, 465, 50)]
yy, xx = np.mgrid[:512, :512]


def with_dots(image, depth):
    dots = sum(np.exp(-((yy - y) ** 2 + (xx - x) ** 2) / (2 * 1.2**2)) for y, x in places)
    return np.clip(image / 255 - depth / 255 * dots[..., None], 0, 1).astype("float32")


def contrast(image, place, radius=2):
    distance, grey = np.hypot(yy - place[0], xx - place[1]), image.mean(axis=-1)
    ring = (distance > 2 * radius) & (distance <= 3 * radius)
    return grey[distance <= radius].mean() - grey[ring].mean()


def contrasts(image):
    return np.array([contrast(image, place) for place in places])


# %%
noise = damages["noise"]
healthy = {name: contrasts(srlib.upscale(noise(retina, seed=2), method, 1)) for name, method in methods.items()}
limit = {name: np.quantile(values, 0.05) for name, values in healthy.items()}
found = {name: [] for name in methods}
print("depth    ", *(f"{name:>19}" for name in methods))
for depth in (5, 10, 20, 40):
    true, told = with_dots(retina, depth), []
    for name, method in methods.items():
        made = srlib.upscale(noise(true, seed=1), method, 1)
        found[name].append(int((contrasts(made) < limit[name]).sum()))
        told.append(f"{srlib.psnr(made, true):5.2f} dB, {found[name][-1]:2} found")
    print(f"{depth:2} levels ", *(f"{words:>19}" for words in told))
for best_by_psnr in ("nl-means", "repair"):
    assert all(found[best_by_psnr][i] < found[other][i] - 9 for i in (1, 2) for other in ("nothing", "Gaussian"))

# %% [markdown]
# <details>
# <summary>What came of it</summary>
#
# After doing nothing, and after the plain Gaussian. The two that are best by PSNR are the worst here: of the dots of 10 levels, non-local means leaves 14 to be found and the network 22, where 39 were found in the noise. PSNR hardly moves from row to row: the dots are less than a hundredth of the pixels.
#
# </details>
#
# Read the columns downwards. Strong dots are found after every method. A Gaussian takes the same share from every dot. The network and non-local means decide what is noise, and a faint dot is like it. The faint ones matter most, for they come first.

# %%
true = with_dots(retina, 30)
noisy = noise(true, seed=1)
made = {name: srlib.upscale(noisy, method, 1) for name, method in methods.items() if name != "Gaussian"}
srlib.show.zoom(true, made, box=(205, 205, 68), size=2.5)

# %% [markdown]
# Four dots of 30 levels, one near each corner. In the noise the eye finds one, at the lower right. Non-local means leaves a speck of that one. The network, which has the best PSNR, keeps it, and a faint shadow of another. Two are gone, and nothing shows where they were.
#
# ## What becomes of a faint galaxy?
#
# In the sky we count. A **source** is a local maximum that stands above the background by some level, after the smoothing with which a detector begins. The true list has all that stand 12 levels high in the undamaged image. A source is *lost* where the restored image has none within two pixels. One is *invented* where the undamaged image has nothing that is even 8 levels high.
#
# A low level finds more, and invents more. So every method gets a level of its own: the lowest with at most ten invented. **Predict:** is the order that of PSNR?

# %%
def sources(image, level):
    grey = 255 * gaussian_filter(image.mean(axis=-1), 1)
    return peak_local_max(grey - np.median(grey), min_distance=2, threshold_abs=level, exclude_border=4)


def alone(these, those):
    """Which of these have none of those within two pixels."""
    return np.linalg.norm(these[:, None] - those[None], axis=-1).min(axis=1) > 2


truth, faint = sources(sky / 255, 12), sources(sky / 255, 8)
print(len(truth), "sources in the undamaged sky")
made = {name: srlib.upscale(noise(sky, seed=0), method, 1) for name, method in methods.items()}
lost = {}
for name, image in made.items():
    levels = np.arange(4, 40, 0.5)
    level = next(level for level in levels if alone(sources(image, level), faint).sum() <= 10)
    lost[name] = alone(truth, sources(image, level))
    print(f"{name:9} {srlib.psnr(image, sky):5.2f} dB, level {level:4.1f}: {lost[name].sum():3} lost")
assert lost["Gaussian"].sum() + 50 < lost["nl-means"].sum() and lost["repair"].sum() + 100 < lost["nothing"].sum()

# %% [markdown]
# <details>
# <summary>What came of it</summary>
#
# No. Noise makes false peaks, so without a restoration the level must be high, and most are lost. The Gaussian, one line and far behind by PSNR, loses fewest. The network comes near it. Non-local means has more decibels than the Gaussian, and loses almost twice as many sources.
#
# </details>

# %%
gone = truth[lost["repair"] & ~lost["Gaussian"]]
inside = gone[(gone.min(axis=1) > 32) & (gone.max(axis=1) < 480)]
near = [(np.abs(gone - place).max(axis=1) < 24).sum() for place in inside]
y, x = inside[int(np.argmax(near))]
print(f"{len(gone)} are lost by the network and not by the Gaussian; most are near row {y}, column {x}: {max(near)}")
bright = [np.clip(3 * image[y - 24 : y + 24, x - 24 : x + 24], 0, 1) for image in (sky / np.float32(255), *made.values())]
figure = srlib.show.images(bright, ["undamaged", *made], columns=5, size=2.3)
rows, columns = (gone - (y, x) + 24).T
for axes in figure.axes:
    axes.scatter(columns, rows, s=250, facecolors="none", edgecolors="white")
    axes.set(xlim=(-0.5, 47.5), ylim=(47.5, -0.5))
figure

# %% [markdown]
# All are drawn three times as bright, at the place where most of these lie together. The circles mark sources that the detector finds after the Gaussian and misses after the network. Some are still there for the eye, but fainter than the detector can trust.
#
# ## Why a doctor or a court must not rely on it
#
# A restoration answers "what is probable, given my training images?". A doctor asks "what is there, in this patient?". One looks for what is rare, and what is rare is improbable. Where a dot was, the restored image shows no gap, so its reader cannot know. The same holds for a face in a surveillance recording and a vehicle in a satellite image.
#
# How would one check, if one wanted to use it all the same?
#
# - **Ask the task, not the eye.** Measure what the image is for: dots found, sources counted, cells classified, with and without the restoration.
# - **Plant what you know.** Signals of known size and strength, down to the faintest that matters, in images from *the very device*, with its noise and its compression.
# - **Let readers judge blindly.** In a reader study, doctors read many cases of known outcome, restored or not, and one compares their errors.
# - **Keep the original.** The restored image stands beside the measured one, never in its place, and says that it was restored.
#
# ## Exercise
#
# 1. [08a Is it still there?](exercises/08a_contrast.ipynb) and [08b Lost and invented](exercises/08b_sources.ipynb), with checks: the two measures of this lesson, in your own hands.
# 2. **Less noise.** Lower the noise in the damage "blur" to 0.2, train again, and compare with 200 iterations of Richardson-Lucy. Who wins, and why?
# 3. **Your own damage.** Try `srlib.Defocus(2)`, `srlib.AnisotropicBlur(3, 0.5, 45)` or a `OneOf` of several. What does a mixture cost against each of its parts?
# 4. **Train on what it is for.** Train against noise on the sample's retina. Are more dots found? That image is a piece of the one you judge on: what is that called?
#
# ## Recap
#
# - What else can the same network repair? Whatever you can imitate: change the degradation, and nothing else.
# - A network knows its own damage. On another it can do harm, and where there is none it costs a little.
# - Half a minute of training beat non-local means and Richardson-Lucy on our validation photographs, and came no further than total variation against JPEG.
# - PSNR is a mean over pixels. It rose by 6 to 14 decibels while faint dots became harder to find, and its order was not the order of the task.
# - What a restoration may be used for is settled by the task, measured on the device.
#
# Back to [00 Start here](00_start_here.ipynb).
#
# ## Further reading
#
# - K. Zhang et al., "Beyond a Gaussian denoiser: residual learning of deep CNN for image denoising" (DnCNN), IEEE Transactions on Image Processing 26(7), 2017: one network for noise, JPEG and super-resolution.
# - A. Buades, B. Coll, J.-M. Morel, "A non-local algorithm for image denoising", CVPR 2005.
# - L. Rudin, S. Osher, E. Fatemi, "Nonlinear total variation based noise removal algorithms", Physica D 60, 1992.
# - W. H. Richardson, "Bayesian-based iterative method of image restoration", Journal of the Optical Society of America 62(1), 1972, and L. B. Lucy, "An iterative technique for the rectification of observed distributions", Astronomical Journal 79(6), 1974: the deconvolution used here.
# - V. Antun et al., "On instabilities of deep learning in image reconstruction and the potential costs of AI", PNAS 117(48), 2020.
# - J. P. Cohen, M. Luck, S. Honari, "Distribution matching losses can hallucinate features in medical image translation", MICCAI 2018.
# - Images: M. Häggström (retina, CC0), the Center for Microscopy and Molecular Imaging (tissue), NASA (the Hubble eXtreme Deep Field, astronaut), by way of scikit-image.
