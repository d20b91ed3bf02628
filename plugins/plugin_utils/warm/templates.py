# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The templates that Ansible has compiled in this run, so that each is compiled once and not once a task.

Ansible compiles templates in the worker that it forks for a task, and what a worker knows goes with it: the variables of a role are
compiled again for each of its tasks. Here a worker leaves the code in a file in memory that has no name and ends with the run; the
process that forks the workers takes it in before the next task. Nothing is kept beyond the run, since templates may hold secrets.
"""

from __future__ import annotations

import fcntl
import marshal
import os
import struct
from types import CodeType
from typing import Any

try:
    from ansible._internal._templating import _jinja_bits as jinja
except ImportError:  # an Ansible that does it in another way
    jinja = None

LENGTH = struct.Struct("<I")

# What the code of a template depends on.
Key = tuple[Any, ...]


class Templates:
    """The templates of a run; forks inherit what was taken in before."""

    def __init__(self) -> None:
        self._known: dict[Key, CodeType] = {}
        self._file = os.memfd_create("templates")
        fcntl.fcntl(self._file, fcntl.F_SETFL, os.O_APPEND)
        self._read = 0

    def install(self) -> None:
        """Let Ansible take from here what it has compiled before."""
        compile_template, templates = jinja.AnsibleEnvironment.compile, self

        def compile_once(self: Any, source: Any, *args: Any, **options: Any) -> Any:
            key = None if args or options else key_of(self, source)
            if key is None:
                return compile_template(self, source, *args, **options)
            code = templates.get(key)
            if code is None:
                code = compile_template(self, source)
                templates.add(key, code)
            return code

        jinja.AnsibleEnvironment.compile = compile_once

    def get(self, key: Key) -> CodeType | None:
        """The code of a template, if it is known."""
        return self._known.get(key)

    def add(self, key: Key, code: CodeType) -> None:
        """Keep the code of a template, here and for workers that are forked after the next ``learn``."""
        self._known[key] = code
        record = marshal.dumps((key, code))
        # One call appends one record, whatever other workers do.
        os.write(self._file, LENGTH.pack(len(record)) + record)

    def learn(self) -> None:
        """Take in what the workers have compiled."""
        size = os.fstat(self._file).st_size
        while self._read + LENGTH.size <= size:
            (length,) = LENGTH.unpack(os.pread(self._file, LENGTH.size, self._read))
            record = os.pread(self._file, length, self._read + LENGTH.size)
            if len(record) < length:
                return  # still being written
            key, code = marshal.loads(record)
            self._known[key] = code
            self._read += LENGTH.size + length


def is_supported() -> bool:
    """Whether this Ansible compiles templates in the way that is known here, on a system with files in memory."""
    return hasattr(os, "memfd_create") and all(
        hasattr(jinja, name)
        for name in ("AnsibleEnvironment", "_TemplateCompileContext", "_TEMPLATE_OVERRIDE_FIELD_NAMES")
    )


def key_of(environment: Any, source: Any) -> Key | None:
    """What the code of a template depends on; None for what is not in Ansible's own environment.

    :arg source: text, or the tree that Ansible has made of an expression

    The environment folds no constants, so that code holds nothing of what a filter has made of them.
    """
    if environment.__class__ is not jinja.AnsibleEnvironment:
        return None
    if environment.optimized or environment._debuggable_template_source:
        return None
    context = jinja._TemplateCompileContext.current(optional=True)
    overrides = tuple(getattr(environment, name) for name in jinja._TEMPLATE_OVERRIDE_FIELD_NAMES)
    text = ("text", str.__str__(source)) if isinstance(source, str) else ("tree", repr(source))
    return (*text, bool(context and context.escape_backslashes), overrides, tuple(environment.extensions))
