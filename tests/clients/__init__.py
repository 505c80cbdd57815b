"""OpenStack's own clients, unmodified, against a whole controller, in each way of being believed."""
