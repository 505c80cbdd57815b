"""All families of attacks, and of what honest hosts say. A family says all that it has to say to one scene."""

from __future__ import annotations

from weft.conformance.families import (
    addresses,
    bridging,
    configuration,
    lawful,
    neighbourhood,
    resolution,
    shapes,
    sources,
    tags,
    wrapping,
)
from weft.conformance.families.attempt import Family

SOURCES: tuple[Family, ...] = (sources.stolen_source, sources.random_source, sources.group_source)
TAGS: tuple[Family, ...] = (tags.hopping, tags.priority_tags, tags.double_tags, tags.strange_tags)
BRIDGING: tuple[Family, ...] = (bridging.bridge_groups, bridging.bridge_protocols, bridging.false_links)
RESOLUTION: tuple[Family, ...] = (
    *(resolution.false_sender_mac, resolution.false_sender_address, resolution.false_sender),
    *(resolution.odd_resolution, resolution.reverse_resolution),
)
ADDRESSES: tuple[Family, ...] = (*(addresses.false_ipv4_source, addresses.false_ipv6_source, addresses.crossed_pairs),)
NEIGHBOURS: tuple[Family, ...] = (
    *(neighbourhood.false_advertisement, neighbourhood.false_solicitation),
    *(neighbourhood.false_router, neighbourhood.cut_discovery),
)
CONFIGURATION: tuple[Family, ...] = (configuration.false_dhcp_server, configuration.false_dhcpv6_server)
WRAPPING: tuple[Family, ...] = (
    *(wrapping.hidden_types, wrapping.hidden_by_llc),
    *(wrapping.tunnels_to_endpoints, wrapping.back_to_where_it_came_from),
)
SHAPES: tuple[Family, ...] = (shapes.runts, shapes.false_lengths, shapes.cut_frames, shapes.filled_up)
LAWFUL: tuple[Family, ...] = (
    *(lawful.plain_frames, lawful.resolution, lawful.neighbour_discovery, lawful.listeners),
    *(lawful.ipv4_packets, lawful.ipv6_packets, lawful.configuration, lawful.virtual_router),
)
ATTACKS = SOURCES + TAGS + BRIDGING + RESOLUTION + ADDRESSES + NEIGHBOURS + CONFIGURATION + WRAPPING + SHAPES
FAMILIES = LAWFUL + ATTACKS
EVERY_ID: tuple[Family, ...] = (tags.every_id,)
