"""The networks: one builder a file, registered by name, each reads like the figure of its paper.

A builder takes the LR image, the scale and its options as keywords with defaults, and returns the SR image, as Keras
tensors: (N, h, w, 3) -> (N, scale*h, scale*w, 3), for any h and w. Decorated with :func:`register_network` it is known to
:func:`srlib.build_model`, also from a file outside this package. A file that is added here is added to the imports below.
"""

from . import autoencoder, edsr, espcn, fsrcnn, srcnn, subpixel  # noqa: F401 (they register their builders)
from .registry import NETWORKS, complete_options, register_network

__all__ = ["NETWORKS", "complete_options", "register_network"]
