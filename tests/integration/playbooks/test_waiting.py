"""While Aurora and Redis are being made, the run says what it waits for."""

from __future__ import annotations

import os
import pty
import re
import subprocess

from stacks import SMALL, Stack

LINE = r"waiting: \[dev\] {} is {} \(\d+ s\)"


# The cache is waited for after the database.
SECONDS = {"DBCluster": 12, "DBInstance": 6, "ReplicationGroup": 32}


def slow(stack: Stack) -> None:
    """A small stack on an AWS that takes its time."""
    stack.environments["dev"] = SMALL
    stack.write_inventory()
    stack.account.emulator.behave(stack.account.number, creating_seconds=SECONDS)


def test_as_plain_lines_without_a_terminal(stack: Stack) -> None:
    slow(stack)
    run = stack.deploy("--tags", "network,secrets,cache,database")

    for resource in ("replication group iot-redis-dev", "database cluster iot-aurora-dev"):
        found = re.findall(LINE.format(resource, "creating"), run.output)
        assert len(found) >= 2, f"{resource}: {found}"
    assert re.search(r"waiting: \[dev\] .*iot-aurora-1-dev.* creating", run.output)
    assert "FAILED - RETRYING" not in run.output and "\r" not in run.output
    assert stack.deploy("--tags", "network,secrets,cache,database").changed == 0


def test_in_place_on_a_terminal(stack: Stack) -> None:
    slow(stack)
    stack.deploy("--tags", "network")
    leader, follower = pty.openpty()
    with subprocess.Popen(
        stack.command("site", "--tags", "cache"),
        cwd=stack.folder,
        env=stack.environment(TERM="xterm"),
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=follower,
    ) as process:
        os.close(follower)
        shown = b""
        while chunk := read(leader):
            shown += chunk
    os.close(leader)
    text = shown.decode()

    assert process.returncode == 0, text[-4000:]
    drawn = re.findall("\r\x1b\\[K" + LINE.format("replication group iot-redis-dev", "creating"), text)
    assert len(drawn) >= 4, "the line was not kept up to date"
    assert re.search("\r\x1b\\[K(?!waiting)", text), "the line was not cleared at the end"


def read(leader: int) -> bytes:
    """What the terminal shows next; nothing when the run has closed it."""
    try:
        return os.read(leader, 65536)
    except OSError:
        return b""
