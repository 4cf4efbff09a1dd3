"""The reference system, the way it works: the network of 64 channels, fed with float arrays of all images.

Written from its description, not from its code. In its favour: its arrays are filled in place instead of being gathered
in lists, it trains on [0, 1], and it may be scored at any moment.
"""

import cv2
import keras
import numpy as np
from keras import layers


def network(width: int = 64):
    """Upscaled image (N, H, W, 3) -> image; H and W multiples of 4. 1,110,403 parameters at a width of 64."""

    def conv(x, channels):
        return layers.Conv2D(
            channels, 3, padding="same", activation="relu", kernel_regularizer=keras.regularizers.L1(10e-10)
        )(x)

    large = keras.Input((None, None, 3))
    skip_a = conv(conv(large, width), width)
    skip_b = conv(conv(layers.MaxPooling2D()(skip_a), 2 * width), 2 * width)
    code = conv(layers.MaxPooling2D()(skip_b), 4 * width)
    x = conv(conv(layers.UpSampling2D()(code), 2 * width), 2 * width)
    x = layers.Add()([x, skip_b])
    x = conv(conv(layers.UpSampling2D()(x), width), width)
    x = layers.Add()([x, skip_a])
    return keras.Model(large, conv(x, 3))


def pairs(images, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Upscaled and true images, ``float32`` (N, H, W, 3) in [0, 1], one OpenCV call after the other.

    Parameters
    ----------
    images : iterable of ndarray of uint8 (H, W, 3)
        All of one size; each is let go once it is in the array.
    count : int
    """
    low = high = None
    for i, image in enumerate(images):
        height, width = image.shape[:2]
        if high is None:
            low, high = (np.empty((count, height, width, 3), np.float32) for _ in range(2))
        high[i] = image
        high[i] /= 255
        small = cv2.resize(high[i], (width // 2, height // 2), interpolation=cv2.INTER_LINEAR)
        cv2.resize(small, (width, height), dst=low[i], interpolation=cv2.INTER_LINEAR)
    return low, high


def as_method(model):
    """The network as :func:`srlib.upscale` takes one: small image in, upscaled by OpenCV first."""

    def method(small, training=False):
        small = np.asarray(small, np.float32)
        height, width = small.shape[1:3]
        large = [cv2.resize(x, (2 * width, 2 * height), interpolation=cv2.INTER_LINEAR) for x in small]
        return model(np.stack(large), training=training)

    return method
