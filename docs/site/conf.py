"""The documentation's site: the project's own Markdown files where they lie, and a page for each module by antsibull-docs.

build.sh copies what it needs to one place and runs Sphinx there. Nothing is fetched, neither by the build nor by the pages.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import mermaidx
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

project = "iot.sensor_stack"
copyright = "the iot.sensor_stack developers"
extensions = ["myst_parser", "sphinx_antsibull_ext"]
include_patterns = [
    "index.md",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.rst",
    "docs/*.md",
    "roles/*/README.md",
    "extensions/*/README.md",
    "collection/*.rst",
]

html_theme = "furo"
html_title = "iot.sensor_stack"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
pygments_style = "friendly"
pygments_dark_style = "github-dark"
# Console sessions with "..." and curly quotes stay as they are.
smartquotes = False

myst_enable_extensions = ["deflist"]
myst_fence_as_directive = ["mermaid"]
myst_heading_anchors = 4

# What Ansible's own documentation has, by the labels that antsibull-docs writes.
ANSIBLE = "https://docs.ansible.com/ansible/latest/"
ANSIBLE_PAGES = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "callback_plugins": "plugins/callback.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
OTHER_COLLECTION = re.compile(r"ansible_collections\.(amazon\.aws|ansible\.builtin|community\.aws)\.(\w+?)(?:__.*)?")

# A role is on the page of its README, whose options Sphinx does not know by their labels.
ROLE = re.compile(r"ansible_collections\.iot\.sensor_stack\.(\w+?)_role(?:__parameter-(\w+?)__(\w+))?")


def link_to_roles_and_ansible(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, text: nodes.TextElement
) -> nodes.TextElement | None:
    """Lead to a role, or to Ansible's documentation without asking it for an index; what is not there stays an error."""
    target = node["reftarget"]
    if found := ROLE.fullmatch(target):
        anchor = f"parameter-{found[2]}--{found[3]}" if found[2] else ""
        return make_refnode(app.builder, node["refdoc"], f"roles/{found[1]}/README", anchor, text)
    if node["reftype"] == "envvar" and target.startswith("ANSIBLE_"):
        page = f"reference_appendices/config.html#envvar-{target}"
    elif found := OTHER_COLLECTION.fullmatch(target):
        page = f"collections/{found[1].replace('.', '/')}/{found[2]}.html"
    elif target in ANSIBLE_PAGES:
        page = ANSIBLE_PAGES[target]
    else:
        return None
    return nodes.reference("", "", text, refuri=ANSIBLE + page, internal=False)


class Mermaid(SphinxDirective):
    """A diagram, drawn while the site is built: once for a light page, once for a dark one."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        source = "\n".join(self.content)
        name = hashlib.sha256(source.encode()).hexdigest()[:12]
        images: list[nodes.Node] = []
        for page, theme in (("light", "neutral"), ("dark", "dark")):
            picture = Path(self.env.srcdir, "diagrams", f"{name}-{page}.svg")
            picture.parent.mkdir(exist_ok=True)
            mermaidx.render(source, theme=theme).save(picture)
            images.append(nodes.image(uri=f"/diagrams/{picture.name}", alt="Diagram", classes=[f"only-{page}"]))
        return [nodes.container("", *images, classes=["diagram"])]


def setup(app: Sphinx) -> None:
    app.add_directive("mermaid", Mermaid)
    app.connect("missing-reference", link_to_roles_and_ansible)
