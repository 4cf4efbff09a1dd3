"""Muon: orthogonalised momentum for hidden layers.

Keras has an optimizer of this name, too, but that one leaves the kernels of all convolutions to Adam.
"""

from ..backend import keras, keras_serializable

ops = keras.ops


@keras_serializable
class Muon(keras.optimizers.Optimizer):
    """Orthogonalised momentum for matrices [1]_, Adam for everything else.

    The momentum of a matrix is stepped along with all its singular values set to about one. A kernel (h, w, C, D) is taken
    as the matrix (h*w*C, D). Steps are scaled to the size that Adam's usually have [2]_, so that one learning rate suits
    both. Adam takes the biases, the kernels of four channels or fewer, and what :meth:`leave_to_adam` names.

    Parameters
    ----------
    learning_rate : float or keras.optimizers.schedules.LearningRateSchedule
    momentum : float
        Of the matrices.
    left_to_adam : tuple of str
        Paths of kernels that are no hidden matrices, as :meth:`leave_to_adam` keeps them.

    References
    ----------
    .. [1] K. Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024.
    .. [2] J. Liu et al., "Muon is scalable for LLM training", 2025, equation 4.

    Examples
    --------
    >>> from srlib.optimizers.muon import Muon
    >>> Muon(1e-3, momentum=0.9).get_config()["momentum"]
    0.9
    """

    _BETA_1, _BETA_2, _EPSILON = 0.9, 0.99, 1e-8  # of Adam

    def __init__(self, learning_rate=1e-3, momentum: float = 0.95, name: str = "muon", left_to_adam=(), **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.momentum, self.left_to_adam = momentum, tuple(left_to_adam)

    def leave_to_adam(self, variables) -> None:
        """Name kernels that are no hidden matrices, before the optimizer is built; :func:`srlib.fit` does so.

        What comes from or goes to an image is such a kernel, however many channels it has. A sub-pixel convolution at x4
        has 16 outputs or 48: with its momentum orthogonalised, an equivariant network learns markedly less.

        Parameters
        ----------
        variables : list of keras.Variable
        """
        self.left_to_adam = tuple(variable.path for variable in variables)

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self._mean = [self.add_variable_from_reference(v, name="mean") for v in variables]
        self._square = [
            None if self._is_matrix(v) else self.add_variable_from_reference(v, name="square") for v in variables
        ]

    def update_step(self, gradient, variable, learning_rate):
        i = self._get_variable_index(variable)
        mean, square = self._mean[i], self._square[i]
        gradient, rate = ops.cast(gradient, variable.dtype), ops.cast(learning_rate, variable.dtype)
        if square is None:
            self.assign(mean, self.momentum * mean + (1 - self.momentum) * gradient)
            ahead = self.momentum * mean + (1 - self.momentum) * gradient  # Nesterov's
            matrix = ops.reshape(ahead, (-1, variable.shape[-1]))
            size = 0.2 * max(matrix.shape) ** 0.5
            step = size * ops.reshape(orthogonal(matrix), variable.shape)
        else:
            done = ops.cast(self.iterations + 1, variable.dtype)
            self.assign(mean, self._BETA_1 * mean + (1 - self._BETA_1) * gradient)
            self.assign(square, self._BETA_2 * square + (1 - self._BETA_2) * ops.square(gradient))
            unbiased = mean / (1 - self._BETA_1**done), square / (1 - self._BETA_2**done)
            step = unbiased[0] / (ops.sqrt(unbiased[1]) + self._EPSILON)
        self.assign_sub(variable, rate * step)

    def _is_matrix(self, variable) -> bool:
        return len(variable.shape) == 4 and min(variable.shape[2:]) > 4 and variable.path not in self.left_to_adam

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum, "left_to_adam": self.left_to_adam}


def orthogonal(matrix, steps: int = 5):
    """The matrix with its singular values brought to between about 0.7 and 1.2; the very smallest stay below.

    By a Newton-Schulz iteration of the fifth order.

    Parameters
    ----------
    matrix : tensor, (rows, columns)
        Not zero.
    steps : int

    Returns
    -------
    tensor, (rows, columns)

    Examples
    --------
    >>> import numpy as np
    >>> from srlib.optimizers.muon import orthogonal
    >>> values = np.linalg.svd(orthogonal(np.diag([1.0, 2.0, 3.0])), compute_uv=False)
    >>> bool((0.6 < values).all() and (values < 1.25).all())
    True
    """
    x = matrix / (ops.norm(matrix) + 1e-7)
    tall = x.shape[0] > x.shape[1]
    for _ in range(steps):
        if tall:  # the smaller of the two products
            square = ops.matmul(ops.transpose(x), x)
            x = 3.4445 * x + ops.matmul(x, 2.0315 * ops.matmul(square, square) - 4.7750 * square)
        else:
            square = ops.matmul(x, ops.transpose(x))
            x = 3.4445 * x + ops.matmul(2.0315 * ops.matmul(square, square) - 4.7750 * square, x)
    return x
