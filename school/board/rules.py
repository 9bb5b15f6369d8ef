"""What a stroke may be; pure."""

from collections.abc import Sequence
from typing import Final, Literal, get_args

from school.errors import Invalid

Colour = Literal["black", "red", "blue", "green"]
COLOURS: Final = get_args(Colour)
WIDEST = 100
UNIT = 10_000  # the board's width
HEIGHT = 5_625  # 16:9
MOST_POINTS = 400
STROKES_LIMIT = 2_000  # that can be seen on one board at once


def check_points(points: Sequence[int]) -> list[int]:
    """Give the coordinates; raise Invalid unless they are 1 to 400 points of the board."""
    if not points or len(points) % 2 or len(points) > 2 * MOST_POINTS:
        raise Invalid(field="points", reason="count", most=MOST_POINTS)
    across, down = points[::2], points[1::2]
    if not all(0 <= x <= UNIT for x in across) or not all(0 <= y <= HEIGHT for y in down):
        raise Invalid(field="points", reason="outside")
    return list(points)


def check_pen(colour: str, width: int) -> None:
    """Raise Invalid for a colour or a width that the board has not."""
    if colour not in COLOURS:
        raise Invalid(field="colour", reason="unknown")
    if not 1 <= width <= WIDEST:
        raise Invalid(field="width", reason="out_of_range", limit=WIDEST)
