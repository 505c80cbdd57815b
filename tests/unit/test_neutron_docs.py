"""What the document on Neutron tells a reader to type works as it is written, with OpenStack's own client."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

TEXT = (Path(__file__).parents[2] / "docs" / "neutron.md").read_text()


def test_the_example_shows_what_it_says(controller: dict[str, Any]) -> None:
    (script,) = re.findall(r"```bash\n(.*?)```", TEXT, flags=re.DOTALL)
    token = Path(controller["token_file"]).read_text().strip()
    script = script.replace("http://127.0.0.1:9696", controller["neutron"])
    script = script.replace("--os-auth-type none", f"--os-auth-type admin_token --os-token={token}")
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    said = subprocess.run(["bash", "-u", "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert re.search(r"provider:segmentation_id +\| 100 ", said.stdout)
    assert "ip_address='10.0.0.7'" in said.stdout
    for port in ("web", "db"):
        assert re.search(rf"\| {port} +\| fa:16:3e:", said.stdout)
    (refused,) = re.findall(r"Failed to delete network.*", said.stderr)
    assert "ConflictException: 409" in refused
