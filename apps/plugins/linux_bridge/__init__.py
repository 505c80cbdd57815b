"""The Linux bridge plug-in: VLAN-aware bridges of this host, told by netlink, with port security by nftables."""
