"""Where a form leads back to: only ever a path of our own."""

from urllib.parse import urlsplit


def own_path(text: str, otherwise: str = "/") -> str:
    """`text` when it is a path on this site, else `otherwise`: `//host`, `/\\host` and schemes are not."""
    if not text.startswith("/") or text.startswith("//") or "\\" in text or not text.isprintable():
        return otherwise
    parts = urlsplit(text)
    return otherwise if parts.scheme or parts.netloc else text
