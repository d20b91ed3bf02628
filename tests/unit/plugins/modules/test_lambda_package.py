"""lambda_package with distributions made for the test, and with real ones of this environment."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from modules import ModuleResult, run_module

MODULE = "lambda_package"
ADVICE = "pip install -r requirements-functions.txt"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for installed distributions."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


def install(site: Path, name: str, files: dict[str, str], version: str = "1.0", pure: bool = True, **more: Any) -> None:
    """Install a distribution as pip does; ``requires`` and ``python`` go into its metadata."""
    info = f"{name}-{version}.dist-info"
    lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {need}" for need in more.get("requires", ()))]
    lines += [f"Provides-Extra: {extra}" for extra in more.get("extras", ())]
    lines += [f"Requires-Python: {more['python']}"] if "python" in more else []
    written = {
        **files,
        f"{info}/METADATA": "\n".join(["Metadata-Version: 2.4", *lines, ""]),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: {str(pure).lower()}\n",
        f"{info}/INSTALLER": more.get("installer", "pip"),
    }
    record = "".join(f"{file},,\n" for file in [*written, f"{info}/RECORD"])
    for file, text in {**written, f"{info}/RECORD": record}.items():
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text(text)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The folder of a small package, with what does not belong into a zip."""
    folder = tmp_path / "greeter"
    for name in ("__init__.py", "hello.py", "sql/1.sql", "__pycache__/hello.cpython-313.pyc", "old.pyc", ".idea/x"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"# {name}\n")
    return folder


def build(path: Path, **options: Any) -> ModuleResult:
    result = run_module(MODULE, path=str(path), **options)
    assert not result.get("failed"), result["msg"]
    return result


def refused(tmp_path: Path, **options: Any) -> str:
    result = run_module(MODULE, path=str(tmp_path / "f.zip"), **options)
    assert result["failed"] and not (tmp_path / "f.zip").exists()
    return result["msg"]


def names(path: Path) -> list[str]:
    return zipfile.ZipFile(path).namelist()


def test_the_package_is_put_together(tmp_path: Path, site: Path, source: Path) -> None:
    install(site, "Greet", {"greet/__init__.py": "x = 1", "greet.pth": "", "../bin/greet": "#!"}, requires=["base_lib"])
    install(site, "base_lib", {"base.py": "", "base_lib-2.1.dist-info/licenses/LICENSE": "MIT"}, "2.1")
    (tmp_path / "ca.pem").write_text("certificate")
    path = tmp_path / "functions.zip"
    result = build(path, source=str(source), distributions=["greet"], files={"db-ca.pem": str(tmp_path / "ca.pem")})

    assert names(path) == [
        "Greet-1.0.dist-info/METADATA",
        "base.py",
        "base_lib-2.1.dist-info/METADATA",
        "base_lib-2.1.dist-info/licenses/LICENSE",
        "db-ca.pem",
        "greet/__init__.py",
        "greeter/__init__.py",
        "greeter/hello.py",
        "greeter/sql/1.sql",
    ]
    assert zipfile.ZipFile(path).read("db-ca.pem") == b"certificate"
    assert result["distributions"] == {"base-lib": "2.1", "greet": "1.0"} and result["path"] == str(path)
    assert result["sha256"] == base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()
    assert result["size"] == path.stat().st_size and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert result["changed"] is False and sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == [
        "ca.pem",
        "functions.zip",
    ]


def test_the_bytes_are_the_same_on_every_machine(tmp_path: Path, source: Path) -> None:
    """The checksum is a constant: other Pythons, file systems and times must come to it too."""
    one = build(tmp_path / "one.zip", source=str(source))
    for file in source.rglob("*"):
        os.utime(file, (10**9, 10**9))
        file.chmod(0o755)
    (source / "__pycache__" / "more.pyc").write_text("other")
    two = build(tmp_path / "two.zip", source=str(source))

    assert one["sha256"] == two["sha256"] == "ZJMx8EUI21DQPQoDkc6jt9JjwMuoM4cZOs9WPngjcr4="
    info = zipfile.ZipFile(tmp_path / "one.zip").infolist()[0]
    assert (info.date_time, info.compress_type) == ((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED)
    assert info.external_attr >> 16 == stat.S_IFREG | 0o644


def test_what_an_installer_writes_is_left_out(tmp_path: Path, site: Path) -> None:
    install(site, "greet", {"greet.py": ""})
    one = build(tmp_path / "one.zip", distributions=["greet"])
    (site / "greet-1.0.dist-info" / "INSTALLER").write_text("uv")
    two = build(tmp_path / "two.zip", distributions=["greet"])

    assert one["sha256"] == two["sha256"]


def test_a_changed_file_changes_the_checksum(tmp_path: Path, source: Path) -> None:
    one = build(tmp_path / "f.zip", source=str(source))
    (source / "hello.py").write_text("# changed\n")
    two = build(tmp_path / "f.zip", source=str(source))

    assert one["sha256"] != two["sha256"] and two["changed"] is False
    assert zipfile.ZipFile(tmp_path / "f.zip").read("greeter/hello.py") == b"# changed\n"


def test_check_mode_writes_the_zip_too(tmp_path: Path, source: Path) -> None:
    result = run_module(MODULE, check_mode=True, path=str(tmp_path / "f.zip"), source=str(source))

    assert result["changed"] is False and result["size"] == (tmp_path / "f.zip").stat().st_size


@pytest.mark.parametrize(
    ("needs", "python_version", "extras", "found"),
    [
        (["base; python_version < '3.13'"], "3.13", "", []),
        (["base; python_version < '3.13'"], "3.12", "", ["base"]),
        (["base; sys_platform == 'win32'"], "3.13", "", []),
        (["base; platform_system == 'Linux'"], "3.13", "", ["base"]),
        (["base; extra == 'fast'"], "3.13", "", []),
        (["base; extra == 'fast'"], "3.13", "[fast]", ["base"]),
        (["base; extra == 'fast' and python_version < '3.13'"], "3.13", "[fast]", []),
        (["greet[fast]; extra == 'all'", "base; extra == 'fast'"], "3.13", "[all]", ["base"]),
        (["base>=0.9,<2"], "3.13", "", ["base"]),
        (["base; python_full_version < '3.11.3'"], "3.11", "", []),
    ],
)
def test_dependencies_are_those_of_the_functions_python(
    tmp_path: Path, site: Path, needs: list[str], python_version: str, extras: str, found: list[str]
) -> None:
    install(site, "greet", {"greet.py": ""}, requires=needs, extras=["fast", "all"])
    install(site, "base", {"base.py": ""})
    result = build(tmp_path / "f.zip", distributions=[f"greet{extras}"], python_version=python_version)

    assert sorted(result["distributions"]) == sorted(["greet", *found])


def test_distributions_that_need_each_other_come_once(tmp_path: Path, site: Path) -> None:
    install(site, "greet", {"greet.py": ""}, requires=["base"])
    install(site, "base", {"base.py": ""}, requires=["greet"])

    assert build(tmp_path / "f.zip", distributions=["greet", "base"])["distributions"] == {
        "base": "1.0",
        "greet": "1.0",
    }


def test_a_real_distribution_comes_with_its_dependency(tmp_path: Path) -> None:
    result = build(tmp_path / "f.zip", distributions=["python-dateutil"])

    assert result["distributions"] == {name: metadata.version(name) for name in ("python-dateutil", "six")}
    assert {"dateutil/parser/_parser.py", "six.py"} <= set(names(tmp_path / "f.zip"))
    assert zipfile.ZipFile(tmp_path / "f.zip").testzip() is None


def test_a_real_compiled_distribution_is_refused(tmp_path: Path) -> None:
    message = refused(tmp_path, distributions=["pyyaml"])

    assert "distribution PyYAML is not pure Python (" in message and ADVICE in message


def test_a_missing_distribution_names_who_needs_it(tmp_path: Path, site: Path) -> None:
    install(site, "greet", {"greet.py": ""}, requires=["base-lib"])

    message = refused(tmp_path, distributions=["greet"])
    assert message == f"distribution base-lib, which greet needs, is not installed: {ADVICE}"
    message = refused(tmp_path, distributions=["not-there"])
    assert message == f"distribution not-there is not installed: {ADVICE}"


def test_distributions_that_cannot_be_vendored_are_refused(tmp_path: Path, site: Path) -> None:
    install(site, "compiled", {"compiled.py": "", "compiled_core.cpython-313-x86_64-linux-gnu.so": ""})
    install(site, "marked", {"marked.py": ""}, pure=False)
    install(site, "editable", {"__editable__.editable.pth": "/src"})
    install(site, "old", {"old.py": ""}, python="<3.12")
    (site / "recordless-1.dist-info").mkdir()
    (site / "recordless-1.dist-info" / "METADATA").write_text("Name: recordless\nVersion: 1\n")
    install(site, "outdated", {"outdated.py": ""})

    so = "compiled_core.cpython-313-x86_64-linux-gnu.so"
    assert f"distribution compiled is not pure Python ({so})" in refused(tmp_path, distributions=["compiled"])
    assert "distribution marked is not pure Python, so" in refused(tmp_path, distributions=["marked"])
    assert "has no Python files of its own" in refused(tmp_path, distributions=["editable"])
    message = refused(tmp_path, distributions=["old"], python_version="3.13")
    assert "distribution old 1.0 needs Python <3.12 and python_version is 3.13" in message
    assert "has no list of its files" in refused(tmp_path, distributions=["recordless"])
    message = refused(tmp_path, distributions=["outdated>=2"])
    assert message == f"distribution outdated is 1.0 and distributions asks for >=2: {ADVICE}"


def test_two_parts_with_one_name_are_refused(tmp_path: Path, site: Path) -> None:
    install(site, "one", {"same.py": "1"})
    (tmp_path / "other").write_text("2")

    message = refused(tmp_path, distributions=["one"], files={"same.py": str(tmp_path / "other")})
    assert message == "distribution one and files both have a file same.py: keep one of them"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "source, distributions and files are empty"),
        ({"source": "/no/such/folder"}, "source is '/no/such/folder': there is no such folder"),
        ({"files": {"a.pem": "/no/such/file"}}, "files['a.pem'] is '/no/such/file': No such file or directory"),
        ({"files": {"../a": "/etc/hostname"}}, "files has a name that is '../a': allowed is letters"),
        ({"distributions": ["a b"]}, "distributions has 'a b': allowed are names of distributions"),
        ({"distributions": ["six"], "python_version": "python3.13"}, "python_version is 'python3.13'"),
    ],
)
def test_bad_options_are_refused(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    assert message in refused(tmp_path, **options)


def test_a_folder_that_is_missing_is_made(tmp_path: Path, source: Path) -> None:
    result = build(tmp_path / "new" / "folder" / "f.zip", source=str(source))

    assert result["size"] == (tmp_path / "new" / "folder" / "f.zip").stat().st_size


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path, source: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run_module(MODULE, path=str(tmp_path / "file" / "f.zip"), source=str(source))

    assert result["failed"] and "it cannot be written: " in result["msg"]


def test_a_zip_that_aws_would_not_take_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: Path
) -> None:
    package = "ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.package.MAX_ZIP_BYTES"
    monkeypatch.setattr(package, 100)

    assert "AWS takes up to 100" in refused(tmp_path, source=str(source))
