"""Cables that nobody declared are found by LLDP, but only between interfaces that are declared as the fabric's."""

from __future__ import annotations

import pytest

from tests.system.held_lab import HeldLab, wait_until
from tests.system.traffic import Hosts

pytestmark = pytest.mark.system


def test_cables_are_found_again_when_their_declaration_is_gone(lab: HeldLab, hosts: Hosts) -> None:
    declared = {link["id"] for link in lab.get("/v1/links")["links"]}
    for link in declared:
        lab.api.delete(f"/v1/links/{link}").raise_for_status()

    def found() -> bool:
        links = lab.get("/v1/links")["links"]
        return {link["id"] for link in links} == declared and all(link["origin"] == "discovered" for link in links)

    seconds = wait_until(found, "the cables are found")
    print(f"  {len(declared)} cables found by LLDP within {seconds:.1f} s")
    lab.settle()
    assert hosts.run(0.5, 0.05, {}).clean


def test_a_cable_to_an_interface_that_is_not_the_fabrics_is_not_believed(lab: HeldLab) -> None:
    switch = lab.get("/v1/switches/spine1")
    kept, dropped = switch["fabric_interfaces"][:-1], switch["fabric_interfaces"][-1]
    link = next(
        link for link in lab.get("/v1/links")["links"] if dropped in (link["a"]["interface"], link["b"]["interface"])
    )
    lab.api.delete(f"/v1/links/{link['id']}").raise_for_status()
    lab.api.patch("/v1/switches/spine1", json={"fabric_interfaces": kept}).raise_for_status()
    others = {other["id"] for other in lab.get("/v1/links")["links"]}
    for other in others:  # when these have been found again, the round in which the missing one could be found is over
        lab.api.delete(f"/v1/links/{other}").raise_for_status()
    wait_until(lambda: {found["id"] for found in lab.get("/v1/links")["links"]} >= others, "the others are found")
    assert {found["id"] for found in lab.get("/v1/links")["links"]} == others
    lab.api.patch("/v1/switches/spine1", json={"fabric_interfaces": [*kept, dropped]}).raise_for_status()
    wait_until(lambda: link["id"] in {found["id"] for found in lab.get("/v1/links")["links"]}, "it is found again")
