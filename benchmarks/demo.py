"""The whole way of a reading on the local AWS: four clients post for a minute, then what arrived is shown.

`make demo` deploys the stack first. Here the clients post with a line of progress, and afterwards every accepted reading is
looked for in PostgreSQL, the latest ones are asked for through the API, and a plot of readings and latencies is drawn.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

import matplotlib.pyplot as plt
import yaml
from live import Live
from load import ACCEPTED, Answer, Connection, Load, newest, percentile

ROOT = Path(__file__).parent.parent
CLIENTS = ["meadow", "forest", "harbour", "glacier"]


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long the clients post")
    parser.add_argument(
        "--rate", type=float, default=42, help="posts a second of each client; its usage plan allows 200"
    )
    port = int(os.environ.get("LOCAL_AWS_PORT") or 4566)
    parser.add_argument("--port", type=int, default=port, help="of the local AWS; LOCAL_AWS_PORT, or else 4566")
    parser.add_argument("--plot", type=Path, default=ROOT / "outputs" / "demo.png", help="where the plot is written")
    return parser.parse_args()


def find_stack(port: int) -> tuple[Live, str]:
    """The demo's stack, and the URL of its API."""
    variables = yaml.safe_load((ROOT / "inventories/demo/group_vars/stacks/main.yml").read_text())
    name, environment, region = (variables[key] for key in ("stack_name", "stack_environment", "stack_region"))
    outputs = json.loads((ROOT / "outputs" / f"{name}-{environment}-{region}.json").read_text())
    live = Live(
        name=name,
        environment=environment,
        region=region,
        endpoint=f"http://127.0.0.1:{port}",
        access_key=variables["stack_access_key"],
        secret_key=variables["stack_secret_key"],
        ca_file=ROOT / ".local_aws" / str(port) / "data" / "tls" / "ca.pem",
    )
    return live, outputs["api_gateway_url"]


class Progress:
    """A line that says how the load goes: on a terminal always the same one, elsewhere one every ten seconds."""

    def __init__(self, load: Load, live: Live, before: int) -> None:
        self._load, self._live, self._before = load, live, before
        self._last = -10.0
        self.stored: list[tuple[float, int]] = [(0.0, 0)]

    def show(self, seconds: float) -> None:
        """Show it now, and remember how many readings are stored."""
        self.stored.append((seconds, self._live.count() - self._before))
        terminal = sys.stdout.isatty()
        if not terminal and seconds - self._last < 10:
            return
        self._last = seconds
        answers = list(self._load.answers)
        accepted = sum(answer.status == ACCEPTED for answer in answers)
        recent = [answer.seconds * 1000 for answer in answers if answer.sent > seconds - 5]
        line = (
            f"{seconds:4.0f} s  posted {len(answers):6,}  accepted {accepted:6,}  refused {len(answers) - accepted:4,}  "
            f"stored {self.stored[-1][1]:6,}  in the queue {self._live.messages():5,}  "
            f"p95 {percentile(recent, 95):4.0f} ms"
        )
        print(f"\r{line}" if terminal else line, end="" if terminal else "\n", flush=True)


def report(live: Live, load: Load, url: str, key: str) -> bool:
    """Say what arrived; whether all that was accepted did."""
    accepted = load.accepted()
    stored = {(one["device"], one["metric"], one["time"]): one["value"] for one in live.stored()}
    missing = [one for one in accepted if stored.get((one["device"], one["metric"], one["time"])) != one["value"]]
    latencies = [answer.seconds * 1000 for answer in load.answers if answer.status == ACCEPTED]
    print(f"\nPosts by status: {dict(load.statuses())}")
    print(
        f"Accepted {len(accepted):,} readings; of these {len(accepted) - len(missing):,} are in PostgreSQL, {len(missing):,} are missing"
    )
    print("POST took " + ", ".join(f"p{percent} {percentile(latencies, percent):.0f} ms" for percent in (50, 95, 99)))
    connection = Connection(url, key)
    latest, wrong = newest(accepted), 0
    print("\nLatest readings, asked for through the API:")
    for client in CLIENTS:
        status, body = connection.get(f"/sensor-data/{client}-0/latest")
        readings = body["readings"] if status == 200 else []
        print(f"  {client}-0  " + ", ".join(f"{one['metric']} {one['value']} at {one['time']}" for one in readings))
        wanted = {metric: one["value"] for (device, metric), one in latest.items() if device == f"{client}-0"}
        wrong += wanted != {one["metric"]: one["value"] for one in readings}
    connection.close()
    return not missing and not wrong


def plot(answers: list[Answer], stored: list[tuple[float, int]], path: Path) -> None:
    """Readings a second, as they were accepted and as they were stored, and latencies over time."""
    figure, (rates, latencies) = plt.subplots(2, 1, sharex=True, figsize=(9, 6), layout="constrained")
    end = int(max(answer.sent for answer in answers)) + 1
    sent = [[a.sent for a in answers if a.client == client and a.status == ACCEPTED] for client in CLIENTS]
    rates.hist(sent, bins=list(range(end + 1)), stacked=True, label=CLIENTS, alpha=0.7)
    moments = [after for (_before, _unused), (after, _count) in zip(stored, stored[1:], strict=False)]
    speeds = [
        (count - count_before) / max(after - before, 0.01)
        for (before, count_before), (after, count) in zip(stored, stored[1:], strict=False)
    ]
    rates.plot(moments, speeds, color="black", label="stored")
    rates.set(
        ylabel="readings a second", title="From the API to PostgreSQL on the local AWS: accepted (by client) and stored"
    )
    rates.legend(loc="lower right", ncols=5)
    accepted = [answer for answer in answers if answer.status == ACCEPTED]
    for percent in (50, 95, 99):
        line = [
            percentile((a.seconds * 1000 for a in accepted if second <= a.sent < second + 1), percent)
            for second in range(end)
        ]
        latencies.plot(range(end), line, label=f"p{percent}")
    latencies.set(xlabel="seconds", ylabel="POST took, ms", ylim=(0, None))
    latencies.legend(loc="upper right", ncols=3)
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120)


def main() -> int:
    """Run the demo; 0 when everything that was accepted arrived."""
    arguments = parse_arguments()
    live, url = find_stack(arguments.port)
    with live.clients(CLIENTS, arguments.rate) as clients:
        load = Load(url, clients)
        print(f"\n{len(clients)} clients post to {url}/sensor-data, {arguments.rate:g} readings a second each")
        progress = Progress(load, live, live.count())
        began = time.monotonic()
        load.run(arguments.seconds, look=progress.show)
        arrived = live.wait_until_stored(120)
        progress.show(time.monotonic() - began)
        complete = report(live, load, url, clients[0].key) and arrived
    plot(load.answers, progress.stored, arguments.plot)
    print(f"\nPlot: {arguments.plot}\n" + ("Everything arrived." if complete else "NOT everything arrived."))
    print(
        "The stack stays for you to look at; remove it: make destroy ENV=demo ARGS='-e stack_destroy=iot-demo-with-readings'"
    )
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
