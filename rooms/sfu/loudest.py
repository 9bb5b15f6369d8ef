"""Which microphones are forwarded when many are open: those in use, up to a number.

A browser decodes each of them, and a viewer's link carries each of them, whether somebody speaks or not.
"""

from collections.abc import Callable

from rooms.sfu.levels import VOICE

HOLD = 0.8  # seconds for which a place is kept between two words
SMOOTHING = 0.1  # of the level of speech, for each packet of it
LOUDER = 10  # decibels by which a newcomer must exceed the quietest when all are speaking


class _Microphone:
    __slots__ = ("level", "spoke")

    def __init__(self) -> None:
        self.level = 127.0
        self.spoke = float("-inf")


class Loudest:
    """Gives out `places`. As long as there are fewer open microphones, all have one.

    `lost(producer, now)` hears who has to leave his.
    """

    __slots__ = (
        "_lost",
        "_open",
        "_placed",
        "_places",
    )

    def __init__(self, places: int, lost: Callable[[str, float], None]) -> None:
        self._places = places
        self._lost = lost
        self._open: dict[str, _Microphone] = {}
        self._placed: dict[str, _Microphone] = {}

    def heard(self, producer: str, level: int, now: float) -> None:
        """A packet of sound at `level` −dBov came and is not forwarded yet."""
        microphone = self._open.get(producer)
        if microphone is None:
            microphone = self._open[producer] = _Microphone()
        if level <= VOICE:
            pause = now - microphone.spoke > HOLD
            microphone.level += (level - microphone.level) * (1.0 if pause else SMOOTHING)
            microphone.spoke = now
        if producer in self._placed:
            return
        if len(self._placed) < self._places:
            self._placed[producer] = microphone
        elif level <= VOICE:
            self._take(producer, microphone, now)

    def has(self, producer: str) -> bool:
        """Whether it is forwarded; one that was never heard is, so that its first sound is."""
        return producer in self._placed or producer not in self._open

    def forget(self, producer: str) -> None:
        """The producer is paused or gone."""
        self._open.pop(producer, None)
        self._placed.pop(producer, None)

    def _take(self, producer: str, microphone: _Microphone, now: float) -> None:
        """Give it the place of who has been silent the longest, else of who speaks much more softly."""
        silent = {name: one for name, one in self._placed.items() if now - one.spoke > HOLD}
        if silent:
            loser = min(silent, key=lambda name: silent[name].spoke)
        else:
            loser = max(self._placed, key=lambda name: self._placed[name].level)
            if self._placed[loser].level < microphone.level + LOUDER:
                return
        del self._placed[loser]
        self._placed[producer] = microphone
        self._lost(loser, now)
