"""What a new thing of each kind may look like, for documents that show it."""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[str, dict[str, Any]] = {
    "segment": {"id": "web", "name": "Web servers", "project": "shop", "mtu": 9000, "tags": ["production"]},
    "port": {"id": "web1", "name": "web1", "segment": "web", "fixed_ips": ["10.0.0.5"], "security": "mac+ip"},
    "vif": {"id": "vm1", "mac": "02:00:00:00:00:01", "switch": "leaf1", "interface": "tap1", "vif_kind": "tap"},
    "subnet": {"id": "web-v4", "segment": "web", "cidr": "10.0.0.0/24", "gateway_ip": "10.0.0.1"},
    "quota": {"id": "shop", "limits": [{"kind": "port", "most": 500}]},
    "security_group": {
        "id": "web",
        "name": "web",
        "rules": [{"id": "web-in", "direction": "ingress", "protocol": "tcp"}],
    },
    "trunk": {"id": "vm1", "port": "web1", "subports": [{"port": "db1", "tag": 100}]},
    "switch": {"id": "leaf1", "dpid": "000000000000000b", "fabric_interfaces": ["spine1", "spine2"]},
    "link": {
        "a": {"switch": "leaf1", "interface": "spine1"},
        "b": {"switch": "spine1", "interface": "leaf1"},
    },
}
