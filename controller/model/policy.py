"""What is to be allowed to whom: every right has a name, and a policy says who has it.

``RULES`` are the rights with who has them where nobody says otherwise. ``BUILTIN`` is a policy that says exactly that;
another one may read an operator's file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from weft.controller.model.rights import Caller

BASE_ROLES = ("operator", "member", "reader")
Who = Literal["operator", "member", "reader", "guest"]
WHO: dict[Who, str] = {
    "operator": "operators",
    "member": "operators, and members of the project that has it",
    "reader": "operators, and members and readers of the project that has it",
    "guest": "the same, and those of projects that it is shared with, offered or open to",
}


class Target(NamedTuple):
    """What somebody asks for: whose it is (None: nobody's in particular), and whether it is open to who asks."""

    project: str | None = None
    open: bool = False


class Rule(NamedTuple):
    """One right: its name, who has it where nobody says otherwise, and what it allows."""

    name: str
    who: Who
    doc: str


def _of_kind(kind: str, see: Who, do: Who, of: str) -> tuple[Rule, ...]:
    return (
        Rule(f"get_{kind}", see, f"See {of}."),
        Rule(f"create_{kind}", do, f"Make {of}."),
        Rule(f"update_{kind}", do, f"Change {of}."),
        Rule(f"delete_{kind}", do, f"Delete {of}."),
    )


RULES: tuple[Rule, ...] = (
    *_of_kind("segment", "guest", "member", "a segment"),
    *_of_kind("port", "guest", "member", "a port"),
    *_of_kind("vif", "reader", "member", "a VIF"),
    *_of_kind("subnet", "guest", "member", "a subnet"),
    *_of_kind("switch", "operator", "operator", "a switch"),
    *_of_kind("link", "operator", "operator", "a link"),
    *_of_kind("security_group", "reader", "member", "a security group"),
    *_of_kind("trunk", "reader", "member", "a trunk"),
    *_of_kind("quota", "reader", "operator", "a project's quota"),
    *_of_kind("token", "operator", "operator", "a token"),
    Rule("delete_security_group:default", "operator", "Delete a project's default security group."),
    Rule("plug", "member", "Plug a VIF of one's own into a port that takes it."),
    Rule("unplug", "member", "Take a VIF out of a port: one of the two is one's own."),
    Rule("observe", "operator", "Tell what switches say of themselves."),
    Rule("act_as", "operator", "Act as a project, with less than one has."),
    Rule("get_claim", "operator", "See what interfaces say that they are for."),
    Rule("get_flows", "operator", "See the flow entries of a switch."),
    Rule("get_drops", "operator", "See where frames die, over all switches."),
    Rule("get_doctor", "operator", "See what is wrong with the fabric."),
    Rule("get_shadows", "operator", "See the sets of stages that are compiled beside the real ones."),
    Rule("promote_shadow", "operator", "Let the switches follow another set of stages."),
    Rule("simulate_frame", "operator", "Send a frame into a simulated switch, and see what becomes of it."),
    Rule("get_extensions", "guest", "See which extensions are in force; everybody's."),
    Rule("get_plugins", "operator", "See which plug-ins are in force, and what they can honour."),
    Rule("get_counters", "reader", "See what has passed at a port, and what has died."),
    Rule("get_audit_log", "operator", "See who has done what."),
    Rule("audit_switch", "operator", "Let a switch be asked what it holds."),
    Rule("any_project", "operator", "Make things in the name of another project."),
    Rule("set_segment:segmentation_id", "operator", "Choose a segment's id on the wire."),
    Rule("get_segment:segmentation_id", "operator", "See in OpenStack's API which id a segment has on the wire."),
    Rule("set_segment:everybody", "operator", "Share a segment with everybody."),
    Rule("set_segment:security:lower", "operator", "Lower a segment's security below what it is when nobody says."),
    Rule("set_port:security:lower", "operator", "Lower a port's security below its segment's."),
    Rule("set_port:allowed_addresses:wide", "operator", "Allow a port prefixes that are wide, or those of others."),
    Rule("set_port:isolated:widen", "operator", "Say whom a port reaches on a segment of another project."),
    Rule("set_port:router", "operator", "Let a port speak as a router."),
    Rule("set_port:dhcp_server", "operator", "Let a port answer DHCP."),
    Rule("set_port:promiscuous", "operator", "Let a port hear each frame of its segment."),
    Rule("set_port:trunk", "operator", "Let a port carry tags of other segments."),
    Rule("set_vif:place", "operator", "Say at which interface of which switch a VIF is."),
    Rule("get_vif:place", "operator", "See in OpenStack's API at which interface of which switch a VIF is."),
    Rule("enter_any_port", "operator", "Plug a VIF into a port whatever it says of who may connect."),
    Rule("take_foreign_address", "operator", "Give a port an address of another project's port, or of its gateway."),
)
WHO_BY_RULE: dict[str, Who] = {rule.name: rule.who for rule in RULES}


class Policy(Protocol):
    """Says who has a right."""

    def allows(self, rule: str, target: Target, caller: Caller) -> bool:
        """Whether the caller has that right for that target. Raises ``KeyError`` where there is no such right."""

    def customized(self, rule: str) -> bool:
        """Whether somebody has said otherwise than ``RULES`` do."""


class Builtin:
    """The policy that ``RULES`` are."""

    def allows(self, rule: str, target: Target, caller: Caller) -> bool:
        """Whether the caller has that right for that target. Raises ``KeyError`` where there is no such right."""
        who = WHO_BY_RULE[rule]
        if caller.operator:
            return True
        inside = caller.project is not None and target.project == caller.project
        if who == "member":
            return inside and "member" in caller.roles
        reads = "member" in caller.roles or "reader" in caller.roles
        return reads and (inside if who == "reader" else who == "guest" and (inside or target.open))

    def customized(self, rule: str) -> bool:
        """Nobody has."""
        return False


BUILTIN = Builtin()
