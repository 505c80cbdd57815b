"""Role × action × whose × API: the answer is the one of the policy table, and tells nothing of what is hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.matrix.apis import Answer, Api, Native, Neutron, Quantum, Transactions
from tests.matrix.oracle import ROLES, Outcome, Role, Whose, expected, has
from tests.matrix.society import KINDS, PLACES, PROJECT_BY_WHOSE, Place, Society, secrets_in

APIS: dict[str, Callable[[Society], Any]] = {
    "native": Native,
    "transactions": Transactions,
    "neutron": Neutron,
    "quantum v1.0": lambda society: Quantum(society, "v1.0"),
    "quantum v1.1": lambda society: Quantum(society, "v1.1"),
}
HOMES: dict[Whose, str] = {"own": "red-home", "open": "shared", "hidden": "hush-home"}


class Matrix:
    """One API and one society. ``complaints`` are sentences about each answer that is another than it should be."""

    def __init__(self, api: str) -> None:
        self.society = Society()
        self.api: Api = APIS[api](self.society)
        self.name = api
        self.complaints: list[str] = []
        self.asked = 0

    def hold(self, what: str, wanted: Outcome, answer: Answer | None, role: Role, before: int) -> None:
        """Hold an answer to what it should be; a refused one has changed nothing."""
        if answer is None:
            return
        self.asked += 1
        if answer.outcome != wanted:
            self.complaints.append(f"{role} {what}: {answer.outcome}, and not {wanted}: {answer.text[:200]}")
        if wanted != "allowed" and self.revision != before:
            self.complaints.append(f"{role} {what}: it was refused, and has changed something")
        if role != "operator" and (secrets := secrets_in(answer.text, answer.asked)):
            self.complaints.append(f"{role} {what}: it tells of {secrets}: {answer.text[:300]}")

    def expected(self, see: str, do: str, role: Role, place: Place, done_to: Whose | None = None) -> Outcome:
        """What must come of it by this API: Quantum has no word for what lies with another project, or is open."""
        if self.name.startswith("quantum") and ("on a" in place.how or (place.whose == "open" and role != "operator")):
            return "missing"
        return expected(see, do, role, place.whose, done_to)

    @property
    def revision(self) -> int:
        """How many changes there were."""
        return self.society.net.service.network.revision


@pytest.fixture(params=APIS)
def matrix(request: pytest.FixtureRequest) -> Iterator[Matrix]:
    """Each API; its complaints are shown together, and that something was asked."""
    matrix = Matrix(request.param)
    yield matrix
    assert matrix.complaints == []
    assert matrix.asked > 0 or matrix.name == "neutron", "it has no plugging by hand"


@pytest.mark.parametrize("role", ROLES)
def test_what_one_does_to_a_thing_comes_to_what_the_table_says(matrix: Matrix, role: Role) -> None:
    for place in PLACES:
        for verb in ("get", "update", "delete"):
            id = matrix.society.make(place)
            wanted = matrix.expected(f"get_{place.kind}", f"{verb}_{place.kind}", role, place)
            before = matrix.revision
            matrix.hold(f"{verb} {place}", wanted, getattr(matrix.api, verb)(role, place.kind, id), role, before)


@pytest.mark.parametrize("role", ROLES)
def test_a_list_has_what_one_may_see_and_nothing_else(matrix: Matrix, role: Role) -> None:
    for place in PLACES:
        matrix.society.make(place)
    matrix.society.plugged(Place("port", "hidden"))
    matrix.asked += 1  # an API of writing has no lists
    for kind in KINDS:
        answer = matrix.api.list(role, kind)
        if answer is None:
            continue
        wanted = set(matrix.society.visible(kind, role))
        if matrix.name.startswith("quantum"):
            wanted &= {id for id, whose in matrix.society.things[kind].items() if whose == "own"}
        matrix.hold(f"list {kind}s", "allowed", answer, role, matrix.revision)
        if answer.ids != wanted:
            matrix.complaints.append(f"{role} lists {kind}s: {answer.ids ^ wanted}")


@pytest.mark.parametrize("role", ROLES)
def test_what_one_makes_by_itself_is_ones_own(matrix: Matrix, role: Role) -> None:
    for kind in ("segment", "vif", "security_group"):
        for project in ("red", "blue", "nobody"):
            right = f"create_{kind}" if project == "red" else "any_project"
            wanted: Outcome = "allowed" if has(right, role, "own") else "forbidden"
            before = matrix.revision
            matrix.hold(f"makes {kind} for {project}", wanted, matrix.api.create(role, kind, "", project), role, before)


@pytest.mark.parametrize("role", ROLES)
def test_what_one_makes_on_a_segment_lies_where_one_may(matrix: Matrix, role: Role) -> None:
    for kind in ("port", "subnet"):
        for whose, segment in HOMES.items():
            done_to: Whose = "own" if kind == "port" else whose  # a port is one's own; a subnet is the segment's
            wanted = matrix.expected("get_segment", f"create_{kind}", role, Place("segment", whose), done_to)
            if matrix.name.startswith("quantum") and whose != "own":
                wanted = "missing"  # under red's path there is nothing but red's, for the operator too
            before = matrix.revision
            answer = matrix.api.create(role, kind, segment, None if role != "operator" else "red")
            if not (role == "operator" and whose == "hidden" and kind == "port"):  # which is not shared with red
                matrix.hold(f"makes {kind} on {segment}", wanted, answer, role, before)


@pytest.mark.parametrize("role", ROLES)
def test_one_plugs_ones_own_into_what_one_may(matrix: Matrix, role: Role) -> None:
    for place in PLACES:
        for vif_of in ("own", "hidden") if place.kind == "port" else ():
            port, vif = matrix.society.make(place), matrix.society.make(Place("vif", vif_of))
            wanted = matrix.expected("get_port", "get_port", role, place)
            if wanted == "allowed":
                wanted = expected("get_vif", "plug", role, vif_of)
                if matrix.name.startswith("quantum") and PROJECT_BY_WHOSE[vif_of] != PROJECT_BY_WHOSE[place.whose]:
                    continue  # an attachment that another tenant has is in use; the tests of Quantum's API hold that
            before = matrix.revision
            matrix.hold(f"plugs {vif_of} VIF into {place}", wanted, matrix.api.plug(role, port, vif), role, before)


@pytest.mark.parametrize("role", ROLES)
def test_one_takes_out_what_is_ones_own(matrix: Matrix, role: Role) -> None:
    for place in PLACES:
        if place.kind == "port":
            port = matrix.society.plugged(place)
            wanted = matrix.expected("get_port", "unplug", role, place)
            before = matrix.revision
            matrix.hold(f"unplugs {place}", wanted, matrix.api.unplug(role, port), role, before)
