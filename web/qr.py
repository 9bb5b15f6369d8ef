"""QR codes as pictures inside a page (ISO/IEC 18004), so that paper leads back to the screen."""

from functools import lru_cache

import segno


@lru_cache(maxsize=512)
def picture(address: str) -> str:
    """A `data:` address of an SVG with four quiet modules around it; its size is the style's affair."""
    return segno.make(address, error="m", micro=False).svg_data_uri(border=4, scale=4)
