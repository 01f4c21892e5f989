"""Engines of structure search, one file each. Importing this package registers them."""

from tnlab.search.engines.random_search import RandomSearch as RandomSearch
