"""Who speaks: from the audio levels that browsers write into packets (RFC 6464)."""

from collections.abc import Callable

from rooms.sfu.timers import Repeating, Timers

INTERVAL = 0.1
VOICE = 55  # −dBov; quieter than this is breath and fans
# share of the way to full activity per voiced packet of 20 ms: speech needs about 150 ms, a cough less
ATTACK = 0.12
RELEASE = 0.6  # seconds in which activity falls to a third
THRESHOLD = 0.75
MARGIN = 0.25  # by how much another must be more active to take the word
TAKEOVER = 0.5  # ... and for how long, so that a "yes" from the side does not move the picture
PAUSE = (
    0.6  # seconds after which who has the word has stopped: another has it after `ANSWER`, if still speaking
)
ANSWER = 0.2
SILENCE = 3.0


class _Voice:
    __slots__ = ("activity", "heard", "since")

    def __init__(self) -> None:
        self.activity = 0.0
        self.heard = float("-inf")
        self.since = float("inf")


class Levels:
    """Names the active speaker, steadily. `changed` hears a producer's id, or None after `SILENCE` seconds of
    nobody.
    """

    __slots__ = (
        "_changed",
        "_decided",
        "_repeating",
        "_voices",
        "speaker",
    )

    def __init__(self, timers: Timers, changed: Callable[[str | None], None]) -> None:
        self.speaker: str | None = None
        self._changed = changed
        self._voices: dict[str, _Voice] = {}
        self._decided = float("-inf")
        self._repeating = Repeating(timers, INTERVAL, self._decide)

    def heard(self, producer: str, level: int, now: float) -> None:
        """A packet of sound at `level` −dBov: 0 is the loudest, 127 is silence."""
        voice = self._voices.get(producer)
        if level > VOICE:
            return
        if voice is None:
            voice = self._voices[producer] = _Voice()
        loudness = 0.7 + 0.3 * (VOICE - level) / VOICE
        voice.activity += ATTACK * (loudness - voice.activity)
        voice.heard = now
        self._repeating.start(now)

    def forget(self, producer: str) -> None:
        """The producer is paused or gone."""
        self._voices.pop(producer, None)
        if self.speaker == producer:
            self._name(None)

    def _decide(self, now: float) -> bool:
        self._decay(now)
        current = self._voices.get(self.speaker) if self.speaker else None
        rival = self._rival(current, now)
        if rival is not None:
            self._name(rival)
        elif current is not None and now - current.heard > SILENCE:
            self._name(None)
        return bool(self._voices)

    def _decay(self, now: float) -> None:
        elapsed = now - self._decided
        self._decided = now
        for name, voice in list(self._voices.items()):
            if now - voice.heard > INTERVAL:
                voice.activity *= max(0.0, 1.0 - min(elapsed, RELEASE) / RELEASE)
            if now - voice.heard > SILENCE and name != self.speaker:
                del self._voices[name]

    def _rival(self, current: _Voice | None, now: float) -> str | None:
        """Who takes the word: at once from nobody, after `ANSWER` in a pause, else after `TAKEOVER`."""
        paused = current is not None and now - current.heard > PAUSE
        needed = THRESHOLD * 0.7 if current is None else max(THRESHOLD * 0.7, current.activity + MARGIN)
        ahead: list[tuple[float, str]] = []
        for name, voice in self._voices.items():
            if voice is current or voice.activity < needed:
                voice.since = float("inf")
                continue
            voice.since = min(voice.since, now)
            answers = paused and now - voice.since >= ANSWER and now - voice.heard < INTERVAL
            if current is None or answers or now - voice.since >= TAKEOVER:
                ahead.append((voice.activity, name))
        return max(ahead)[1] if ahead else None

    def _name(self, producer: str | None) -> None:
        if producer != self.speaker:
            self.speaker = producer
            self._changed(producer)
