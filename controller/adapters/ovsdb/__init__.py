"""OVSDB (RFC 7047) from switches: what a hypervisor says of its interfaces, and nothing else. It is never written."""
