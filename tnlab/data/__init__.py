"""Data to fit: built-in data sets with their licences, and the conversion of files and arrays to tensors."""

from tnlab.data import equations, functions, pictures, spectroscopy, volumes
from tnlab.data.dataset import Dataset, datasets
from tnlab.data.files import read_array, read_source
from tnlab.data.planted_tensors import planted
from tnlab.data.shapes import modes_text, parse_modes
from tnlab.data.source import MAX_ENTRIES, Source

__all__ = [
    "MAX_ENTRIES",
    "Dataset",
    "Source",
    "datasets",
    "equations",
    "functions",
    "modes_text",
    "parse_modes",
    "pictures",
    "planted",
    "read_array",
    "read_source",
    "spectroscopy",
    "volumes",
]
