"""The browser bundle: which hashed files an entry needs. Vite writes the manifest, read once at start."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

_PACKAGED = Path(__file__).parent / "dist"  # where a wheel has it
DIST_FOLDER = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parent.parent / "static" / "dist"
PREFIX = "/static/"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Addresses of one entry, in the order in which the page names them."""

    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    preloads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assets:
    """`bundle("pages/main.ts")`; without a built bundle every entry is empty, so that pages still work."""

    bundles: dict[str, Bundle] = field(default_factory=dict)
    folder: Path | None = None

    @classmethod
    def read(cls, folder: Path = DIST_FOLDER) -> "Assets":
        manifest = folder / ".vite" / "manifest.json"
        if not manifest.is_file():
            return cls()
        chunks: dict[str, Any] = msgspec.json.decode(manifest.read_bytes())
        bundles = {
            name: _bundle(chunks, name) for name, chunk in chunks.items() if chunk.get("isEntry") is True
        }
        return cls(bundles, folder)

    def bundle(self, entry: str) -> Bundle:
        return self.bundles.get(entry, Bundle())


def _bundle(chunks: dict[str, Any], entry: str) -> Bundle:
    names = [entry]
    for name in names:
        names.extend(other for other in chunks[name].get("imports", ()) if other not in names)
    styles = [style for name in names for style in chunks[name].get("css", ())]
    return Bundle(
        styles=tuple(PREFIX + style for style in dict.fromkeys(styles)),
        scripts=(PREFIX + chunks[entry]["file"],),
        preloads=tuple(PREFIX + chunks[name]["file"] for name in names[1:]),
    )
