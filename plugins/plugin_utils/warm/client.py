# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The controller's side of the fork server: start it, connect to it, give it a module."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import selectors
import socket
import stat
import subprocess
import time
from collections.abc import Iterator, Sequence
from multiprocessing import parent_process
from pathlib import Path

import ansible.constants as C

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.warm.protocol import (
    ACCEPTED,
    EXIT,
    Request,
    is_mine,
    send_request,
)

# What Python has read from its stdin before this is loaded: a function that does so, and its call.
BOOTSTRAP = """\
def _start(code, **arguments):
    import sys, types
    package = types.ModuleType("_warm")
    package.__path__ = [code]
    sys.modules["_warm"] = package
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    from _warm.server import serve
    sys.dont_write_bytecode = before
    serve(**arguments)
_start({code!r}, **{arguments!r})
"""
# What an interpreter and the libraries under it read when they start: a server has only modules with the same.
START_NAMES = re.compile(
    r"(PYTHON|LD_|DYLD_|LC_|MALLOC_|GLIBC_|OPENSSL_|XDG_).*|LANG|LANGUAGE|HOME|TZ|__PYVENV_LAUNCHER__"
)
ATTEMPTS = 2  # a server that finds a package changed makes room for another
ANSWER_SECONDS = 60.0
ADDRESS_SIZE = 100  # systems take 104 (macOS) or 108 (Linux) bytes
READ_SIZE = 1 << 18
KILLED = -9


class Unavailable(Exception):
    """The server has not accepted the module, which has not run; the text says why.

    :ivar said: whether the run has been told
    """

    def __init__(self, reason: str, said: bool = False) -> None:
        super().__init__(reason)
        self.said = said


class ForkServer:
    """The server for an interpreter in this run; whoever needs it first starts it."""

    def __init__(self, interpreter: str, environment: dict[str, str], folder: str | bytes) -> None:
        self._interpreter, self._environment = interpreter, environment
        self._cwd = os.fsdecode(folder)  # the modules'; Python completes relative paths with it when it starts
        start = sorted(item for item in environment.items() if START_NAMES.fullmatch(item[0]))
        same = json.dumps([interpreter, os.path.abspath(self._cwd), start])
        self._name = hashlib.sha256(same.encode()).hexdigest()[:12]
        self._folder = Path(C.DEFAULT_LOCAL_TMP, "warm")  # Ansible makes the folder above for the run, and removes it
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, request: Request) -> tuple[int, bytes, bytes]:
        """The exit code (as subprocess has it), stdout and stderr of a module run.

        :raises Unavailable: if the server cannot be started, or has not accepted the module; the run does without it then
        """
        try:
            folder = _private_folder(self._folder)
        except OSError as error:
            raise Unavailable(str(error)) from error
        try:
            if self._given_up.exists():
                raise Unavailable("it has failed before", said=True)
            return self._try(request, folder)
        finally:
            os.close(folder)

    def start(self, payloads: list[str], services: list[str]) -> None:
        """Start it before the first module comes, to load what is in these files with payloads, and these AWS models.

        :raises OSError, Unavailable: if it cannot be started; the first module tries again
        """
        folder = _private_folder(self._folder)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            self._start(self._address(folder), payloads, services)
        finally:
            os.close(folder)

    def _try(self, request: Request, folder: int) -> tuple[int, bytes, bytes]:
        reason = ""
        for _attempt in range(ATTEMPTS):
            try:
                with self._connection(folder) as connection:
                    return run_module(connection, request, self._cwd)
            except (OSError, Unavailable) as error:
                reason = self._last_words() or str(error)
        said = self._given_up.exists()
        self._given_up.touch()
        raise Unavailable(reason, said)

    @property
    def _given_up(self) -> Path:
        return self._folder / f"{self._name}.failed"

    @contextlib.contextmanager
    def _connection(self, folder: int) -> Iterator[socket.socket]:
        """A connection to the server, which is started if there is none."""
        address = self._address(folder)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_SECONDS)
            if connection.connect_ex(address):
                fcntl.flock(folder, fcntl.LOCK_EX)
                try:
                    if connection.connect_ex(address):
                        self._start(address)
                        connection.connect(address)
                finally:
                    fcntl.flock(folder, fcntl.LOCK_UN)
            if not is_mine(connection):
                raise Unavailable(f"{self._folder} has the socket of another user")
            yield connection

    def _address(self, folder: int) -> str:
        path = str(self._folder / self._name)
        return path if len(os.fsencode(path)) <= ADDRESS_SIZE else f"/proc/self/fd/{folder}/{self._name}"

    def _start(self, address: str, payloads: Sequence[str] = (), services: Sequence[str] = ()) -> None:
        """Start the server with a socket that takes connections from now on."""
        (self._folder / self._name).unlink(missing_ok=True)
        run = parent_process()
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            listener.listen(socket.SOMAXCONN)
            arguments = {
                "listener": listener.fileno(),
                "run": run.pid if run else os.getpid(),
                "folder": str(self._folder),
                "name": self._name,
                "payloads": list(payloads),
                "services": list(services),
            }
            self._process = subprocess.Popen(
                [self._interpreter],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment,
                cwd=self._cwd,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )
        if self._process.stdin:
            with self._process.stdin as program:
                program.write(BOOTSTRAP.format(code=str(Path(__file__).parent), arguments=arguments).encode())

    def _last_words(self) -> str:
        """What a server that this process has started said before it failed."""
        if self._process is None or self._process.stderr is None:
            return ""
        try:
            code = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return ""
        lines = self._process.stderr.read().decode(errors="replace").splitlines()
        with contextlib.suppress(OSError):
            lines += (self._folder / f"{self._name}.log").read_text(errors="replace").splitlines()
        return lines[-1] if lines else f"exit code {code}"


def _private_folder(path: Path) -> int:
    """A folder that only this user can enter, as an open file descriptor."""
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    status = os.fstat(descriptor)
    if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) != 0o700:
        os.close(descriptor)
        raise Unavailable(f"{path} is not private to this user")
    return descriptor


def run_module(connection: socket.socket, request: Request, folder: str) -> tuple[int, bytes, bytes]:
    """Send a module to the server and wait for its end; see ForkServer.run."""
    with contextlib.ExitStack() as pipes, contextlib.ExitStack() as theirs:

        def pipe(keep: int) -> tuple[int, int]:
            ends = os.pipe()
            pipes.callback(os.close, ends[keep])
            theirs.callback(os.close, ends[1 - keep])
            return ends

        working = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        theirs.callback(os.close, working)
        stdin, write_stdin = os.pipe()
        os.close(write_stdin)  # a module finds its program read, and stdin at its end
        theirs.callback(os.close, stdin)
        (stdout, write_stdout), (stderr, write_stderr) = pipe(0), pipe(0)
        send_request(connection, request, [stdin, write_stdout, write_stderr, working])
        theirs.close()
        return _collect(connection, stdout, stderr)


def _collect(connection: socket.socket, stdout: int, stderr: int) -> tuple[int, bytes, bytes]:
    """Read until both streams are closed, also by what the module has left running, and the exit code is known."""
    answer = bytearray()
    received = {connection.fileno(): answer, stdout: bytearray(), stderr: bytearray()}
    end = time.monotonic() + ANSWER_SECONDS
    with selectors.DefaultSelector() as selector:
        for descriptor in received:
            selector.register(descriptor, selectors.EVENT_READ)
        while selector.get_map():
            for key, _events in selector.select(None if answer else max(0.0, end - time.monotonic())):
                data = _read(key.fd)
                received[key.fd] += data
                if not data or len(answer) == len(ACCEPTED) + EXIT.size and key.fd == connection.fileno():
                    selector.unregister(key.fd)
            if not answer and (connection.fileno() not in selector.get_map() or time.monotonic() > end):
                raise Unavailable("it does not answer")
    code = EXIT.unpack(answer[len(ACCEPTED) :])[0] if len(answer) > len(ACCEPTED) else KILLED
    return code, bytes(received[stdout]), bytes(received[stderr])


def _read(descriptor: int) -> bytes:
    """What there is to read; nothing at the end, also when that comes as an error."""
    try:
        return os.read(descriptor, READ_SIZE)
    except ConnectionError:
        return b""
