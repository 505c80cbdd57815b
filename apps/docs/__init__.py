"""The documents' generated parts: tables and pictures that are drawn from the code, so that they cannot be wrong."""
