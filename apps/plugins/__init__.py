"""Plug-ins: who maps the model to the devices that carry it, and what runs them in the controller."""
