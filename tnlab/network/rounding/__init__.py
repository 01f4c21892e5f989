"""Rounding: lower the ranks of a network, to given ones or within a relative error of its tensor."""

from tnlab.network.rounding.network import Rounded as Rounded
from tnlab.network.rounding.network import round_network as round_network
from tnlab.network.rounding.network import truncate_bond as truncate_bond
