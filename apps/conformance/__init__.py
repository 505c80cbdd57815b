"""The conformance kit: whether a plug-in means by the core API what everybody else does, proven with frames."""
