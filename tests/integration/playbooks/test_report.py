"""report.yml: the page of a live stack, read and looked at in a real browser."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pages
import pictures
import pytest
from emulator_app import is_write
from emulators import Emulator
from modules import Account
from pages import Page
from playwright.sync_api import BrowserContext
from stacks import ROOT, SMALL, Run, Stack

from ansible_collections.iot.sensor_stack.plugins.filter.draw_stack import draw_stack

SECTIONS = ["health", "picture", "traffic", "endpoints", "limits", "drift", "tags", "deployed"]
DEV = {
    "api_clients": [
        {"name": "roof"},
        {"name": "cellar", "tier": "gold", "enabled": False},
        {"name": "lift", "rate_limit": 5},
    ],
    "api_tiers": {"gold": {"rate_limit": 500, "burst_limit": 1000, "quota": {"limit": 100000, "period": "DAY"}}},
    "api_requests_per_second": 0,
    "stack_tags": {"Owner": "team-a"},
    "observability_enabled": True,
}
EVIL = "<script>document.title = 'taken over'</script>"


@dataclass
class Site:
    """A stack that is deployed, ``dev``, beside one that is not, ``qa``.

    ``before`` is the first report on both, when there was neither; ``deployed`` is that on ``dev`` after its deploy, ``wrote`` what it
    called that changes something.
    """

    stack: Stack
    before: Run
    empty: Path
    deployed: Path
    again: Run
    wrote: list[dict[str, str]]

    def report(self, *arguments: str, **variables: Any) -> Run:
        """Write the page of dev anew; Ansible tells what it did, as it does with -v."""
        return report(self.stack, *arguments, **variables)

    @property
    def page(self) -> Path:
        """The page of dev that was written last."""
        return page_of(self.stack, "dev")


def page_of(stack: Stack, environment: str) -> Path:
    return stack.folder / "outputs" / f"iot-{environment}-ca-central-1.html"


def report(stack: Stack, *arguments: str, **variables: Any) -> Run:
    return stack.run("report", "-v", "--limit", "dev", *arguments, variables=variables)


def writes(account: Account, since: int) -> list[dict[str, str]]:
    """The calls of the account since then that change something."""
    return [call for call in account.emulator.recorded(account.number)[since:] if is_write(call)]


@pytest.fixture(scope="module")
def site(ministack: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Site:
    account, folder = Account(ministack), tmp_path_factory.mktemp("report")
    stack = Stack(account, folder / "stack", {"dev": DEV, "qa": {**SMALL}})
    before = stack.run("report")
    assert writes(account, 0) == [], "a report wrote"
    empty = page_of(stack, "qa").rename(folder / "empty.html")
    stack.deploy("--limit", "dev")
    calls = len(account.emulator.recorded(account.number))
    again = report(stack)
    deployed = shutil.copy2(page_of(stack, "dev"), folder / "deployed.html")
    return Site(stack, before, empty, deployed, again, writes(account, calls))


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    with pages.browser(tmp_path_factory.mktemp("chromium")) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = Page(context.new_page())
    yield page
    page.page.close()


def values(account: Account) -> list[str]:
    """All that must not be on a page: the values of keys and secrets, and the credentials."""
    keys = account.client("apigateway").get_api_keys(includeValues=True)["items"]
    manager = account.client("secretsmanager")
    stored = [
        json.loads(manager.get_secret_value(SecretId=one["ARN"])["SecretString"])["password"]
        for one in manager.list_secrets()["SecretList"]
    ]
    return [*(key["value"] for key in keys), *stored, account.number + account.number]


def test_a_page_each_also_of_stacks_that_are_not_there(site: Site, page: Page) -> None:
    said = site.before.output

    assert all(str(page_of(site.stack, name)) in said for name in ("dev", "qa"))
    assert "Plan:" not in said and not (site.stack.folder / "outputs" / "plan.json").exists()
    shown = page.open(site.empty).text()
    assert "Nothing of this stack is there" in shown and "There is nothing to draw." in shown and "iot-qa" in shown
    assert page.page.locator("#drift .badge", has_text="create").count() == 20 and "VPC iot-vpc-qa" in shown


def test_it_changes_nothing_but_the_page(site: Site) -> None:
    assert site.again.changed == 0 and site.wrote == []
    assert stat.S_IMODE(site.deployed.stat().st_mode) == 0o600
    site.page.unlink(missing_ok=True)
    site.report("--check", "--tags", "always")
    assert not site.page.exists()


def test_what_is_on_the_page(site: Site, page: Page) -> None:
    shown = page.open(site.deployed)
    account = site.stack.account
    outputs = json.loads((site.stack.folder / "outputs" / "iot-dev-ca-central-1.json").read_text())

    health = shown.text("#health")
    assert all(tier in health for tier in ("Network", "Secrets", "Cache", "Database", "API", "Observability"))
    assert health.count("healthy") == 6 and "tells nobody: set observability_subscriptions" in health
    assert outputs["api_gateway_url"] in shown.text("#endpoints") and outputs["vpc_id"] in shown.text("#endpoints")
    limits = " ".join(shown.text("#limits").split())
    assert "standard tier Requests a second 200 Burst 400 Quota none iot-api-key-dev roof" in limits
    assert "gold tier Requests a second 500 Burst 1000 Quota 100,000 a day cellar (disabled)" in limits
    assert "lift one client Requests a second 5 Burst 400 Quota none lift" in limits
    assert "AWS has what the inventory wants" in shown.text("#drift")
    assert "Owner\tteam-a\tnetwork, database, api" in shown.text("#tags")
    assert "iot.sensor_stack 0.1.0" in shown.text("#deployed") and "by version 0.1.0" in shown.text("header")
    picture, traffic = (
        shown.page.locator("#picture svg").text_content(),
        shown.page.locator("#traffic svg").text_content(),
    )
    assert picture and traffic and "ca-central-1b" in picture and "iot-private-2-dev" in picture
    assert f"VPC {outputs['vpc_id']}" in picture and "iot-aurora-2-dev" in picture and "replica" in picture
    assert (
        "iot-redis-sg-dev" in traffic and "tcp 6379" in traffic and "tcp 5432" in traffic and "10.0.0.0/16" in traffic
    )
    assert not [value for value in values(account) if value in site.deployed.read_text()]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_is_readable_on_a_phone_and_a_desk(site: Site, page: Page, width: int, scheme: str) -> None:
    page.open(site.deployed, width, scheme)

    assert page.width() <= width
    assert page.faint() == [] and page.jumbled() == []
    page.page.wait_for_timeout(200)
    assert page.requests == [site.deployed.as_uri()] and page.said == []
    for section in SECTIONS:
        page.page.locator(f"nav a[href='#{section}']").click()
        page.page.wait_for_function(
            "id => document.getElementById(id).getBoundingClientRect().top < innerHeight", arg=section
        )
        assert page.page.url.endswith(f"#{section}") and page.page.locator(f"#{section} h2").is_visible()
    assert page.page.locator("nav a").count() == len(SECTIONS)
    targets = page.page.eval_on_selector_all("a", "links => links.map(link => link.getAttribute('href'))")
    assert set(targets) == {f"#{section}" for section in SECTIONS}
    assert page.requests == [site.deployed.as_uri()] and page.said == []


def test_dark_is_dark(site: Site, page: Page) -> None:
    colours = [
        page.open(site.deployed, 1280, scheme).page.evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]

    assert colours[0] != colours[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "stack", [pictures.whole(), pictures.whole(network=pictures.network("abcdef", 2))], ids=["whole", "wide"]
)
def test_pictures_of_large_stacks_have_room_for_their_texts(
    stack: dict[str, Any], scheme: str, page: Page, tmp_path: Path
) -> None:
    """With the fonts and colours of the page; the picture scrolls, the page does not."""
    css = (ROOT / "roles" / "stack" / "templates" / "report.css.j2").read_text()
    drawn = "".join(f'<div class="scroll">{draw_stack(stack, what)}</div>' for what in ("places", "traffic"))
    (tmp_path / "large.html").write_text(
        f"<!DOCTYPE html><meta charset=utf-8><style>{css}</style><body><main>{drawn}</main>"
    )
    page.open(tmp_path / "large.html", 360, scheme)

    assert page.width() <= 360 and page.page.evaluate("document.querySelector('.scroll').scrollWidth") > 360
    assert page.faint() == [] and page.jumbled() == []


def test_drift_is_shown_by_field_and_nothing_of_aws_is_run(site: Site, page: Page) -> None:
    ec2 = site.stack.account.client("ec2")
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["iot-vpc-dev"]}])["Vpcs"]
    tag = [{"Key": "Evil", "Value": EVIL}]
    ec2.create_tags(Resources=[vpc["VpcId"]], Tags=tag)
    before = len(site.stack.account.emulator.recorded(site.stack.account.number))
    site.report(cache_node_type="cache.t3.small")

    assert writes(site.stack.account, before) == []
    ec2.delete_tags(Resources=[vpc["VpcId"]], Tags=tag)
    shown = page.open(site.page)
    drift = shown.text("#drift")
    assert (
        "node_type\tcache.t3.micro\tcache.t3.small" in drift and "Interrupts service: AWS replaces the nodes" in drift
    )
    assert f"tags.Evil\t{EVIL}\t(none)" in drift and EVIL in shown.text("#tags")
    assert shown.page.title() == "iot-dev in ca-central-1" and shown.page.locator("body script").count() == 0
    assert shown.said == []


def test_half_a_stack_and_a_plan_that_ends_early(site: Site, page: Page) -> None:
    client = site.stack.account.client("cloudwatch")
    ec2 = site.stack.account.client("ec2")
    (gateway,) = ec2.describe_internet_gateways(Filters=[{"Name": "tag:Name", "Values": ["iot-igw-dev"]}])[
        "InternetGateways"
    ]
    ec2.detach_internet_gateway(
        InternetGatewayId=gateway["InternetGatewayId"], VpcId=gateway["Attachments"][0]["VpcId"]
    )
    client.delete_dashboards(DashboardNames=["iot-dashboard-dev"])
    site.report(network_vpc_cidr="10.99.0.0/16")
    shown = page.open(site.page)

    assert "degraded" in shown.text("header") and "dashboard iot-dashboard-dev is missing" in shown.text("#health")
    assert "internet gateway iot-igw-dev is missing" in shown.text("#health") and "10.0.0.0/16" in shown.text("#drift")
    assert "The plan ends here:" in shown.text("#drift") and "10.99.0.0/16" in shown.text("#drift")
    site.stack.deploy("--limit", "dev")


def test_without_the_callback_nobody_knows_of_drift(site: Site, page: Page) -> None:
    site.stack.run("report", "--limit", "dev", ANSIBLE_CALLBACKS_ENABLED="iot.sensor_stack.warm")

    assert "Nobody looked" in page.open(site.page).text("#drift") and "unknown" in page.text("header")
