"""Tests that need a kernel of their own run inside user-mode-linux: a whole Linux kernel as a process of this one."""
