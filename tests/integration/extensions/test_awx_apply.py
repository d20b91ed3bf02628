"""extensions/awx/apply.yml against a simulated AWX. awx.awx comes with ansible 12, so it runs at the old end of the support range."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from awx_server import AWX, awx_server
from stacks import ANSIBLE_PLAYBOOK
from variables import ROOT, read_yaml

CONFIGURATION = ROOT / "extensions" / "awx" / "configuration"
pytestmark = pytest.mark.oldest


@pytest.fixture
def awx() -> Iterator[AWX]:
    """An AWX with what is made there by hand: an organization and a credential."""
    with awx_server() as awx:
        awx.add("organizations", name="Default")
        awx.add("credentials", name="AWS")
        yield awx


def apply(awx: AWX, folder: Path, *arguments: str) -> int:
    """Run the playbook; how many tasks changed something."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")},
        "ANSIBLE_HOME": str(folder / "ansible"),
        "CONTROLLER_HOST": awx.url,
        "CONTROLLER_OAUTH_TOKEN": "simulated",
    }
    words = [str(ANSIBLE_PLAYBOOK), str(ROOT / "extensions/awx/apply.yml"), *arguments]
    done = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (changed,) = re.findall(r"changed=(\d+)", done.stdout)
    return int(changed)


def test_everything_is_made_once(awx: AWX, tmp_path: Path) -> None:
    assert apply(awx, tmp_path) > 0
    wanted = read_yaml(CONFIGURATION / "job_templates.yml")["awx_job_templates"]
    templates = awx.named("job_templates")
    assert set(templates) == {template["name"] for template in wanted}
    for template in wanted:
        made = templates[template["name"]]
        assert made["playbook"] == template["playbook"] and made["allow_simultaneous"] is False
        assert made["job_tags"] == template.get("job_tags", "") and made["survey_enabled"] is ("survey" in template)
        assert json.loads(made["extra_vars"]) == template.get("extra_vars", {})
        assert awx.surveys.get(f"{made['url']}survey_spec/", {}).get("spec") == template.get("survey")
        assert len(awx.links[f"{made['url']}credentials/"]) == 1
    (project,) = awx.items["projects"]
    assert {source["source_project"] for source in awx.items["inventory_sources"]} == {project["id"]}

    nodes = awx.named("workflow_job_template_nodes")
    (approval,) = awx.items["workflow_approval_templates"]
    assert nodes["approve"]["unified_job_template"] == approval["id"]
    for first, then in (("plan", "approve"), ("approve", "deploy"), ("deploy", "verify")):
        assert [link["id"] for link in awx.links[f"{nodes[first]['url']}success_nodes/"]] == [nodes[then]["id"]]
    (schedule,) = awx.items["schedules"]
    assert schedule["unified_job_template"] == templates["Sensor stack - drift"]["id"]

    awx.writes.clear()
    assert apply(awx, tmp_path) == 0 and awx.writes == []


def test_a_change_in_awx_is_put_right(awx: AWX, tmp_path: Path) -> None:
    apply(awx, tmp_path)
    template = awx.named("job_templates")["Sensor stack - destroy"]
    template["allow_simultaneous"] = True
    awx.writes.clear()

    assert apply(awx, tmp_path) == 1 and awx.writes == [("PATCH", template["url"])]
    assert template["allow_simultaneous"] is False
