"""How do the makers of the demo corpus and of the pictures run a command of glan_core?"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from glan_core.settings import PROJECT_FOLDER


def command(*arguments: str, database: Path, **more_environment: str) -> dict[str, Any]:
    """Run a command on a database and give its JSON; what it tells on the way goes to standard error."""
    line = [sys.executable, "-m", "glan_core", *arguments, "--database", str(database), "--json"]
    done = subprocess.run(
        line, cwd=PROJECT_FOLDER, env=environment(database) | more_environment, stdout=subprocess.PIPE, check=False
    )
    if done.returncode > 1:  # 1 means that some items failed, which is no harm here
        sys.exit(f"{' '.join(line)} ended with {done.returncode}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def environment(database: Path) -> dict[str, str]:
    """Give the environment without the user's own models, so that the built-in one answers."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "GLAN_"))}
    return kept | {"GLAN_DATABASE": str(database), "HF_HUB_OFFLINE": "1"}
