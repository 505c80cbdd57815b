"""The abstract machine: what the core API means, as who must hear a frame, who may, and as what."""
