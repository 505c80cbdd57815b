"""The three ways in which OpenStack's clients come to a controller: believed in any case, by a token, by Keystone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import openstack
from openstack.connection import Connection

from tests.keystone import Keystone
from tests.wire.databases import RealController

WAYS = ("none", "token", "keystone")
OPENSTACK = Path(sys.executable).with_name("openstack")


class Way:
    """A controller, with a connection of its operator, and one of a member of project ``red``.

    Where everybody is the operator there is no member. ``red`` is the id of the project.
    """

    def __init__(self, name: str, controller: RealController) -> None:
        self.name = name
        self.controller = controller
        self.url = str(controller.neutron.base_url)
        self.red = "red"
        self.operator: Connection
        self.member: Connection | None = None
        self.environment: dict[str, str] = {}

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What ``openstack`` says, as the operator."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}
        environment |= self.environment
        whole = [str(OPENSTACK), *words]
        return subprocess.run(whole, env=environment, capture_output=True, text=True, timeout=60, check=False)


def connect(**options: Any) -> Connection:
    """A connection as the SDK makes it, of these options alone."""
    return openstack.connect(load_yaml_config=False, load_envvars=False, **options)


@contextmanager
def way(name: str, folder: Path) -> Iterator[Way]:
    """The controller that believes in that way, for as long as the block runs."""
    with ExitStack() as running:
        if name == "keystone":
            yield _keystone(folder, running)
            return
        options = ("--auth", "none") if name == "none" else ()
        controller = running.enter_context(closing(RealController(folder, *options)))
        found = Way(name, controller)
        if name == "none":
            found.operator = connect(auth_type="none", auth={"endpoint": found.url})
            found.environment = {"OS_AUTH_TYPE": "none", "OS_ENDPOINT": found.url}
        else:
            token = controller.neutron.headers["X-Auth-Token"]
            found.operator = _by_token(found.url, token)
            made = controller.api.post("/v1/tokens", json={"user": "ann", "project": "red", "roles": ["member"]})
            found.member = _by_token(found.url, made.raise_for_status().json()["secret"])
            found.environment = {"OS_AUTH_TYPE": "admin_token", "OS_ENDPOINT": found.url, "OS_TOKEN": token}
        yield found


def _by_token(url: str, token: str) -> Connection:
    return connect(auth_type="admin_token", auth={"endpoint": url, "token": token})


def _keystone(folder: Path, running: ExitStack) -> Way:
    keystone = running.enter_context(Keystone())
    keystone.user("root", lab=("admin",))
    keystone.user("ann", red=("member",))
    options = ("--auth", "keystone", "--keystone", keystone.url)
    controller = running.enter_context(closing(RealController(folder, *options)))
    found = Way("keystone", controller)
    keystone.network_url = found.url
    found.red = keystone.project("red").id
    found.operator, found.member = (
        connect(
            auth_type="password",
            auth={
                "auth_url": f"{keystone.url}/v3",
                "username": user,
                "password": "secret",
                "project_name": project,
                "user_domain_id": "default",
                "project_domain_id": "default",
            },
            region_name="RegionOne",
            identity_api_version="3",
        )
        for user, project in (("root", "lab"), ("ann", "red"))
    )
    found.environment = keystone.environment("root", "lab")
    return found
