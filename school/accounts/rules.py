"""One-time passwords; what a browser calls itself, in short. Pure but for the random letters."""

import re
import secrets

# No letters or digits that are taken for one another when a password is read aloud or copied from paper.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_PARTS, _PART = 3, 4

_BROWSERS = (
    ("YaBrowser/", "Yandex Browser"),
    ("EdgA?/", "Edge"),
    ("OPR/|Opera", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/|FxiOS/", "Firefox"),
    ("CriOS/|Chrome/|Chromium/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X|Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def one_time_password() -> str:
    """Make a password that is shown once and changed at the first sign-in: 12 characters, 59 bits."""
    parts = ("".join(secrets.choice(_ALPHABET) for _ in range(_PART)) for _ in range(_PARTS))
    return "-".join(parts)


def device(user_agent: str) -> str:
    """Name the browser and the system, such as «Firefox, Windows»; empty when neither is known."""
    found = (_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent))
    return ", ".join(part for part in found if part)


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for pattern, name in table if re.search(pattern, text)), "")
