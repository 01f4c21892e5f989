"""Hostile frames and addresses do not stop the dashboards for other visitors."""

import json
import re
import socket
import urllib.request
from urllib.error import HTTPError
from uuid import uuid4

import pytest
from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.browser.servers import Server
from tnlab_widgets.kernel_socket import POLICY_VIOLATION, PROTOCOL

pytestmark = [pytest.mark.server, pytest.mark.timeout(180)]
PAGE = "/voila/render/explorer.ipynb"
BOMB = (2**60).to_bytes(8, "little") + bytes(8)


def page(server: Server, query: str = "", host: str = "") -> str:
    """Return a dashboard as a visitor gets it, whose kernel then runs."""
    request = urllib.request.Request(f"{server.address}{PAGE}{query}", headers={"Host": host} if host else {})
    with urllib.request.urlopen(request, timeout=90) as answer:
        return answer.read().decode()


def socket_to(server: Server, html: str, **options: object) -> ClientConnection:
    """Open the websocket to the kernel of a page."""
    [kernel] = set(re.findall(r'"kernelId": "([0-9a-f-]{36})"', html))
    return connect(f"{server.address.replace('http', 'ws')}/api/kernels/{kernel}/channels", **options)  # type: ignore[arg-type]


def kernel_info(channel: ClientConnection) -> None:
    """Ask for a kernel's name, as an honest page does first, and wait for the answer."""
    header = {
        "msg_id": uuid4().hex,
        "msg_type": "kernel_info_request",
        "username": "",
        "session": "1",
        "version": "5.3",
    }
    channel.send(serialize_msg_to_ws_v1([json.dumps(header).encode(), b"{}", b"{}", b"{}"], "shell"))
    while b"kernel_info_reply" not in channel.recv(timeout=30):  # type: ignore[operator]
        pass


def test_no_frame_and_no_other_protocol_keeps_the_server_from_others(voila: Server) -> None:
    html = page(voila)
    with socket_to(voila, html, subprotocols=[PROTOCOL]) as honest:
        kernel_info(honest)
        for protocols in (None, ["another"]):
            with pytest.raises(InvalidStatus, match="400"):
                socket_to(voila, html, subprotocols=protocols)
        for bomb in (BOMB, BOMB * 1000, "a text"):
            with socket_to(voila, html, subprotocols=[PROTOCOL]) as hostile:
                hostile.send(bomb)
                with pytest.raises(ConnectionClosedError):
                    list(hostile)  # what it gets until the server closes it
            assert hostile.close_code == POLICY_VIOLATION
            kernel_info(honest)
    with socket_to(voila, page(voila), subprotocols=[PROTOCOL]) as another:
        kernel_info(another)


def test_an_address_cannot_bring_a_script_or_another_template(voila: Server) -> None:
    html = page(voila, "?theme=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&voila-theme=%22%3Ealert(1)&template=nope")
    assert "alert(1)" not in html
    assert '"kernelId"' in html
    assert '"kernelId"' in page(voila, "?voila-template=nope")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "localhost.evil.example"])
def test_the_server_answers_under_no_foreign_name(voila: Server, host: str) -> None:
    with pytest.raises(HTTPError, match="403"):
        page(voila, host=host)
    port = int(voila.address.rsplit(":", 1)[1])
    request = urllib.request.Request(f"{voila.address}/", headers={"Host": f"localhost:{port}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200
    html = page(voila)
    foreign, line = Server(f"http://{host}", voila.folder, voila.log), socket.create_connection(("127.0.0.1", port))
    with line, pytest.raises(InvalidStatus, match="403"):
        socket_to(foreign, html, subprotocols=[PROTOCOL], sock=line)
