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
# **The question: can a network that compresses images sharpen them?**
#
# *A core lesson, 40 minutes; it runs for about one minute on two cores. You should know what downscaling loses ([02 Preprocessing](02_preprocessing.ipynb)), and have heard of convolutions.*
#
# Afterwards you will be able to
#
# - build the autoencoder of the original project layer by layer, and say what its code and its skips are for,
# - write a training loop by hand, and say what `fit` does with a batch, a loss, a gradient and a learning rate,
# - turn a plain network into a residual one, and show what that changes.

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

photographs = srlib.load_images("sample", split="train")
validation = srlib.load_images("sample", split="validation")
print(photographs)
print(validation)
reference = srlib.build_model("autoencoder")
print(f"the original project's network has {reference.count_params():,} parameters")

# %% [markdown]
# ## What an autoencoder is
#
# An autoencoder is trained to give back its own input, through a **code** in the middle. The **encoder** writes the code, the **decoder** reads it. The code is to keep what images have in common, and to drop the rest.
#
# The original project bends the idea: the input is the upscaled image, and the output to give is the HR image.
#
# The building block is a 3x3 convolution over all channels, followed by ReLU, which sets negative numbers to zero. A *channel* is one layer of numbers over the image; the image itself has three. The *width* of the network is how many channels its outer convolutions make.
#
# We write in Keras. `layers.Conv2D(width, 3)` makes a convolution, and `(x)` behind it applies it to `x`. `Input((None, None, 3))` stands for an image of any size in three colours, and `Model(a, b)` is the network that leads from `a` to `b`.

# %%
from keras import Input, Model, layers


def conv(x, channels):
    return layers.Conv2D(channels, 3, padding="same", activation="relu")(x)


def encoder(x, width):
    skip_a = conv(conv(x, width), width)  # 128x128
    half = layers.MaxPooling2D()(skip_a)
    skip_b = conv(conv(half, 2 * width), 2 * width)  # 64x64
    quarter = layers.MaxPooling2D()(skip_b)
    return conv(quarter, 4 * width), skip_a, skip_b  # the code: 32x32


# %% [markdown]
# *Max-pooling* keeps the largest of four neighbours, and so halves height and width.
#
# The decoder walks back. `UpSampling2D` repeats every number in a block of four. What pooling has thrown away comes back through the **skips**: the encoder's numbers of the same size are added [Mao et al., 2016].

# %%
def decoder(code, skip_a, skip_b, width):
    x = layers.UpSampling2D()(code)
    x = layers.Add()([conv(conv(x, 2 * width), 2 * width), skip_b])  # 64x64
    x = layers.UpSampling2D()(x)
    return layers.Add()([conv(conv(x, width), width), skip_a])  # 128x128


def plain(width):
    upscaled = Input((None, None, 3))
    features = decoder(*encoder(upscaled, width), width)
    return Model(upscaled, conv(features, 3))


print(f"{plain(width=64).count_params():,} parameters")

# %% [markdown]
# With a width of 64 this is the original project's network, as is `reference`, behind linear upscaling. With the same weights both make the same image:

# %%
by_hand = plain(width=64)
by_hand.set_weights(reference.get_weights())
lr = srlib.downscale(validation[0])
ours = np.clip(by_hand(srlib.upscale(lr, "bilinear")[None])[0], 0, 1)
difference = np.abs(ours - srlib.upscale(lr, reference)).max()
print(f"largest difference {difference:.4f}")
assert by_hand.count_params() == reference.count_params() and difference < 1e-4

# %%
srlib.show.architecture(reference)

# %% [markdown]
# Read it from left to right; [visualkeras](https://github.com/paulgavrikov/visualkeras) draws the boxes. A box is as high as the image, and as thick as its channels are many. The arcs are the skips.
#
# **Predict:** the code has 32x32 pixels of 256 channels. Is that more or fewer numbers than an image of 128x128 in three colours, and how many times?

# %% jupyter={"outputs_hidden": true}
image_numbers, code_numbers = 128 * 128 * 3, 32 * 32 * 256
print(f"image {image_numbers:,} numbers, code {code_numbers:,}: {code_numbers / image_numbers:.1f} times as many")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# The code is larger than the image, so this autoencoder does not compress, and the skips lead around its code anyway. What the small middle brings is a wider view: at a quarter of the size, one 3x3 convolution covers 12x12 pixels of the upscaled image. Lesson 05 counts how far a whole network looks.
#
# </details>
#
# So why should it sharpen? Because it is trained to, on pairs of soft and sharp images.
#
# ## A training step
#
# First the pairs: small squares of the photographs, called *patches*, downscaled and upscaled again.

# %%
rng = np.random.default_rng(0)
corners = [rng.integers(0, 224, (7, 2)) for _ in photographs]  # 7 patches of 32x32 from each photograph
patches = np.stack([image[y : y + 32, x : x + 32] for image, places in zip(photographs, corners) for y, x in places])
patches = rng.permutation(patches)
lr, hr = srlib.make_pairs(patches)
upscaled = srlib.upscale(lr, "bilinear")
print(f"{len(hr)} pairs of {hr.shape[1]}x{hr.shape[2]}, {len(hr) // 8} batches of 8")
print(f"mean absolute error of the upscaled input: {np.abs(upscaled - hr).mean():.3f}")

# %% [markdown]
# A step takes a few pairs, the **batch**. The network makes its output, the *forward* pass. The **loss** says in one number how far that is from the HR patches; ours is the mean absolute error. The **gradient** says for each parameter how the loss changes with it. The step moves each parameter a little against its gradient, and the **learning rate** says how much.
#
# In TensorFlow a *tape* records what is computed, and gives the gradient afterwards. `trainable_variables` are the parameters; `assign` sets one of them.

# %%
import tensorflow as tf


@tf.function  # compiled when first called, and fast from then on
def loss_and_gradient(network, x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.abs(network(x) - y))
    return loss, tape.gradient(loss, network.trainable_variables)


network = plain(width=8)  # small enough for a minute
start = srlib.build_model("autoencoder", width=8, seed=0).get_weights()
network.set_weights(start)
before, gradient = loss_and_gradient(network, upscaled[:8], hr[:8])
for weight, slope in zip(network.trainable_variables, gradient):
    weight.assign(weight - 0.03 * slope)  # 0.03 is the learning rate
after, _ = loss_and_gradient(network, upscaled[:8], hr[:8])
print(f"loss of the first batch: {before:.3f} before the step, {after:.3f} after it")
assert after < before

# %% [markdown]
# Training repeats the step. One pass through all pairs is an **epoch**. Instead of this plain move we use the optimizer *Adam*, which adapts the size of the move to each parameter [Kingma and Ba, 2015]. `build` tells it the parameters, `apply` moves them by their gradients.

# %%
import keras


def train_by_hand(network, rate, epochs=3):
    optimizer, losses = keras.optimizers.Adam(rate), []
    optimizer.build(network.trainable_variables)
    move = tf.function(optimizer.apply)  # compiled, too
    for _ in range(epochs):
        for i in range(0, len(hr), 8):
            loss, gradient = loss_and_gradient(network, upscaled[i : i + 8], hr[i : i + 8])
            move(gradient)
            losses.append(float(loss))
    return losses


network.set_weights(start)
losses = {"0.003": train_by_hand(network, rate=0.003)}
means = np.reshape(losses["0.003"], (3, 21)).mean(axis=1)
print(f"{len(losses['0.003'])} steps; mean loss of the first epoch {means[0]:.2f}, of the last {means[2]:.2f}")

# %% [markdown]
# Keras has this loop built in: `compile` takes the optimizer and the loss, `fit` the pairs. `srlib.fit` calls both, and adds random patches from whole photographs, a learning rate that falls, scores on validation images and a record. Here most of that is switched off.

# %% tags=["nbval-ignore-output"]
# not compared: the last digits of a training depend on the processor
network.set_weights(start)
network.compile(optimizer=keras.optimizers.Adam(0.003), loss="mae")
by_keras = network.fit(upscaled, hr, batch_size=8, epochs=3, shuffle=False, verbose=0).history["loss"]
model = srlib.build_model("autoencoder", width=8, seed=0)
recipe = srlib.Recipe(steps=63, validate_every=21, batch_size=8, patch_size=32, learning_rate=0.003, schedule="constant", augment=False)
by_srlib = srlib.fit(model, patches, recipe).loss
print("mean loss of the epoch   by hand   compile, fit   srlib.fit")
for epoch, row in enumerate(zip(means, by_keras, by_srlib), 1):
    print(f"{epoch:22}   {row[0]:7.4f}   {row[1]:12.4f}   {row[2]:9.4f}")
assert np.allclose(means, by_keras, rtol=0.05) and by_srlib[2] < by_srlib[0]

# %% [markdown]
# The first two see the same batches, and agree. `srlib.fit` draws its own at random; its loss falls alike, and ends somewhat higher.
#
# **Predict:** what happens to the loss with a learning rate a hundred times smaller, and a hundred times larger?

# %% tags=["nbval-ignore-output"] jupyter={"outputs_hidden": true}
# not compared: the last digits of a training depend on the processor
for rate in ("0.00003", "0.3"):
    network.set_weights(start)
    losses[rate] = train_by_hand(network, float(rate))
last = {name: np.mean(values[-21:]) for name, values in losses.items()}
for name, value in last.items():
    print(f"learning rate {name:7}  mean loss of the last epoch {value:.3f}")

# %% jupyter={"outputs_hidden": true}
print(f"mean of the HR patches {hr.mean():.3f}")
assert 2 * last["0.003"] < min(last["0.00003"], last["0.3"])
srlib.show.losses(losses, epoch=21, title="Three learning rates")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# Too small: the line stays where it began. Too large: the first steps overshoot, and the line comes back above where it began. There the loss is the mean of the HR patches: the network makes black. Its ReLUs have *died*: they give zero for every patch, and so have no gradient to come back by. The lines wobble, as every batch holds other patches.
#
# </details>
#
# ## The same network, asked a better question
#
# The upscaled input has a mean error of 0.022, and after three epochs the loss is still above that: the network is further from the HR patches than what it was given.
#
# It must give the whole image, although nearly all of that has arrived. Its convolutions begin as random numbers, and must first learn to copy. He et al. [2016] saw the like in networks for classification: layers do not find it easy to leave alone what is right already.
#
# Their remedy is a skip around the layers, which then give only what is to be added, the **residual**. Kim et al. [2016] put such a skip around a whole super-resolution network, VDSR.

# %%
portrait = validation["astronaut"][112:240, 16:144]  # the collar of a space suit
soft = srlib.upscale(srlib.downscale(portrait), "bilinear")
image, missing = (portrait / 255).std(), (portrait / 255 - soft).std()
print(f"contrast of the image {image:.3f}, of what is missing {missing:.3f}, {image / missing:.1f} times smaller")
srlib.show.plain_and_residual(portrait)

# %% [markdown]
# Follow the arrows down. On the right the skip leads around the network, which is asked for the grey image alone, flat where nothing is missing.
#
# In code these are three changes: the input is added at the end; the last convolution has no ReLU, so that the network can subtract; and its kernel begins at zero.

# %%
def residual(width):
    upscaled = Input((None, None, 3))
    features = decoder(*encoder(upscaled, width), width)
    missing = layers.Conv2D(3, 3, padding="same", kernel_initializer="zeros")(features)
    return Model(upscaled, layers.Add()([upscaled, missing]))


ours, shipped = residual(width=16), srlib.load_model("residual_autoencoder_quarter")
ours.set_weights(shipped.get_weights())
difference = np.abs(np.clip(ours(soft[None])[0], 0, 1) - srlib.upscale(srlib.downscale(portrait), shipped))
print(f"parameters: plain {plain(16).count_params():,}, residual {ours.count_params():,}")
print(f"largest difference from srlib's: {difference[32:-32, 32:-32].max():.4f}, at the border {difference.max():.2f}")
assert difference[32:-32, 32:-32].max() < 1e-4

# %% [markdown]
# Not one parameter more. The border differs: srlib's residual network continues the image there by its mirror image, ours and the plain network by zeros.
#
# **Predict:** look at the code again. Before it has trained at all, is each network below linear upscaling, equal to it, or above?

# %% jupyter={"outputs_hidden": true}
photograph, networks = validation[0], {}
for form, name in (("plain", "autoencoder"), ("residual", "residual_autoencoder")):
    networks[form] = srlib.build_model(name, width=16, seed=0)
for form, method in {"linear": "bilinear", **networks}.items():
    sr = srlib.upscale(srlib.downscale(photograph), method)
    print(f"{form:9} {srlib.psnr(sr, photograph):5.2f} dB before training")

# %% [markdown]
# <details>
# <summary>After you have run it</summary>
#
# The residual network equals linear upscaling: its last convolution begins at zero, so it adds nothing. The plain one begins with random numbers, more than twenty decibels below.
#
# </details>
#
# > **The original project.** [Its notebook](https://github.com/Divya-Shah/Image-Super-Resolution) trains the plain form. The error, the mean square on the scale of 255, falls from 2937 in the first epoch to 160 in the second.
#
# ## Training both
#
# Both networks, a quarter as wide as the original, now get the same patches in the same order, from photographs and synthetic dead leaves.

# %%
train = photographs + srlib.load_images("dead_leaves", count=200)
recipe = srlib.Recipe(steps=300, batch_size=8, patch_size=48, learning_rate=0.002, validate_every=20)
histories = {form: srlib.fit(network, train, recipe, validation=validation) for form, network in networks.items()}
print(recipe)
srlib.show.curves(histories, title="PSNR on the validation photographs")

# %% [markdown]
# On the left, find the grey line, linear upscaling. The residual network is above it from the first point on; the plain one spends about half its steps below. On the right the losses wobble together, as both see the same patches.
#
# A mean can hide a failure, so here is every photograph.

# %% tags=["nbval-ignore-output"]
# not compared: the last digits of a training depend on the processor
methods = {"linear": "bilinear", "bicubic": "bicubic", "lanczos": "lanczos", **networks}
table = srlib.evaluate(methods, validation)
print(table.by_image("psnr"))
mean = {name: table.mean(name) for name in methods}
print(f"residual over plain {mean['residual'] - mean['plain']:+.2f} dB, over lanczos {mean['residual'] - mean['lanczos']:+.2f} dB")
assert mean["residual"] - mean["plain"] > 0.5 and mean["residual"] - mean["lanczos"] > 0.1
assert mean["plain"] < mean["bicubic"]

# %% [markdown]
# The plain network has not reached bicubic upscaling, which learns nothing. The residual one is about a quarter of a decibel above Lanczos, the strongest of the three.
#
# The two differ in the three changes, which belong together, and in their borders, which matter little: 0.04 dB in the table of lesson 05, `srlib.ablation_results()`.

# %%
lr = srlib.downscale(portrait)
made = {name: srlib.upscale(lr, methods[name]) for name in ("lanczos", "plain", "residual")}
srlib.show.zoom(portrait, made, box=(20, 32, 64), size=1.8)

# %% [markdown]
# Look at the edge of the collar, then at the black cloth. The plain network paints it all anew; the residual one leaves the cloth alone. The error, dark where it is large:

# %%
srlib.show.errors(portrait, made, size=2.1)

# %% [markdown]
# Lanczos errs along the edges, the plain network on flat areas too. Last, what the residual network adds, beside what is missing, both around grey:

# %%
linear = srlib.upscale(lr, "bilinear")
added, missing = made["residual"] - linear, portrait / 255 - linear
panels = [np.clip(0.5 + 4 * part, 0, 1).astype("float32") for part in (missing, added)]
agreement = np.corrcoef(missing.ravel(), added.ravel())[0, 1]
print(f"correlation of what is missing and what is added: {agreement:.1f}")
assert agreement > 0.5
srlib.show.images(panels, ["what is missing (4 times)", "what the network adds (4 times)"], columns=2, size=3.0)

# %% [markdown]
# The network finds the strong outlines, with the right sign: a bright line beside a dark one. The finest texture it leaves out: a wrong guess at a thread would cost more than none.
#
# ## Exercise
#
# 1. **Without skips.** Leave the two additions out of `decoder`. How does the number of parameters change, and which detail can no longer get through?
# 2. **Longer.** Train both for 3,000 steps, some minutes. Does the gap close? Lesson 04 scores two that had 5,000.
# 3. **Judge.** The original's last convolution has a ReLU. Why must the residual network's not have one?
#
# ## Recap
#
# - An autoencoder has an encoder, a code and a decoder; this one's code is larger than the image.
# - A step is a batch, a loss, its gradient and a move against it. The learning rate decides whether that leads anywhere.
# - Asked for the whole image, a network first learns to copy. Asked for the residual, it starts at the upscaled image.
# - So, can a network that compresses images sharpen them? This one does not compress. It sharpens because it is trained to, and in 300 steps only the residual form passed bicubic upscaling, which learns nothing.
#
# ## Further reading
#
# - G. Hinton, R. Salakhutdinov, [*Reducing the dimensionality of data with neural networks*](https://doi.org/10.1126/science.1127647), Science 313, 2006: codes that do compress.
# - X.-J. Mao, C. Shen, Y.-B. Yang, [*Image restoration using very deep convolutional encoder-decoder networks with symmetric skip connections*](https://arxiv.org/abs/1603.09056), NIPS 2016: RED-Net, where the added skips come from.
# - K. He, X. Zhang, S. Ren, J. Sun, [*Deep residual learning for image recognition*](https://arxiv.org/abs/1512.03385), CVPR 2016: why layers should learn residuals.
# - J. Kim, J. K. Lee, K. M. Lee, [*Accurate image super-resolution using very deep convolutional networks*](https://arxiv.org/abs/1511.04587), CVPR 2016: VDSR, one skip around the whole network.
# - D. Kingma, J. Ba, [*Adam: a method for stochastic optimization*](https://arxiv.org/abs/1412.6980), ICLR 2015: the optimizer used here.
#
# Next: [04 Results](04_results.ipynb).
