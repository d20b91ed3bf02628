"""Credentials that do not work end in one sentence."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from stacks import Stack

REFUSAL = """<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors></Response>"""


class Refusing(http.server.BaseHTTPRequestHandler):
    """Simulated AWS answer: EC2 refuses every call, as it does with these credentials."""

    answer = (400, "", "")

    def do_POST(self) -> None:
        status, code, message = self.answer
        self.rfile.read(int(self.headers["Content-Length"]))
        body = REFUSAL.format(code=code, message=message).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def refusing() -> Iterator[str]:
    """The URL of an AWS that refuses every call."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def fail(stack: Stack, **environment: str) -> str:
    """Deploy the network with what is wrong, and return the one error."""
    run = stack.try_run("site", "--tags", "network", **environment)
    errors = [line for line in run.output.splitlines() if line.startswith("[ERROR]")]
    assert run.code != 0 and len(errors) == 1 and "Traceback" not in run.output, run.output
    return errors[0]


def without_keys(stack: Stack, endpoint: str) -> Stack:
    """The stack with an inventory that leaves the credentials to the environment."""
    path = Path(stack.folder / "hosts.yml")
    lines = [line for line in path.read_text().splitlines() if "_key:" not in line and "stack_endpoint_url" not in line]
    path.write_text("\n".join([*lines, f"    stack_endpoint_url: {endpoint}"]) + "\n")
    return stack


def test_no_credentials(stack: Stack) -> None:
    error = fail(without_keys(stack, stack.account.emulator.endpoint))
    assert "no AWS credentials found; set AWS_PROFILE, or AWS_ACCESS_KEY_ID" in error


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((400, "RequestExpired", "Request has expired."), "the AWS credentials have expired"),
        (
            (401, "AuthFailure", "AWS was not able to validate the provided access credentials"),
            "AWS does not accept these",
        ),
        (
            (403, "UnauthorizedOperation", "You are not authorized to perform this operation."),
            "these AWS credentials lack the permission for DescribeVpcs",
        ),
    ],
)
def test_credentials_that_aws_refuses(
    stack: Stack, refusing: str, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, str, str], sentence: str
) -> None:
    monkeypatch.setattr(Refusing, "answer", answer)
    error = fail(without_keys(stack, refusing), AWS_ACCESS_KEY_ID="AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY="example-secret")
    assert sentence in error


def test_the_inventory_wins_over_a_profile_of_the_environment(stack: Stack) -> None:
    config = stack.folder / "config"
    config.write_text("[profile other]\nregion = us-east-1\n")
    stack.run("site", "--tags", "secrets", AWS_PROFILE="other", AWS_CONFIG_FILE=str(config))
    assert stack.account.client("secretsmanager").describe_secret(SecretId="iot-aurora-password-dev")["Name"]
