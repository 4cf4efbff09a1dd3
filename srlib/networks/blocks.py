"""What several networks are made of: their convolutions, and how they begin and end.

Every convolution here pads its input, so that the output is as large as the input: with zeros, as most papers do, or with
its mirror image.
"""

from functools import partial

from ..backend import keras
from ..layers import MirroredConv2D

conv = partial(keras.layers.Conv2D, padding="same")
relu_conv = partial(keras.layers.Conv2D, padding="same", activation="relu")
mirrored_conv = partial(MirroredConv2D, padding="same")
# For a last convolution whose result is added to the interpolation: the network then starts at the interpolation itself
ZEROS = {"kernel_initializer": "zeros"}
# For layers that hold the image itself, which stay exact when the others are trained in bfloat16: its eight bits are
# enough for what is added to an image, and too few for the image
EXACT = {"dtype": "float32"}
