"""Frames from a page that the server of the dashboards takes, and those that close its connection."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1

from tnlab_widgets.kernel_socket import LONGEST_HEADER, MOST_BYTES, MOST_OFFSETS, WORD, frame_problem

parts = st.lists(st.binary(max_size=50), min_size=4, max_size=8)
channels = st.sampled_from(["shell", "control"])


def frame(*words: int, body: bytes = b"") -> bytes:
    return b"".join(word.to_bytes(WORD, "little") for word in words) + body


def changed(at: int, word: int) -> bytes:
    """An honest frame with one of its words replaced."""
    honest = serialize_msg_to_ws_v1([b"{}"] * 4, "shell")
    return honest[: WORD * at] + word.to_bytes(WORD, "little") + honest[WORD * (at + 1) :]


@given(channels, parts)
def test_every_frame_of_an_honest_page_is_taken(channel, message):
    sent = serialize_msg_to_ws_v1(message, channel)
    assert frame_problem(sent) == ""
    assert deserialize_msg_from_ws_v1(sent) == (channel, message)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("a text", "must be binary"),
        (b"", "claims 0 offsets"),
        (b"\x07", "claims 7 offsets"),
        (frame(2**60, 0), f"16 bytes claims {2**60} offsets"),
        (frame(2**64 - 1, 0), "offsets"),
        (frame(0, 0), "claims 0 offsets"),
        (frame(2, 24, 29, body=b"shell"), "claims 2 offsets"),
        (frame(7), "8 bytes claims 7 offsets"),
        (frame(MOST_OFFSETS + 1, *[0] * (MOST_OFFSETS + 1)), "offsets"),
        (changed(0, 5), "claims 5 offsets"),
        (changed(0, 30), "claims 30 offsets"),
        (changed(1, 0), "ascend within it"),
        (changed(3, 0), "ascend within it"),
        (changed(3, 2**40), "ascend within it"),
        (changed(6, 10**6), "ascend within it"),
        (changed(6, 2**64 - 1), "ascend within it"),
        (serialize_msg_to_ws_v1([b"{}"] * 4, "s" * 1000), "channels shell and control"),
        (serialize_msg_to_ws_v1([b"{}"] * 4, "stdin"), "channels shell and control"),
        (serialize_msg_to_ws_v1([bytes(LONGEST_HEADER + 1), b"{}", b"{}", b"{}"], "shell"), "header has at most"),
        (serialize_msg_to_ws_v1([b"{}", bytes(LONGEST_HEADER + 1), b"{}", b"{}"], "shell"), "header has at most"),
        (serialize_msg_to_ws_v1([b"{}", b"{}", bytes(LONGEST_HEADER + 1), b"{}"], "shell"), "header has at most"),
        (serialize_msg_to_ws_v1([b"{}", b"{}", b"{}", bytes(MOST_BYTES)], "shell"), "bytes, at most"),
    ],
)
def test_a_malformed_frame_is_refused_with_its_reason(sent, words):
    assert words in frame_problem(sent)


@given(st.binary(max_size=200) | st.builds(changed, st.integers(0, 7), st.integers(0, 2**64 - 1)))
def test_what_is_taken_can_be_cut_into_the_parts_of_a_message(sent):
    if not frame_problem(sent):
        count = int.from_bytes(sent[:WORD], "little")
        assert WORD * (count + 1) <= len(sent)
        message = [sent[int.from_bytes(sent[WORD * k : WORD * (k + 1)], "little") :] for k in range(1, count + 1)]
        assert [len(part) for part in message] == sorted(map(len, message), reverse=True)


def test_the_server_loads_neither_pytorch_nor_a_widget_for_it():
    code = "import sys, tnlab_widgets.kernel_socket as s; print(s.__name__, *sorted(sys.modules))"
    name, *loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.split()
    assert name == "tnlab_widgets.kernel_socket"
    assert [module for module in loaded if module.split(".")[0] in ("torch", "anywidget", "tnlab")] == []
    assert [module for module in loaded if module.startswith("tnlab_widgets.")] == [name]


def test_the_widgets_of_the_package_are_there_when_asked_for():
    import tnlab_widgets

    assert {"Explorer", "NetworkEditor", "SearchWorkbench"} <= set(dir(tnlab_widgets))
    assert all(getattr(tnlab_widgets, name).__name__ == name for name in tnlab_widgets.__all__)
    with pytest.raises(AttributeError, match="Editor"):
        _ = tnlab_widgets.Editor
