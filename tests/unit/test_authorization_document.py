"""``docs/authorization.md`` says what there is: its options, and a policy file that can be read."""

from __future__ import annotations

import re
from pathlib import Path

from weft.apps.http.server import HANDSHAKE
from weft.apps.northbound.bodies import MAX_BYTES, MAX_DEPTH
from weft.apps.settings import Settings
from weft.controller.adapters.oslo_policy import OsloPolicy
from weft.controller.model.policy import Target
from weft.controller.model.rights import Caller

DOCUMENT = (Path(__file__).parents[2] / "docs" / "authorization.md").read_text(encoding="utf-8")
OF_THE_COMMAND_LINE = {"--as-project", "--as-role", "--user", "--project", "--expires-in", "--check"}


def test_each_option_is_one() -> None:
    settings = {"--" + name.replace("_", "-") for name in Settings.model_fields}
    assert set(re.findall(r"--[a-z][a-z-]*", DOCUMENT)) <= settings | OF_THE_COMMAND_LINE


def test_the_limits_are_those_of_the_code() -> None:
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    assert f"{MAX_BYTES >> 20} MiB, nested {MAX_DEPTH} deep" in DOCUMENT
    assert f"| a TLS handshake | {HANDSHAKE:.0f} s |" in DOCUMENT
    assert f"`--request-rate` {defaults['request_rate']:.0f} a second" in DOCUMENT
    assert f"`--failure-rate` {defaults['failure_rate']:.0f} a second" in DOCUMENT


def test_the_policy_can_be_read_and_means_what_it_says(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)
    (tmp_path / "policy.yaml").write_text(example)
    policy = OsloPolicy(tmp_path / "policy.yaml")
    member = Caller("blue", frozenset({"member"}), False, 0)
    assert not policy.allows("create_segment", Target("blue"), member)
    assert policy.allows("create_port", Target("blue"), member)
    assert policy.allows("get_flows", Target(), Caller("blue", frozenset({"netops"}), False, 0))
    assert not policy.allows("get_flows", Target(), member)
