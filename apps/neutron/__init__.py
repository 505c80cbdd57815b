"""Neutron's API v2.0 over the model. ``app.build_neutron`` makes the application, and ``resource`` is its seam."""
