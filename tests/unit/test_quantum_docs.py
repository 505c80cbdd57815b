"""What the document on Quantum tells a reader to type works as it is written, with curl and a real controller."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

TEXT = (Path(__file__).parents[2] / "docs" / "quantum.md").read_text()


def test_the_example_shows_what_it_says(controller: dict[str, Any], tmp_path: Path) -> None:
    (script,) = re.findall(r"```bash\n(.*?)```", TEXT, flags=re.DOTALL)
    (tmp_path / "weft.db.token").write_text(Path(controller["token_file"]).read_text())
    script = script.replace("http://127.0.0.1:9696", controller["neutron"])
    said = subprocess.run(["bash", "-eu", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    shown, *rest = re.split("(?<=})(?={)|(?=<[?])|(?<=>)(?={)", said.stdout)
    assert '"name": "red", "op-status": "UP", "ports": [{' in shown
    assert '"state": "ACTIVE", "op-status": "DOWN", "attachment": {"id": "vm-7"}' in shown
    filtered, xml, refused = rest
    assert re.fullmatch(r'{"networks": \[{"id": "[-0-9a-f]{36}"}\]}', filtered)
    assert '<attachment id="vm-7" />' in xml
    assert '"type": "NetworkInUse"' in refused
