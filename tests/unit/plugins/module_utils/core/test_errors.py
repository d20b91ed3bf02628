"""core.errors with simulated AWS answers: what is retried, what is asked for once, and what the user reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError

from ansible_collections.iot.sensor_stack.plugins.module_utils.core import errors

URL = "https://elasticache.ca-central-1.amazonaws.com"


def refused(code: str, status: int = 400, message: str = "simulated") -> botocore.exceptions.ClientError:
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return botocore.exceptions.ClientError(answer, "CreateThing")


def wrapped(cause: Exception | None) -> AnsibleAWSError:
    return AnsibleAWSError(message="Failed to create the thing", exception=cause)


class Account:
    """Makes a thing; ``faults`` are what its next tries end in, None for a thing whose answer arrives."""

    def __init__(self, *faults: Exception | None, made_all_the_same: bool = False) -> None:
        self.faults, self.made_all_the_same = list(faults), made_all_the_same
        self.things = self.tries = 0

    def create(self) -> str:
        self.tries += 1
        fault = self.faults.pop(0) if self.faults else None
        if fault is None or self.made_all_the_same:
            self.things += 1
        if fault is not None:
            raise wrapped(fault)
        return "thing"

    def find(self) -> str | None:
        return "found" if self.things else None


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were slept, instead of sleeping."""
    seconds: list[float] = []
    monkeypatch.setattr("time.sleep", seconds.append)
    return seconds


UNCERTAIN = [
    botocore.exceptions.ReadTimeoutError(endpoint_url=URL),
    botocore.exceptions.ConnectionClosedError(endpoint_url=URL),
    botocore.exceptions.ConnectTimeoutError(endpoint_url=URL),
    botocore.exceptions.EndpointConnectionError(endpoint_url=URL),
    refused("InternalFailure", 500),
    refused("ServiceUnavailable", 503),
    refused("TooManyRequestsException", 429),
    refused("Throttling"),
    refused("ThrottlingException"),
    refused("RequestLimitExceeded"),
]


@pytest.mark.parametrize("fault", UNCERTAIN, ids=repr)
def test_lost_answer_is_looked_for_before_asking_again(slept: list[float], fault: Exception) -> None:
    lost, refused_once = Account(fault, made_all_the_same=True), Account(fault)

    assert errors.create_once(lost.create, lost.find) == "found" and lost.things == lost.tries == 1
    assert errors.create_once(refused_once.create, refused_once.find) == "thing"
    assert refused_once.things == 1 and refused_once.tries == 2


def test_certain_refusal_is_not_repeated(slept: list[float]) -> None:
    account = Account(refused("InvalidParameterValue"))

    with pytest.raises(AnsibleAWSError):
        errors.create_once(account.create, account.find)
    assert account.tries == 1 and slept == []


def test_last_uncertain_error_is_raised(slept: list[float]) -> None:
    account = Account(*[refused("InternalFailure", 500)] * 9)

    with pytest.raises(AnsibleAWSError):
        errors.create_once(account.create, account.find, tries=3, pause=1)
    assert account.tries == 3 and slept == [1, 2]


@pytest.mark.parametrize("code", [*errors.TEMPORARY_ERRORS, "InvalidThingState"])
def test_temporary_errors_are_retried(slept: list[float], code: str) -> None:
    answers: list[Any] = [refused(code), refused(code), "answer"]

    assert errors.retry("InvalidThingState")(raising(answers))() == "answer"
    assert len(slept) == 2 and all(seconds <= 31 for seconds in slept)


def test_lasting_errors_are_not_retried(slept: list[float]) -> None:
    with pytest.raises(botocore.exceptions.ClientError):
        errors.retry()(raising([refused("InvalidParameterValue"), "answer"]))()
    assert slept == []


def raising(answers: list[Any]) -> Callable[[], Any]:
    def call() -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return call


@pytest.mark.parametrize(
    ("cause", "sentence", "code"),
    [
        (None, "Failed to create the thing", None),
        (refused("ExpiredToken", 403), "credentials have expired: sign in again or renew them", "ExpiredToken"),
        (refused("InvalidClientTokenId", 403), "AWS does not know these credentials", "InvalidClientTokenId"),
        (refused("SignatureDoesNotMatch", 403), "the secret key is wrong", "SignatureDoesNotMatch"),
        (refused("AccessDenied", 403), "lack the permission for CreateThing (simulated)", "AccessDenied"),
        (refused("ThingQuotaExceeded"), "thing: ThingQuotaExceeded: simulated", "ThingQuotaExceeded"),
        (botocore.exceptions.NoCredentialsError(), "no AWS credentials found; set AWS_PROFILE", None),
        (botocore.exceptions.EndpointConnectionError(endpoint_url=URL), f"no connection to {URL}", None),
        (ValueError("odd"), "Failed to create the thing: odd", None),
    ],
    ids=str,
)
def test_user_reads_one_sentence(cause: Exception | None, sentence: str, code: str | None) -> None:
    message, said = errors.explain(wrapped(cause))

    assert message.startswith("Failed to create the thing") and sentence in message and said == code
    assert "\n" not in message and "Traceback" not in message


def leaves_names(message: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator as those of amazon.aws 10: placeholders stay in its message."""

    def decorate(func: Callable[..., Any]) -> Callable[..., Any]:
        def handler(*args: Any, **kwargs: Any) -> Any:
            try:
                return func(*args, **kwargs)
            except KeyError as error:
                raise AnsibleAWSError(message=f"Failed to {message}", exception=error) from error

        return handler

    return decorate


def test_an_error_names_the_parameters_of_its_function() -> None:
    @errors.named("create the queue {name} for {days} days", leaves_names("create the queue {name} for {days} days"))
    def create(client: Any, name: str, days: int = 4) -> None:
        raise KeyError(name)

    with pytest.raises(AnsibleAWSError, match="Failed to create the queue iot-readings-dev for 4 days"):
        create(None, "iot-readings-dev")


@pytest.mark.parametrize("kind", ["common_error_handler", "list_error_handler", "deletion_error_handler"])
def test_each_handler_names_the_parameters(kind: str) -> None:
    @getattr(errors.ErrorHandler, kind)("look at the queue {name}")
    def look(client: Any, name: str) -> None:
        raise refused("AccessDenied")

    with pytest.raises(AnsibleAWSError, match="Failed to look at the queue iot-readings-dev"):
        look(None, name="iot-readings-dev")
