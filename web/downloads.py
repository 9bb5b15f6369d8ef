"""Answers that are files: saved, never run, never guessed at by the browser."""

import re
from urllib.parse import quote

from aiohttp import web

from school.files.queries import FileRow


def file(row: FileRow, content: bytes) -> web.Response:
    """The file under its own name (RFC 6266); `sandbox` is for a browser that shows it all the same."""
    return web.Response(
        body=content,
        headers={
            "Content-Type": row.media_type,
            "Content-Disposition": _named(row.name),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "ETag": f'"{row.sha256}"',
        },
    )


def made(name: str, media_type: str, content: bytes) -> web.Response:
    """A file that a page was written into."""
    return web.Response(
        body=content,
        headers={
            "Content-Type": media_type,
            "Content-Disposition": _named(name),
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def _named(name: str) -> str:
    """RFC 6266: the whole name, and one for browsers that know Latin letters only."""
    plain = re.sub(r"[^\w. -]", "_", name, flags=re.ASCII)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
