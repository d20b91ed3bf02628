"""Payloads are kept from run to run, and used again only if all that they were made from is as it was."""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ansible.constants as C
import pytest
from plays import ROOT

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.warm import payloads
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.warm.payloads import Payloads

NAME = "ansible_collections.a.b.plugins.modules.one-ZIP_DEFLATED-none"


def archive(**files: bytes) -> bytes:
    """What Ansible keeps in a run: here a pickle's bytes around the base64 of an archive."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as target:
        for name, text in files.items():
            target.writestr(name, text)
    return b"\x80\x04\x95 zip_data " + base64.b64encode(content.getvalue()) + b"\x94."


@pytest.fixture
def collection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A collection a.b with a module and its module_utils."""
    folder = tmp_path / "collections" / "a" / "b"
    for name, text in (("modules/one.py", "import two"), ("module_utils/two.py", "X = 1")):
        path = folder / "plugins" / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    monkeypatch.setattr(payloads, "collection_folder", lambda name: folder if name == "a.b" else None)
    return folder


@pytest.fixture
def run(tmp_path: Path, collection: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A run in which Ansible has built the module; its folder of payloads."""
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(tmp_path / "first"))
    folder = tmp_path / "first" / "ansiballz_cache"
    folder.mkdir(parents=True)
    prefix = "ansible_collections/a/b/plugins"
    files = {f"{prefix}/modules/one.py": b"import two", f"{prefix}/module_utils/two.py": b"X = 1"}
    empty = {"ansible_collections/__init__.py": b"", "ansible_collections/a/b/__init__.py": b""}
    (folder / NAME).write_bytes(archive(**files, **empty, **{"ansible/__init__.py": b"__version__ = '1'"}))
    yield folder


def next_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of payloads of another run, which has taken what is kept."""
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(tmp_path / "next"))
    (tmp_path / "next").mkdir(exist_ok=True)
    Payloads(tmp_path / "kept").restore()
    return tmp_path / "next" / "ansiballz_cache"


def keep(tmp_path: Path) -> list[Path]:
    Payloads(tmp_path / "kept").keep()
    return sorted((tmp_path / "kept").glob(f"*/{NAME}"))


def test_a_payload_is_there_in_the_next_run(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (kept,) = keep(tmp_path)
    assert kept.parent.stat().st_mode & 0o777 == 0o700

    assert (next_run(tmp_path, monkeypatch) / NAME).read_bytes() == (run / NAME).read_bytes()


@pytest.mark.parametrize(
    "change",
    ["plugins/module_utils/two.py", "plugins/modules/one.py", "plugins/module_utils/json.py", "meta/runtime.yml"],
)
def test_a_changed_or_new_file_makes_it_untrue(
    change: str, run: Path, collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kept,) = keep(tmp_path)
    (collection / change).parent.mkdir(exist_ok=True)
    (collection / change).write_text("Y = 22")

    assert not (next_run(tmp_path, monkeypatch) / NAME).exists()
    assert not kept.exists() and not kept.with_name(f"{NAME}.json").exists()


def test_a_collection_in_another_place_makes_it_untrue(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(tmp_path)
    monkeypatch.setattr(payloads, "collection_folder", lambda name: tmp_path / "elsewhere")

    assert not (next_run(tmp_path, monkeypatch) / NAME).exists()


def test_what_is_not_on_disk_as_it_is_in_the_payload_is_not_kept(run: Path, collection: Path, tmp_path: Path) -> None:
    (collection / "plugins/module_utils/two.py").write_text("X = 2")
    assert keep(tmp_path) == []


def test_unfinished_files_are_not_kept(run: Path, tmp_path: Path) -> None:
    for ending in (".lock", "-part"):
        (run / f"{NAME}{ending}").write_bytes((run / NAME).read_bytes())
    keep(tmp_path)
    assert sorted(path.name for path in (tmp_path / "kept").glob("*/*")) == [NAME, f"{NAME}.json"]


def test_a_folder_that_others_can_write_to_is_not_read(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kept,) = keep(tmp_path)
    kept.parent.chmod(0o770)
    assert not (next_run(tmp_path, monkeypatch) / NAME).exists()


def test_module_utils_of_a_playbook_stop_it(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path)
    monkeypatch.setattr(payloads, "overridden", lambda: True)
    assert not next_run(tmp_path, monkeypatch).exists()


def play(folder: Path, **more: str) -> dict[str, Any]:
    """Run a module of a real collection and one of Ansible's own; what its play said, and the payloads kept."""
    tasks = [
        {"ansible.builtin.stat": {"path": "."}},
        {"amazon.aws.ec2_vpc_net_info": {"bogus": 1}, "ignore_errors": True},
    ]
    (folder / "play.yml").write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment |= {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_DEBUG": "1",
    } | more
    variables = {"ansible_connection": "iot.sensor_stack.warm", "ansible_python_interpreter": sys.executable}
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    words = [program, "-i", "localhost,", "-e", json.dumps(variables), "play.yml"]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    kept = sorted(path.name for path in (folder / "home" / "warm").glob("*/*") if path.suffix != ".json")
    return {"built": done.stdout.count("ANSIBALLZ: Creating module"), "kept": kept}


def test_runs_build_a_module_once(tmp_path: Path) -> None:
    first = play(tmp_path)
    assert first["built"] == 2 and len(first["kept"]) == 2
    assert play(tmp_path) == {"built": 0, "kept": first["kept"]}

    (tmp_path / "module_utils").mkdir()
    (tmp_path / "module_utils" / "mine.py").touch()
    assert play(tmp_path)["built"] == 2  # the playbook's own module_utils might be in it


def test_it_can_be_turned_off(tmp_path: Path) -> None:
    assert play(tmp_path, ANSIBLE_WARM_CACHE_DIR="") == {"built": 2, "kept": []}
