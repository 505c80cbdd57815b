"""``weft simulate``: send a frame into a simulated switch, and see who hears it, on which way, and why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Annotated, Any

import typer

from weft.apps.cli.completion import of_kind
from weft.apps.cli.names import resolve
from weft.apps.cli.output import Format, printable
from weft.apps.cli.reach import Reach
from weft.apps.client import Client
from weft.conformance.octets import ipv4, ipv6
from weft.conformance.octets.ethernet import BROADCAST, Tag, ethernet, tagged

DISCARD = 9  # the port of the service that throws away what it is sent (RFC 863)
SAID = b"weft simulate"
EVERYBODY = "everybody"


def simulate(
    reach: Reach,
    port: Annotated[
        str | None, typer.Argument(help="The port that sends, by id or name.", autocompletion=of_kind("port"))
    ] = None,
    to: Annotated[str, typer.Argument(help="A port, by id or name; or a MAC; or everybody.")] = EVERYBODY,
    source: Annotated[str | None, typer.Option(metavar="MAC", help="Send from this MAC, and not the VIF's.")] = None,
    vlan: Annotated[int | None, typer.Option(min=0, max=4095, help="Send with this VLAN tag.")] = None,
    frame: Annotated[
        str | None, typer.Option(metavar="HEX", help="Send these octets, and not a datagram that is made up.")
    ] = None,
    switch: Annotated[str | None, typer.Option(help="The switch to send at, where no port is named.")] = None,
    interface: Annotated[str | None, typer.Option(help="The interface of that switch.")] = None,
) -> None:
    """Send a frame into a simulated switch: who hears it, which entries it meets, and why it dies."""
    if port is None and frame is None:
        raise typer.BadParameter("say which PORT sends, or which --frame is sent at which --switch and --interface")
    client = reach.client
    asked: dict[str, Any] = {"switch": switch, "interface": interface}
    if port is not None:
        asked = {"port": resolve(client, "port", port)}
    octets = frame if frame is not None else _made(client, asked["port"], to, source, vlan).hex()
    told = client.simulate_frame({name: said for name, said in asked.items() if said is not None} | {"frame": octets})
    if reach.form is not Format.table:
        reach.show(told)
        return
    print("\n".join(map(printable, _lines(told))))


def _made(client: Client, port: str, to: str, source: str | None, vlan: int | None) -> bytes:
    """A datagram as the port may say it, to nobody's harm."""
    sender = client.show("port", port)
    if sender.get("vif") is None:
        raise typer.BadParameter(f"nothing is plugged into port {port}")
    mac = client.show("vif", sender["vif"])["mac"]
    receiver, dst = _receiver(client, to)
    theirs = receiver["fixed_ips"] if receiver is not None else ()
    own = [text for text in sender["fixed_ips"] if ip_address(text).version == 4]
    if own:
        address = next((text for text in theirs if ip_address(text).version == 4), "255.255.255.255")
        datagram = ipv4.udp(own[0], address, (DISCARD, DISCARD), SAID)
        kind, packet = ipv4.IPV4, ipv4.ipv4(own[0], address, ipv4.UDP, datagram)
    else:
        here, address = ipv6.link_local(mac), next((text for text in theirs if ":" in text), ipv6.ALL_NODES)
        datagram = ipv6.udp(here, address, (DISCARD, DISCARD), SAID)
        kind, packet = ipv6.IPV6, ipv6.ipv6(here, address, ipv6.UDP, datagram)
    made = ethernet(dst, source or mac, kind, packet)
    return made if vlan is None else tagged(made, Tag(vlan))


def _receiver(client: Client, to: str) -> tuple[Mapping[str, Any] | None, str]:
    """The port that a frame is for, where one is named, and the MAC."""
    if to == EVERYBODY:
        return None, BROADCAST
    if to.count(":") == 5 and all(len(part) == 2 for part in to.split(":")):
        return None, to
    receiver = client.show("port", resolve(client, "port", to))
    if receiver.get("vif") is None:
        raise typer.BadParameter(f"nothing is plugged into port {to}")
    return receiver, client.show("vif", receiver["vif"])["mac"]


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    for visit in told["visits"]:
        yield f"switch {visit['switch']}, in by {visit['interface']}"
        for step in visit["steps"]:
            yield f"  {_step(step)}"
        if visit["broken"]:
            yield f"  It can do nothing with it: {visit['broken']}"
    if told["lost"]:
        yield f"Lost: {told['lost']}."
    for heard in told["heard"]:
        who = heard["name"] or heard["port"] or "whoever is there"
        yield f"heard by {who}, at {heard['interface']} of {heard['switch']}"
    if not told["heard"]:
        yield "heard by nobody"


def _step(step: Mapping[str, Any]) -> str:
    match step["what"]:
        case "matched":
            return f"{step['table']}: {step['match']} -> {step['actions']}"
        case "left":
            return f"left by {step['interface']}"
        case "died":
            return f"died{' of ' + step['reason'] if step.get('reason') else ''}: {step['why']}"
        case _:
            return str(step.get("why", step["what"]))
