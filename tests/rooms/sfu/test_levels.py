"""Who speaks: steady, quick enough, and quiet when nobody does."""

from rooms.sfu.levels import Levels
from rooms.sfu.timers import Timers


class Voices:
    """Producers that speak at levels (−dBov) for a while, 20 ms at a time."""

    def __init__(self) -> None:
        self.told: list[tuple[float, str | None]] = []
        self.now = 0.0
        self.timers = Timers()
        self.levels = Levels(self.timers, lambda name: self.told.append((round(self.now, 2), name)))

    def speak(self, seconds: float, **levels: int) -> None:
        for _ in range(round(seconds * 50)):
            self.now += 0.02
            for name, level in levels.items():
                self.levels.heard(name, level, self.now)
            self.timers.tick(self.now)

    @property
    def names(self) -> list[str | None]:
        return [name for _, name in self.told]


def test_speech_is_noticed_within_half_a_second() -> None:
    voices = Voices()
    voices.speak(1.0, anna=25, boris=127)
    assert voices.names == ["anna"]
    assert voices.told[0][0] <= 0.5


def test_breath_and_a_cough_are_no_speech() -> None:
    voices = Voices()
    voices.speak(5.0, anna=60)
    voices.speak(0.06, boris=10)
    voices.speak(1.0, boris=127)
    assert voices.told == []


def test_a_word_from_the_side_does_not_take_the_picture() -> None:
    voices = Voices()
    for _ in range(5):
        voices.speak(2.0, anna=25, boris=127)
        voices.speak(0.3, anna=30, boris=20)
    assert voices.names == ["anna"]


def test_the_next_speaker_takes_over_when_the_first_falls_silent() -> None:
    voices = Voices()
    voices.speak(2.0, anna=25)
    voices.speak(2.0, anna=90, boris=35)
    assert voices.names == ["anna", "boris"]
    assert voices.told[1][0] - 2.0 <= 1.5


def test_who_answers_in_a_pause_has_the_word_within_half_a_second_and_a_yes_has_it_not() -> None:
    voices = Voices()
    voices.speak(2.0, anna=25)
    voices.speak(1.0, anna=127)
    voices.speak(0.2, anna=127, boris=20)
    voices.speak(1.0, anna=127)
    assert voices.names == ["anna"]
    begun = voices.now
    voices.speak(1.0, anna=127, boris=25)
    assert voices.names == ["anna", "boris"]
    assert voices.told[1][0] - begun <= 0.5


def test_a_pause_between_sentences_changes_nothing_and_long_silence_does() -> None:
    voices = Voices()
    voices.speak(2.0, anna=25)
    voices.speak(2.0, anna=127)
    voices.speak(1.0, anna=25)
    assert voices.names == ["anna"]
    voices.speak(4.0, anna=127)
    assert voices.names == ["anna", None]
    voices.speak(1.0)
    assert len(voices.timers) == 0


def test_a_speaker_who_leaves_is_not_the_speaker_any_more() -> None:
    voices = Voices()
    voices.speak(2.0, anna=25)
    voices.levels.forget("anna")
    voices.levels.forget("boris")
    assert voices.names == ["anna", None]
