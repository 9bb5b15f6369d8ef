"""What a wheel must carry besides code."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_a_wheel_carries_templates_words_migrations_and_the_bundle(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    wanted = {
        "server/__main__.py",
        "school/migrations/env.py",
        "web/templates/base.html",
        "web/locale/ru/LC_MESSAGES/messages.mo",
        "web/locale/en/LC_MESSAGES/messages.mo",
        "web/dist/.vite/manifest.json",
    }
    assert wanted - names == set()
    assert any(name.startswith("school/migrations/versions/") for name in names)
    assert any(name.startswith("web/dist/assets/room-") for name in names)
    assert not any(name.startswith(("tests/", "static/", "bench/")) for name in names)
