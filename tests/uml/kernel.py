"""What this kernel can do, tried in a network namespace that ends with the trial."""

from __future__ import annotations

import shutil
import subprocess

TRIAL = "ip link add weft-try type bridge vlan_filtering 1 && nft add table bridge weft-try"


def bridges_know_vlans() -> bool:
    """Whether a bridge can be made here that knows VLANs, and a table of nftables beside it. Needs root."""
    if any(shutil.which(program) is None for program in ("unshare", "ip", "nft")):
        return False
    return subprocess.run(["unshare", "--net", "sh", "-c", TRIAL], capture_output=True, timeout=10).returncode == 0
