"""Which layer a viewer needs: pure decisions."""

from collections.abc import Iterable, Sequence
from typing import Protocol

ENLARGE = 1.25  # a picture stretched by a quarter still looks sharp
ENLARGE_TO_LEAVE = (
    1.05  # going down asks for more, so that a tile resized to and fro does not switch each time
)


class Size(Protocol):
    """A layer's picture in pixels, 0 × 0 until its first key frame; `scale` is declared, relative to the
    source.
    """

    index: int
    width: int
    height: int
    scale: float
    alive: bool


def wanted(layers: Sequence[Size], width: int, height: int, current: int | None) -> int | None:
    """The index of the smallest layer that fills a tile of `width` × `height` device pixels.

    The largest when none does or when sizes are not known yet; None for a tile that is not visible (0 × 0).
    """
    if width <= 0 or height <= 0:
        return None
    for layer in layers:
        known = picture(layer, layers)
        if known is None:
            continue
        stretch = min(width / known[0], height / known[1])
        leaving = current is not None and layer.index < current
        if stretch <= (ENLARGE_TO_LEAVE if leaving else ENLARGE):
            return layer.index
    return layers[-1].index


def available(layers: Iterable[Size], wanted_index: int, cap: int | None) -> int | None:
    """The layer to send instead of `wanted_index` when it is above `cap` or does not arrive.

    The nearest living layer below, else the nearest above (something is better than nothing, but never above
    the cap); None when there is none.
    """
    top = wanted_index if cap is None else min(wanted_index, cap)
    living = [layer.index for layer in layers if layer.alive]
    below = [index for index in living if index <= top]
    if below:
        return max(below)
    above = [index for index in living if cap is None or index <= cap]
    return min(above, default=None)


def picture(layer: Size, layers: Iterable[Size]) -> tuple[float, float] | None:
    """A layer's size: its own, else computed from another layer's by their declared scales."""
    if layer.width and layer.height:
        return layer.width, layer.height
    for other in layers:
        if other.width and other.height and other.scale != layer.scale:
            ratio = other.scale / layer.scale
            return other.width * ratio, other.height * ratio
    return None
