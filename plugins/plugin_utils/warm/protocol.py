# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the connection plugin and the fork server say to each other over their socket.

The plugin sends one request: its length, the file descriptors, what a new process would inherit, and the payload. The server
answers ``ACCEPTED`` just before the module starts, and the module's exit code when it has ended. Whoever closes the socket
before that is gone: without ``ACCEPTED`` nothing has run, and a module whose plugin is gone is ended.
"""

from __future__ import annotations

import array
import json
import os
import re
import socket
import struct
import sys
from dataclasses import dataclass

ACCEPTED = b"+"
HEADER = struct.Struct("!II")  # the lengths of the settings and the payload
EXIT = struct.Struct("!i")  # as subprocess has it: a negative number is a signal
DESCRIPTORS = 4
UNKNOWN_USER = -1
PACKED = re.compile(
    rb"UEsDB[A-Za-z0-9+/=]+"
)  # the zip archive in a payload, as base64, in whatever form a release of Ansible keeps it


@dataclass
class Request:
    """A module run: what the new process inherits, and the program it would read from its stdin."""

    environment: dict[str, str]
    umask: int
    services: list[str]  # whose AWS models are worth having before the next module asks
    payload: bytes


def send_request(connection: socket.socket, request: Request, descriptors: list[int]) -> None:
    """Send a request with stdin, stdout, stderr and the working directory as open file descriptors."""
    settings = {"environment": request.environment, "umask": request.umask, "services": request.services}
    encoded = json.dumps(settings).encode()
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
    connection.sendmsg([HEADER.pack(len(encoded), len(request.payload))], rights)
    connection.sendall(encoded)
    connection.sendall(request.payload)


def receive_request(connection: socket.socket) -> tuple[Request, list[int]]:
    """The request and its file descriptors; EOFError if the plugin went away before it was whole."""
    descriptors = array.array("i")
    header, rights, _flags, _address = connection.recvmsg(
        HEADER.size, socket.CMSG_SPACE(DESCRIPTORS * descriptors.itemsize)
    )
    for level, kind, data in rights:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(data[: len(data) - len(data) % descriptors.itemsize])
    if len(header) != HEADER.size or len(descriptors) != DESCRIPTORS:
        raise EOFError
    settings_size, payload_size = HEADER.unpack(header)
    settings = json.loads(_receive(connection, settings_size))
    return Request(payload=_receive(connection, payload_size), **settings), list(descriptors)


def _receive(connection: socket.socket, size: int) -> bytes:
    data = bytearray(size)
    view = memoryview(data)
    done = 0
    while done < size:
        count = connection.recv_into(view[done:])
        if not count:
            raise EOFError
        done += count
    return bytes(data)


def peer_user(connection: socket.socket) -> int:
    """The user ID of the process at the other end, UNKNOWN_USER where the system does not tell."""
    if sys.platform == "linux":
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        return int(struct.unpack("3i", credentials)[1])
    if sys.platform == "darwin" or "bsd" in sys.platform:
        # struct xucred: version, user, number of groups, 16 groups; SOL_LOCAL and LOCAL_PEERCRED have no names in Python
        return int(struct.unpack_from("2I", connection.getsockopt(0, 1, 76))[1])
    return UNKNOWN_USER


def is_mine(connection: socket.socket) -> bool:
    """Whether the process at the other end belongs to this user."""
    return peer_user(connection) == os.geteuid()
