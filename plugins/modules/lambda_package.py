#!/usr/bin/python
# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: lambda_package
version_added: 0.2.0
short_description: Build the zip of a Python function for AWS Lambda
description:
  - Puts a Python package, pure-Python distributions it needs and single files into a zip, without any call to AWS.
  - The same input gives the same bytes on every machine and with every Python. Names are sorted, times and modes are fixed,
    nothing is compressed, and what differs between installations is left out. So the zip's checksum tells whether there is
    something to deploy.
  - The zip is an intermediate file, as a compiler's, and often lies in a folder that is new in each run. It is therefore
    written in each run, in check mode too, and the module never reports a change.
options:
  source:
    description:
      - The folder of a Python package, which goes into the zip under its own name.
      - Compiled files and names that start with a dot are left out.
    type: path
  distributions:
    description:
      - Installed pure-Python distributions that go to the top of the zip, with those they depend on. Each is a name such as
        V(pg8000), with a version (V(redis>=5)) or extras where needed.
      - They are looked for in the Python that runs this module. Of their metadata, C(METADATA) and the licences go along.
      - A distribution with compiled files is refused, since it runs on one kind of machine only.
    type: list
    elements: str
    default: []
  python_version:
    description:
      - The Python of the function's runtime, such as V(3.13) for C(python3.13). It decides which distributions those in
        O(distributions) depend on, together with Linux.
    type: str
    default: "3.13"
  files:
    description: Single files for the top of the zip, their name there to the path they are read from.
    type: dict
    default: {}
  path:
    description: Where the zip is written, as one that only its owner can read. Its folder is made when it is missing.
    type: path
    required: true
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
attributes:
  check_mode:
    description: Whether it can run in check mode; it writes the zip then as well.
    support: full
notes:
  - AWS takes a zip of up to 50 MB with the call, which is what this module can write.
"""

EXAMPLES = r"""
- name: Build the functions' package
  iot.sensor_stack.lambda_package:
    source: files/sensor_functions
    distributions:
      - pg8000
      - redis
    python_version: "3.13"
    files:
      database-ca.pem: /etc/ssl/rds/ca-central-1-bundle.pem
    path: "{{ build_folder }}/sensor-functions.zip"
  register: package
"""

RETURN = r"""
path:
  description: Where the zip is.
  returned: success
  type: str
  sample: /tmp/build/sensor-functions.zip
sha256:
  description: The zip's SHA-256 in base64, as AWS gives it in C(CodeSha256).
  returned: success
  type: str
  sample: 2VpbIRC9pXk5tHDIuuM1Z1Uv8QfFQzfkzwfqkpBzcNE=
size:
  description: The zip's bytes.
  returned: success
  type: int
  sample: 1048576
distributions:
  description: The distributions in the zip, those that others depend on too, and their versions.
  returned: success
  type: dict
  sample: {"pg8000": "1.31.5", "redis": "7.0.1"}
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.core.validation import check_pattern, refuse
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.distributions import (
    PACKAGING_ERROR,
    distribution_entries,
    resolve,
)
from ansible_collections.iot.sensor_stack.plugins.module_utils.lambda_.package import (
    Entries,
    build_zip,
    code_sha256,
    file_entries,
    merge_entries,
    source_entries,
)


def validate(params: dict[str, Any]) -> list[str]:
    """Check the options."""
    if not (params["source"] or params["distributions"] or params["files"]):
        return ["source, distributions and files are empty: at least one of them is needed"]
    return [
        *check_pattern("python_version", params["python_version"], r"3\.\d+", "a version such as 3.13"),
        *(
            problem
            for name in params["files"]
            for problem in check_pattern(
                "files has a name that", name, r"(?!\.)[A-Za-z0-9._+-]{1,255}", "letters, digits and ._+-, in no folder"
            )
        ),
    ]


def build(params: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    """The zip's bytes, and the versions of the distributions in it."""
    found = resolve(params["distributions"], params["python_version"])

    def parts() -> Iterator[tuple[str, Entries]]:
        if params["source"]:
            yield "source", source_entries(Path(params["source"]))
        yield "files", file_entries(params["files"])
        for name in sorted(found):
            yield f"distribution {name}", distribution_entries(found[name])

    return build_zip(merge_entries(parts())), {name: found[name].version for name in sorted(found)}


def write(path: Path, content: bytes) -> None:
    """Write the zip in one step, so that nobody reads half of it; for its owner's eyes only.

    :raises AnsibleAWSError: when it cannot be written
    """
    temporary = ""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # of mode 0600
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise AnsibleAWSError(message=f"path is '{path}': it cannot be written: {error.strerror}") from error


def main() -> None:
    """Module entry point."""
    module = AnsibleModule(
        argument_spec={
            "source": {"type": "path"},
            "distributions": {"type": "list", "elements": "str", "default": []},
            "python_version": {"type": "str", "default": "3.13"},
            "files": {"type": "dict", "default": {}},
            "path": {"type": "path", "required": True},
        },
        supports_check_mode=True,
    )
    if PACKAGING_ERROR:
        module.fail_json(msg=missing_required_lib("packaging"), exception=PACKAGING_ERROR)
    path = Path(module.params["path"])
    try:
        refuse(validate(module.params))
        content, versions = build(module.params)
        write(path, content)
    except AnsibleAWSError as error:
        module.fail_json(msg=error.message)
    module.exit_json(
        changed=False, path=str(path), sha256=code_sha256(content), size=len(content), distributions=versions
    )


if __name__ == "__main__":
    main()
