"""What an Interface row says of the VIF behind it: which port it is for, its MAC, kind, project and device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from weft.controller.adapters.openflow.interfaces import printable
from weft.controller.model.commands import ObserveClaim
from weft.controller.model.rules import normal_mac

EXTERNAL_IDS = ("iface-id", "attached-mac", "weft-project", "weft-kind", "vm-id")
KIND_BY_TYPE = {  # what Open vSwitch has itself made; every other interface may say its kind
    "internal": "internal",
    "dpdk": "dpdk",
    "dpdkvhostuser": "vhost-user",
    "dpdkvhostuserclient": "vhost-user",
}
USUAL_KIND = "tap"


class Claimed(NamedTuple):
    """An interface's claim to a port; in all but the MAC, as the database spells it."""

    interface: str
    port: str
    mac: str = ""
    vif_kind: str = USUAL_KIND
    project: str | None = None
    device: str = ""

    def by(self, switch: str, at: int) -> ObserveClaim:
        """The observation that an interface of this switch claims it, at so many seconds since 1970."""
        return ObserveClaim(switch, self.interface, self.port, self.mac, self.vif_kind, self.project, self.device, at)

    @property
    def weight(self) -> int:
        """The characters in it."""
        return sum(len(each) for each in self if each)


def claimed(name: str, type: str, external_ids: Mapping[str, str]) -> Claimed | None:
    """``claimed(name, type, external_ids)`` returns what such an interface claims; None when it names no port.

    OpenFlow cuts names after 15 bytes, so an interface with a longer one is none that the switch is known to have. Its
    claim keeps the whole name: what two names have in common must not give one of them the other's port.

    >>> claimed("tap0", "", {"iface-id": "web", "attached-mac": "02:00:00:00:00:0A"})
    Claimed(interface='tap0', port='web', mac='02:00:00:00:00:0a', vif_kind='tap', project=None, device='')
    """
    said = {key: printable(external_ids.get(key, "")) for key in EXTERNAL_IDS}
    if not said["iface-id"]:
        return None
    return Claimed(
        interface=printable(name),
        port=said["iface-id"],
        mac=normal_mac(said["attached-mac"]),
        vif_kind=KIND_BY_TYPE.get(type) or said["weft-kind"] or USUAL_KIND,
        project=said["weft-project"] or None,
        device=said["vm-id"],
    )
