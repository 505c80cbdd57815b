"""What the README tells clients to type works as it is written, against a controller that has just been started."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NEVER_ENDS = "weft watch"


def block(section: str) -> str:
    """The commands of a section, but for one that only Ctrl-C ends, and the installation of what is here."""
    text = (ROOT / "README.md").read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    (found,) = re.findall(r"```bash\n(.*?)```", text, flags=re.DOTALL)
    return "".join(f"{line}\n" for line in found.splitlines() if not line.startswith((NEVER_ENDS + " ", "pip install")))


@pytest.mark.parametrize("section", ["Who may ask", "A model as a file, and what happens", "Other clients"])
def test_every_line_works(controller: dict[str, Any], tmp_path: Path, section: str) -> None:
    commands = block(section).replace("http://127.0.0.1:9696", controller["neutron"])
    (tmp_path / "weft.db.token").write_text(Path(controller["token_file"]).read_text())
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("WEFT_", "OS_"))},
        "WEFT_URL": controller["rest"],
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }

    def run(script: str, name: str) -> subprocess.CompletedProcess[str]:
        file = tmp_path / name
        file.write_text(f"shopt -s expand_aliases\nset -e -o pipefail\n{script}")
        return subprocess.run(
            ["bash", file], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    made = run("weft segment create s --project shop; weft port create web --segment s", "before")
    assert made.returncode == 0, made.stderr
    done = run(commands, "typed")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert run("weft port delete web; weft segment delete s", "after").returncode == 0
