# Copyright: Contributors to the iot.sensor_stack collection
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Run modules on the controller in forks of a process that has loaded what they need; see DOCUMENTATION."""

from __future__ import annotations

DOCUMENTATION = r"""
name: warm
short_description: Run modules on the controller without starting an interpreter for each
version_added: 0.2.0
description:
  - Like P(ansible.builtin.local#connection), but quick for plays with many modules that run on the controller, such as those
    for AWS.
  - The first module of a run starts a small server with the play's own interpreter. It loads the C(module_utils) of the modules
    that it sees, and with those of C(amazon.aws) also boto3, botocore and the models of the services in O(warm_services). Each
    module then runs in a fork of that server, which is given the program that Ansible would have sent to a new interpreter.
  - A module has a process of its own, with the environment, working directory, umask, stdin, stdout and stderr that it would have
    with P(ansible.builtin.local#connection), and the same result and exit code.
  - What is loaded is used only if it is the same as in the program Ansible sends, byte for byte. A file in a C(module_utils) folder
    of the playbook or a role works as ever, and so does installing a package or a collection during the run.
  - Commands, scripts, files, modules with O(ignore:async), and all tasks with O(ignore:become) go the way of
    P(ansible.builtin.local#connection).
  - There is one server for each interpreter, and for each set of those environment variables that Python reads when it starts,
    such as E(PYTHONPATH), E(LANG) and E(HOME). Its socket is in the run's own temporary folder, for the same user only. It ends
    with the run, also when the run is killed.
  - When a task is interrupted or reaches its C(timeout), its module and the processes of it are ended.
  - If no server can be started, the run says so once, and goes on as with P(ansible.builtin.local#connection).
author:
  - The iot.sensor_stack developers (@iot-sensor-stack)
options:
  warm_enabled:
    description:
      - Whether to use the server. If not, this is P(ansible.builtin.local#connection).
    type: bool
    default: true
    env:
      - name: ANSIBLE_WARM_ENABLED
    ini:
      - section: connection_warm
        key: warm_enabled
    vars:
      - name: ansible_warm_enabled
  warm_services:
    description:
      - The AWS services whose models are loaded once, by botocore's names. Modules for other services work as well, with the time
        it takes to read their models.
      - The models of the services in the default take about 35 MB of memory, once for the run.
    type: list
    elements: str
    default: [ec2, rds, elasticache, secretsmanager, apigateway, sts]
    env:
      - name: ANSIBLE_WARM_SERVICES
    ini:
      - section: connection_warm
        key: warm_services
    vars:
      - name: ansible_warm_services
  warm_cache_dir:
    description:
      - A folder in which the payloads that Ansible builds for modules are kept from run to run, for the same user only. A payload is
        used again if all files that it was made from are as they were, by path, size and time.
      - C(warm) in the folder of E(ANSIBLE_HOME) unless given; an empty text keeps none.
    type: str
    env:
      - name: ANSIBLE_WARM_CACHE_DIR
    ini:
      - section: connection_warm
        key: warm_cache_dir
    vars:
      - name: ansible_warm_cache_dir
  pipelining:
    description:
      - Whether Ansible sends modules through stdin. Without that, no module can use the server.
      - Where the server is not used, the default is V(false), as for P(ansible.builtin.local#connection).
    type: bool
    default: true
    env:
      - name: ANSIBLE_PIPELINING
    ini:
      - section: defaults
        key: pipelining
      - section: connection
        key: pipelining
    vars:
      - name: ansible_pipelining
  become_success_timeout:
    description:
      - Number of seconds to wait for become to succeed, as for P(ansible.builtin.local#connection).
    type: int
    default: 10
    vars:
      - name: ansible_local_become_success_timeout
  become_strip_preamble:
    description:
      - Whether to remove the output of become itself, as for P(ansible.builtin.local#connection).
    type: bool
    default: true
    vars:
      - name: ansible_local_become_strip_preamble
notes:
  - Needs no more than Python itself; the modules' interpreter must be Python 3.9 or later, on Linux, macOS or BSD.
  - With E(ANSIBLE_KEEP_REMOTE_FILES) Ansible sends no module through stdin, so that the server is not used.
"""

EXAMPLES = r"""
- name: Read what is in a region, quickly
  hosts: localhost
  vars:
    ansible_connection: iot.sensor_stack.warm
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
    ansible_warm_services: [ec2, sts]
  tasks:
    - name: Describe the VPCs
      amazon.aws.ec2_vpc_net_info:
        region: eu-central-1
      register: vpcs

# To turn it off for a run:
#   ansible-playbook site.yml -e ansible_warm_enabled=false
"""

import contextlib
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ansible.constants as C
from ansible.plugins.connection import ensure_connect
from ansible.plugins.connection.local import Connection as LocalConnection
from ansible.utils.display import Display

from ansible_collections.iot.sensor_stack.plugins.plugin_utils.warm.client import ForkServer, Unavailable
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.warm.payloads import Payloads
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.warm.protocol import Request

display = Display()

PAYLOAD = b"_ANSIBALLZ_WRAPPER = True"
SLEEP = " && sleep 0"  # Ansible 2.19 adds it to each command
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
INTERPRETER = re.compile(r"/[A-Za-z0-9_@%+:,./-]+")


@dataclass(frozen=True)
class ModuleCommand:
    """A shell command that does nothing but start an interpreter, which reads a module from stdin."""

    shell: str
    assignments: str  # as the shell reads them, with a space behind each
    interpreter: str
    ending: str

    @classmethod
    def parse(cls, command: str) -> ModuleCommand | None:
        """The command in its parts; None if it is any other, or has anything that a shell would expand."""
        try:
            shell, flag, inner = shlex.split(command)
            ending = SLEEP if inner.endswith(SLEEP) else ""
            *assignments, interpreter = shlex.split(inner.removesuffix(SLEEP))
        except ValueError:
            return None
        quoted = ""
        for assignment in assignments:
            name, _equals, value = assignment.partition("=")
            if not NAME.fullmatch(name):
                return None
            quoted += f"{name}={shlex.quote(value)} "
        parsed = cls(shell, quoted, interpreter, ending)
        same = parsed.with_program(interpreter) == command and flag == "-c"
        return parsed if same and INTERPRETER.fullmatch(interpreter) else None

    def with_program(self, program: str) -> str:
        """The command with another program in place of the interpreter."""
        return f"{self.shell} -c {shlex.quote(self.assignments + program + self.ending)}"


class Connection(LocalConnection):
    """The local connection, with modules run by a fork server; its ``transport`` stays ``local``, which Ansible looks for."""

    _payloads: Payloads | None = None

    def set_options(self, *args: Any, **kwargs: Any) -> None:
        """Take the options, and give the run the payloads of runs before."""
        super().set_options(*args, **kwargs)
        if self._is_warm():
            folder = self.get_option("warm_cache_dir")
            if folder is None:
                folder = os.path.join(C.config.get_config_value("ANSIBLE_HOME"), "warm")
            if folder:
                self._payloads = Payloads(Path(folder).expanduser())
                self._payloads.restore()

    def start(self, interpreter: str) -> None:
        """Start the server ahead of the first module, with what the modules of runs before needed."""
        if self._is_warm() and os.access(interpreter, os.X_OK):
            payloads = self._payloads.paths() if self._payloads else []
            # Where it cannot be started, the first module says why.
            with contextlib.suppress(OSError, Unavailable):
                ForkServer(interpreter, dict(os.environ), self.cwd or ".").start(
                    payloads, self.get_option("warm_services")
                )

    def is_pipelining_enabled(self, wrap_async: bool = False) -> bool:
        """Pipelining by default where the server can be used, and as with the local connection elsewhere."""
        _value, origin = self.get_option_and_origin("pipelining")
        return (self._is_warm() or origin != "default") and super().is_pipelining_enabled(wrap_async)

    @ensure_connect
    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        """Run a module with the server, and all else as the local connection does."""
        command = ModuleCommand.parse(cmd) if self._is_warm() and in_data and PAYLOAD in in_data else None
        if command and in_data and os.access(command.interpreter, os.X_OK):
            try:
                done = self._run(command, in_data)
            except Unavailable as error:
                if not error.said:
                    display.warning(
                        f"The connection iot.sensor_stack.warm has no server for {command.interpreter}: {error}. "
                        "The run goes on as with the connection local."
                    )
            else:
                display.vvv(f"EXEC {cmd}", host=self._play_context.remote_addr)
                if self._payloads:
                    self._payloads.keep()
                return done
        return super().exec_command(cmd, in_data=in_data, sudoable=sudoable)

    def _is_warm(self) -> bool:
        return bool(self.get_option("warm_enabled")) and not self.become

    def _run(self, command: ModuleCommand, payload: bytes) -> tuple[int, bytes, bytes]:
        environment = self._environment(command)
        server = ForkServer(command.interpreter, environment, self.cwd or ".")
        code, stdout, stderr = server.run(Request(environment, _umask(), self.get_option("warm_services"), payload))
        if code < 0:
            # What a shell makes of a program that was killed depends on the shell.
            killed = self._shell_run(command, f"{command.shell} -c 'kill -{-code} $$'")
            # In a run that was started in the background the shell does not hear of an interrupt.
            code, stdout, stderr = killed.returncode or 128 - code, stdout + killed.stdout, stderr + killed.stderr
        return code, stdout, stderr

    def _environment(self, command: ModuleCommand) -> dict[str, str]:
        """The environment that the shell would give to the interpreter."""
        env = shutil.which("env", path=os.defpath)
        done = self._shell_run(command, f"{env} -0")
        if not env or done.returncode:
            raise Unavailable("env -0 does not show the environment")
        lines = os.fsdecode(done.stdout).rstrip("\0").split("\0")
        environment = dict(line.split("=", 1) for line in lines)
        if environment.get("_") == env:
            environment["_"] = command.interpreter
        return environment

    def _shell_run(self, command: ModuleCommand, program: str) -> subprocess.CompletedProcess[bytes]:
        """Run another program in place of the interpreter, as the local connection would."""
        return subprocess.run(
            command.with_program(program),
            shell=True,
            executable=C.DEFAULT_EXECUTABLE.split()[0],
            cwd=self.cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )


def _umask() -> int:
    umask = os.umask(0o077)
    os.umask(umask)
    return umask
