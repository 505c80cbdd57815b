"""What the core must refuse to a project, whatever else is right or wrong with it: what belongs to others.

It says nothing of what must be granted: a command may be refused for other reasons.
"""

from __future__ import annotations

from weft.conformance.machine.record import Command, Document, Record

OPERATORS_PORT = ("router", "dhcp_server", "promiscuous", "trunk")  # traits that only the operator may change


def forbidden(record: Record, project: str | None, command: Command) -> str:
    """Why that must not be granted to the project (None: the operator); empty where it may be."""
    if project is None:
        return ""
    match command:
        case {"do": "create", "kind": "switch" | "link" as kind}:
            return f"a {kind} is the operator's"
        case {"do": "create", "kind": kind, "fields": fields}:
            if fields.get("project", project) != project:
                return f"the {kind} would be of project {fields['project']}"
            if kind == "vif" and fields.get("switch") is not None:
                return "where a VIF is, is the operator's to say"
            if kind == "port":
                return _not_on(record, project, fields["segment"]) or _operators(fields)
        case {"do": "update" | "delete", "kind": kind, "id": id}:
            there = record.of[kind].get(id)
            if there is not None and there.get("project") != project:
                return f"{kind} {id} is of project {there.get('project')}"
            if kind == "vif" and "switch" in command.get("fields", {}):
                return "where a VIF is, is the operator's to say"
            if kind == "port":
                return _operators(command.get("fields", {}))
        case {"do": "plug", "port": port, "vif": vif}:
            there, own = record.of["port"].get(port), record.of["vif"].get(vif)
            if own is not None and own["project"] != project:
                return f"VIF {vif} is of project {own['project']}"
            if there is not None and not _open(there, project):
                return f"port {port} is of project {there['project']}, and is not open to {project}"
        case {"do": "unplug", "port": port}:
            there = record.of["port"].get(port)
            plugged = record.of["vif"].get(record.plugged.get(port, ""))
            owners = {one["project"] for one in (there, plugged) if one is not None}
            if there is not None and project not in owners:
                return f"port {port} is of project {there['project']}, and so is what is in it"
    return ""


def _not_on(record: Record, project: str, segment: str) -> str:
    there = record.of["segment"].get(segment)
    if there is None or there["project"] == project or {project, "*"} & set(there["shared_with"]):
        return ""
    return f"segment {segment} is of project {there['project']}, and is not shared with {project}"


def _operators(fields: Document) -> str:
    named = [name for name in OPERATORS_PORT if fields.get(name)]
    return f"{named[0]} is the operator's to set" if named else ""


def _open(port: Document, project: str) -> bool:
    """Whether the port lets the project in, as far as its kinds and times do not matter."""
    if port["bound_vif"] is not None or port["offer"] is not None:
        return True  # who may is a matter of kinds and times
    owner = "owner" in port["connect"] and port["project"] == project
    return owner or f"project:{project}" in port["connect"] or any(one.startswith("role:") for one in port["connect"])
