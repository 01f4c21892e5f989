"""Errors as sentences for the page."""

import logging

from tnlab.errors import TnlabError

LOG = logging.getLogger("tnlab_widgets")
MOST = 1000  # characters of a sentence; a longer one repeats what the page has sent


def sentence(error: BaseException) -> str:
    """Return an error as a sentence for the page, and log one that is no ``TnlabError`` with its traceback."""
    if isinstance(error, TnlabError):
        said = str(error)
        return said if len(said) <= MOST else f"{said[: MOST // 2]} ... {said[-MOST // 2 :]}"
    LOG.error("Unforeseen error in a widget", exc_info=error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for this; the last good state is kept."
    return f"Something failed that tnlab did not foresee: {type(error).__name__}: {str(error)[:300]}"
