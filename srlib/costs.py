"""What a network costs and how far it sees, and which of its kernels touch images: read from its layers."""

from .backend import keras
from .layers import SelfEnsemble, traits_of
from .layers.traits import calls_of

_OUTPUT = 1280 * 720  # pixels of the output for which the papers count


def kernels_at_images(model) -> list:
    """The kernels that an image enters or leaves by: no other kernel lies before them, or none behind.

    Parameters
    ----------
    model : keras.Model
        From :func:`build_model` or :func:`srlib.load_model`.

    Returns
    -------
    list of keras.Variable

    Examples
    --------
    >>> from srlib import build_model
    >>> from srlib.costs import kernels_at_images
    >>> [tuple(kernel.shape) for kernel in kernels_at_images(build_model("subpixel", 4, blocks=1))]
    [(3, 3, 3, 32), (3, 3, 32, 48)]
    """
    calls, found = calls_of(model), []
    for order, ends in (
        (calls, ("input_tensors", "output_tensors")),
        (calls[::-1], ("output_tensors", "input_tensors")),
    ):
        reached = set()  # tensors on whose near side there is a kernel
        for call in order:
            near, far = ([id(x) for x in getattr(call, end, ())] for end in ends)
            kernels = [v for v in getattr(call.operation, "weights", ()) if len(v.shape) == 4]
            beyond = any(x in reached for x in near)
            if not beyond:
                found += [kernel for kernel in kernels if all(kernel is not other for other in found)]
            if kernels or beyond:
                reached.update(far)
    return found


def gmacs(model) -> float:
    """Billions of multiply-adds (GMACs) for an output of 1280x720, as the papers count.

    Parameters
    ----------
    model : keras.Model
        From :func:`build_model` or :func:`srlib.load_model`.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        A layer whose traits are not known.

    Examples
    --------
    >>> from srlib import build_model
    >>> from srlib.costs import gmacs
    >>> round(gmacs(build_model("edsr")), 1)
    316.2
    """
    return float(traits_of(model).macs * _OUTPUT / 10**9)


def receptive_field(model) -> int:
    """How many LR pixels wide the square is that a pixel of the SR image can depend on.

    Parameters
    ----------
    model : keras.Model
        From :func:`build_model` or :func:`srlib.load_model`.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        A layer whose traits are not known.

    Examples
    --------
    >>> from srlib import build_model
    >>> from srlib.costs import receptive_field
    >>> receptive_field(build_model("espcn"))  # 5x5, 3x3, 3x3
    9
    """
    return 2 * traits_of(model).reach + 1


def free_parameters(model) -> int:
    """How many weights are not copies of others: what there is to learn, and what a file holds.

    Parameters
    ----------
    model : keras.Model or keras.Layer

    Returns
    -------
    int

    Examples
    --------
    >>> from srlib import build_model
    >>> from srlib.costs import free_parameters
    >>> [free_parameters(build_model("subpixel", width=16, symmetry=s)) for s in ("none", "d4")]
    [16108, 2024]
    """
    if isinstance(model, SelfEnsemble):
        return free_parameters(model.network)
    if isinstance(model, keras.Model):
        return sum(free_parameters(layer) for layer in model.layers)
    free = getattr(model, "free_parameters", None)
    return model.count_params() if free is None else free
