"""Save a network for several commands, and check beforehand that it can be saved."""

from pathlib import Path

from safetensors import SafetensorError

from tnlab.errors import DataError
from tnlab.network.network import Network


def check_target(save: Path | None) -> None:
    """Check that a path can hold a network: neither a folder itself nor in a missing folder. None is allowed.

    Raises:
        DataError: It is a folder, or its folder is missing.
    """
    if save is not None and (save.is_dir() or not save.absolute().parent.is_dir()):
        raise DataError(f"The network cannot be saved as {str(save)!r}: that is a folder, or its folder is missing.")


def save_network(network: Network, path: Path) -> None:
    """Write a network to a safetensors file.

    Raises:
        DataError: The file cannot be written.
    """
    try:
        network.save(path)
    except (OSError, SafetensorError) as error:
        raise DataError(f"The network cannot be saved as {str(path)!r}: {error}.") from None
