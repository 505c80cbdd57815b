"""Extensions are joined to the core without editing it, and what would clash is refused in sentences."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.golden.worlds import WORLDS
from tests.world import World
from weft.controller.compile.audience import Placed, here
from weft.controller.compile.compiler import Compiler
from weft.controller.compile.composed import ALONE
from weft.controller.compile.stage import Stage, stage
from weft.controller.compile.stages import STAGES
from weft.controller.compile.view import View
from weft.controller.extension import Clash, Extension, Inserted, Resource, compose
from weft.controller.flow.actions import NEXT, Drop, Goto, Load, Resubmit
from weft.controller.flow.flow import Flow, flow
from weft.controller.flow.meter import MeterWish, meter
from weft.controller.flow.simulate import Frame, SimulatedSwitch
from weft.controller.model.attributes import Attribute
from weft.controller.model.commands import Create, Update
from weft.controller.model.declared import Declared, Number
from weft.controller.model.rights import MEMBER, Caller
from weft.controller.pipeline.core import ADMIT, CORE, SEGMENT, SOURCE
from weft.controller.pipeline.reasons import Reason
from weft.controller.pipeline.schema import Register, Table

MARK = Register("mark", reg=8, low=0, high=7, doc="a mark")
SEEN = Table("seen", 36, matches=(SOURCE,), writes=(MARK,), question="seen", doc="Was it seen?")
DOORS = Table("doors", 4, matches=("vlan_vid",), doc="What the fabric brings.")


def extension(alias: str = "one", **more: object) -> Extension:
    """An extension with one attribute, and whatever else."""
    declared = Declared("port", f"{alias}:level", Number(0, 9), "A level.")
    return Extension(alias.title(), alias, "For tests.", "2012-10-01T00:00:00Z", **{"attributes": (declared,), **more})  # type: ignore[arg-type]


def doing(id: int, *wishes: Flow | MeterWish, name: str = "doing") -> Stage:
    """A stage that wishes for that of each switch."""

    @stage(id=id, per="switch")
    def run(view: View, switch: str) -> Iterator[Placed]:
        """A rule for tests."""
        for wish in wishes:
            yield here(switch, wish)

    return run._replace(name=name)


def test_without_extensions_it_is_the_core_itself() -> None:
    composed = compose(CORE, STAGES)
    assert composed == ALONE
    assert composed.pipeline is CORE
    assert composed.pipeline.through == {}


def test_an_extension_without_tables_changes_no_flow() -> None:
    composed = compose(CORE, STAGES, extension())
    assert composed.stages == STAGES
    assert composed.pipeline is CORE


def test_all_that_has_passed_a_question_goes_through_a_table_behind_it() -> None:
    pipeline = compose(CORE, STAGES, extension(tables=(Inserted(SEEN, after="admit"),), registers=(MARK,))).pipeline
    follows = {name: pipeline.following(CORE.table_by_name[name]).name for name in ("admit", "inspect", "address")}
    assert follows == dict.fromkeys(("admit", "inspect", "address"), "seen")
    assert pipeline.following(SEEN).name == "listen"
    assert pipeline.following(CORE.table_by_name["origin"]).name == "listen", "it has not been asked"
    assert pipeline.table_by_name["admit"].next == ("seen", "inspect")


def test_all_that_is_led_to_a_table_goes_through_one_before_it() -> None:
    early, late = DOORS, Table("gate", 100, matches=())
    both = (Inserted(early, before="arrive"), Inserted(late, before="receive"))
    pipeline = compose(CORE, STAGES, extension(tables=both)).pipeline
    assert pipeline.table_by_name["classify"].next == ("admit", "doors")
    assert {t.name for t in pipeline.tables if "gate" in t.next} == {"listen", "flood", "transit"}
    assert pipeline.step(CORE.table_by_name["flood"], CORE.table_by_name["receive"]).name == "gate"


def test_tables_of_two_extensions_stand_in_the_order_of_their_ids() -> None:
    other = Inserted(Table("later", 40, matches=()), after="admit")
    one = extension(tables=(Inserted(SEEN, after="admit"),), registers=(MARK,))
    two = extension("two", tables=(other,))
    pipeline = compose(CORE, STAGES, two, one).pipeline
    assert pipeline == compose(CORE, STAGES, one, two).pipeline
    assert [pipeline.following(pipeline.table_by_name[n]).name for n in ("admit", "seen", "later")] == [
        *("seen", "later", "listen")
    ]


def test_a_frame_that_an_extension_says_nothing_of_goes_on() -> None:
    tables = (Inserted(SEEN, after="admit"), Inserted(DOORS, before="arrive"))
    for make in WORLDS.values():
        plain = make()
        composed = compose(CORE, STAGES, extension(tables=tables, registers=(MARK,)))
        extended = World(composed)
        extended.compiler = Compiler(plain.network, composed.stages, composed.pipeline, composed.guests)
        plain.compile()
        extended.compile()
        for switch in plain.switches():
            alone = SimulatedSwitch(plain.compiler.flows(switch).values(), CORE)
            joined = SimulatedSwitch(extended.compiler.flows(switch).values(), composed.pipeline)
            for ofport in (1, 2, 3, 101, 102):
                for dst in ("ff:ff:ff:ff:ff:ff", "02:00:00:00:00:0b"):
                    for vlans in ((), (2,), (3,), (7,)):
                        sent = Frame("02:00:00:00:00:0a", dst, vlans=vlans)
                        assert list(alone.receive(sent, ofport)) == list(joined.receive(sent, ofport))
                        assert alone.drop_reason(sent, ofport) == joined.drop_reason(sent, ofport)


def test_the_stages_of_the_core_say_next() -> None:
    """A table behind a question is not passed by: no flow of the core names the table that follows."""
    composed = compose(CORE, STAGES, extension(tables=(Inserted(SEEN, after="admit"),), registers=(MARK,)))
    said: set[tuple[str, str]] = set()

    def spying(one: Stage) -> Stage:
        def run(*arguments: object) -> Iterator[Placed]:
            for placed in one.run(*arguments):
                for action in placed.flow.actions if isinstance(placed.flow, Flow) else ():
                    if isinstance(action, Goto | Resubmit) and action.table is not None:
                        said.add((placed.flow.table.name, action.table.name))
                yield placed

        return one._replace(run=run)

    for make in WORLDS.values():
        world = make()
        world.compiler = Compiler(world.network, map(spying, composed.stages), composed.pipeline, composed.guests)
        world.compile()
        assert world.compiler.complaints() == []
    named = {(table, follower) for table, follower in said if CORE.table_by_name[table].next[0] == follower}
    assert named == {("flood", "receive")}, "which is a copy: the frame itself does not go on"


def _reason(number: int, name: str) -> Reason:
    return Reason(number, name, "sender", "")


CLASHES: dict[str, tuple[Extension, ...]] = {
    "extension one and extension one both have the alias one": (extension(), extension()),
    "alias 'No One' is no word": (extension()._replace(alias="No One", attributes=()),),
    "declares the attribute two:level, which does not begin with one:": (
        extension(attributes=extension("two").attributes),
    ),
    "declares an attribute on switch, which is none of segment, port": (
        extension(attributes=(Declared("switch", "one:level", Number(0, 9), ""),)),
    ),
    "extension one and extension one both have the attribute of a port one:level": (
        extension(attributes=extension().attributes * 2),
    ),
    "tables other and seen share the id 36": (
        extension(tables=(Inserted(SEEN, after="admit"),), registers=(MARK,)),
        extension("two", tables=(Inserted(Table("other", 36, ()), after="admit"),)),
    ),
    "table admit of extension one has the name of another table": (
        extension(tables=(Inserted(Table("admit", 36, ()), after="admit"),)),
    ),
    "table seen of extension two has the name of another table": (
        extension(tables=(Inserted(SEEN, after="admit"),), registers=(MARK,)),
        extension("two", tables=(Inserted(Table("seen", 40, ()), after="admit"),)),
    ),
    "registers mark and hue overlap in reg8": (
        extension(tables=(Inserted(SEEN, after="admit"),), registers=(MARK,)),
        extension(
            "two",
            registers=(Register("hue", 8, 4, 11),),
            tables=(Inserted(Table("hues", 40, (), writes=(Register("hue", 8, 4, 11),)), after="admit"),),
        ),
    ),
    "register mark of extension one is in reg0, which is not an extension's": (
        extension(registers=(Register("mark", 0, 0, 7),)),
    ),
    "table seen of extension one writes segment, which is not its own": (
        extension(tables=(Inserted(Table("seen", 36, (), writes=(SEGMENT,)), after="admit"),)),
    ),
    "table seen of extension one speaks of mark, which it does not declare": (
        extension(tables=(Inserted(SEEN, after="admit"),)),
    ),
    "stage doing of extension one has id 17, which is not an extension's": (extension(stages=(doing(17),)),),
    "extension one and extension two both have the stage id 64": (
        extension(stages=(doing(64, name="a"),)),
        extension("two", stages=(doing(64, name="b"),)),
    ),
    "the core and extension one both have the stage admit": (extension(stages=(doing(64, name="admit"),)),),
    "reasons admit:a and admit:b share the number 128": (
        extension(reasons=(_reason(128, "admit:a"),)),
        extension("two", reasons=(_reason(128, "admit:b"),)),
    ),
    "reason admit:a of extension one has number 5, which is not an extension's": (
        extension(reasons=(_reason(5, "admit:a"),)),
    ),
    "two reasons are called admit:rate": (extension(reasons=(_reason(128, "admit:rate"),)),),
    "reason elsewhere:a is named after a question that no table asks": (
        extension(reasons=(_reason(128, "elsewhere:a"),)),
    ),
    "extension one and extension two share meters": (
        extension(meters=range(0x30000, 0x30010)),
        extension("two", meters=range(0x3000F, 0x30020)),
    ),
    "extension one has meter 3, which is not an extension's": (extension(meters=range(3, 4)),),
    "extension one and extension two both have the path /v1/things": (
        extension(resources=(Resource("/v1/things", print),)),
        extension("two", resources=(Resource("/v1/things", print),)),
    ),
    "cannot stand after deliver, which is no question that one table follows": (
        extension(tables=(Inserted(Table("end", 116, ()), after="deliver"),)),
    ),
    "cannot stand before drop, which is no table that frames are led to": (
        extension(tables=(Inserted(Table("end", 116, ()), before="drop"),)),
    ),
    "cannot stand after admit alone: origin leads there too": (
        extension(tables=(Inserted(Table("early", 36, ()), before="listen"),)),
        extension("two", tables=(Inserted(Table("late", 40, ()), after="admit"),)),
    ),
    "table doors (4) goes backwards to classify (0)": (
        extension(tables=(Inserted(Table("doors", 4, (), next=("classify",)), before="arrive"),)),
    ),
    "stands after admit and before listen: say one": (
        extension(tables=(Inserted(Table("both", 36, ()), "admit", "listen"),)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("sentence", CLASHES)
def test_a_clash_is_named_in_a_sentence(sentence: str) -> None:
    with pytest.raises(Clash) as raised:
        compose(CORE, STAGES, *CLASHES[sentence])
    assert any(sentence in said for said in raised.value.sentences), raised.value.sentences


GUARDED = extension(
    registers=(MARK,), tables=(Inserted(SEEN, after="admit"),), meters=range(0x30000, 0x30010),
    reasons=(_reason(128, "seen:enough"),),
)  # fmt: skip
CRASHES: dict[str, tuple[Flow | MeterWish, ...]] = {
    "stage doing of extension one writes to table admit, which is not its own": (flow(ADMIT, 400, NEXT),),
    "stage doing of extension one wants meter 4, which is not one of its own": (meter(4, 1, 1, "kbit/s"),),
    "table seen does not declare that it writes segment": (flow(SEEN, 1, Load(SEGMENT, 1), NEXT),),
    "table seen does not declare that flood follows": (flow(SEEN, 1, Goto(CORE.table_by_name["flood"])),),
    "table seen drops for seen:nothing, which is no reason": (flow(SEEN, 1, Drop("nothing")),),
    "wants more than 20000 flows": tuple(flow(SEEN, n, NEXT, source=n) for n in range(1, 20_002)),
}


@pytest.mark.parametrize("complaint", CRASHES)
def test_what_a_stage_may_not_do_is_not_done_and_is_told(complaint: str) -> None:
    composed = compose(CORE, STAGES, GUARDED._replace(stages=(doing(64, *CRASHES[complaint]),)))
    net = World(composed).switch("s1", ["e1", "e2"]).segment("red")
    net.vif("a", "red", "s1", "e1", "02:00:00:00:00:0a").vif("b", "red", "s1", "e2", "02:00:00:00:00:0b").compile()
    (said,) = net.compiler.complaints()
    assert said.startswith("extension one does nothing for switch s1: doing(s1) failed: ")
    assert complaint in said
    switch = SimulatedSwitch(net.compiler.flows("s1").values(), net.compiler.pipeline)
    left = switch.receive(Frame("02:00:00:00:00:0a", "02:00:00:00:00:0b"), 1)
    assert [ofport for ofport, _ in left] == [2]


def test_an_extension_drops_for_reasons_of_its_own() -> None:
    stages = (doing(64, flow(SEEN, 1, Drop("enough"))),)
    net = World(compose(CORE, STAGES, GUARDED._replace(stages=stages))).switch("s1", ["e1", "e2"]).segment("red")
    net.vif("a", "red", "s1", "e1", "02:00:00:00:00:0a").vif("b", "red", "s1", "e2", "02:00:00:00:00:0b").compile()
    switch = SimulatedSwitch(net.compiler.flows("s1").values(), net.compiler.pipeline)
    assert switch.drop_reason(Frame("02:00:00:00:00:0a", "02:00:00:00:00:0b"), 1) == "seen:enough"
    assert net.compiler.complaints() == []


def _failing(*_: object) -> None:
    raise LookupError("nothing there")


def test_a_check_that_fails_keeps_back_whoever_has_the_attribute_alone() -> None:
    declared = Declared("port", "one:level", Number(0, 9), "A level.", check=_failing)
    net = World(compose(CORE, STAGES, extension(attributes=(declared,)))).segment("red").port("a", "red")
    assert net.refusal(Update("port", "a", {"one:level": 1})) == (
        "conflict, one:level: the extension's check of it failed: LookupError: nothing there"
    )
    net.do(Update("port", "a", {"name": "b"}))


def test_what_is_of_no_extension_in_force_is_kept_and_set_by_the_operator_alone() -> None:
    """Else a project could say, while nobody looks, what would count when the extension is in force again."""
    red = Caller("red", MEMBER, False, 0)
    net = World().segment("red").port("a", "red")
    mine, neutrons = Attribute("mine", "1"), Attribute("neutron:device", '"vm"')
    forged, other = Attribute("mirror:to", '{"id":"x","number":1}'), Attribute("mirror:to", '{"id":"y","number":2}')
    rule = "forbidden, attributes: 'mirror:to' is of no extension in force, and only the operator may set it"
    assert net.refusal(Update("port", "a", {"attributes": (forged,)}), red) == rule
    made = {"id": "b", "name": "b", "segment": "red", "attributes": (forged,)}
    assert net.refusal(Create("port", made), red) == rule
    net.do(Update("port", "a", {"attributes": (mine, neutrons)}), caller=red)
    net.do(Update("port", "a", {"attributes": (mine, forged)}))
    net.do(Update("port", "a", {"attributes": (neutrons,)}), caller=red)
    assert net.network.port("a").attributes == (neutrons, forged)  # type: ignore[union-attr]
    assert net.refusal(Update("port", "a", {"attributes": (other,)}), red) == rule


def test_an_attribute_is_a_field_of_its_fact() -> None:
    net = World(compose(CORE, STAGES, extension())).segment("red").port("a", "red", **{"one:level": 3})
    assert net.network.port("a").attributes[0].value == "3"  # type: ignore[union-attr]
    net.do(Update("port", "a", {"one:level": 4, "name": "b"}))
    assert net.network.port("a").attributes[0].value == "4"  # type: ignore[union-attr]
    assert net.refusal(Update("port", "a", {"one:level": 10})) == (
        "malformed, one:level: must be a whole number from 0 to 9"
    )
    assert net.refusal(Update("port", "a", {"one:other": 1})) == "malformed, one:other: a port has no such field"
    net.do(Update("port", "a", {"one:level": None}))
    assert net.network.port("a").attributes == ()  # type: ignore[union-attr]
