# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The payloads that Ansible has built for modules, kept from run to run.

Once a run and module, Ansible looks for all module_utils that the module imports, and packs them: 0.1 to 0.2 seconds of work that
come out the same until a file changes. It keeps what it has packed in a folder of the run. These files are kept beyond the run,
each with a list of what it was made from, and put into the folder of the next run if all of that is the same: the path, size and
time of each file, of each folder that a file could be added to, and of a collection's redirections.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import importlib
import json
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import ansible
import ansible.constants as C
from ansible.plugins.loader import module_utils_loader

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.warm.protocol import PACKED

ANSIBLE = Path(ansible.__file__).parent
# Ansible writes these itself; the builder and the release stand for them.
WRITTEN = {"ansible/__init__.py", "ansible/module_utils/__init__.py", "ansible/modules/__init__.py"}
UNFINISHED = (".lock", "-part")
BUILDER = ("release.py", "executor/module_common.py")

# Of a file or folder: time of change, size, inode; of a collection: its folder; None where there is nothing.
State = list[int] | str | None


class Payloads:
    """The payloads in a private folder, of the Ansible that runs."""

    def __init__(self, folder: Path) -> None:
        words = f"{ANSIBLE} {ansible.__version__} {sys.version}"
        self._folder = folder / hashlib.sha256(words.encode()).hexdigest()[:12]
        self._run_folder = Path(C.DEFAULT_LOCAL_TMP, "ansiballz_cache")
        self._states: dict[str, State] = {}

    def restore(self) -> None:
        """Give the run what is kept and still true; the first worker of a run does it."""
        if self._run_folder.exists() or overridden():
            return
        partial = self._run_folder.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            if is_private(self._folder):
                partial.mkdir(mode=0o700)
                for manifest in sorted(self._folder.glob("*.json")):
                    payload = manifest.with_suffix("")
                    if self._is_true(json.loads(manifest.read_text())):
                        shutil.copyfile(payload, partial / payload.name)
                    else:
                        manifest.unlink()
                        payload.unlink()
                partial.rename(self._run_folder)
        shutil.rmtree(partial, ignore_errors=True)

    def paths(self) -> list[str]:
        """The files with payloads in this run."""
        with contextlib.suppress(OSError):
            return [str(path) for path in self._run_folder.iterdir() if not path.name.endswith(UNFINISHED)]
        return []

    def keep(self) -> None:
        """Keep what Ansible has built in this run."""
        with contextlib.suppress(OSError):
            known = {path.name.removesuffix(".json") for path in self._folder.glob("*.json")}
            for payload in self._run_folder.iterdir():
                if payload.name not in known and not payload.name.endswith(UNFINISHED) and not overridden():
                    self._keep(payload)

    def _keep(self, payload: Path) -> None:
        content = payload.read_bytes()
        sources = find_sources(content)
        if sources is None:
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_private(self._folder):
            return
        target = self._folder / payload.name
        manifest = json.dumps({source: state_of(source) for source in sources})
        for path, text in ((target, content), (target.with_name(f"{target.name}.json"), manifest.encode())):
            partial = path.with_name(f".{path.name}.{os.getpid()}")
            partial.write_bytes(text)
            partial.replace(path)

    def _is_true(self, manifest: dict[str, State]) -> bool:
        """Whether all that a payload was made from is as it was, and found where it was."""
        for source, state in manifest.items():
            if source not in self._states:
                self._states[source] = state_of(source)
            if self._states[source] != state:
                return False
        return True


def overridden() -> bool:
    """Whether a playbook, role or setting has module_utils of its own, which Ansible would pack in place of others."""
    own = str(ANSIBLE / "module_utils")
    paths = module_utils_loader.print_paths().split(os.pathsep)
    return any(os.path.isdir(path) and not path.startswith(own) for path in paths)


def find_sources(content: bytes) -> list[str] | None:
    """What a payload was made from: files, folders, and ``<namespace>.<name>`` for the place of a collection.

    None if a file in it is not what this finds on disk, such as one of a role or a redirection.
    """
    found = PACKED.search(content)
    if found is None:
        return None
    sources = {str(ANSIBLE / name) for name in BUILDER}
    with zipfile.ZipFile(BytesIO(base64.b64decode(found[0]))) as files:
        for name in files.namelist():
            if name in WRITTEN:
                continue
            path = source_of(name)
            text = files.read(name)
            if path is None or (path.read_bytes() if path.exists() else b"") != text:
                return None
            sources.update((str(path), str(path.parent)))
            sources.update(places_of(name))
    return sorted(sources)


def source_of(name: str) -> Path | None:
    """The file of an archive's entry on disk."""
    first, *rest = name.split("/")
    if first == "ansible":
        return ANSIBLE.joinpath(*rest)
    if first != "ansible_collections" or len(rest) < 3:
        return Path(os.devnull) if first == "ansible_collections" else None
    folder = collection_folder(f"{rest[0]}.{rest[1]}")
    return folder.joinpath(*rest[2:]) if folder else None


def places_of(name: str) -> Iterator[str]:
    """What else decides where an entry comes from: the collection's place, and its redirections."""
    first, *rest = name.split("/")
    if first == "ansible_collections" and len(rest) > 2:
        yield f"{rest[0]}.{rest[1]}"
        folder = collection_folder(f"{rest[0]}.{rest[1]}")
        if folder:
            yield str(folder / "meta" / "runtime.yml")


def collection_folder(collection: str) -> Path | None:
    """Where Ansible finds a collection."""
    try:
        package = importlib.import_module(f"ansible_collections.{collection}")
    except ImportError:
        return None
    return Path(next(iter(package.__path__)))


def state_of(source: str) -> State:
    """What a source is like now."""
    if not os.path.isabs(source):
        folder = collection_folder(source)
        return str(folder) if folder else None
    try:
        status = os.stat(source)
    except OSError:
        return None
    return [status.st_mtime_ns, status.st_size, status.st_ino]


def is_private(folder: Path) -> bool:
    """Whether only this user can have written to a folder: its files are read as programs."""
    status = folder.lstat()
    return status.st_uid == os.geteuid() and not folder.is_symlink() and not status.st_mode & 0o077
