"""Answers that are files: saved, never run, never guessed at by the browser."""

import re
from urllib.parse import quote

from aiohttp import web

from school.files.queries import FileRow


def file(row: FileRow, content: bytes) -> web.Response:
    """The file under its own name (RFC 6266); `sandbox` is for a browser that shows it all the same."""
    plain = re.sub(r"[^\w. -]", "_", row.name, flags=re.ASCII)
    named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(row.name, safe='')}"
    return web.Response(
        body=content,
        headers={
            "Content-Type": row.media_type,
            "Content-Disposition": named,
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "ETag": f'"{row.sha256}"',
        },
    )
