"""Compiles the word catalogues at build and installation, and puts the browser code into a wheel."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PackagingHook(BuildHookInterface):  # type: ignore[type-arg]  # no configuration of its own
    """Runs before the files are collected; for editable installs too, whose catalogues lie in the sources."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        for source in sorted(root.glob("web/locale/*/LC_MESSAGES/*.po")):
            _compile(source)
        bundle = root / "static" / "dist"
        if version == "editable":
            return
        if not (bundle / ".vite" / "manifest.json").is_file():
            raise FileNotFoundError("the browser's code is not built: run make browser first")
        build_data["force_include"][str(bundle)] = "web/dist"


def _compile(source: Path) -> None:
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parent.parent.name)
    with source.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)
