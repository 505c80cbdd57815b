"""OpenFlow 1.4 to switches, through Ryu."""
