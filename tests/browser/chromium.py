"""Which Chromium do the browser tests and the screenshots drive?

`python -m tests.browser.chromium` makes sure that there is one, and prints its path.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> Path | None:
    """Give the program that CHROMIUM names, else an installed one, else Playwright's own download."""
    return next((path for path in _candidates() if _answers(path)), None)


def ensure_chromium() -> Path | None:
    """Give a Chromium, installing one if there is none; None if that cannot be done here."""
    for install in (_install_debian_package, _download_with_playwright):
        if path := find_chromium():
            return path
        install()
    return find_chromium()


def launch_options(path: Path) -> dict[str, Any]:
    """Give the arguments of Playwright's `chromium.launch` for the program at `path`."""
    return {
        "executable_path": str(path),
        "args": [
            "--no-sandbox",  # root in a container has no user namespaces
            "--use-angle=swiftshader",  # the map draws with WebGL, and a test machine has no graphics card
            "--enable-unsafe-swiftshader",
            "--disable-background-networking",
        ],
    }


def _candidates() -> Iterator[Path]:
    for program in (os.environ.get("CHROMIUM"), *PROGRAMS):
        if program and (path := shutil.which(program)):
            yield Path(path)
    # Asked in a process of its own: a test may already be running Playwright in this one.
    question = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=False)
    if answer.returncode == 0:
        yield Path(answer.stdout.strip())


def _answers(path: Path) -> bool:
    # Ubuntu's chromium-browser may be a script that only says where to find the real one, and then fails.
    try:
        subprocess.run([path, "--version"], capture_output=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _install_debian_package() -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"]
    for command in (["apt-get", "update"], install):
        subprocess.run(command, env=environment, stdout=sys.stderr, check=False)


def _download_with_playwright() -> None:
    download = [sys.executable, "-m", "playwright", "install", "chromium"]
    subprocess.run(download, stdout=sys.stderr, check=False)


def main() -> int:
    """Make sure that there is a Chromium; without one CI fails, elsewhere browser tests are skipped."""
    if path := ensure_chromium():
        print(path)
        return 0
    if os.environ.get("CI") == "true":
        print("There is no Chromium for the browser tests and none could be installed.", file=sys.stderr)
        print("Install one (apt-get install chromium) or name one in the variable CHROMIUM.", file=sys.stderr)
        return 1
    print("There is no Chromium and none could be installed, so the browser tests will be skipped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
