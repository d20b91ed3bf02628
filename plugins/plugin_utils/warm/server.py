# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The fork server of the connection plugin warm: one for a run and an interpreter, with nothing but Python's own library.

Three kinds of processes: the server has one thread, loads what modules share, never runs a module, and ends with the run. For
each module run it forks a supervisor, which leads a process group, and forks the module's process. The supervisor tells the
plugin the exit code, or ends the group when the plugin or the run is gone.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import gc
import importlib
import io
import os
import select
import shutil
import signal
import site
import socket
import sys
import sysconfig
import tempfile
import time
import types
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any, NoReturn

from .library import AWS, Library, Models
from .protocol import ACCEPTED, EXIT, PACKED, Request, is_mine, receive_request

# The standard library is taken not to change; site-packages are in its folder.
STANDARD_LIBRARY = sysconfig.get_path("stdlib") + os.sep
SITE_PACKAGES = tuple(STANDARD_LIBRARY + name for name in ("site-packages", "dist-packages"))
LOOK_SECONDS = 0.5  # how often to look whether the run lives, where the system does not tell
REQUEST_SECONDS = 20.0  # what a plugin has to send a module in
GRACE_SECONDS = 2.0  # what a module has to end in when it is told to
LAZY = ("http.client", "runpy", "xml.etree.ElementTree", "botocore.httpsession", "boto3.session")
MAIN_NAMES = ("__name__", "__doc__", "__package__", "__loader__", "__spec__", "__builtins__", "__file__", "__cached__")


class Life:
    """The life of another process, such as the run's."""

    def __init__(self, process: int) -> None:
        self._process = process
        self.descriptor: int | None = None
        self._gone = False
        try:
            self.descriptor = os.pidfd_open(process)
        except ProcessLookupError:
            self._gone = True
        except (AttributeError, OSError):
            pass  # not this system: look now and then

    def gone(self) -> bool:
        """Whether the process has ended."""
        if self._gone or self.descriptors:
            return self._gone or bool(select.select(self.descriptors, [], [], 0)[0])
        try:
            os.kill(self._process, 0)
        except ProcessLookupError:
            return True
        return False

    @property
    def descriptors(self) -> list[int]:
        """What to wait on."""
        return [] if self.descriptor is None else [self.descriptor]

    @property
    def seconds(self) -> float | None:
        """How long to wait at most before the next look."""
        return LOOK_SECONDS if self.descriptor is None else None


class Server:
    """The server's state; forks inherit it."""

    def __init__(self, listener: int, run: int, folder: str, name: str) -> None:
        self.signals = {number: signal.getsignal(number) for number in signal.valid_signals()}
        self.path = list(sys.path)
        self.listener = socket.socket(fileno=listener)
        self.listener.setblocking(False)
        self.life = Life(run)
        self.folder, self.socket = folder, os.path.join(folder, name)
        self.library, self.models = Library(), Models()
        self.seen: set[int] = set()  # checksums of archives
        self._loaded_from: dict[str, Any] = {}
        self._imported: set[str] = set()

    def serve(self, payloads: list[str], services: list[str]) -> NoReturn:
        """Serve until the run ends; does not return.

        :arg payloads: files with payloads of modules that may come; what they need is loaded before the first comes
        :arg services: as in a request
        """
        signal.signal(signal.SIGCHLD, _reap)
        gc.disable()  # all that is loaded stays
        sys.path[:] = [path for path in sys.path if path]
        _write_log(os.path.join(self.folder, f"{os.path.basename(self.socket)}.log"))
        os.chdir("/")
        self._settle()
        with contextlib.suppress(ValueError, zipfile.BadZipFile):
            self._learn(map(_read, payloads), services)
        while not self.life.gone():
            ready = select.select([self.listener.fileno(), *self.life.descriptors], [], [], self.life.seconds)[0]
            if self.listener.fileno() in ready:
                if self._is_stale():
                    os.unlink(self.socket)  # whoever has connected meanwhile starts another server
                    os._exit(0)
                program = self._answer()
                if program is not None:
                    _run(program)
        shutil.rmtree(self.folder, ignore_errors=True)
        os._exit(0)

    def _answer(self) -> types.CodeType | None:
        """Fork for a connection, with all loaded that the module needs; the module's code in the module's process."""
        try:
            connection = self.listener.accept()[0]
        except OSError:
            return None
        with connection:
            connection.settimeout(REQUEST_SECONDS)
            if not is_mine(connection):
                return None
            try:
                request, descriptors = receive_request(connection)
            except (EOFError, OSError):
                return None
            with contextlib.suppress(ValueError, zipfile.BadZipFile):
                self._learn([request.payload], request.services)
            connection.setblocking(True)
            if not os.fork():
                return Supervisor(self, connection).run(request, descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
        return None

    def _learn(self, payloads: Iterable[bytes], services: list[str]) -> None:
        """Load what modules and the next ones may need: their archives' module_utils, and AWS models."""
        archives = [archive for archive in map(self._new_archive, payloads) if archive]
        if not archives:
            return
        aws = any(AWS.encode() in archive for archive in archives)
        for name in LAZY if aws else ():
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        self.library.learn(archives)
        if aws:
            self.models.load(services)
        self._settle()

    def _new_archive(self, payload: bytes) -> bytes | None:
        """The archive of a payload, if it was not seen before."""
        found = PACKED.search(payload)
        checksum = zlib.crc32(found[0]) if found else 0
        if not found or checksum in self.seen:
            return None
        self.seen.add(checksum)
        content = base64.b64decode(found[0])
        return content if zipfile.is_zipfile(io.BytesIO(content)) else None

    def _settle(self) -> None:
        """After loading: spare the forks the garbage collection of it, and note the state of its files."""
        gc.freeze()
        for name in set(sys.modules) - self._imported:
            self._imported.add(name)
            filename = getattr(sys.modules[name], "__file__", None)
            if filename and (filename.startswith(SITE_PACKAGES) or not filename.startswith(STANDARD_LIBRARY)):
                self._loaded_from[filename] = _state(filename)
        for path in [*self.path, site.getusersitepackages()]:
            if path:
                self._loaded_from.setdefault(path, _state(path))

    def _is_stale(self) -> bool:
        """Whether a package was installed or changed since it was loaded, or could not be."""
        return any(_state(path) != state for path, state in self._loaded_from.items())


class Supervisor:
    """Forked from the server for one module run; its process leads the group of the module."""

    def __init__(self, server: Server, connection: socket.socket) -> None:
        self._server, self._connection = server, connection
        self._module = 0

    def run(self, request: Request, descriptors: list[int]) -> types.CodeType:
        """Returns in the module's process only, with what it has to run."""
        os.setsid()
        wake, wake_writer = os.pipe()
        os.set_blocking(wake_writer, False)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_writer)
        try:
            self._connection.sendall(ACCEPTED)
        except OSError:
            os._exit(0)
        self._module = os.fork()
        if not self._module:
            signal.set_wakeup_fd(-1)
            for descriptor in (wake, wake_writer):
                os.close(descriptor)
            self._connection.close()
            return _become_module(self._server, request, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        try:
            self._watch(wake)
        finally:
            os._exit(0)

    def _watch(self, wake: int) -> None:
        """Wait for the module's end, the plugin's or the run's."""
        life = self._server.life
        while not self._ended():
            ready = select.select([self._connection.fileno(), wake, *life.descriptors], [], [], life.seconds)[0]
            if self._connection.fileno() in ready or life.gone():  # the plugin sends nothing more: it is gone
                self._end_group()
            elif wake in ready:
                os.read(wake, 1)

    def _ended(self) -> bool:
        """Whether the module has ended; the plugin knows then."""
        process, status = os.waitpid(self._module, os.WNOHANG)
        if not process:
            return False
        code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        self._connection.sendall(EXIT.pack(code))
        return True

    def _end_group(self) -> NoReturn:
        """End the module and all its processes, this one last."""
        os.killpg(0, signal.SIGTERM)
        end = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < end and not os.waitpid(self._module, os.WNOHANG)[0]:
            time.sleep(0.02)
        os.killpg(0, signal.SIGKILL)
        os._exit(0)


def serve(listener: int, run: int, folder: str, name: str, payloads: list[str], services: list[str]) -> NoReturn:
    """Serve at a listening socket, given as a file descriptor, until a process ends; the folder goes with it."""
    Server(listener, run, folder, name).serve(payloads, services)


def _reap(*_: object) -> None:
    """Take note of all children that have ended, so that their time counts as this process's."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _run(code: types.CodeType) -> NoReturn:
    """Run a module in its process and end as Python does: an error has Python's own traceback and exit code."""
    status, interrupted = 0, False
    try:
        exec(code, vars(sys.modules["__main__"]))
    except SystemExit as error:
        status = _exit_status(error.code)
    except BaseException as error:
        # the frames of this and all below are not the module's
        error = error.with_traceback(error.__traceback__.tb_next if error.__traceback__ else None)
        sys.excepthook(type(error), error, error.__traceback__)
        status, interrupted = 1, isinstance(error, KeyboardInterrupt)
    _end(status, interrupted)


def _exit_status(code: object) -> int:
    """What sys.exit makes of its argument."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def _end(status: int, interrupted: bool) -> NoReturn:
    """End as Python does, but do not take apart all that the server has loaded: that takes longer than most modules run."""
    if "threading" in sys.modules:
        sys.modules["threading"]._shutdown()
    atexit._run_exitfuncs()
    gc.collect()  # what the module has left, not what was loaded before
    for left in gc.get_objects():
        if issubclass(type(left), io.IOBase):
            with contextlib.suppress(OSError, ValueError):
                left.flush()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except (AttributeError, OSError, ValueError):
            status = status or (120 if stream is sys.stdout else 0)  # as Python's own
    if interrupted:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    os._exit(status)


def _become_module(server: Server, request: Request, descriptors: list[int]) -> types.CodeType:
    """Make this process what a new interpreter is when it has read a program from its stdin; that program's code."""
    server.listener.close()
    for descriptor in server.life.descriptors:
        os.close(descriptor)
    for number, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, number)
    os.fchdir(descriptors[3])
    for descriptor in descriptors:
        os.close(descriptor)
    gc.enable()
    os.umask(request.umask)
    os.environ.clear()
    os.environ.update(request.environment)
    time.tzset()
    tempfile.tempdir = None
    for number, handler in server.signals.items():
        if handler is not None and signal.getsignal(number) != handler:
            signal.signal(number, handler)
    sys.path[:] = server.path
    sys.path_importer_cache.clear()
    server.library.hide()
    server.models.offer()
    for name in [name for name in sys.modules if name.partition(".")[0] == "_warm"]:
        del sys.modules[name]
    names = vars(sys.modules["__main__"])
    for name in [name for name in names if name not in MAIN_NAMES and name != "__annotations__"]:
        del names[name]
    return compile(request.payload, "<stdin>", "exec", dont_inherit=True)


def _write_log(path: str) -> None:
    """Let what the server says go to a file; it is not to hold the pipes of whoever started it."""
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(log, number)
    os.close(log)


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _state(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
