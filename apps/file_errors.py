"""Why a file is no use, in words of our own."""

from __future__ import annotations

import yaml


def why(error: OSError | UnicodeDecodeError | yaml.YAMLError) -> str:
    """Why a file cannot be read or written, in one line and without its name.

    >>> why(FileNotFoundError(2, "No such file or directory", "a.yaml"))
    'No such file or directory'
    """
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8 (byte {error.start})"
    place = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    if place is None:
        return f"it is not YAML ({' '.join(str(error).split())})"
    problem = getattr(error, "problem", "") or "it is not YAML"
    return f"line {place.line + 1}, column {place.column + 1}: {problem}"
