"""Which layer fits a tile."""

from dataclasses import dataclass

import pytest

from rooms.sfu import layers


@dataclass
class Picture:
    index: int
    width: int
    height: int
    scale: float
    alive: bool = True


def three(*, known: bool = True) -> list[Picture]:
    sizes = [(320, 180), (640, 360), (1280, 720)]
    return [
        Picture(index, *(size if known else (0, 0)), scale=4 / 2**index) for index, size in enumerate(sizes)
    ]


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (0, 0, None),
        (100, 0, None),
        (160, 90, 0),
        (320, 180, 0),
        (400, 225, 0),
        (401, 226, 1),
        (800, 450, 1),
        (820, 470, 2),
        (3840, 2160, 2),
        (320, 2000, 0),
    ],
)
def test_the_smallest_layer_that_fills_the_tile_is_wanted(
    width: int, height: int, expected: int | None
) -> None:
    assert layers.wanted(three(), width, height, None) == expected


def test_a_tile_resized_to_and_fro_does_not_switch_each_time() -> None:
    assert layers.wanted(three(), 390, 220, 1) == 1
    assert layers.wanted(three(), 390, 220, 0) == 0
    assert layers.wanted(three(), 330, 185, 1) == 0


def test_sizes_that_are_not_known_yet_follow_from_the_declared_scales() -> None:
    pictures = three(known=False)
    assert layers.wanted(pictures, 320, 180, None) == 2
    pictures[0].width, pictures[0].height = 320, 180
    assert layers.wanted(pictures, 640, 360, None) == 1


@pytest.mark.parametrize(
    ("alive", "wanted", "cap", "expected"),
    [
        ((True, True, True), 2, None, 2),
        ((True, True, True), 2, 1, 1),
        ((True, True, False), 2, None, 1),
        ((False, False, True), 0, None, 2),
        ((False, False, True), 0, 1, None),
        ((False, False, False), 1, None, None),
        ((True, True, True), 2, -1, None),
    ],
)
def test_what_does_not_arrive_or_fit_is_replaced_by_the_nearest(
    alive: tuple[bool, ...], wanted: int, cap: int | None, expected: int | None
) -> None:
    pictures = three()
    for picture, living in zip(pictures, alive, strict=True):
        picture.alive = living
    assert layers.available(pictures, wanted, cap) == expected
