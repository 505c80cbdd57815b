"""The Linux bridge plug-in, with frames, on a kernel whose bridges know VLANs."""
