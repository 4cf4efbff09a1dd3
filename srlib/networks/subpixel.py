"""Our own network: residual blocks at the size of the LR image, a sub-pixel step, added to the interpolation.

The shipped networks that score best are of this kind. Lesson 05 (``05_subpixel``) builds it by hand.
"""

from functools import partial

from ..backend import keras
from ..images import check_choice
from ..layers import (
    Equivariant,
    EquivariantConv2D,
    Interpolation,
    Luminance,
    MirroredEquivariantConv2D,
    PixelShuffle,
    WideConv2D,
)
from ..layers.equivariant import ORDERS
from .blocks import EXACT, ZEROS, conv, mirrored_conv
from .registry import register_network

layers = keras.layers


def _convolutions(symmetry, scale, border, wide):
    """Of 3x3: from the image to features, between features, and from features to pixels."""
    mirrored = border == "mirror"

    def equivariant(inputs, outputs, filters, **more):
        shared = Equivariant(inputs, outputs, symmetry=symmetry, scale=scale)
        kind = MirroredEquivariantConv2D if mirrored else EquivariantConv2D
        return kind(filters, 3, padding="same", kernel_constraint=shared, bias_constraint=shared, **more)

    if symmetry == "none":
        plain = partial(mirrored_conv if mirrored else conv, kernel_size=3)
        between = partial(WideConv2D, kernel_size=3, wide=wide, border=border) if wide > 1 else plain
        return [plain, between, plain]
    ends = ("image", "features"), ("features", "features"), ("features", "pixels")
    return [partial(equivariant, *each) for each in ends]


@register_network
def subpixel(
    lr,
    scale,
    *,
    width: int = 32,
    blocks: int = 3,
    expand: int = 1,
    channels: int = 3,
    symmetry: str = "none",
    border: str = "zeros",
    wide: int = 1,
    kernel: str = "bilinear",
):
    """Residual blocks at the size of the LR image, a sub-pixel step [1]_, and the interpolation added at the end.

    Parameters
    ----------
    lr : tensor, (N, h, w, 3)
    scale : int
    width : int
        Channels between the blocks; with a symmetry, a multiple of its group order.
    blocks : int
        Residual blocks, without normalisation [2]_.
    expand : int
        How many times as wide a block is inside [3]_.
    channels : {3, 1}
        With 1 the network sees luminance alone, and adds the same to red, green and blue. Colours are then those of the
        interpolation, and only luminance is restored, as in most papers.
    symmetry : {"none", "d4", "d4_inversion"}
        ``d4``: D4-equivariant convolutions [4]_; turning or mirroring the LR image turns or mirrors the SR image and
        changes nothing else. ``d4_inversion``: the negative of the LR image also gives the negative of the SR image.
        One parameter in 8 or 16 is then free.
    border : {"zeros", "mirror"}
        How convolutions continue their input. With ``zeros``, a network of colours that learnt from few images changes
        saturated ones at the border; with ``mirror`` it does not, and is a little slower.
    wide : int
        How many times as wide the kernels of the blocks are while the network is trained [5]_. What is saved is an
        ordinary network, and costs no more.
    kernel : str
        The interpolation.

    Returns
    -------
    tensor, (N, scale*h, scale*w, 3)

    Raises
    ------
    ValueError
        Other `channels`, `symmetry` or `border`; `wide` with a symmetry; a width that the group order does not divide.

    References
    ----------
    .. [1] W. Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional
       neural network", CVPR 2016 (the sub-pixel step).
    .. [2] B. Lim et al., "Enhanced deep residual networks for single image super-resolution", CVPR Workshops 2017 (residual
       blocks without normalisation).
    .. [3] J. Yu et al., "Wide activation for efficient and accurate image super-resolution", CVPR Workshops 2018 (blocks
       that are wider inside).
    .. [4] T. Cohen, M. Welling, "Group equivariant convolutional networks", ICML 2016.
    .. [5] K. Bhardwaj et al., "Collapsible linear blocks for super-efficient super resolution", MLSys 2022.

    Examples
    --------
    >>> import srlib
    >>> from srlib.models import free_parameters
    >>> model = srlib.build_model("subpixel", width=16, blocks=1, symmetry="d4_inversion")
    >>> model.count_params(), free_parameters(model)
    (6828, 438)
    """
    check_choice(symmetry, ("none", *ORDERS), "symmetry")
    check_choice(border, ("zeros", "mirror"), "border")
    if channels not in (1, 3):
        raise ValueError(
            f"channels is {channels}; expected 3 for the colours, or 1 for luminance alone: leave it out for 3."
        )
    order = ORDERS.get(symmetry, 1)
    if width % order:
        raise ValueError(
            f"width is {width} with the symmetry {symmetry}; expected a multiple of its group order {order}: choose width={max(1, width // order) * order}."
        )
    if wide > 1 and symmetry != "none":
        raise ValueError(
            f"wide is {wide} with the symmetry {symmetry}; expected 1, as a product of equivariant kernels is not made here: leave one of them out."
        )
    first, between, last = _convolutions(symmetry, scale, border, wide)
    x = Luminance()(lr) if channels == 1 else lr
    if symmetry == "d4_inversion":
        x = layers.Rescaling(1.0, offset=-0.5, **EXACT)(x)  # the negative of mid-grey is itself
    x = first(width, activation="relu")(x)  # (N, h, w, width)
    for _ in range(blocks):
        block = between(width)(between(expand * width, activation="relu")(x))
        x = layers.Add()([x, block])
    x = last(channels * scale**2, **ZEROS)(x)  # (N, h, w, channels s s)
    return layers.Add(**EXACT)([Interpolation(scale, kernel)(lr), PixelShuffle(scale)(x)])  # (N, sh, sw, 3)
