"""The connection warm beside the connection local: the same for a module, but for time; and nothing left behind."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import types
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import ansible.constants as C
import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.connection.local import Connection as Local
from plays import ROOT

from ansible_collections.iot.sensor_stack.plugins.connection import warm
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.warm import client
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.warm.client import ForkServer, Unavailable
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.warm.library import Library
from ansible_collections.iot.sensor_stack.plugins.plugin_utils.warm.protocol import is_mine

PAYLOAD = "_ANSIBALLZ_WRAPPER = True\n"
Result = tuple[int, bytes, bytes]


def options(connection: Any, **values: Any) -> Any:
    """Give a connection its options as Ansible would, from defaults."""
    connection._options = {"warm_enabled": True, "warm_services": ["sts"], "pipelining": True, **values}
    connection._origins = dict.fromkeys(connection._options, "default")
    return connection


def command(assignments: str = "", interpreter: str = sys.executable) -> str:
    """The command that Ansible makes for a module."""
    return f"/bin/sh -c {shlex.quote(assignments + interpreter)}"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """A process that stands for ansible-playbook: the server lives as long as it does."""
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(tmp_path))
    with subprocess.Popen(["sleep", "300"]) as process:
        monkeypatch.setattr(client, "parent_process", lambda: types.SimpleNamespace(pid=process.pid))
        yield process
        process.kill()
    wait_until(lambda: not (tmp_path / "warm").exists())


@pytest.fixture
def connection(run: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch) -> Any:
    """A connection that fails the test where it would quietly go the way of local."""
    monkeypatch.setattr(Local, "exec_command", lambda *_, **__: pytest.fail("not warm"))
    return options(warm.Connection(PlayContext()))


def local(cmd: str, program: str, cwd: Path | None = None) -> Result:
    """What the connection local makes of a program; to be called before the fixture's guard is in the way."""
    done = subprocess.run(cmd, shell=True, input=program.encode(), capture_output=True, cwd=cwd, check=False)
    return done.returncode, done.stdout, done.stderr


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


STATE = """
import sys, os, json, signal, locale, tempfile, threading
umask = os.umask(0)
print(json.dumps({
    "environment": dict(os.environ), "cwd": os.getcwd(), "umask": umask, "argv": sys.argv, "orig_argv": sys.orig_argv,
    "path": sys.path, "flags": str(sys.flags), "stdin": sys.stdin.read(), "tmp": tempfile.gettempdir(),
    "signals": {str(n): str(signal.getsignal(n)) for n in sorted(signal.valid_signals())},
    "files": sorted(os.listdir("/dev/fd"))[:-1], "threads": threading.active_count(), "locale": locale.getlocale(),
    "streams": [[s.encoding, s.errors, s.isatty(), s.line_buffering] for s in (sys.stdin, sys.stdout, sys.stderr)],
    "main": sorted(set(vars(sys.modules["__main__"])) - {"__warningregistry__"}), "name": __name__, "file": __file__,
    "command": open("/proc/self/cmdline").read(),
}, sort_keys=True))
"""
PROGRAMS = {
    "state": STATE,
    "exit code": "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)",
    "exit text": "import sys; sys.exit('this is why')",
    "exception": "def f():\n    raise ValueError('wrong')\nf()",
    "early exit": "import os; print('lost'); os._exit(4)",
    "killed": "import os; print('said', flush=True); os.kill(os.getpid(), 9)",
    "terminated": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "interrupted": "raise KeyboardInterrupt",
    "syntax error": "def (",
    "at exit": "import atexit, threading, time\natexit.register(print, 'bye')\n"
    "threading.Thread(target=lambda: (time.sleep(.1), print('thread'))).start()",
    "exit texts and numbers": "import sys; sys.exit(-1)",
    "unprintable exit": "import sys; sys.exit(['a', 1])",
    "daemon thread": "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    "exit handler fails": "import atexit\nclass Fails:\n    def __repr__(self): return 'Fails'\n"
    "    def __call__(self): raise ValueError('wrong')\natexit.register(Fails())",
    "stdout closed": "import os; print('lost'); os.close(1)",
    "no stdout": "import sys; sys.stdout.close(); sys.stderr = None",
    "much output": "import sys; sys.stdout.write('x' * 20_000_000); sys.stderr.write('y' * 5_000_000)",
    "not text": "import sys; sys.stdout.buffer.write(bytes(range(256)))",
    "child": "import subprocess; subprocess.run(['sh', '-c', 'echo child; sleep .2; echo later >&2'])",
    "left behind": "import subprocess; subprocess.Popen(['sh', '-c', 'sleep .3; echo late'])",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_does_as_with_local(name: str, connection: Any, tmp_path: Path) -> None:
    cmd = command(f"A={shlex.quote('x y $HOME')} B={shlex.quote('`id` é' + chr(10))} ")
    connection.cwd = str(tmp_path)
    program = PAYLOAD + PROGRAMS[name]
    expected = local(cmd, program, tmp_path)

    result = connection.exec_command(cmd, program.encode())

    if name == "syntax error":  # Python's own parser words it, at two places
        assert result[0] == expected[0] and b"SyntaxError" in result[2]
    else:
        assert result == expected


def test_what_a_module_leaves_open_is_written(connection: Any, tmp_path: Path) -> None:
    path = tmp_path / "left"
    program = f"""
class Last:
    def __init__(self):
        self.itself = self
    def __del__(self, open=open):
        open({str(path)!r} + '2', 'w').write('collected')
Last()
left = open({str(path)!r}, 'w')
left.write('flushed')
"""
    assert connection.exec_command(command(), (PAYLOAD + program).encode())[0] == 0
    assert path.read_text() == "flushed" and path.with_name("left2").read_text() == "collected"


def test_runs_are_apart(connection: Any) -> None:
    change = "import os, sys, json; os.environ['X'] = json.X = '1'; os.chdir('/tmp'); sys.path.append('/x')"
    look = "import os, sys, json; print(os.environ.get('X'), hasattr(json, 'X'), '/x' in sys.path)"
    for program in (change, look):
        result = connection.exec_command(command(), (PAYLOAD + program).encode())
    assert result == (0, b"None False False\n", b"")


def test_random_numbers_differ(connection: Any) -> None:
    program = (PAYLOAD + "import random; print(random.random())").encode()
    assert connection.exec_command(command(), program) != connection.exec_command(command(), program)


def test_many_at_a_time(connection: Any) -> None:
    def number(index: int) -> Result:
        own = options(warm.Connection(PlayContext()))
        program = f"{PAYLOAD}import time; time.sleep(.3); print({index}, end='')"
        return own.exec_command(command(), program.encode())

    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(number, range(16)))
    assert results == [(0, str(index).encode(), b"") for index in range(16)]


def test_interpreters_and_their_settings_are_apart(connection: Any, tmp_path: Path) -> None:
    other = tmp_path / "python"
    other.symlink_to(sys.executable)
    program = (PAYLOAD + "import sys; print(sys.executable, sys.flags.optimize)").encode()

    assert connection.exec_command(command(), program)[1].split() == [sys.executable.encode(), b"0"]
    assert connection.exec_command(command(interpreter=str(other)), program)[1].split() == [str(other).encode(), b"0"]
    assert connection.exec_command(command("PYTHONOPTIMIZE=1 "), program)[1].split()[1] == b"1"
    assert len([path for path in (tmp_path / "warm").iterdir() if path.is_socket()]) == 3


def test_a_package_that_is_installed_meanwhile_is_there(connection: Any, tmp_path: Path) -> None:
    cmd = command(f"PYTHONPATH={tmp_path} ")
    program = (PAYLOAD + "import importlib.util as u; print(u.find_spec('fresh') is not None)").encode()

    assert connection.exec_command(cmd, program)[1] == b"False\n"
    (tmp_path / "fresh.py").touch()
    assert connection.exec_command(cmd, program)[1] == b"True\n"


def test_relative_paths_are_those_of_the_working_directory(connection: Any, tmp_path: Path) -> None:
    cmd = command("PYTHONPATH=lib ")
    program = (PAYLOAD + "import mine; print(mine.__file__)").encode()
    for name in ("a", "b"):
        (tmp_path / name / "lib").mkdir(parents=True)
        (tmp_path / name / "lib" / "mine.py").touch()
        connection.cwd = str(tmp_path / name)
        assert connection.exec_command(cmd, program)[1].decode() == f"{tmp_path / name}/lib/mine.py\n"


def test_a_program_that_is_interrupted_in_the_background(connection: Any, tmp_path: Path) -> None:
    """Where interrupts are ignored, as in a run that a shell has started with ``&``."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        cmd, program = command(""), PAYLOAD + PROGRAMS["interrupted"]
        connection.cwd = str(tmp_path)
        expected = local(cmd, program, tmp_path)

        assert connection.exec_command(cmd, program.encode()) == expected and expected[0] == 130
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_interrupted_module_is_ended_with_its_children(connection: Any, tmp_path: Path) -> None:
    class TaskTimeout(BaseException):
        pass

    def timeout(*_: Any) -> None:
        raise TaskTimeout

    program = f"""{PAYLOAD}import os, signal, subprocess, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "300"])
open({str(tmp_path / "pids")!r}, "w").write(f"{{os.getpid()}} {{child.pid}}")
time.sleep(300)"""
    before = signal.signal(signal.SIGALRM, timeout)
    signal.setitimer(signal.ITIMER_REAL, 1.5)
    try:
        with pytest.raises(TaskTimeout):
            connection.exec_command(command(), program.encode())
    finally:
        signal.signal(signal.SIGALRM, before)

    processes = [int(word) for word in (tmp_path / "pids").read_text().split()]
    wait_until(lambda: not any(map(alive, processes)))
    assert connection.exec_command(command(), PAYLOAD.encode())[0] == 0  # the server is well


def test_the_server_goes_with_the_run_and_takes_its_modules_along(
    connection: Any, run: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    note = tmp_path / "pids"
    program = f"{PAYLOAD}import os, time; open({str(note)!r}, 'w').write(f'{{os.getpid()}} {{os.getppid()}}')\n"
    thread = threading.Thread(target=connection.exec_command, args=(command(), f"{program}time.sleep(300)".encode()))
    thread.start()
    wait_until(lambda: note.exists() and bool(note.read_text()))

    folder = tmp_path / "warm"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    run.kill()
    thread.join(10)
    assert not thread.is_alive()
    wait_until(lambda: not folder.exists() and not any(alive(int(word)) for word in note.read_text().split()))


def test_no_server_is_said_once(run: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(client, "BOOTSTRAP", "raise SystemExit('no server today')")
    monkeypatch.setattr(warm.display, "warning", warnings.append)
    for _run in range(3):
        own = options(warm.Connection(PlayContext()))
        assert own.exec_command(command(), (PAYLOAD + "print(1)").encode())[:2] == (0, b"1\n")

    assert len(warnings) == 1 and "no server today" in warnings[0] and sys.executable in warnings[0]
    shutil.rmtree(Path(C.DEFAULT_LOCAL_TMP, "warm"))


def test_a_folder_of_others_is_not_used(run: subprocess.Popen[bytes], tmp_path: Path) -> None:
    (tmp_path / "warm").mkdir(mode=0o755)
    with pytest.raises(Unavailable, match="private"):
        ForkServer(sys.executable, dict(os.environ), ".").run(warm.Request({}, 0, [], b""))
    (tmp_path / "warm").rmdir()


def test_the_user_at_the_other_end_is_known() -> None:
    one, other = socket.socketpair()
    with one, other:
        assert is_mine(one)


def test_only_modules_go_to_the_server(run: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(Local, "exec_command", lambda self, cmd, **_: seen.append(cmd) or (0, b"", b""))
    own, payload = options(warm.Connection(PlayContext())), PAYLOAD.encode()

    own.exec_command("one", payload)
    own.exec_command(command(), b"other program")
    own.exec_command(command(interpreter="/nowhere/python"), payload)
    options(own, warm_enabled=False).exec_command(command(), payload)
    options(own).become = object()
    own.exec_command(command(), payload)
    assert len(seen) == 5


def test_pipelining_is_the_default_where_it_matters() -> None:
    own = options(warm.Connection(PlayContext()))
    assert own.is_pipelining_enabled() and not own.is_pipelining_enabled(wrap_async=True)
    assert not options(own, warm_enabled=False).is_pipelining_enabled()
    own._origins["pipelining"] = "var: ansible_pipelining"
    assert own.is_pipelining_enabled()


@pytest.mark.parametrize(
    "inner",
    [
        "/usr/bin/python -u",
        "python",
        "/usr/bin/env python",
        "A=$HOME /usr/bin/python",
        'A="x" /usr/bin/python',
        "A=`id` /usr/bin/python",
        "/usr/bin/python; id",
        "/usr/bin/python && sleep 1",
        "1A=x /usr/bin/python",
        "cd / && /usr/bin/python",
        "/usr/bin/python >/x",
        "A=x",
        "",
    ],
)
def test_other_commands_are_not_taken_for_modules(inner: str) -> None:
    assert warm.ModuleCommand.parse(f"/bin/sh -c {shlex.quote(inner)}") is None


@pytest.mark.parametrize("ending", ["", " && sleep 0"])
@pytest.mark.parametrize("value", ["", "x", "a b'c", "$HOME `id`\n;", "é"])
def test_commands_of_modules_are_known(value: str, ending: str) -> None:
    text = f"/bin/sh -c {shlex.quote(f'A={shlex.quote(value)} /usr/bin/python{ending}')}"
    parsed = warm.ModuleCommand.parse(text)
    assert parsed and parsed.interpreter == "/usr/bin/python" and parsed.with_program("/usr/bin/python") == text


def archive(path: Path, **files: str) -> bytes:
    """An archive of module_utils, as a file and its content."""
    names = {
        "ansible/__init__.py": "",
        "ansible/module_utils/__init__.py": "",
        **{f"ansible/module_utils/{name}.py": text for name, text in files.items()},
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as target:
        for name, text in names.items():
            target.writestr(name, text)
    path.write_bytes(content.getvalue())
    return content.getvalue()


ADOPT = """
import sys, types
package = types.ModuleType("_warm")
package.__path__ = [{code!r}]
sys.modules["_warm"] = package
from _warm.library import Library
library = Library()
library.learn([open({first!r}, "rb").read()])
learned = sorted(library.loaded)
for name in [name for name in sys.modules if name.startswith("ansible")]:
    sys.modules[name].__dict__["warm"] = True
library.hide()
sys.path.insert(0, {second!r})
from ansible.module_utils import one
import json
print(json.dumps([one.VALUE, hasattr(one, "warm"), one.__file__, one.fail(), learned, one.HERE]))
"""
FAIL = """
import os, pathlib
HERE = str(pathlib.Path(__file__).parent)
def fail():
    import traceback
    try: raise ValueError
    except ValueError: return traceback.format_exc()
"""


@pytest.mark.parametrize("same", [True, False])
def test_loaded_code_is_used_if_it_is_the_same(same: bool, tmp_path: Path) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    archive(first, one="VALUE = 1" + FAIL, other="X = 1")
    archive(second, one=f"VALUE = {1 if same else 2}{FAIL}")
    code = str(Path(client.__file__).parent)
    program = ADOPT.format(code=code, first=str(first), second=str(second))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert not done.stderr

    value, is_warm, filename, trace, learned, here = json.loads(done.stdout)
    assert (value, is_warm) == ((1, True) if same else (2, False))
    assert filename == f"{second}/ansible/module_utils/one.py" and filename in trace and "raise ValueError" in trace
    assert here == os.path.dirname(filename) and "ansible.module_utils.other" in learned


@pytest.mark.parametrize(
    "trace",
    [
        "import os; os.environ['LEFT'] = '1'",
        "print('said')",
        "import threading, time; threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
        "import os; os.open('/dev/null', 0)",
        "import os; os._exit(1)",
        "import sys; sys.exit(1)",
        "raise ValueError",
    ],
)
def test_imports_that_leave_a_trace_are_left_to_modules(trace: str, tmp_path: Path) -> None:
    archive(tmp_path / "a.zip", bad=trace, good="X = 1", on_bad="from ansible.module_utils import bad")
    program = f"""
import sys, types
package = types.ModuleType("_warm")
package.__path__ = [{str(Path(client.__file__).parent)!r}]
sys.modules["_warm"] = package
from _warm.library import Library
library = Library()
library.learn([open({str(tmp_path / "a.zip")!r}, "rb").read()])
print(sorted(name.rpartition(".")[2] for name in library.loaded))"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "['ansible', 'good', 'module_utils']\n", done.stderr


# Whole runs.

PROBE = '''#!/usr/bin/python
"""A module for tests."""
import os, sys, traceback
from ansible.module_utils import basic
from ansible.module_utils.basic import AnsibleModule

def main():
    module = AnsibleModule({"do": {}, "secret": {"no_log": True}}, supports_check_mode=True)
    do = module.params["do"]
    if do == "loaded":
        module.exit_json(loaded="botocore.session" in sys.modules)
    if do == "parent":
        module.exit_json(parent=open(f"/proc/{os.getppid()}/comm").read().strip())
    if do == "raise":
        raise ValueError("crashed")
    if do == "exit":
        print("noise"); print("bad", file=sys.stderr); sys.exit(5)
    if do == "warn":
        print("before"); module.warn("careful"); module.deprecate("old", version="9.9", collection_name="a.b")
    module.exit_json(
        changed=True, check=module.check_mode, diff={"before": "a", "after": "b"}, secret=str(module.params["secret"]),
        environment=dict(os.environ), cwd=os.getcwd(), file=basic.__file__.rpartition("/ansible/")[2],
    )

main()
'''
TASKS: list[dict[str, Any]] = [
    {"probe": {"do": "show", "secret": "hidden-word"}, "environment": {"A": "x 'y' $HOME", "B": "1"}},
    {"probe": {"do": "show"}, "check_mode": True, "diff": True},
    {"probe": {"do": "show"}, "no_log": True},
    {"probe": {"do": "raise"}},
    {"probe": {"do": "exit"}},
    {"probe": {"do": "warn"}},
    {"probe": {"bogus": 1}},
    {"ansible.builtin.command": "sh -c 'echo out; echo err >&2; pwd; exit 3'"},
    {"ansible.builtin.command": "echo later", "async": 20, "poll": 1},
    {"ansible.builtin.copy": {"content": "x\n", "dest": "{{ playbook_dir }}/file", "mode": "0600"}, "diff": True},
    {"ansible.builtin.stat": {"path": "{{ playbook_dir }}/file"}},
    {"amazon.aws.ec2_vpc_net_info": {"bogus": 1}},
]
CHANGING = {"ansible_job_id", "results_file", "start", "end", "delta", "atime", "mtime", "ctime", "inode", "version"}


def plain(value: Any) -> Any:
    """A result without what differs from run to run."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items() if key not in CHANGING}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value


def playbook(folder: Path, connection: str, tasks: list[dict[str, Any]]) -> tuple[list[str], dict[str, str]]:
    """Write a play; the command that runs it, and its environment."""
    (folder / "library").mkdir(exist_ok=True)
    (folder / "library" / "probe.py").write_text(PROBE)
    (folder / "play.yml").write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment |= {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default",
        "ANSIBLE_HOME": str(folder / "ansible"),
    }
    variables = {"ansible_connection": connection, "ansible_python_interpreter": sys.executable}
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    return [program, "-i", "localhost,", "-e", json.dumps(variables), "play.yml"], environment


def results(folder: Path, connection: str, first: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The results of TASKS with a connection."""
    tasks = [{**task, "register": f"result_{index}", "ignore_errors": True} for index, task in enumerate(TASKS)]
    names = ", ".join(f"result_{index}" for index in range(len(TASKS)))
    save = {"ansible.builtin.copy": {"content": f"{{{{ [{names}] | to_json }}}}", "dest": str(folder / "results.json")}}
    words, environment = playbook(folder, connection, [*first, *tasks, save])
    environment["ANSIBLE_PIPELINING"] = "true"
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "hidden-word" not in done.stdout and "no server" not in done.stdout + done.stderr
    return json.loads((folder / "results.json").read_text().replace(str(folder), "FOLDER"))


def test_results_are_those_of_local(tmp_path: Path) -> None:
    loaded = {"probe": {"do": "loaded"}, "register": "found", "until": "found.loaded", "retries": 240, "delay": 0.25}
    # The module for AWS makes the server load botocore; then all is compared with what is loaded.
    first = [{"amazon.aws.ec2_vpc_net_info": {"bogus": 1}, "ignore_errors": True}, loaded]
    for name in ("local", "warm"):
        (tmp_path / name).mkdir()
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(results, tmp_path / "local", "local", [])
        other = pool.submit(results, tmp_path / "warm", "iot.sensor_stack.warm", first)
        both = [plain(one.result()), plain(other.result())]
    for expected, found, task in zip(*both, TASKS, strict=True):
        assert clean(found) == clean(expected), task


def clean(result: dict[str, Any]) -> str:
    """A result as text, without the random names of archives."""
    return re.sub(
        r"payload_[a-z0-9_]{8}|0x[0-9a-f]+|ansible-tmp-[0-9.-]+", "", json.dumps(result, indent=1, sort_keys=True)
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_run_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    argv = ["sh", "-c", f"echo $$ $PPID >{marker}; sleep 300"]
    sleep = {"ansible.builtin.command": {"argv": argv}}
    words, environment = playbook(tmp_path, "iot.sensor_stack.warm", [sleep])
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    with subprocess.Popen(words, cwd=tmp_path, env=environment, start_new_session=True, **quiet) as process:
        try:
            wait_until(lambda: marker.exists() and len(marker.read_text().split()) == 2, 30)
            assert list(tmp_path.rglob("ansible-local-*/warm"))
            process.send_signal(number)
            process.wait(20)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
    processes = [int(word) for word in marker.read_text().split()]
    wait_until(lambda: not any(map(alive, processes)))
    wait_until(lambda: not list(tmp_path.rglob("ansible-local-*/warm")))


def test_works_under_ansible_runner(tmp_path: Path) -> None:
    tasks = [{"probe": {"do": "show", "secret": "hidden-word"}}, {"probe": {"do": "parent"}}]
    for folder in ("project", "inventory", "env"):
        (tmp_path / folder).mkdir()
    _words, environment = playbook(tmp_path / "project", "iot.sensor_stack.warm", tasks)
    (tmp_path / "inventory" / "hosts").write_text("localhost\n")
    variables = {"ansible_connection": "iot.sensor_stack.warm", "ansible_python_interpreter": sys.executable}
    (tmp_path / "env" / "extravars").write_text(json.dumps(variables))
    programs = Path(sys.executable).parent
    environment |= {"PATH": f"{programs}:{environment['PATH']}", "ANSIBLE_LOCAL_TEMP": str(tmp_path / "tmp")}
    del environment["ANSIBLE_STDOUT_CALLBACK"]
    words = [str(programs / "ansible-runner"), "run", str(tmp_path), "-p", "play.yml", "--ident", "job"]
    done = subprocess.run(
        words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )

    assert done.returncode == 0 and "no server" not in done.stdout, done.stdout + done.stderr
    events = [json.loads(path.read_text()) for path in (tmp_path / "artifacts" / "job" / "job_events").glob("*.json")]
    found = [event["event_data"]["res"] for event in events if event["event"] == "runner_on_ok"]
    parent = next(result["parent"] for result in found if "parent" in result)
    assert parent.startswith("python"), "not ansible-playbook or a shell"
    assert "hidden-word" not in json.dumps(events)
    assert not list(tmp_path.glob("tmp/*/warm"))


def test_a_task_that_takes_too_long_leaves_nothing(tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    argv = ["sh", "-c", f"echo $$ >{marker}; sleep 300"]
    sleep = {"ansible.builtin.command": {"argv": argv}, "timeout": 6}
    words, environment = playbook(tmp_path, "iot.sensor_stack.warm", [sleep])
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 2 and "timeout" in done.stdout.lower() + done.stderr.lower()
    wait_until(lambda: not alive(int(marker.read_text())))


def test_library_is_a_finder_of_ansible_only() -> None:
    assert Library().find_spec("json") is None and Library().find_spec("ansible.module_utils.basic") is None
