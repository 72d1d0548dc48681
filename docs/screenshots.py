"""Pictures of the page for the README: python docs/screenshots.py DATABASE DIRECTORY. Needs chromium and Playwright."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

PORT = 8765
ADDRESS = f"http://127.0.0.1:{PORT}"
VIEWS = {
    "search": f"/?q={quote('没有专职人员')}",
    "report": "/report/1",
    "overview": "/overview",
    "findings": "/findings/unkept",
}
"""Pages by the names of their pictures."""


def wait_for(address: str) -> None:
    """Until the page answers. Raises OSError after ten seconds."""
    for _ in range(100):
        try:
            with urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise OSError(f"{address} does not answer")


def main(database: str, directory: str) -> None:
    """Take a picture of every view, light and, of the search, dark and at phone width."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    target = Path(directory)
    target.mkdir(parents=True, exist_ok=True)
    server = subprocess.Popen([sys.executable, "-m", "nlp", "serve", database, "--port", str(PORT)])
    try:
        wait_for(ADDRESS)
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for name, path in VIEWS.items():
                page = browser.new_page(viewport={"width": 1100, "height": 720})
                page.goto(ADDRESS + path)
                page.screenshot(path=target / f"{name}.png")
            phone = browser.new_page(viewport={"width": 390, "height": 720}, color_scheme="dark")
            phone.goto(ADDRESS + VIEWS["search"])
            phone.screenshot(path=target / "phone-dark.png")
            browser.close()
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
