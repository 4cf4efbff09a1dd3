"""Optimizers by name."""

import numpy as np
from _networks import small

from srlib import fit
from srlib.backend import keras
from srlib.optimizers import OPTIMIZERS, register_optimizer
from srlib.optimizers.muon import Muon


def test_the_names_make_optimizers():
    assert type(OPTIMIZERS["adam"](0.1)) is keras.optimizers.Adam and type(OPTIMIZERS["muon"](0.1)) is Muon
    assert float(keras.ops.convert_to_numpy(OPTIMIZERS["muon"](0.25).learning_rate)) == 0.25


def test_an_optimizer_of_ones_own_trains():  # longer than a second: a training is compiled
    made = []

    @register_optimizer("sgd")
    def sgd(learning_rate):
        made.append(keras.optimizers.SGD(learning_rate))
        return made[-1]

    try:
        fit(small("espcn"), np.zeros((1, 16, 16, 3), np.uint8), steps=1, batch_size=1, patch_size=8, optimizer="sgd")
    finally:
        del OPTIMIZERS["sgd"]
    assert made[0].iterations == 1
