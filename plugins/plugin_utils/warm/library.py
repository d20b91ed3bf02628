# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The module_utils a fork finds loaded, and the AWS service models.

Ansible sends each module with a zip archive of the module_utils it uses. The library loads module_utils from such archives, and
from nowhere else. A fork gets the loaded ones only if all of them that are in its own archive are the same there, byte for byte
(checksum and size); those its archive does not have are hidden from it. They then look as if they came from that archive.
"""

from __future__ import annotations

import functools
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import io
import os
import pkgutil
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
# Every session reads these again, and a module has one session for each client. botocore only adds to them, and always the same.
SHARED_MODELS = ("endpoints", "partitions")
MODELS = ("service-2", "endpoint-rule-set-1", "paginators-1", "waiters-2")


# How Python itself sets the file name in all code of a module, where this Python has it so.
_fix_filenames: Any = getattr(importlib.import_module("_imp"), "_fix_co_filename", lambda code, filename: None)


def is_ansible(name: str) -> bool:
    """Whether a Python module can only come from an archive."""
    return name.partition(".")[0] in PACKAGES


@dataclass
class Source:
    """A file of an archive, by which it is compared."""

    checksum: int
    size: int
    code: types.CodeType | None


@dataclass
class Loaded:
    """A loaded module: its file in the archive, its code, and its globals that hold the archive's path."""

    module: types.ModuleType
    filename: str
    code: types.CodeType
    paths: list[str] = field(default_factory=list)


class Library(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads module_utils from archives."""

    def __init__(self) -> None:
        self._sources: dict[str, Source] = {}
        self._refused: set[str] = set()  # files whose import failed or left a trace
        self._codes: dict[str, types.CodeType] = {}
        self.loaded: dict[str, Loaded] = {}

    def learn(self, archives: Iterable[bytes]) -> None:
        """Load the module_utils of archives that are not known yet, of each if those that are known are the same."""
        new = [name for archive in archives for name in self._read(archive)]
        sys.meta_path.insert(0, self)
        try:
            for name in self._without_trace(sorted(map(_module_name, new))):
                importlib.import_module(name)
        finally:
            sys.meta_path.remove(self)
        self._remember()

    def _read(self, archive: bytes) -> list[str]:
        """Take the files of an archive that are not known; their names."""
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            entries = _entries(files)
            if any(entries.get(name, source) != source for name, source in self._known().items()):
                return []
            new = [name for name in entries if is_library_file(name) and name not in self._sources]
            for name in new:
                checksum, size = entries[name]
                code = _compile(files.read(name), f"{ARCHIVE}/{name}")
                self._sources[name] = Source(checksum, size, code)
        return new

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
        source = self._sources[f"{module.__file__}"[len(ARCHIVE) + 1 :]]
        if source.code is None:
            raise ImportError(f"{module.__name__} is left to each module run", name=module.__name__)
        self._codes[module.__name__] = source.code
        exec(source.code, vars(module))

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


class _Adoption(importlib.abc.MetaPathFinder):
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


class _Present(importlib.abc.Loader):
    """Loader of a module that is loaded."""

    def __init__(self, module: types.ModuleType, spec: Any) -> None:
        self._module, self._spec = module, spec

    def create_module(self, spec: Any) -> types.ModuleType:
        return self._module

    def exec_module(self, module: types.ModuleType) -> None:
        module.__spec__ = self._spec


def _move(name: str, loaded: Loaded, archive: str) -> None:
    """Make a loaded module one of an archive: all that Python would have set, and file names in tracebacks."""
    module, location = loaded.module, f"{archive}/{loaded.filename}"
    package = hasattr(module, "__path__")
    folder = os.path.dirname(os.path.dirname(location) if package else location)
    # As zipimport makes it, but for compiling the source to learn its file name.
    loader: Any = pkgutil.get_importer(folder)
    spec: Any = importlib.util.spec_from_file_location(
        name, location, loader=loader, submodule_search_locations=[] if package else None
    )
    module.__spec__, module.__loader__, module.__file__ = spec, spec.loader, location
    vars(module)["__cached__"] = spec.cached
    if spec.submodule_search_locations is not None:
        further = [path for path in module.__path__ if not path.startswith(ARCHIVE)]
        module.__path__ = [*spec.submodule_search_locations, *further]
    for key in loaded.paths:
        value = vars(module)[key]
        setattr(module, key, type(value)(archive + str(value)[len(ARCHIVE) :]))
    _fix_filenames(loaded.code, location)
    sys.modules[name] = module


def _entries(files: zipfile.ZipFile) -> dict[str, tuple[int, int]]:
    return {entry.filename: (entry.CRC, entry.file_size) for entry in files.infolist()}


def is_library_file(name: str) -> bool:
    """Whether a file of an archive is one of module_utils, or a package that they are in."""
    if not name.endswith(".py") or not is_ansible(name.partition("/")[0]):
        return False
    return name.endswith("/__init__.py") or "/module_utils/" in name


def _compile(text: bytes, filename: str) -> types.CodeType | None:
    """The code of a file; None if it is none, which each module that imports it has to see for itself."""
    try:
        return compile(text, filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None


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


def remember_hooks() -> None:
    """Let botocore's sessions remember what they work out again for each of their 130 handlers, and is always the same."""
    try:
        from botocore import hooks
        from botocore.session import Session

        hooks.accepts_kwargs = functools.cache(hooks.accepts_kwargs)
        known: dict[str, str] = {}
        start = hooks.EventAliaser.__init__

        def start_with_known(self: Any, event_emitter: Any, event_aliases: Any = None) -> None:
            start(self, event_emitter, event_aliases)
            if self._event_aliases == hooks.EVENT_ALIASES:
                self._alias_name_cache = known

        hooks.EventAliaser.__init__ = start_with_known
        Session()
    except (AttributeError, ImportError):
        return  # no botocore, or one that does this differently


class Models:
    """AWS service models as botocore reads them; each service's is given away once, since botocore changes it."""

    def __init__(self) -> None:
        self._data: dict[str, Any] = {}
        self._shared: dict[str, Any] = {}
        self._searched: list[str] = []  # where a session of boto3 looks, unless the user has models
        self._services: dict[str, list[str]] = {}  # found there, by the kind of model they have
        self._known: set[str] = set()

    def load(self, services: Iterable[str]) -> None:
        """Read the models of services that are not known yet; nothing where there is no botocore or no such service."""
        if not self._shared:
            self._load(list(SHARED_MODELS))
            self._shared, self._data = self._data, {}
            remember_hooks()
        new = [service for service in services if service not in self._known]
        self._known.update(new)
        self._load(new)

    def _load(self, services: list[str]) -> None:
        try:
            import boto3
            from botocore import loaders
            from botocore.exceptions import DataNotFoundError
        except ImportError:
            return
        # Only the models of botocore itself: ~/.aws/models is looked at by each module.
        builtin = loaders.Loader.BUILTIN_DATA_PATH
        self._searched = [builtin, os.path.join(os.path.dirname(boto3.__file__), "data")]
        loader = loaders.Loader(extra_search_paths=self._searched, include_default_search_paths=False)
        self._services = self._services or {kind: loader.list_available_services(kind) for kind in MODELS}
        for service in services:
            names = [service]
            if service not in SHARED_MODELS:
                try:
                    version = loader.determine_latest_version(service, "service-2")
                except DataNotFoundError:
                    continue
                names = [os.path.join(service, version, kind) for kind in MODELS]
            for path in (os.path.join(builtin, name) for name in names):
                data = loaders.JSONFileLoader().load_file(path)
                if data is not None:
                    self._data[path] = data

    def offer(self) -> None:
        """In a fork: let botocore take what is loaded in place of reading it."""
        loaders = sys.modules.get("botocore.loaders")
        if loaders is None or not self._shared:
            return
        read, data, shared = loaders.JSONFileLoader.load_file, self._data, self._shared
        look, searched, services = loaders.Loader.list_available_services, self._searched, self._services

        def load_file(self: Any, file_path: str) -> Any:
            found = data.pop(file_path, None) or shared.get(file_path)
            return read(self, file_path) if found is None else found

        def list_available_services(self: Any, type_name: str) -> Any:
            same = [path for path in self.search_paths if os.path.isdir(path)] == searched
            return list(services[type_name]) if same and type_name in services else look(self, type_name)

        loaders.JSONFileLoader.load_file = load_file
        loaders.Loader.list_available_services = list_available_services
