"""What several commands write: a network, as a file."""

from pathlib import Path

from safetensors import SafetensorError

from tnlab.errors import DataError
from tnlab.network.network import Network


def check_target(save: Path | None) -> None:
    """Refuse before the work what could not be written after it."""
    if save is not None and (save.is_dir() or not save.absolute().parent.is_dir()):
        raise DataError(f"The network cannot be saved as {str(save)!r}: that is a folder, or its folder is missing.")


def save_network(network: Network, path: Path) -> None:
    """Write a network as safetensors.

    Raises:
        DataError: The file cannot be written.
    """
    try:
        network.save(path)
    except (OSError, SafetensorError) as error:
        raise DataError(f"The network cannot be saved as {str(path)!r}: {error}.") from None
