"""What the API shows and takes, as types. Written by ``scripts/docs`` from the API itself; do not edit."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class AuditLog(TypedDict):
    """What was asked for, granted and refused."""

    records: list[AuditRecord]
    next: NotRequired[str]


class AuditRecord(TypedDict):
    """Who has asked for what, from where, and what came of it."""

    at: int
    user: str
    project: str | None
    origin: str
    action: str
    kind: str
    id: str
    outcome: str
    detail: str
    revision: int


class Audited(TypedDict):
    """The switch to look at."""

    switch: str


class BehaviourDifference(TypedDict):
    """How frames fare otherwise, walked through both tables. No frame is sent."""

    tried: int
    differing: int
    whole: bool
    frames: list[FrameDifference]


class ChangedLink(TypedDict):
    """What is changed of a link; all else stays as it is."""

    id: NotRequired[str]
    a: NotRequired[GivenLinkEndpoint]
    b: NotRequired[GivenLinkEndpoint]
    admin_up: NotRequired[bool]


class ChangedPort(TypedDict):
    """What is changed of a port; all else stays as it is."""

    id: NotRequired[str]
    name: NotRequired[str]
    project: NotRequired[str]
    segment: NotRequired[str]
    admin_up: NotRequired[bool]
    vif_kinds: NotRequired[list[Literal["tap", "veth", "internal", "vhost-user", "dpdk", "physical", "sriov"]]]
    connect: NotRequired[list[Literal["owner"] | str]]
    offer: NotRequired[GivenPortOffer | None]
    security: NotRequired[Literal["none", "mac", "mac+inner", "mac+ip"] | None]
    fixed_ips: NotRequired[list[str]]
    allowed_addresses: NotRequired[list[GivenPortAllowedAddress]]
    router: NotRequired[bool]
    dhcp_server: NotRequired[bool]
    promiscuous: NotRequired[bool]
    trunk: NotRequired[list[GivenPortSubport]]
    isolated: NotRequired[str | None]
    max_rate: NotRequired[int | None]
    burst: NotRequired[int | None]
    max_broadcast: NotRequired[int | None]
    security_groups: NotRequired[list[str]]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    attributes: NotRequired[list[GivenPortAttribute]]


class ChangedQuota(TypedDict):
    """What is changed of a quota; all else stays as it is."""

    id: NotRequired[str]
    limits: NotRequired[list[GivenQuotaLimit]]


class ChangedSecurityGroup(TypedDict):
    """What is changed of a security_group; all else stays as it is."""

    id: NotRequired[str]
    name: NotRequired[str]
    project: NotRequired[str]
    stateful: NotRequired[bool]
    rules: NotRequired[list[GivenSecurityGroupSecurityRule]]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    attributes: NotRequired[list[GivenSecurityGroupAttribute]]


class ChangedSegment(TypedDict):
    """What is changed of a segment; all else stays as it is."""

    id: NotRequired[str]
    name: NotRequired[str]
    project: NotRequired[str]
    transport: NotRequired[Literal["local", "vlan"]]
    segmentation_id: NotRequired[int | None]
    admin_up: NotRequired[bool]
    mtu: NotRequired[int]
    security: NotRequired[Literal["none", "mac", "mac+inner", "mac+ip"]]
    vlan_transparent: NotRequired[bool]
    shared_with: NotRequired[list[str]]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    attributes: NotRequired[list[GivenSegmentAttribute]]


class ChangedShadow(TypedDict):
    """Which stages the switches are to follow."""

    promoted: bool


class ChangedSubnet(TypedDict):
    """What is changed of a subnet; all else stays as it is."""

    id: NotRequired[str]
    name: NotRequired[str]
    project: NotRequired[str]
    segment: NotRequired[str]
    cidr: NotRequired[str]
    gateway_ip: NotRequired[str | None]
    allocation_pools: NotRequired[list[GivenSubnetPool]]
    dns_nameservers: NotRequired[list[str]]
    host_routes: NotRequired[list[GivenSubnetRoute]]
    enable_dhcp: NotRequired[bool]
    ipv6_ra_mode: NotRequired[Literal["dhcpv6-stateful", "dhcpv6-stateless", "slaac"] | None]
    ipv6_address_mode: NotRequired[Literal["dhcpv6-stateful", "dhcpv6-stateless", "slaac"] | None]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    attributes: NotRequired[list[GivenSubnetAttribute]]


class ChangedSwitch(TypedDict):
    """What is changed of a switch; all else stays as it is."""

    id: NotRequired[str]
    dpid: NotRequired[str | None]
    plugin: NotRequired[str]
    fabric_interfaces: NotRequired[list[str]]
    tags: NotRequired[list[str]]
    description: NotRequired[str]


class ChangedTrunk(TypedDict):
    """What is changed of a trunk; all else stays as it is."""

    id: NotRequired[str]
    name: NotRequired[str]
    project: NotRequired[str]
    port: NotRequired[str]
    admin_up: NotRequired[bool]
    subports: NotRequired[list[GivenTrunkCarried]]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    attributes: NotRequired[list[GivenTrunkAttribute]]


class ChangedVif(TypedDict):
    """What is changed of a vif; all else stays as it is."""

    id: NotRequired[str]
    mac: NotRequired[str]
    name: NotRequired[str]
    project: NotRequired[str]
    vif_kind: NotRequired[Literal["tap", "veth", "internal", "vhost-user", "dpdk", "physical", "sriov"]]
    device: NotRequired[str]
    device_owner: NotRequired[str]
    switch: NotRequired[str | None]
    interface: NotRequired[str | None]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    attributes: NotRequired[list[GivenVifAttribute]]


class Claims(TypedDict):
    """What interfaces say themselves."""

    claims: list[ShownClaim]


class CostDifference(TypedDict):
    """What a stage costs, as it is followed and in the shadow."""

    stage: str
    before: ShownStageCost | None
    after: ShownStageCost | None


class Counted(TypedDict):
    """Frames, and their bytes."""

    frames: int
    bytes: int


class Counters(TypedDict):
    """What has passed at a port and what has died."""

    port: str
    switch: str
    interface: str
    received: Counted
    sent: Counted
    dropped: list[DroppedHere]
    dropped_frames: int


class Dropped(TypedDict):
    """Frames that have died at one place for one reason."""

    port: str | None
    name: str | None
    segment: str | None
    switch: str
    reason: str
    frames: int
    why: str


class DroppedHere(TypedDict):
    """Frames of a port that have died for one reason."""

    frames: int
    bytes: int
    reason: str
    why: str


class Drops(TypedDict):
    """Why frames die."""

    drops: list[Dropped]
    unanswered: list[str]


class FieldChange(TypedDict):
    """One field that has changed."""

    field: str
    before: Any
    after: Any


class Finding(TypedDict):
    """Something that somebody should know."""

    severity: Literal["error", "warning"]
    about: str
    what: str
    do: str


class Findings(TypedDict):
    """All that is wrong, or may be."""

    findings: list[Finding]


class Flow(TypedDict):
    """An entry that a switch holds or should hold, and why."""

    table: str
    priority: int
    match: str
    actions: str
    name: str
    cookie: str
    stage: str
    reasons: list[str]
    state: str
    ofctl: str
    text: str


class FlowDifference(TypedDict):
    """One place in a switch's tables where the two differ."""

    switch: str
    what: Literal["added", "removed", "changed"]
    before: str
    after: str


class Flows(TypedDict):
    """The flow entries of a switch."""

    flows: list[Flow]


class FrameDifference(TypedDict):
    """A frame that fares otherwise."""

    frame: str
    before: ShownFate
    after: ShownFate


class FrameStep(TypedDict):
    """One thing that has happened to a frame, or to a copy of it, in a switch."""

    what: Literal["matched", "left", "told", "died"]
    table: NotRequired[str | None]
    match: NotRequired[str | None]
    actions: NotRequired[str | None]
    interface: NotRequired[str | None]
    frame: NotRequired[str | None]
    reason: NotRequired[str | None]
    why: NotRequired[str | None]


class FrameStory(TypedDict):
    """All that became of a frame."""

    heard: list[HeardFrame]
    visits: list[FrameVisit]
    lost: str


class FrameVisit(TypedDict):
    """What has happened to a frame in one switch."""

    switch: str
    interface: str
    frame: str
    steps: list[FrameStep]
    broken: str


class GivenLinkEndpoint(TypedDict):
    """GivenLinkEndpoint."""

    switch: str
    interface: str


class GivenPortAllowedAddress(TypedDict):
    """GivenPortAllowedAddress."""

    mac: NotRequired[str | None]
    prefix: NotRequired[str | None]


class GivenPortAttribute(TypedDict):
    """GivenPortAttribute."""

    name: str
    value: str


class GivenPortOffer(TypedDict):
    """GivenPortOffer."""

    to: str
    vif_kind: Literal["tap", "veth", "internal", "vhost-user", "dpdk", "physical", "sriov"]
    expires: int


class GivenPortSubport(TypedDict):
    """GivenPortSubport."""

    tag: int
    segment: str


class GivenQuotaLimit(TypedDict):
    """GivenQuotaLimit."""

    kind: Literal["segment", "port", "vif", "subnet", "security_group", "security_group_rule", "trunk", "rbac_policy"]
    most: int


class GivenSecurityGroupAttribute(TypedDict):
    """GivenSecurityGroupAttribute."""

    name: str
    value: str


class GivenSecurityGroupSecurityRule(TypedDict):
    """GivenSecurityGroupSecurityRule."""

    id: str
    direction: Literal["ingress", "egress"]
    ethertype: NotRequired[Literal["IPv4", "IPv6"]]
    protocol: NotRequired[str | None]
    port_range_min: NotRequired[int | None]
    port_range_max: NotRequired[int | None]
    remote_ip_prefix: NotRequired[str | None]
    remote_group: NotRequired[str | None]
    description: NotRequired[str]
    created_at: NotRequired[int]


class GivenSegmentAttribute(TypedDict):
    """GivenSegmentAttribute."""

    name: str
    value: str


class GivenSubnetAttribute(TypedDict):
    """GivenSubnetAttribute."""

    name: str
    value: str


class GivenSubnetPool(TypedDict):
    """GivenSubnetPool."""

    start: str
    end: str


class GivenSubnetRoute(TypedDict):
    """GivenSubnetRoute."""

    destination: str
    nexthop: str


class GivenTrunkAttribute(TypedDict):
    """GivenTrunkAttribute."""

    name: str
    value: str


class GivenTrunkCarried(TypedDict):
    """GivenTrunkCarried."""

    port: str
    tag: int


class GivenVifAttribute(TypedDict):
    """GivenVifAttribute."""

    name: str
    value: str


class Health(TypedDict):
    """The health of the process."""

    status: Literal["ok"]
    revision: int


class HeardFrame(TypedDict):
    """A frame as a machine has heard it."""

    switch: str
    interface: str
    port: str | None
    name: str
    frame: str


class HistoryEntry(TypedDict):
    """What was changed at once, when, and by whom."""

    revision: int
    at: int
    user: str
    what: Literal["created", "updated", "deleted"]
    changes: list[FieldChange]


class Link(TypedDict):
    """A cable between two fabric interfaces, declared by somebody or discovered by LLDP."""

    id: str
    a: LinkEndpoint
    b: LinkEndpoint
    admin_up: bool
    origin: Literal["declared", "discovered"]
    revision: int
    up: bool


class LinkEndpoint(TypedDict):
    """LinkEndpoint."""

    switch: str
    interface: str


class LinkList(TypedDict):
    """LinkList."""

    links: list[Link | PartOfLink]
    next: NotRequired[str]


class MadeLinkList(TypedDict):
    """MadeLinkList."""

    links: list[Link]


class MadePortList(TypedDict):
    """MadePortList."""

    ports: list[Port]


class MadeQuotaList(TypedDict):
    """MadeQuotaList."""

    quotas: list[Quota]


class MadeSecurityGroupList(TypedDict):
    """MadeSecurityGroupList."""

    security_groups: list[SecurityGroup]


class MadeSegmentList(TypedDict):
    """MadeSegmentList."""

    segments: list[Segment]


class MadeSubnetList(TypedDict):
    """MadeSubnetList."""

    subnets: list[Subnet]


class MadeSwitchList(TypedDict):
    """MadeSwitchList."""

    switches: list[Switch]


class MadeToken(TypedDict):
    """A token that has just been made."""

    id: str
    user: str
    project: str | None
    roles: list[str]
    expires: int | None
    description: str
    created_at: int
    revision: int
    secret: str


class MadeTrunkList(TypedDict):
    """MadeTrunkList."""

    trunks: list[Trunk]


class MadeVifList(TypedDict):
    """MadeVifList."""

    vifs: list[Vif]


class NewLink(TypedDict):
    """A new link."""

    id: NotRequired[str]
    a: GivenLinkEndpoint
    b: GivenLinkEndpoint
    admin_up: NotRequired[bool]


class NewPort(TypedDict):
    """A new port."""

    id: NotRequired[str]
    name: str
    project: NotRequired[str]
    segment: str
    admin_up: NotRequired[bool]
    vif_kinds: NotRequired[list[Literal["tap", "veth", "internal", "vhost-user", "dpdk", "physical", "sriov"]]]
    connect: NotRequired[list[Literal["owner"] | str]]
    offer: NotRequired[GivenPortOffer | None]
    security: NotRequired[Literal["none", "mac", "mac+inner", "mac+ip"] | None]
    fixed_ips: NotRequired[list[str]]
    allowed_addresses: NotRequired[list[GivenPortAllowedAddress]]
    router: NotRequired[bool]
    dhcp_server: NotRequired[bool]
    promiscuous: NotRequired[bool]
    trunk: NotRequired[list[GivenPortSubport]]
    isolated: NotRequired[str | None]
    max_rate: NotRequired[int | None]
    burst: NotRequired[int | None]
    max_broadcast: NotRequired[int | None]
    security_groups: NotRequired[list[str]]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    attributes: NotRequired[list[GivenPortAttribute]]


class NewQuota(TypedDict):
    """A new quota."""

    id: str
    limits: NotRequired[list[GivenQuotaLimit]]


class NewSecurityGroup(TypedDict):
    """A new security_group."""

    id: NotRequired[str]
    name: NotRequired[str]
    project: NotRequired[str]
    stateful: NotRequired[bool]
    rules: NotRequired[list[GivenSecurityGroupSecurityRule]]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    attributes: NotRequired[list[GivenSecurityGroupAttribute]]


class NewSegment(TypedDict):
    """A new segment."""

    id: NotRequired[str]
    name: str
    project: NotRequired[str]
    transport: NotRequired[Literal["local", "vlan"]]
    segmentation_id: NotRequired[int | None]
    admin_up: NotRequired[bool]
    mtu: NotRequired[int]
    security: NotRequired[Literal["none", "mac", "mac+inner", "mac+ip"]]
    vlan_transparent: NotRequired[bool]
    shared_with: NotRequired[list[str]]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    attributes: NotRequired[list[GivenSegmentAttribute]]


class NewSubnet(TypedDict):
    """A new subnet."""

    id: NotRequired[str]
    name: NotRequired[str]
    project: NotRequired[str]
    segment: str
    cidr: str
    gateway_ip: NotRequired[str | None]
    allocation_pools: NotRequired[list[GivenSubnetPool]]
    dns_nameservers: NotRequired[list[str]]
    host_routes: NotRequired[list[GivenSubnetRoute]]
    enable_dhcp: NotRequired[bool]
    ipv6_ra_mode: NotRequired[Literal["dhcpv6-stateful", "dhcpv6-stateless", "slaac"] | None]
    ipv6_address_mode: NotRequired[Literal["dhcpv6-stateful", "dhcpv6-stateless", "slaac"] | None]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    attributes: NotRequired[list[GivenSubnetAttribute]]


class NewSwitch(TypedDict):
    """A new switch."""

    id: str
    dpid: NotRequired[str | None]
    plugin: NotRequired[str]
    fabric_interfaces: NotRequired[list[str]]
    tags: NotRequired[list[str]]
    description: NotRequired[str]


class NewToken(TypedDict):
    """A token to be made."""

    user: NotRequired[str | None]
    project: NotRequired[str | None]
    roles: NotRequired[list[str]]
    expires: NotRequired[int | None]
    expires_in: NotRequired[int | None]
    description: NotRequired[str]


class NewTrunk(TypedDict):
    """A new trunk."""

    id: NotRequired[str]
    name: NotRequired[str]
    project: NotRequired[str]
    port: str
    admin_up: NotRequired[bool]
    subports: NotRequired[list[GivenTrunkCarried]]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    attributes: NotRequired[list[GivenTrunkAttribute]]


class NewVif(TypedDict):
    """A new vif."""

    id: NotRequired[str]
    mac: str
    name: NotRequired[str]
    project: NotRequired[str]
    vif_kind: NotRequired[Literal["tap", "veth", "internal", "vhost-user", "dpdk", "physical", "sriov"]]
    device: NotRequired[str]
    device_owner: NotRequired[str]
    switch: NotRequired[str | None]
    interface: NotRequired[str | None]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    attributes: NotRequired[list[GivenVifAttribute]]


class PartOfLink(TypedDict):
    """A cable between two fabric interfaces, declared by somebody or discovered by LLDP."""

    id: NotRequired[str]
    a: NotRequired[LinkEndpoint]
    b: NotRequired[LinkEndpoint]
    admin_up: NotRequired[bool]
    origin: NotRequired[Literal["declared", "discovered"]]
    revision: NotRequired[int]
    up: NotRequired[bool]


class PartOfPort(TypedDict):
    """A connection point on one segment. `number` names it in the registers SOURCE and PORT."""

    id: NotRequired[str]
    number: NotRequired[int]
    name: NotRequired[str]
    project: NotRequired[str]
    segment: NotRequired[str]
    admin_up: NotRequired[bool]
    vif_kinds: NotRequired[list[Literal["tap", "veth", "internal", "vhost-user", "dpdk", "physical", "sriov"]]]
    connect: NotRequired[list[Literal["owner"] | str]]
    offer: NotRequired[PortOffer | None]
    bound_vif: NotRequired[str | None]
    security: NotRequired[Literal["none", "mac", "mac+inner", "mac+ip"] | None]
    fixed_ips: NotRequired[list[str]]
    allowed_addresses: NotRequired[list[PortAllowedAddress]]
    router: NotRequired[bool]
    dhcp_server: NotRequired[bool]
    promiscuous: NotRequired[bool]
    trunk: NotRequired[list[PortSubport]]
    isolated: NotRequired[str | None]
    max_rate: NotRequired[int | None]
    burst: NotRequired[int | None]
    max_broadcast: NotRequired[int | None]
    security_groups: NotRequired[list[str]]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    attributes: NotRequired[list[PortAttribute]]
    created_at: NotRequired[int]
    updated_at: NotRequired[int]
    revision: NotRequired[int]
    vif: NotRequired[str | None]
    effective_security: NotRequired[str]
    status: NotRequired[PortStatus]


class PartOfQuota(TypedDict):
    """The limits of a project, whose name is the id. What it does not name, the quota `*` says."""

    id: NotRequired[str]
    limits: NotRequired[list[QuotaLimit]]
    created_at: NotRequired[int]
    updated_at: NotRequired[int]
    revision: NotRequired[int]
    usage: NotRequired[dict[str, Any]]
    effective: NotRequired[dict[str, Any]]


class PartOfSecurityGroup(TypedDict):
    """A set of rules that ports are in. What a stateful one allows is answered as well."""

    id: NotRequired[str]
    name: NotRequired[str]
    project: NotRequired[str]
    stateful: NotRequired[bool]
    rules: NotRequired[list[SecurityGroupSecurityRule]]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    attributes: NotRequired[list[SecurityGroupAttribute]]
    created_at: NotRequired[int]
    updated_at: NotRequired[int]
    revision: NotRequired[int]


class PartOfSegment(TypedDict):
    """An isolated layer-2 space. `number` is its name inside the switches, never shown on a wire."""

    id: NotRequired[str]
    number: NotRequired[int]
    name: NotRequired[str]
    project: NotRequired[str]
    transport: NotRequired[Literal["local", "vlan"]]
    segmentation_id: NotRequired[int | None]
    admin_up: NotRequired[bool]
    mtu: NotRequired[int]
    security: NotRequired[Literal["none", "mac", "mac+inner", "mac+ip"]]
    vlan_transparent: NotRequired[bool]
    shared_with: NotRequired[list[str]]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    attributes: NotRequired[list[SegmentAttribute]]
    created_at: NotRequired[int]
    updated_at: NotRequired[int]
    revision: NotRequired[int]


class PartOfSubnet(TypedDict):
    """Addresses of a segment. `ipv6_*_mode` say how machines come by theirs, where nobody says: from the model."""

    id: NotRequired[str]
    name: NotRequired[str]
    project: NotRequired[str]
    segment: NotRequired[str]
    cidr: NotRequired[str]
    gateway_ip: NotRequired[str | None]
    allocation_pools: NotRequired[list[SubnetPool]]
    dns_nameservers: NotRequired[list[str]]
    host_routes: NotRequired[list[SubnetRoute]]
    enable_dhcp: NotRequired[bool]
    ipv6_ra_mode: NotRequired[Literal["dhcpv6-stateful", "dhcpv6-stateless", "slaac"] | None]
    ipv6_address_mode: NotRequired[Literal["dhcpv6-stateful", "dhcpv6-stateless", "slaac"] | None]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    attributes: NotRequired[list[SubnetAttribute]]
    created_at: NotRequired[int]
    updated_at: NotRequired[int]
    revision: NotRequired[int]


class PartOfSwitch(TypedDict):
    """A switch of the fabric, known by name. `fabric_interfaces` lead to other switches, never to a VIF."""

    id: NotRequired[str]
    number: NotRequired[int]
    dpid: NotRequired[str | None]
    plugin: NotRequired[str]
    fabric_interfaces: NotRequired[list[str]]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    revision: NotRequired[int]
    connected: NotRequired[bool]
    settled: NotRequired[bool]
    problems: NotRequired[list[str]]
    software: NotRequired[str | None]
    interfaces: NotRequired[list[ShownInterface]]


class PartOfTrunk(TypedDict):
    """The port whose VIF is shared, and the ports that share it. One that is not `admin_up` is locked."""

    id: NotRequired[str]
    name: NotRequired[str]
    project: NotRequired[str]
    port: NotRequired[str]
    admin_up: NotRequired[bool]
    subports: NotRequired[list[TrunkCarried]]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    attributes: NotRequired[list[TrunkAttribute]]
    created_at: NotRequired[int]
    updated_at: NotRequired[int]
    revision: NotRequired[int]


class PartOfVif(TypedDict):
    """The virtual interface of a machine, and where it is: an interface of a switch, or nowhere yet."""

    id: NotRequired[str]
    mac: NotRequired[str]
    name: NotRequired[str]
    project: NotRequired[str]
    vif_kind: NotRequired[Literal["tap", "veth", "internal", "vhost-user", "dpdk", "physical", "sriov"]]
    device: NotRequired[str]
    device_owner: NotRequired[str]
    switch: NotRequired[str | None]
    interface: NotRequired[str | None]
    origin: NotRequired[Literal["declared", "discovered"]]
    tags: NotRequired[list[str]]
    description: NotRequired[str]
    attributes: NotRequired[list[VifAttribute]]
    created_at: NotRequired[int]
    updated_at: NotRequired[int]
    revision: NotRequired[int]


class Performed(TypedDict):
    """What came of a transaction."""

    revision: int
    results: list[dict[str, Any] | None]


class Plugged(TypedDict):
    """The VIF to plug in."""

    vif: str


class Port(TypedDict):
    """A connection point on one segment. `number` names it in the registers SOURCE and PORT."""

    id: str
    number: int
    name: str
    project: str
    segment: str
    admin_up: bool
    vif_kinds: list[Literal["tap", "veth", "internal", "vhost-user", "dpdk", "physical", "sriov"]]
    connect: list[Literal["owner"] | str]
    offer: PortOffer | None
    bound_vif: str | None
    security: Literal["none", "mac", "mac+inner", "mac+ip"] | None
    fixed_ips: list[str]
    allowed_addresses: list[PortAllowedAddress]
    router: bool
    dhcp_server: bool
    promiscuous: bool
    trunk: list[PortSubport]
    isolated: str | None
    max_rate: int | None
    burst: int | None
    max_broadcast: int | None
    security_groups: list[str]
    tags: list[str]
    description: str
    attributes: list[PortAttribute]
    created_at: int
    updated_at: int
    revision: int
    vif: str | None
    effective_security: str
    status: PortStatus


class PortAllowedAddress(TypedDict):
    """PortAllowedAddress."""

    mac: str | None
    prefix: str | None


class PortAttribute(TypedDict):
    """PortAttribute."""

    name: str
    value: str


class PortList(TypedDict):
    """PortList."""

    ports: list[Port | PartOfPort]
    next: NotRequired[str]


class PortOffer(TypedDict):
    """PortOffer."""

    to: str
    vif_kind: Literal["tap", "veth", "internal", "vhost-user", "dpdk", "physical", "sriov"]
    expires: int


class PortStatus(TypedDict):
    """Whether frames pass, as far as the switches have proven it."""

    state: Literal["ACTIVE", "BUILD", "DOWN", "ERROR"]
    reason: str


class PortSubport(TypedDict):
    """PortSubport."""

    tag: int
    segment: str


class ProblemDocument(TypedDict):
    """What is answered to a request that fails (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None
    rule: str | None
    remedy: str | None
    instance: str


class Quota(TypedDict):
    """The limits of a project, whose name is the id. What it does not name, the quota `*` says."""

    id: str
    limits: list[QuotaLimit]
    created_at: int
    updated_at: int
    revision: int
    usage: dict[str, Any]
    effective: dict[str, Any]


class QuotaLimit(TypedDict):
    """QuotaLimit."""

    kind: Literal["segment", "port", "vif", "subnet", "security_group", "security_group_rule", "trunk", "rbac_policy"]
    most: int


class QuotaList(TypedDict):
    """QuotaList."""

    quotas: list[Quota | PartOfQuota]
    next: NotRequired[str]


class SecurityGroup(TypedDict):
    """A set of rules that ports are in. What a stateful one allows is answered as well."""

    id: str
    name: str
    project: str
    stateful: bool
    rules: list[SecurityGroupSecurityRule]
    tags: list[str]
    description: str
    attributes: list[SecurityGroupAttribute]
    created_at: int
    updated_at: int
    revision: int


class SecurityGroupAttribute(TypedDict):
    """SecurityGroupAttribute."""

    name: str
    value: str


class SecurityGroupList(TypedDict):
    """SecurityGroupList."""

    security_groups: list[SecurityGroup | PartOfSecurityGroup]
    next: NotRequired[str]


class SecurityGroupSecurityRule(TypedDict):
    """SecurityGroupSecurityRule."""

    id: str
    direction: Literal["ingress", "egress"]
    ethertype: Literal["IPv4", "IPv6"]
    protocol: str | None
    port_range_min: int | None
    port_range_max: int | None
    remote_ip_prefix: str | None
    remote_group: str | None
    description: str
    created_at: int


class Segment(TypedDict):
    """An isolated layer-2 space. `number` is its name inside the switches, never shown on a wire."""

    id: str
    number: int
    name: str
    project: str
    transport: Literal["local", "vlan"]
    segmentation_id: int | None
    admin_up: bool
    mtu: int
    security: Literal["none", "mac", "mac+inner", "mac+ip"]
    vlan_transparent: bool
    shared_with: list[str]
    tags: list[str]
    description: str
    attributes: list[SegmentAttribute]
    created_at: int
    updated_at: int
    revision: int


class SegmentAttribute(TypedDict):
    """SegmentAttribute."""

    name: str
    value: str


class SegmentList(TypedDict):
    """SegmentList."""

    segments: list[Segment | PartOfSegment]
    next: NotRequired[str]


class SentFrame(TypedDict):
    """A frame that a machine sends: at a port, or at an interface of a switch."""

    frame: str
    port: NotRequired[str | None]
    switch: NotRequired[str | None]
    interface: NotRequired[str | None]


class ShadowDifference(TypedDict):
    """How a shadow differs from what the switches follow."""

    name: str
    against: str
    revision: int
    tables: TableDifference
    behaviour: BehaviourDifference
    cost: list[CostDifference]


class ShownAttribute(TypedDict):
    """An attribute that an extension gives to things of a kind."""

    kind: str
    name: str
    doc: str
    set_by: str


class ShownClaim(TypedDict):
    """What an interface of a switch says itself that it is for, and what came of it."""

    switch: str
    interface: str
    port: str
    mac: str
    vif_kind: str
    project: str | None
    device: str
    outcome: Literal["granted", "refused"]
    field: str
    rule: str
    located: bool
    revision: int


class ShownExtension(TypedDict):
    """What something from outside Weft's core adds to it."""

    alias: str
    name: str
    description: str
    updated: str
    attributes: list[ShownAttribute]
    tables: list[str]
    stages: list[str]
    resources: list[str]


class ShownExtensions(TypedDict):
    """The extensions in force."""

    extensions: list[ShownExtension]


class ShownFate(TypedDict):
    """What becomes of a frame."""

    receivers: list[str]
    reasons: list[str]


class ShownHistory(TypedDict):
    """How a thing came to be as it is."""

    history: list[HistoryEntry]
    next: NotRequired[str]


class ShownInterface(TypedDict):
    """An interface of a switch, as it said last."""

    name: str
    ofport: int
    up: bool


class ShownPlugin(TypedDict):
    """What realises ports at places of its own, and what it can honour. What it cannot is refused."""

    name: str
    transports: list[str]
    vif_kinds: list[str]
    security: list[str]
    traits: list[str]
    learns: bool
    flow_tables: bool
    openflow: bool


class ShownPlugins(TypedDict):
    """The plug-ins in force."""

    plugins: list[ShownPlugin]


class ShownShadow(TypedDict):
    """A set of stages that is compiled on the live facts."""

    name: str
    doc: str
    state: Literal["followed", "compiled", "compiling", "given-up", "missing"]
    promoted: bool
    problems: list[str]
    added: list[str]
    replaced: list[str]
    left_out: list[str]
    evaluations: int
    seconds: float


class ShownShadows(TypedDict):
    """All sets of stages."""

    shadows: list[ShownShadow]


class ShownStageCost(TypedDict):
    """What a stage costs in one of the two sets."""

    flows: int
    bytes: int
    evaluations: int
    seconds: float


class ShownToken(TypedDict):
    """A token, without its secret."""

    id: str
    user: str
    project: str | None
    roles: list[str]
    expires: int | None
    description: str
    created_at: int
    revision: int


class Subnet(TypedDict):
    """Addresses of a segment. `ipv6_*_mode` say how machines come by theirs, where nobody says: from the model."""

    id: str
    name: str
    project: str
    segment: str
    cidr: str
    gateway_ip: str | None
    allocation_pools: list[SubnetPool]
    dns_nameservers: list[str]
    host_routes: list[SubnetRoute]
    enable_dhcp: bool
    ipv6_ra_mode: Literal["dhcpv6-stateful", "dhcpv6-stateless", "slaac"] | None
    ipv6_address_mode: Literal["dhcpv6-stateful", "dhcpv6-stateless", "slaac"] | None
    tags: list[str]
    description: str
    attributes: list[SubnetAttribute]
    created_at: int
    updated_at: int
    revision: int


class SubnetAttribute(TypedDict):
    """SubnetAttribute."""

    name: str
    value: str


class SubnetList(TypedDict):
    """SubnetList."""

    subnets: list[Subnet | PartOfSubnet]
    next: NotRequired[str]


class SubnetPool(TypedDict):
    """SubnetPool."""

    start: str
    end: str


class SubnetRoute(TypedDict):
    """SubnetRoute."""

    destination: str
    nexthop: str


class Switch(TypedDict):
    """A switch of the fabric, known by name. `fabric_interfaces` lead to other switches, never to a VIF."""

    id: str
    number: int
    dpid: str | None
    plugin: str
    fabric_interfaces: list[str]
    tags: list[str]
    description: str
    revision: int
    connected: bool
    settled: bool
    problems: list[str]
    software: str | None
    interfaces: list[ShownInterface]


class SwitchList(TypedDict):
    """SwitchList."""

    switches: list[Switch | PartOfSwitch]
    next: NotRequired[str]
    unknown: NotRequired[list[UnknownSwitch]]


class TableDifference(TypedDict):
    """How the tables of all switches differ."""

    added: int
    removed: int
    changed: int
    flows: list[FlowDifference]


class Tags(TypedDict):
    """The tags of one thing, all of them."""

    tags: list[str]


class Tokens(TypedDict):
    """Tokens, the oldest first."""

    tokens: list[ShownToken]


class Trunk(TypedDict):
    """The port whose VIF is shared, and the ports that share it. One that is not `admin_up` is locked."""

    id: str
    name: str
    project: str
    port: str
    admin_up: bool
    subports: list[TrunkCarried]
    tags: list[str]
    description: str
    attributes: list[TrunkAttribute]
    created_at: int
    updated_at: int
    revision: int


class TrunkAttribute(TypedDict):
    """TrunkAttribute."""

    name: str
    value: str


class TrunkCarried(TypedDict):
    """TrunkCarried."""

    port: str
    tag: int


class TrunkList(TypedDict):
    """TrunkList."""

    trunks: list[Trunk | PartOfTrunk]
    next: NotRequired[str]


class UnknownSwitch(TypedDict):
    """A switch that is connected and that the model does not know. It is told nothing."""

    dpid: str
    address: str


class Vif(TypedDict):
    """The virtual interface of a machine, and where it is: an interface of a switch, or nowhere yet."""

    id: str
    mac: str
    name: str
    project: str
    vif_kind: Literal["tap", "veth", "internal", "vhost-user", "dpdk", "physical", "sriov"]
    device: str
    device_owner: str
    switch: str | None
    interface: str | None
    origin: Literal["declared", "discovered"]
    tags: list[str]
    description: str
    attributes: list[VifAttribute]
    created_at: int
    updated_at: int
    revision: int


class VifAttribute(TypedDict):
    """VifAttribute."""

    name: str
    value: str


class VifList(TypedDict):
    """VifList."""

    vifs: list[Vif | PartOfVif]
    next: NotRequired[str]


class _Delete(TypedDict):
    """Delete something."""

    do: Literal["delete"]
    kind: Literal["segment", "port", "vif", "subnet", "switch", "link", "quota", "security_group", "trunk"]
    id: str
    if_revision: NotRequired[int | None]


class _Plug(TypedDict):
    """Put a VIF into a port."""

    do: Literal["plug"]
    port: str
    vif: str


class _Unplug(TypedDict):
    """Take the VIF out of a port."""

    do: Literal["unplug"]
    port: str
