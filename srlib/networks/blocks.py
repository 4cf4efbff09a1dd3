"""What several networks are made of: their convolutions, and how they begin and end.

Every convolution here pads its input with zeros, so that the output is as large as the input.
"""

from functools import partial

from ..backend import keras

conv = partial(keras.layers.Conv2D, padding="same")
relu_conv = partial(keras.layers.Conv2D, padding="same", activation="relu")
# For a last convolution whose result is added to the interpolation: the network then starts at the interpolation itself
ZEROS = {"kernel_initializer": "zeros"}
# For layers that hold the image itself, which stay exact when the others are trained in bfloat16: its eight bits are
# enough for what is added to an image, and too few for the image
EXACT = {"dtype": "float32"}
