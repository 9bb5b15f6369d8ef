"""Addresses of pages by their names."""

from collections.abc import Iterable
from urllib.parse import quote

from web.access import Route


class Addresses:
    """`path("room", session=7)` → `/room/7`. A name stands for one path, whatever its methods."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._paths: dict[str, str] = {}
        for route in routes:
            known = self._paths.setdefault(route.name, route.path)
            if known != route.path:
                raise ValueError(f"{route.name} names both {known} and {route.path}")

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def path(self, name: str, **params: object) -> str:
        """Raises KeyError for an unknown name or a missing parameter; extra parameters become the query."""
        parts: list[str] = []
        rest = dict(params)
        for part in self._paths[name].split("/"):
            if part.startswith("{"):
                field = part[1:-1].split(":", 1)[0]
                parts.append(quote(str(rest.pop(field)), safe=""))
            else:
                parts.append(part)
        query = "&".join(f"{quote(key)}={quote(str(value), safe='')}" for key, value in rest.items())
        return "/".join(parts) + (f"?{query}" if query else "")
