"""The websocket between a page and its kernel, as ``tnlab dashboard`` serves it: a malformed frame closes it.

jupyter_server does not check the counts in a frame: sixteen bytes that claim 2^60 parts exhaust the memory of
the server for all visitors. This module runs in that server, and so imports neither PyTorch nor a widget.
"""

from itertools import pairwise
from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.web import HTTPError
from typing_extensions import override

PROTOCOL = "v1.kernel.websocket.jupyter.org"
WORD = 8  # bytes of a count or an offset, little-endian
FEWEST_OFFSETS = 6  # of the channel, the header, the parent header, the metadata, the content, and the end
MOST_OFFSETS = 1024  # parts of a message; one of a widget has fewer than ten buffers
MOST_BYTES = 8 << 20  # of a frame; the largest, a piece of an uploaded file, has 1 MiB
LONGEST_HEADER = 64 << 10  # bytes of a header, a parent's header or metadata, which the server of all visitors parses
CHANNELS = (b"shell", b"control")  # a kernel reads the third, stdin, only while it asks for input; no page here does
POLICY_VIOLATION = 1008  # the code of RFC 6455, section 7.4.1


class CheckedKernelSocket(ZMQChannelsWebsocketConnection):
    """A kernel connection that accepts only frames of the v1 protocol with ascending offsets within the frame.

    References:
        https://jupyter-server.readthedocs.io/en/latest/developers/websocket-protocols.html
    """

    @override
    async def prepare(self) -> None:
        handler = self.websocket_handler
        offered = handler.request.headers.get("Sec-WebSocket-Protocol", "")
        if handler.select_subprotocol([name.strip() for name in offered.split(",")]) != PROTOCOL:
            # Without the protocol, Voilà would parse the messages of such a page as frames of it all the same.
            raise HTTPError(400, f"A page must speak {PROTOCOL}.")
        await super().prepare()

    @override
    def handle_incoming_message(self, incoming_msg: Any) -> None:
        problem = frame_problem(incoming_msg)
        if problem:
            self.log.warning("A connection to kernel %s is closed: %s.", self.kernel_id, problem)
            self.websocket_handler.close(POLICY_VIOLATION, problem)
        else:
            super().handle_incoming_message(incoming_msg)


def frame_problem(frame: object) -> str:
    """Return why a frame is no message of the v1 protocol, or an empty text where it is one.

    A frame holds the number of offsets, the offsets counted from its first byte, the channel, and the message's parts.
    """
    if not isinstance(frame, bytes):
        return "a frame must be binary"
    if len(frame) > MOST_BYTES:
        return f"a frame has {len(frame)} bytes, at most {MOST_BYTES} are taken"
    count = int.from_bytes(frame[:WORD], "little")
    if not FEWEST_OFFSETS <= count <= MOST_OFFSETS or WORD * (count + 1) > len(frame):
        return f"a frame of {len(frame)} bytes claims {count} offsets"
    offsets = [int.from_bytes(frame[at : at + WORD], "little") for at in range(WORD, WORD * (count + 1), WORD)]
    ends = [WORD * (count + 1), *offsets, len(frame)]
    if ends != sorted(ends):
        return "the offsets of a frame must ascend within it"
    if frame[offsets[0] : offsets[1]] not in CHANNELS:
        return "a page sends on the channels shell and control only"
    if max(end - begin for begin, end in pairwise(offsets[1:5])) > LONGEST_HEADER:
        return f"a header has at most {LONGEST_HEADER} bytes"
    return ""
