# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""TLS in front of a cache that speaks none: every connection is passed on to the cache's unix socket.

A client is hung up on when the cache is down or hangs up. The socket is named by a relative path, since an absolute one may
be longer than a socket's name can be.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import ssl
from pathlib import Path

CHUNK = 64 * 1024


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()


async def _serve(client: asyncio.StreamReader, answer: asyncio.StreamWriter, backend: str) -> None:
    """Carry one connection until either side ends it."""
    writers = [answer]
    copies: list[asyncio.Task[None]] = []
    try:
        reader, writer = await asyncio.open_unix_connection(backend)
        writers.append(writer)
        copies = [asyncio.create_task(_copy(client, writer)), asyncio.create_task(_copy(reader, answer))]
        await asyncio.wait(copies, return_when=asyncio.FIRST_COMPLETED)
    except OSError:
        pass  # the cache is down: the client sees the connection close
    finally:
        for copy in copies:
            copy.cancel()
        await asyncio.gather(*copies, return_exceptions=True)
        for writer in writers:
            writer.close()
        for writer in writers:
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), timeout=5)


async def run(port: int, backend: str, certificate: Path, key: Path) -> None:
    """Listen on the loopback interface until SIGTERM or SIGINT."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    ended = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, ended.set)
    # Idle clients do not answer to the end of a connection, and the stop of the cache must not wait for them.
    server = await asyncio.start_server(
        lambda reader, writer: _serve(reader, writer, backend),
        "127.0.0.1",
        port,
        ssl=context,
        ssl_handshake_timeout=10,
        ssl_shutdown_timeout=0.2,
    )
    await ended.wait()
    server.close()


def main() -> None:
    """Run the proxy that the arguments describe."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="the TCP port on 127.0.0.1")
    parser.add_argument("--backend", required=True, help="the unix socket of the cache")
    parser.add_argument("--certificate", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    options = parser.parse_args()
    asyncio.run(run(options.port, options.backend, options.certificate, options.key))


if __name__ == "__main__":
    main()
