"""The address where OpenStack's clients look for a network service: Neutron's API and those of Quantum before it."""
