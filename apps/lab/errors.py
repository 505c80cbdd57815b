"""What a lab says when it cannot go on."""


class LabError(Exception):
    """A sentence for the user: what is wrong, and where it can be, what to do."""
