"""A line chart as SVG, readable on light and on dark paper."""

import math
from dataclasses import dataclass, field
from html import escape
from itertools import count, takewhile

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 60, 20, 74, 50
LEGEND = 42, 150  # its height, and the width of one entry
# Okabe and Ito's colours: told apart with any sight. A dash says the same in print.
STYLES = (("#0072B2", ""), ("#D55E00", "7 4"), ("#009E73", "2 4"), ("#CC79A7", "10 3 2 3"))
STEPS = (1, 2, 5)
TICKS = 6


@dataclass
class Chart:
    """Lines over one x-axis; both axes begin at 0."""

    title: str
    x: str
    y: str
    lines: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def add(self, line: str, x: float, y: float) -> None:
        """One more point."""
        self.lines.setdefault(line, []).append((x, y))

    def svg(self) -> str:
        """The picture."""
        points = [point for line in self.lines.values() for point in line]
        self._ends = tuple(max(point[axis] for point in points) * 1.05 for axis in (0, 1))
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'font-family="sans-serif" font-size="13"><title>{escape(self.title)}</title>',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            _text(LEFT, 20, self.title, weight="bold"),
            _text(WIDTH - RIGHT, HEIGHT - 12, self.x, anchor="end"),
            _text(LEFT, TOP - 10, self.y),
        ]
        parts += [part for x in _ticks(self._ends[0]) for part in self._mark(x, None)]
        parts += [part for y in _ticks(self._ends[1]) for part in self._mark(None, y)]
        for number, (name, line) in enumerate(self.lines.items()):
            parts += self._line(number, name, line)
        return "\n".join([*parts, "</svg>", ""])

    def _at(self, x: float, y: float) -> tuple[float, float]:
        wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        return LEFT + wide * x / self._ends[0], HEIGHT - BOTTOM - high * y / self._ends[1]

    def _mark(self, x: float | None, y: float | None) -> list[str]:
        """A line of the grid and its number."""
        number = f"{x if y is None else y:,g}"
        x1, y1 = self._at(x or 0, y or 0)
        x2, y2 = (x1, float(TOP)) if y is None else (float(WIDTH - RIGHT), y1)
        label = _text(x1, y1 + 18, number, anchor="middle")
        if y is not None:
            label = _text(x1 - 8, y1 + 4, number, anchor="end")
        return [f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="#ccc"/>', label]

    def _line(self, number: int, name: str, line: list[tuple[float, float]]) -> list[str]:
        colour, dash = STYLES[number % len(STYLES)]
        at = [self._at(*point) for point in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
        dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in at)
        x, y = LEFT + LEGEND[1] * number, LEGEND[0]
        drawn = f'fill="none" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}"'
        return [
            f'<polyline points="{path}" {drawn}/>{dots}',
            f'<path d="M{x} {y}h30" {drawn}/>',
            _text(x + 38, y + 4, name),
        ]


def _ticks(end: float) -> list[float]:
    """Round numbers from 0 to `end`, about `TICKS` of them."""
    power = 10 ** math.floor(math.log10(end / TICKS))
    step = next((one * power for one in STEPS if one * power * TICKS >= end), 10 * power)
    return list(takewhile(lambda tick: tick <= end, (step * number for number in count())))


def _text(x: float, y: float, words: str, *, anchor: str = "start", weight: str = "normal") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}" fill="#222">'
        f"{escape(words)}</text>"
    )
