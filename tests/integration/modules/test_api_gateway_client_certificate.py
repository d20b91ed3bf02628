"""api_gateway_client_certificate against MiniStack, with what the local AWS adds to it; moto has none."""

from __future__ import annotations

from cryptography import x509
from modules import Account

MODULE = "api_gateway_client_certificate"
NAME = "iot-api-client-certificate-dev"


def live(account: Account) -> list[dict[str, object]]:
    return account.client("apigateway").get_client_certificates()["items"]


def test_is_made_once_and_removed_once(account: Account) -> None:
    options = {"name": NAME, "description": "The API", "tags": {"Environment": "dev"}}
    planned = account.run(MODULE, check_mode=True, **options)
    first, second = account.run(MODULE, **options), account.run(MODULE, **options)

    assert planned["changed"] and planned.writes == [] and planned["diff"] == first["diff"]
    assert planned["certificate"]["id"] == "known-after-deploy"
    assert first.writes == ["GenerateClientCertificate"] and second.calls == ["GetClientCertificates"]
    assert not second["changed"] and second["certificate"] == first["certificate"]
    assert first["certificate"]["tags"] == {"Environment": "dev", "Name": NAME}
    certificate = x509.load_pem_x509_certificate(first["certificate"]["pem"].encode())
    assert certificate.not_valid_after_utc.isoformat() == first["certificate"]["expires"]
    assert [one["clientCertificateId"] for one in live(account)] == [first["certificate"]["id"]]

    would = account.run(MODULE, check_mode=True, name=NAME, state="absent")
    removed = account.run(MODULE, name=NAME, state="absent")
    assert would["changed"] and would.writes == [] and would["diff"] == removed["diff"] and live(account) == []
    assert not account.run(MODULE, name=NAME, state="absent")["changed"]


def test_the_newest_counts_and_those_before_are_removed_by_id(account: Account) -> None:
    client = account.client("apigateway")
    old = account.run(MODULE, name=NAME)["certificate"]["id"]
    stranger = account.run(MODULE, name="of-another-stack")["certificate"]["id"]
    client.generate_client_certificate(tags={"Name": NAME})
    both = account.run(MODULE, name=NAME)

    assert not both["changed"] and {both["certificate"]["id"], *both["superseded"]} >= {old}
    would = account.run(MODULE, check_mode=True, name=NAME, state="absent", ids=both["superseded"])
    removed = account.run(MODULE, name=NAME, state="absent", ids=both["superseded"])
    assert would["diff"] == removed["diff"] and removed.writes == ["DeleteClientCertificate"] and would.writes == []
    assert {one["clientCertificateId"] for one in live(account)} == {stranger, both["certificate"]["id"]}
    assert not account.run(MODULE, name=NAME, state="absent", ids=both["superseded"])["changed"]


def test_bad_options_are_refused_before_the_first_call(account: Account) -> None:
    assert "renew_before_days is 365: allowed is 0 to 364" in account.fail(MODULE, name=NAME, renew_before_days=365)
    assert "tags['Name'] is 'x': allowed is 'iot" in account.fail(MODULE, name=NAME, tags={"Name": "x"})
