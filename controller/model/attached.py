"""VIFs that an attachment has made: somebody has named one and plugged it in, and its interface says the rest."""

from __future__ import annotations

from hashlib import sha256

from weft.controller.model.facts import Vif


def attached_vif(id: str, project: str) -> dict[str, str]:
    """``attached_vif(id, project)`` are the fields of such a VIF, to be created.

    Its MAC is made of its id, so that nobody has to be asked for one; what its interface says later takes its place.

    >>> attached_vif("web", "shop")
    {'id': 'web', 'mac': '4a:5e:57:f6:eb:2f', 'project': 'shop', 'device': 'web'}
    """
    return {"id": id, "mac": mac_of(id), "project": project, "device": id}


def is_attached(vif: Vif) -> bool:
    """Whether an attachment has made it: then its device is what the attachment has named, and so is its id."""
    return vif.origin == "declared" and vif.device == vif.id


def mac_of(id: str) -> str:
    """A locally administered address of one station (IEEE 802, 8.4), which is the same for the same id."""
    octets = sha256(id.encode()).digest()[:6]
    return bytes((octets[0] & 0xFC | 0x02, *octets[1:])).hex(":")
