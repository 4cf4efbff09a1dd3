"""Images of any size through a few shapes, for JAX, which compiles a network for every shape anew.

An image is laid into the corner of a canvas, whose sides are multiples of `GRID`. Before every layer that looks at
neighbours, what lies beyond the image's last row and column becomes what the layer would put beyond its own edge. So the
result in the corner is that of the image alone.
"""

from math import ceil

import numpy as np

from ..backend import keras
from ..layers import traits_of

GRID = 32  # pixels: a canvas is a tenth larger than most tiles along a side, and there are at most some eighty canvases
_MOST = 64  # compiled sizes of a network that cannot be laid on a canvas
ops = keras.ops


def canvas_side(length: int) -> int:
    """The side of the canvas for one side of an image."""
    return -(-length // GRID) * GRID


def fits_canvas(model) -> bool:
    """Whether of every layer of a network it is known what it puts beyond the edges of an image."""
    return hasattr(model, "_run_through_graph") and all(map(_is_known, model.layers))


def _is_known(layer) -> bool:
    traits = traits_of(layer)
    return traits.stride == 1 and (traits.reach == 0 or traits.border != "")


def on_canvas(model, canvas, height, width):
    """A network's result for the image in the corner of a canvas, as if there were nothing else.

    Parameters
    ----------
    model : keras.Model
        One that :func:`fits_canvas`.
    canvas : tensor, (N, H, W, 3)
    height, width : int, or tensor of one
        Of the image, at most `H` and `W`.

    Returns
    -------
    tensor, (N, scale*H, scale*W, 3)
        Of meaning in its first ``scale*height`` rows and ``scale*width`` columns.
    """
    sides = canvas.shape[1:3]

    def continued(layer):
        traits = traits_of(layer)
        if traits.reach == 0:
            return layer

        def call(x):
            shape, reach = x.shape, ceil(traits.reach)
            for axis, length, side in ((1, height, sides[0]), (2, width, sides[1])):
                x = _CONTINUE[traits.border](x, length * (shape[axis] // side), reach, axis)
            rows, columns = (int(n * traits.scale) for n in shape[1:3])
            return layer(x)[:, :rows, :columns]

        return call

    return model._run_through_graph(canvas, operation_fn=continued)


def _zeros(x, length, reach: int, axis: int):
    shape = [1, 1, 1, 1]
    shape[axis] = x.shape[axis]
    return ops.where(ops.reshape(ops.arange(x.shape[axis]), shape) < length, x, ops.zeros((), x.dtype))


def _mirrored(x, length, reach: int, axis: int):
    """As :func:`srlib.layers.padding.mirror` continues it, as far as the layer sees."""
    room = [(0, 0)] * 4
    room[axis] = (0, reach)
    place = (length + ops.arange(reach)) % (2 * length)
    beyond = ops.take(x, ops.minimum(place, 2 * length - 1 - place), axis=axis)
    start = [0, 0, 0, 0]
    start[axis] = length
    return ops.slice_update(ops.pad(x, room), start, beyond)


_CONTINUE = {"zeros": _zeros, "mirror": _mirrored}


# -- on JAX -----------------------------------------------------------------------------------------------------------------


def predict_compiled(model, lr: np.ndarray) -> np.ndarray:
    """A network's result for some images, compiled by JAX for a canvas instead of for their size.

    Parameters
    ----------
    model : keras.Model
        One of srlib's.
    lr : ndarray of float32, (N, h, w, 3)

    Returns
    -------
    ndarray, (N, scale*h, scale*w, 3)
    """
    run, canvases = _compiled(model)
    values = [variable.value for variable in model.variables]
    if not canvases:
        if run._cache_size() >= _MOST:
            run.clear_cache()
        return np.asarray(run(values, lr))
    n, height, width, _ = lr.shape
    canvas = np.zeros((1, canvas_side(height), canvas_side(width), 3), np.float32)
    scale, results = model.card.scale, []
    for image in lr:  # one by one: every count would be one shape more
        canvas[0, :height, :width] = image
        results.append(np.asarray(run(values, canvas, height, width))[0, : scale * height, : scale * width])
    return np.stack(results)


def _compiled(model):
    """The network as JAX compiles it, kept with the network; and whether it takes canvases."""
    kept = getattr(model, "_srlib_compiled", None)
    if kept is None:
        import jax

        canvases = fits_canvas(model)

        def run(values, lr, *size):
            with keras.StatelessScope(state_mapping=list(zip(model.variables, values))):
                return on_canvas(model, lr, *size) if canvases else model(lr, training=False)

        kept = model._srlib_compiled = jax.jit(run), canvases
    return kept
