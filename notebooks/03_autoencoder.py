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
# # 03 Autoencoder
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/srlib-course/srlib/blob/main/notebooks/03_autoencoder.ipynb)
#
# **The question: can a network that compresses pictures sharpen them?**
#
# *30 minutes, of which the computer trains two to four. You should know what downscaling loses ([02 Preprocessing](02_preprocessing.ipynb)), and have heard
# of convolutions and of training by gradient descent.*
#
# Afterwards you will be able to
#
# - build the autoencoder of the original project layer by layer, and count its parameters,
# - explain what its code, its skips and its residual are for,
# - train it, read its curves, and say why it starts *below* plain interpolation.

# %%
# On Colab this installs the course, and replaces nothing; elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import subprocess

    course = "srlib[colab] @ git+https://github.com/srlib-course/srlib"
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", course], check=True)

# %%
import numpy as np

import srlib

train = srlib.load_images("sample", split="train") + srlib.load_images("dead_leaves", count=200)
held_out = srlib.load_images("sample", split="validation")
print(train)
print(held_out)
reference = srlib.build_model("autoencoder", scale=2)
print(f"the network of the original project has {reference.count_params():,} parameters")

# %% [markdown]
# ## What an autoencoder is
#
# An autoencoder is a network that is asked to give back its own input. That sounds pointless, but there is a catch: in the middle the picture has to pass through a **code** that is smaller than itself.
# The **encoder** writes the code, the **decoder** reads it. To get through, the network must keep what pictures have in common and drop what they do not.
#
# The original project bends this idea a little. The input is the *linearly upscaled* picture, which is soft; the output to give back is the *true* picture, which is sharp. The hope: a network that knows how pictures are
# made will drop the softness on the way through.
#
# ## Building it by hand
#
# The building block is a convolution of 3 by 3 that looks at all channels, followed by ReLU, which sets negative numbers to zero. Here is the encoder. A *channel* is one layer of numbers over the picture: the picture itself has three, red, green and blue. `width` is the number of channels at the top; the original has 64.

# %%
from keras import Input, Model, layers


def conv(x, channels):
    return layers.Conv2D(channels, 3, padding="same", activation="relu")(x)


def encoder(x, width):
    skip_a = conv(conv(x, width), width)  # 128 x 128
    half = layers.MaxPooling2D()(skip_a)
    skip_b = conv(conv(half, 2 * width), 2 * width)  # 64 x 64
    quarter = layers.MaxPooling2D()(skip_b)
    return conv(quarter, 4 * width), skip_a, skip_b  # the code: 32 x 32


# %% [markdown]
# *Max-pooling* keeps the largest of each four numbers, so the height and width are halved. The channels double to make up for some of it.
#
# The decoder walks back. `UpSampling2D` repeats every number in a block of four. What pooling has thrown away comes back through the **skips**: the encoder's own numbers from the same size are *added*.

# %%
def decoder(code, skip_a, skip_b, width):
    x = layers.UpSampling2D()(code)
    x = layers.Add()([conv(conv(x, 2 * width), 2 * width), skip_b])  # 64 x 64
    x = layers.UpSampling2D()(x)
    x = layers.Add()([conv(conv(x, width), width), skip_a])  # 128 x 128
    return conv(x, 3)  # red, green, blue


large = Input((128, 128, 3))
by_hand = Model(large, decoder(*encoder(large, width=64), width=64))
print(f"parameters: {by_hand.count_params():,}")

# %% [markdown]
# That is the network of the original project, parameter for parameter. (The first convolution, for example, has 3 by 3 by 3 weights for each of its 64 filters, and 64 biases: 1,792.) `build_model("autoencoder")` gives the same one with linear upscaling as its first layer, so that it takes the *small* picture of any size. From here on we use that.

# %%
for layer in by_hand.layers[1:4]:
    print(layer.name.split("_")[0], layer.count_params())
assert reference.count_params() == by_hand.count_params() == 1_110_403

# %%
srlib.show.architecture(reference)

# %% [markdown]
# Read the drawing from left to right. The height and depth of a box are those of the picture, its thickness is the number of channels. The thick blue box in the waist is the code. The dark boxes are the additions where the skips arrive.
#
# **Think:** the code has 32 by 32 pixels with 256 channels. How many numbers is that, compared with the 128 by 128 by 3 of the picture?

# %%
image_numbers, code_numbers = 128 * 128 * 3, 32 * 32 * 256
print(f"image {image_numbers:,} numbers, code {code_numbers:,}: {code_numbers / image_numbers:.1f} times as many")

# %% [markdown]
# The code is *larger* than the picture. This autoencoder does not compress at all, and even if it did, the skips lead around the code. So the story of "restoring by compressing" is not what happens here. What the narrow middle really brings is *reach*: a 3 by 3 convolution on a picture of a quarter of the size sees 12 by 12 pixels of the large one.
#
# Why, then, should this network sharpen anything? Because it is trained to, on pairs of soft and sharp pictures. The shape helps, the training does it.

# %% [markdown]
# ## The same network, asked a better question
#
# The autoencoder must paint the whole picture, although its input is already nearly right: the linearly upscaled picture. What if we keep that, and ask only for what is missing?
#
# $$\text{output} = \text{upscaled picture} + \text{network}(\text{upscaled picture})$$
#
# The added part is called the **residual**. We make two changes: the input is added at the very end, and the last convolution may give negative numbers and starts at zero. (A third is small: beyond its border it sees the picture mirrored, and not black.) **Predict:** what does the residual network give before it has trained at all?

# %%
small, true = srlib.make_pairs(held_out[:1])
fresh = {name: srlib.build_model(name, width=16, seed=0) for name in ("autoencoder", "residual_autoencoder")}
linear = srlib.upscale(small, "bilinear")
print(f"{'linear upscaling':22} {srlib.psnr(linear, true):6.2f} dB")
for name, network in fresh.items():
    print(f"{name:22} {srlib.psnr(srlib.upscale(small, network), true):6.2f} dB before training")

# %% [markdown]
# The residual network starts *as* linear upscaling, exactly. The plain one starts as a dark picture in false colours, and has to learn to copy before it can learn to improve. The original project's first epochs (an *epoch* is one pass through all pictures) went into that: its error (the mean of the squares, on the scale from 0 to 255) fell from 2937 in the first to 160 in the second.
#
# ## Training both
#
# A training step takes a few random crops (a *batch*), compares the output with the truth, and moves each parameter a little in the direction in which the error, the *loss*, falls. `fit` does this; it also downscales the pictures, flips and turns the crops, and scores the network on the held-out photographs twenty times on the way (the *validation*).
#
# For the sake of your time both networks have a quarter of the original's channels, 70,243 parameters. They get the same pictures, the same crops in the same order, the same number of steps. The loss is the mean absolute error; the original used the mean *squared* error, which lets the few hardest
# edges decide.
#
# If you have an hour, set `STEPS` to 20,000. The gap between the two then narrows, but stays: after 5,000 steps, with twice as many dead leaves, ours had 28.7 and 29.0 dB on these photographs.

# %%
STEPS = 1000  # one to two minutes for each network on two cores
settings = dict(steps=STEPS, batch_size=8, patch_size=64, loss="mae", validation=held_out, seed=0)
histories = {}
for name in fresh:
    fresh[name] = srlib.build_model(name, width=16, seed=0)  # anew, so that this cell can be run again
    histories[name] = srlib.fit(fresh[name], train, **settings)
    print(f"{name}: {histories[name].step[-1]} steps, validated {len(histories[name].step)} times")

# %% tags=["nbval-ignore-output"]
# not compared: the last digits of a training, and its time (here on a busy machine), depend on the processor
for history in histories.values():
    print(history, f"{history.seconds[-1]:.0f} s")

# %%
srlib.show.curves(histories)

# %% [markdown]
# Look at the left-hand figure first. The residual network is above the grey line of linear upscaling from its first validation on. The plain one spends a third of its steps below it, learning to copy, and never catches up with the other.
#
# On the right, the training loss wobbles, because every stretch of steps sees other crops. Both networks see the same ones, so they wobble together.
#
# ## Every held-out photograph
#
# A mean can hide a failure, so here is each validation photograph by itself, with bicubic upscaling beside the networks.

# %% tags=["nbval-ignore-output"]
# not compared: the last digits of a training depend on the processor
methods = {"linear": "bilinear", "bicubic": "bicubic", "plain": fresh["autoencoder"], "residual": fresh["residual_autoencoder"]}
table = srlib.evaluate(methods, held_out)
print(table.by_image("psnr"))
gain = table.values("residual") - table.values("bicubic")
print("photographs where the residual network is behind bicubic:", [name for name, g in zip(held_out.names, gain) if g < 0])

# %% [markdown]
# The exact digits differ from one processor to the next, so we state what we claim as conditions. If one of them fails on your machine, we would like to know.

# %%
mean = {name: table.mean(name) for name in methods}
print("residual beats plain by at least 0.3 dB:", mean["residual"] - mean["plain"] >= 0.3)
print("residual beats bicubic by at least 0.3 dB:", mean["residual"] - mean["bicubic"] >= 0.3)
print("plain beats linear, and is within 0.6 dB of bicubic:", mean["plain"] > mean["linear"] and abs(mean["plain"] - mean["bicubic"]) < 0.6)
print("residual is ahead of bicubic on most photographs:", bool((gain > 0).mean() > 0.5))
assert min(mean["residual"] - mean["plain"], mean["residual"] - mean["bicubic"]) >= 0.3

# %% [markdown]
# On our machine the plain autoencoder is 1.2 dB ahead of linear upscaling on the mean, but no more than 0.2 dB ahead of bicubic, which needs no training. The residual one, with as many parameters, is 0.85 dB ahead of bicubic, and ahead on every photograph.
#
# It gains most on the portrait and least on the reeds (`path`), where downscaling has left little to go by. And the network begins from *linear* upscaling, so it has to learn first what bicubic has for free.

# %%
portrait = held_out["astronaut"][112:240, 16:144]  # the collar of a space suit
seen = srlib.downscale(portrait)
made = {name: srlib.upscale(seen, method) for name, method in methods.items()}
srlib.show.zoom(portrait, made, box=(20, 32, 64))

# %% [markdown]
# Compare *plain* with *residual* (the numbers beneath are those of the marked square alone). The plain network is better than bicubic at the edge of the collar, and yet its SSIM is lower: the black cloth, which is easy, is slightly off, because it is painted from scratch. The residual network leaves flat areas alone and works on the edges. The next figure shows that directly: dark means wrong.

# %%
srlib.show.errors(portrait, made, size=2.0)

# %% [markdown]
# For linear and bicubic upscaling the errors trace the edges, and little else. The plain autoencoder is better on the edges, and a little wrong everywhere else: look at the black cloth and at the orange one. On this square its mean error is no smaller than bicubic's. That is what it costs to paint everything from scratch.
#
# ## What the network adds
#
# The residual can be looked at by itself: output minus linear upscaling, drawn around grey.

# %%
added = made["residual"] - made["linear"]
missing = portrait / 255 - made["linear"]
panels = [np.clip(0.5 + 4 * part, 0, 1).astype("float32") for part in (missing, added)]
agreement = np.corrcoef(missing.ravel(), added.ravel())[0, 1]
print("correlation between what is missing and what the network adds is above 0.5:", bool(agreement > 0.5))
srlib.show.images(panels, ["what is missing (4 times)", "what the network adds (4 times)"], columns=2, size=3.0)

# %% [markdown]
# On the left is the part that linear upscaling lacks, on the right the network's guess at it. It finds the strong outlines, with the right sign: a bright line beside a dark one. The finest texture it leaves out. It cannot know where each thread was, and a wrong guess would cost more than none.
#
# ## Exercise
#
# 1. **Without skips.** Leave the two additions out of `decoder`. How does the number of parameters change, and why? Which detail can no longer get through, and where would you expect to see that?
# 2. **Half the width.** Train the residual network with `width=8`. How many parameters are left, and how many tenths of a decibel does it cost?
# 3. **Judge.** The original's network had a ReLU after the last convolution as well. Why must the residual network not have one?
#
# ## Recap
#
# - An autoencoder has an encoder, a code and a decoder; this one's code is wider than the picture, so it does not compress.
# - Skips carry fine detail around the pooling.
# - Asked for the whole picture, the network first learns to copy. Asked for the residual, it starts at the upscaled picture and only adds.
# - A curve without a baseline says nothing: look for the grey line.
# - So, can a network that compresses pictures sharpen them? This one does not compress; it sharpens because it is trained to. In a minute or two of training, the plain form drew level with bicubic upscaling; only the residual form clearly beat it.
#
# Next: [04 Results](04_results.ipynb).
