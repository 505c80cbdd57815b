"""What is hidden is, to whoever may not see it, not there: the same answer, byte for byte, in comparable time."""

from __future__ import annotations

import time
from statistics import median

import pytest

from tests.matrix.apis import Answer, Api
from tests.matrix.oracle import Role
from tests.matrix.society import HIDDEN, KINDS, MISSING, Place, Society
from tests.matrix.test_matrix import APIS

ROUNDS = 150
FACTOR = 3.0  # generous: what is looked for is whether one of the two does more


def asked(api: Api, role: Role, verb: str, kind: str, id: str, own: str) -> Answer | None:
    """Name a thing in a request: as what it is about, or inside."""
    match verb:
        case "make on":
            return api.create(role, kind, id, None)
        case "plug in":
            return api.plug(role, own, id)
        case "plug into":
            return api.plug(role, id, own)
        case "unplug":
            return api.unplug(role, id)
        case _:
            answer: Answer | None = getattr(api, verb)(role, kind, id)
            return answer


WAYS = (
    *((verb, kind) for verb in ("get", "update", "delete") for kind in KINDS),
    *(("make on", kind) for kind in ("port", "subnet")),
    *((verb, "port") for verb in ("plug into", "unplug")),
    ("plug in", "vif"),
)


@pytest.fixture(params=APIS)
def society_and_api(request: pytest.FixtureRequest) -> tuple[Society, Api]:
    """Each API."""
    society = Society()
    return society, APIS[request.param](society)


PLACES_OF: dict[str, tuple[Place, ...]] = {
    "port": (Place("port", "hidden"), Place("port", "hidden", "on a shared segment")),
    **{kind: (Place(kind, "hidden"),) for kind in KINDS if kind != "port"},
}


@pytest.mark.parametrize("role", ["member", "reader", "none"])
def test_a_hidden_id_and_a_missing_one_get_the_same_answer(society_and_api: tuple[Society, Api], role: Role) -> None:
    society, api = society_and_api
    complaints = []
    for verb, kind in WAYS:
        for place in PLACES_OF["segment" if verb == "make on" else kind]:
            hidden = society.make(place)
            own = society.make(Place("port" if verb == "plug in" else "vif", "own"))
            there = asked(api, role, verb, kind, hidden, own)
            nowhere = asked(api, role, verb, kind, hidden.replace(HIDDEN, MISSING), own)
            if there is None or nowhere is None or (api.name.startswith("quantum") and verb == "plug in"):
                continue  # an attachment that is not there is made
            said = (there.status, there.text.replace(HIDDEN, MISSING))
            if said != (nowhere.status, nowhere.text):
                complaints.append(f"{verb} {place}: {there.status} {there.text} but {nowhere.status} {nowhere.text}")
    assert complaints == []


@pytest.mark.alone
def test_a_hidden_id_and_a_missing_one_take_the_same_time(society_and_api: tuple[Society, Api]) -> None:
    society, api = society_and_api
    slower = []
    for verb, kind in (("get", "port"), ("update", "port"), ("delete", "segment"), ("unplug", "port")):
        hidden = society.plugged(Place("port", "hidden")) if kind == "port" else society.make(Place(kind, "hidden"))
        missing = hidden.replace(HIDDEN, MISSING)
        if asked(api, "member", verb, kind, hidden, "") is None:
            continue
        took: dict[str, list[float]] = {hidden: [], missing: []}
        for turn in range(ROUNDS):
            for id in (hidden, missing) if turn % 2 else (missing, hidden):
                began = time.perf_counter()
                asked(api, "member", verb, kind, id, "")
                took[id].append(time.perf_counter() - began)
        there, nowhere = median(took[hidden]), median(took[missing])
        print(f"  {api.name}: {verb} {kind}: hidden {there * 1e6:.0f} µs, missing {nowhere * 1e6:.0f} µs")
        if not 1 / FACTOR < there / nowhere < FACTOR:
            slower.append(f"{verb} {kind}: hidden {there * 1e6:.0f} µs, missing {nowhere * 1e6:.0f} µs")
    assert slower == []
