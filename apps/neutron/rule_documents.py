"""Rules of security groups as clients see them: by themselves, and inside their groups."""

from __future__ import annotations

from typing import Any

from weft.apps.neutron.standard import time_text
from weft.controller.model.facts import SecurityGroup
from weft.controller.model.security_groups import DEFAULT_GROUP, SecurityRule


def rule_document(group: SecurityGroup, rule: SecurityRule) -> dict[str, Any]:
    """``rule_document(group, rule)`` returns the rule with all its attributes."""
    return {
        "id": rule.id,
        "project_id": group.project,
        "tenant_id": group.project,
        "security_group_id": group.id,
        "direction": rule.direction,
        "ethertype": rule.ethertype,
        "protocol": rule.protocol,
        "port_range_min": rule.port_range_min,
        "port_range_max": rule.port_range_max,
        "remote_ip_prefix": rule.remote_ip_prefix,
        "normalized_cidr": rule.remote_ip_prefix,
        "remote_group_id": rule.remote_group,
        "remote_address_group_id": None,
        "belongs_to_default_sg": group.name == DEFAULT_GROUP,
        "description": rule.description,
        "revision_number": 0,  # a rule never changes
        "created_at": time_text(rule.created_at),
        "updated_at": time_text(rule.created_at),
        "tags": [],
    }
