# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The module_utils a fork finds loaded, and the AWS service models.

Ansible sends each module with a zip archive of the module_utils it uses. The library loads module_utils from such archives, and
from nowhere else. A fork gets the loaded ones only if all of them that are in its own archive are the same there, byte for byte
(checksum and size); those its archive does not have are hidden from it. They then look as if they came from that archive.
"""

from __future__ import annotations

import _imp
import importlib
import importlib.machinery
import importlib.util
import io
import os
import signal
import sys
import tempfile
import threading
import types
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

# Stands for the path of a module's archive in all that is loaded, until a fork knows its own.
ARCHIVE = "/ansible_warm_payload.zip"
PACKAGES = ("ansible", "ansible_collections")
AWS = "ansible_collections/amazon/aws/plugins/module_utils/"
TRIAL_SECONDS = 60
# Every session reads these again; a module has one session for each client.
SHARED_MODELS = ("endpoints", "partitions", "_retry", "sdk-default-configuration")
SHARED_COPIES = 4


def is_ansible(name: str) -> bool:
    """Whether a Python module can only come from an archive."""
    return name.partition(".")[0] in PACKAGES


@dataclass
class Source:
    """A file of an archive, by which it is compared."""

    checksum: int
    size: int
    text: bytes


@dataclass
class Loaded:
    """A loaded module: its file in the archive, its code, and its globals that hold the archive's path."""

    module: types.ModuleType
    filename: str
    code: types.CodeType
    paths: list[str] = field(default_factory=list)


class Library:
    """Loads module_utils from archives; a finder and loader of Python's import system."""

    def __init__(self) -> None:
        self._sources: dict[str, Source] = {}
        self._refused: set[str] = set()  # files whose import failed or left a trace
        self._codes: dict[str, types.CodeType] = {}
        self.loaded: dict[str, Loaded] = {}

    def learn(self, archive: bytes) -> None:
        """Load the module_utils of an archive that are not known yet, if those that are known are the same."""
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            entries = _entries(files)
            if any(entries.get(name, source) != source for name, source in self._known().items()):
                return
            new = [name for name in entries if is_library_file(name) and name not in self._sources]
            for name in new:
                checksum, size = entries[name]
                self._sources[name] = Source(checksum, size, files.read(name))
        sys.meta_path.insert(0, self)
        try:
            for name in self._without_trace(sorted(map(_module_name, new))):
                importlib.import_module(name)
        finally:
            sys.meta_path.remove(self)
        self._remember()

    def _known(self) -> dict[str, tuple[int, int]]:
        return {name: (source.checksum, source.size) for name, source in self._sources.items()}

    def _remember(self) -> None:
        for name, code in self._codes.items():
            module = sys.modules.get(name)
            if name in self.loaded or module is None:
                continue
            loaded = Loaded(module, code.co_filename[len(ARCHIVE) + 1 :], code)
            loaded.paths = [
                key
                for key, value in vars(module).items()
                if not _is_dunder(key) and isinstance(value, (str, PurePath)) and str(value).startswith(ARCHIVE)
            ]
            self.loaded[name] = loaded

    def _without_trace(self, names: list[str]) -> list[str]:
        """The modules whose import leaves nothing behind but the modules, as tried in a fork.

        A deprecation that is reported at import, for example, has to be in the result of each module that imports it, and only
        there.
        """
        while True:
            answers = dict(_try_imports(names))
            left = [name for name in names if answers.get(name) == "trace"]
            silent = [name for name in names if name not in answers]
            if not left and silent:
                left = silent[:1]  # the trial died of it
            if not left:
                return [name for name in names if answers[name] == "good"]
            self._refused.update(filename for name in left for filename in _filenames(name))
            names = [name for name in names if name not in left]

    # What Python's import system asks of a finder and loader.

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> Any:
        """A module of the known archives."""
        if not is_ansible(name):
            return None
        for filename in _filenames(name):
            if filename in self._refused:
                raise ImportError(f"{name} is left to each module run", name=name)
            if filename in self._sources:
                package = filename.endswith("/__init__.py")
                spec = importlib.machinery.ModuleSpec(name, self, origin=f"{ARCHIVE}/{filename}", is_package=package)
                spec.has_location = True
                if package:
                    spec.submodule_search_locations = [os.path.dirname(f"{ARCHIVE}/{filename}")]
                return spec
        return None

    def create_module(self, spec: Any) -> None:
        """Python's own kind of module."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the module's code, and keep it."""
        origin = module.__spec__.origin if module.__spec__ else None
        assert origin is not None
        code = compile(self._sources[origin[len(ARCHIVE) + 1 :]].text, origin, "exec", dont_inherit=True)
        self._codes[module.__name__] = code
        exec(code, vars(module))

    # What a fork does.

    def hide(self) -> None:
        """In a fork: take all of it out of sight until the module has unpacked its archive."""
        for name in list(sys.modules):
            if is_ansible(name):
                del sys.modules[name]
        sys.meta_path.insert(0, _Adoption(self))

    def adopt(self, archive: str) -> None:
        """In a fork: let what is in the archive be loaded, if it is the same."""
        with zipfile.ZipFile(archive) as files:
            entries = _entries(files)
        if any(entries.get(name, source) != source for name, source in self._known().items()):
            return
        for name in sorted(self.loaded):
            loaded = self.loaded[name]
            if loaded.filename in entries:
                _move(name, loaded, archive)
            else:
                parent, _dot, child = name.rpartition(".")
                if parent in sys.modules and vars(sys.modules[parent]).get(child) is loaded.module:
                    delattr(sys.modules[parent], child)


class _Adoption:
    """Finder that gives a fork the library at its first import from its archive, and is gone."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> Any:
        if not is_ansible(name) or not zipfile.is_zipfile(sys.path[0]):
            return None
        sys.meta_path.remove(self)
        self._library.adopt(sys.path[0])
        if name not in sys.modules:
            return None
        module = sys.modules[name]
        return importlib.machinery.ModuleSpec(name, _Present(module, module.__spec__))


class _Present:
    """Loader of a module that is loaded."""

    def __init__(self, module: types.ModuleType, spec: Any) -> None:
        self._module, self._spec = module, spec

    def create_module(self, spec: Any) -> types.ModuleType:
        return self._module

    def exec_module(self, module: types.ModuleType) -> None:
        module.__spec__ = self._spec


def _move(name: str, loaded: Loaded, archive: str) -> None:
    """Make a loaded module one of an archive: all that Python would have set, and file names in tracebacks."""
    module = loaded.module
    parent = name.rpartition(".")[0]
    spec = importlib.machinery.PathFinder.find_spec(name, sys.modules[parent].__path__ if parent else None)
    assert spec is not None and spec.origin is not None
    module.__spec__, module.__loader__, module.__file__ = spec, spec.loader, spec.origin
    module.__cached__ = spec.cached
    if spec.submodule_search_locations is not None:
        further = [path for path in module.__path__ if not path.startswith(ARCHIVE)]
        module.__path__ = [*spec.submodule_search_locations, *further]
    for key in loaded.paths:
        value = vars(module)[key]
        setattr(module, key, type(value)(archive + str(value)[len(ARCHIVE) :]))
    _imp._fix_co_filename(loaded.code, spec.origin)
    sys.modules[name] = module


def _entries(files: zipfile.ZipFile) -> dict[str, tuple[int, int]]:
    return {entry.filename: (entry.CRC, entry.file_size) for entry in files.infolist()}


def is_library_file(name: str) -> bool:
    """Whether a file of an archive is one of module_utils, or a package that they are in."""
    if not name.endswith(".py") or not is_ansible(name.partition("/")[0]):
        return False
    return name.endswith("/__init__.py") or "/module_utils/" in name


def _module_name(filename: str) -> str:
    stem = filename[: -len(".py")]
    return (stem[: -len("/__init__")] if stem.endswith("/__init__") else stem).replace("/", ".")


def _filenames(name: str) -> tuple[str, str]:
    stem = name.replace(".", "/")
    return f"{stem}/__init__.py", f"{stem}.py"


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _try_imports(names: Iterable[str]) -> list[tuple[str, str]]:
    """Import modules in a fork until one leaves a trace; name and ``good``, ``bad`` or ``trace`` of each so far."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        signal.alarm(TRIAL_SECONDS)
        try:
            with tempfile.TemporaryFile() as output:
                os.dup2(output.fileno(), 1)
                os.dup2(output.fileno(), 2)
                before = _traces()
                for name in names:
                    answer = _try_import(name, before)
                    os.write(writer, f"{name} {answer}\n".encode())
                    if answer == "trace":
                        break
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader) as lines:
        return [(name, answer) for name, _space, answer in (line.strip().partition(" ") for line in lines)]


def _try_import(name: str, before: list[Any]) -> str:
    try:
        importlib.import_module(name)
    except BaseException:  # an import may do anything, even exit
        return "bad" if _traces() == before else "trace"
    return "good" if _traces() == before else "trace"


def _traces() -> list[Any]:
    """What an import may change beyond the modules, as far as it can be seen."""
    sys.stdout.flush()
    sys.stderr.flush()
    reports = vars(sys.modules.get("ansible.module_utils.common.warnings", types.ModuleType("none")))
    return [
        threading.active_count(),
        dict(os.environ),
        os.getcwd(),
        list(sys.path),
        len(sys.meta_path),
        [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGPIPE)],
        sum(len(reports.get(name, ())) for name in ("_global_warnings", "_global_deprecations")),
        len(os.listdir("/dev/fd")),
        os.fstat(1).st_size,
    ]


class Models:
    """AWS service models as botocore reads them; each is given away once, since botocore changes what it has read."""

    def __init__(self) -> None:
        self._data: dict[str, list[Any]] = {}
        self._known: set[str] = set()

    def new(self, services: Iterable[str]) -> list[str]:
        """The services that are not loaded yet."""
        return [service for service in services if service not in self._known]

    def load(self, service: str) -> None:
        """Read the models of a service; nothing where there is no botocore or no such service."""
        if not self._known:
            self._known.update(SHARED_MODELS)
            for _copy in range(SHARED_COPIES):
                self._load(list(SHARED_MODELS))
        self._known.add(service)
        self._load([service])

    def _load(self, services: list[str]) -> None:
        try:
            from botocore import loaders
            from botocore.exceptions import DataNotFoundError
        except ImportError:
            return
        # Only the models of botocore itself: ~/.aws/models is looked at by each module.
        builtin = loaders.Loader.BUILTIN_DATA_PATH
        loader = loaders.Loader(extra_search_paths=[builtin], include_default_search_paths=False)
        for service in services:
            names = [service]
            if service not in SHARED_MODELS:
                try:
                    version = loader.determine_latest_version(service, "service-2")
                except DataNotFoundError:
                    continue
                kinds = ("service-2", "endpoint-rule-set-1", "paginators-1", "waiters-2")
                names = [os.path.join(service, version, kind) for kind in kinds]
            for path in (os.path.join(builtin, name) for name in names):
                data = loaders.JSONFileLoader().load_file(path)
                if data is not None:
                    self._data.setdefault(path, []).append(data)

    def offer(self) -> None:
        """In a fork: let botocore take what is loaded in place of reading it."""
        loaders = sys.modules.get("botocore.loaders")
        if loaders is None or not self._data:
            return
        read, data = loaders.JSONFileLoader.load_file, self._data

        def load_file(self: Any, file_path: str) -> Any:
            copies = data.get(file_path)
            return copies.pop() if copies else read(self, file_path)

        loaders.JSONFileLoader.load_file = load_file
