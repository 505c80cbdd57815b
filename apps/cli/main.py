"""Run a command, and say in one line what is wrong when something is."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from typer import Abort, TyperException
from typer.main import get_command

from weft.apps.cli.commands import app
from weft.apps.cli.exits import INTERRUPTED, TIMEOUT, UNREACHABLE, NotInTime, of_answer
from weft.apps.cli.output import printable
from weft.apps.client import Problem, Unreachable
from weft.apps.usage import complaint

STDOUT = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """``main()`` runs the command line and returns the exit status."""
    try:
        status = _commands()(args=arguments, prog_name="weft", standalone_mode=False)
        sys.stdout.flush()
    except Problem as problem:
        return _complain(str(problem), of_answer(problem.status))
    except Unreachable as error:
        return _complain(str(error), UNREACHABLE)
    except NotInTime as error:
        return _complain(str(error), TIMEOUT)
    except TyperException as error:
        return _complain(complaint(error), error.exit_code)
    except (Abort, KeyboardInterrupt):
        return INTERRUPTED
    except (BrokenPipeError, SystemExit) as end:
        if isinstance(end, SystemExit) and not isinstance(end.__context__, BrokenPipeError):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), STDOUT)  # whoever reads us, such as head, has enough
        return 0
    return status if isinstance(status, int) else 0


@cache
def _commands() -> Callable[..., Any]:
    """The commands, made of their functions' signatures once."""
    return get_command(app)


def _complain(message: str, status: int) -> int:
    if message:  # a command without arguments has shown its help instead
        print(f"weft: {printable(' '.join(message.split()))}", file=sys.stderr)
    return status
