# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Find installed pure-Python distributions, what they depend on where the function runs, and their files."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path, PurePosixPath

try:
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.specifiers import SpecifierSet
    from packaging.utils import canonicalize_name
except ImportError:
    PACKAGING_ERROR = traceback.format_exc()  # The module reports it.
else:
    PACKAGING_ERROR = ""

from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.package import Entries, is_junk

ADVICE = "pip install -r requirements-functions.txt"
COMPILED = (".so", ".pyd", ".dylib", ".dll")
LICENCES = re.compile(r"(licen[cs]e|copying|notice|authors).*", re.IGNORECASE)


def last_patch(python_version: str) -> str:
    """A patch version later than all real ones: AWS keeps its runtimes at the last."""
    return f"{python_version}.999"


def build_environment(python_version: str) -> dict[str, str]:
    """The values of environment markers in AWS Lambda, whatever runs this module.

    :arg python_version: such as ``3.13``
    """
    full_version = last_patch(python_version)
    return {
        "implementation_name": "cpython",
        "implementation_version": full_version,
        "os_name": "posix",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": full_version,
        "python_version": python_version,
        "sys_platform": "linux",
    }


def parse_requirement(text: str) -> Requirement:
    """A requirement such as ``pg8000`` or ``redis>=5``.

    :raises AnsibleAWSError: when it is none
    """
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        raise AnsibleAWSError(
            message=f"distributions has '{text}': allowed are names of distributions such as pg8000 or redis>=5"
        ) from error


def resolve(wanted: Iterable[str], python_version: str) -> dict[str, metadata.Distribution]:
    """The distributions and all they depend on, by their names in canonical form.

    :arg wanted: requirements
    :raises AnsibleAWSError: when one is missing, or of another version than is asked for
    """
    environment = build_environment(python_version)
    left = [(parse_requirement(text), "") for text in wanted]
    found: dict[str, metadata.Distribution] = {}
    seen: set[tuple[str, str]] = set()
    while left:
        requirement, parent = left.pop()
        name = canonicalize_name(requirement.name)
        found[name] = found.get(name) or find(requirement.name, parent)
        check_version(found[name], requirement, parent, python_version)
        # What an extra asks for counts with that extra only; the empty one stands for none.
        for extra in {"", *requirement.extras} - {known for known_name, known in seen if known_name == name}:
            seen.add((name, extra))
            needs = [Requirement(text) for text in found[name].requires or ()]
            left += [(need, name) for need in needs if _applies(need, {**environment, "extra": extra})]
    return found


def _applies(requirement: Requirement, environment: dict[str, str]) -> bool:
    marker = requirement.marker
    if environment["extra"] and "extra" not in str(marker):
        return False  # counted without the extra already
    return marker is None or marker.evaluate(environment)


def find(name: str, parent: str = "") -> metadata.Distribution:
    """An installed distribution.

    :arg parent: what depends on it
    """
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError as error:
        needed = f", which {parent} needs," if parent else ""
        raise AnsibleAWSError(message=f"distribution {name}{needed} is not installed: {ADVICE}") from error


def check_version(found: metadata.Distribution, wanted: Requirement, parent: str, python_version: str) -> None:
    """Refuse a version that was not asked for, and one that does not run on the function's Python."""
    if not wanted.specifier.contains(found.version, prereleases=True):
        asker = f"{parent} needs" if parent else "distributions asks for"
        raise AnsibleAWSError(
            message=f"distribution {wanted.name} is {found.version} and {asker} {wanted.specifier}: {ADVICE}"
        )
    python = next(iter(found.metadata.get_all("Requires-Python") or [""]))
    if not SpecifierSet(python).contains(last_patch(python_version)):
        raise AnsibleAWSError(
            message=f"distribution {wanted.name} {found.version} needs Python {python} and python_version is "
            f"{python_version}: choose another version of one of them"
        )


def distribution_entries(found: metadata.Distribution) -> Entries:
    """The files of a distribution that its code needs, and its licence.

    :raises AnsibleAWSError: when it is not pure Python, or not installed as a package
    """
    name = found.metadata["Name"]
    if found.files is None:
        raise AnsibleAWSError(message=f"distribution {name} has no list of its files (RECORD): {ADVICE}")
    paths = [path for path in found.files if is_wanted(path)]
    compiled = next((str(path) for path in found.files if is_compiled(path)), None)
    if compiled or "Root-Is-Purelib: false" in (found.read_text("WHEEL") or ""):
        raise AnsibleAWSError(
            message=f"distribution {name} is not pure Python{f' ({compiled})' if compiled else ''}, so that it runs on "
            f"one kind of machine only: install a pure one ({ADVICE}), or add it to the function as a layer"
        )
    try:
        entries = {path.as_posix(): Path(str(path.locate())).read_bytes() for path in paths}
    except OSError as error:
        raise AnsibleAWSError(message=f"distribution {name} is incomplete ({error.filename}): {ADVICE}") from error
    if not any(path.endswith(".py") for path in entries):
        raise AnsibleAWSError(
            message=f"distribution {name} has no Python files of its own, as one that is installed as editable: {ADVICE}"
        )
    return entries


def is_compiled(path: PurePosixPath) -> bool:
    """Whether a file is machine code, such as ``x.so`` or ``x.so.1``."""
    return any(suffix in COMPILED for suffix in path.suffixes[-2:])


def is_wanted(path: PurePosixPath) -> bool:
    """Whether a file of a distribution goes into the zip.

    Not what lies outside the site's folder (scripts), what an installer wrote (RECORD differs between them), and what only
    works there (``.pth``).
    """
    if ".." in path.parts or path.is_absolute() or is_junk(Path(path)) or path.suffix == ".pth":
        return False
    folder, *rest = path.parts
    if not folder.endswith((".dist-info", ".egg-info")):
        return True
    return rest == ["METADATA"] or rest[:1] == ["licenses"] or bool(rest and LICENCES.fullmatch(rest[0]))
