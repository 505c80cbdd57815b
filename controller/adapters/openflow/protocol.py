"""OpenFlow 1.4 by name: the numbers of the specification that Weft uses, and the error for what breaks it.

The names are the specification's (OpenFlow Switch Specification 1.4.0, section 7).
"""

from __future__ import annotations

OFP_VERSION = 0x05
OFP_NO_BUFFER = 0xFFFFFFFF

# enum ofp_type (7.1.1)
OFPT_HELLO = 0
OFPT_ERROR = 1
OFPT_ECHO_REQUEST = 2
OFPT_ECHO_REPLY = 3
OFPT_FEATURES_REPLY = 6
OFPT_GET_CONFIG_REPLY = 8
OFPT_SET_CONFIG = 9
OFPT_PACKET_IN = 10
OFPT_FLOW_REMOVED = 11
OFPT_PORT_STATUS = 12
OFPT_FLOW_MOD = 14
OFPT_MULTIPART_REQUEST = 18
OFPT_MULTIPART_REPLY = 19
OFPT_BARRIER_REQUEST = 20
OFPT_BARRIER_REPLY = 21
OFPT_ROLE_REPLY = 25
OFPT_METER_MOD = 29
OFPT_ROLE_STATUS = 30
OFPT_BUNDLE_CONTROL = 33
OFPT_BUNDLE_ADD_MESSAGE = 34

# enum ofp_port_no, ofp_group, ofp_table, ofp_controller_max_len (7.2.1, 7.3.4)
OFPP_ANY = 0xFFFFFFFF
OFPG_ANY = 0xFFFFFFFF
OFPTT_ALL = 0xFF
OFPCML_NO_BUFFER = 0xFFFF

# enum ofp_port_desc_prop_type (7.2.1)
OFPPDPT_ETHERNET = 0
OFPPDPT_OPTICAL = 1
OFPPDPT_EXPERIMENTER = 0xFFFF

# enum ofp_match_type, ofp_oxm_class (7.2.3)
OFPMT_OXM = 1
OFPXMC_NXM_0 = 0x0000
OFPXMC_NXM_1 = 0x0001
OFPXMC_OPENFLOW_BASIC = 0x8000
OFPXMC_EXPERIMENTER = 0xFFFF

# enum ofp_config_flags (7.3.2); the value is Open vSwitch's own: fragments keep their fields, and ip_frag is matchable
OFPC_FRAG_NX_MATCH = 3

# enum ofp_flow_mod_command (7.3.4.1)
OFPFC_ADD = 0
OFPFC_DELETE_STRICT = 4

# enum ofp_meter_mod_command, ofp_meter (7.3.4.4)
OFPMC_ADD = 0
OFPMC_MODIFY = 1
OFPMC_DELETE = 2
OFPM_ALL = 0xFFFFFFFF

# enum ofp_multipart_type, ofp_multipart_reply_flags (7.3.5)
OFPMP_DESC = 0
OFPMP_FLOW = 1
OFPMP_PORT_STATS = 4
OFPMP_METER = 9
OFPMP_METER_CONFIG = 10
OFPMP_PORT_DESC = 13
OFPMPF_REPLY_MORE = 1

# enum ofp_bundle_ctrl_type, ofp_bundle_flags (7.3.9)
OFPBCT_OPEN_REQUEST = 0
OFPBCT_OPEN_REPLY = 1
OFPBCT_CLOSE_REQUEST = 2
OFPBCT_CLOSE_REPLY = 3
OFPBCT_COMMIT_REQUEST = 4
OFPBCT_COMMIT_REPLY = 5
OFPBCT_DISCARD_REQUEST = 6
OFPBCT_DISCARD_REPLY = 7
OFPBF_ATOMIC = 1
OFPBF_ORDERED = 2

# enum ofp_error_type (7.4.4), ofp_hello_failed_code (7.4.4.1)
OFPET_HELLO_FAILED = 0
OFPET_EXPERIMENTER = 0xFFFF
OFPHFC_INCOMPATIBLE = 0

# enum ofp_hello_elem_type (7.5.1)
OFPHET_VERSIONBITMAP = 1


class Garbage(ValueError):
    """A message that no switch should send; the text is a sentence that says why."""


def padded(length: int) -> int:
    """The length with its padding: OpenFlow aligns what varies to 8 bytes.

    >>> padded(8), padded(9)
    (8, 16)
    """
    return length + 7 & ~7
