"""Of many open microphones, those that are spoken into are heard, from the first syllable on."""

from itertools import pairwise

from rooms.sfu.departures import Departures
from rooms.sfu.loudest import HOLD
from rooms.sfu.router import Router
from rooms.sfu.rtp import RtpPacket
from tests.rooms.sfu.media import LEVEL_ID, OPUS_PT, Wire, audio_parameters, packet

SPEECH, SOFT, SHOUT, ROOM = 25, 50, 5, 70
PLACES = 3
PEOPLE = 8


class Class:
    """People with open microphones, one viewer who hears them, and a clock that is moved by hand."""

    def __init__(self, people: int = PEOPLE) -> None:
        self.now = 100.0
        self.sequence = 0
        self.router = Router("room", lambda _: None, Departures(lambda: None), PLACES)
        self.endpoints = [self.router.add_transport(f"t{n}", Wire(), self.now) for n in range(people)]
        self.ear = Wire()
        listener = self.router.add_transport("ear", self.ear, self.now)
        listener.connected(self.now)
        self.by_ssrc = {}
        for number, endpoint in enumerate(self.endpoints):
            parameters = audio_parameters(ssrc=500 + number)
            endpoint.produce(f"p{number}", "audio", parameters, False, self.now)
            answer = listener.consume(f"c{number}", f"p{number}", self.router.rtp_capabilities, self.now)
            self.router.resume_consumer(f"c{number}", self.now)
            self.by_ssrc[answer["rtpParameters"]["encodings"][0]["ssrc"]] = number

    def hear(self, packets: int, **levels: int) -> list[RtpPacket]:
        """Sounds of 20 ms from everybody, at `p0=level` or that of the room; what the viewer hears."""
        for _ in range(packets):
            self.sequence += 1
            self.now += 0.02
            for number, endpoint in enumerate(self.endpoints):
                level = bytes([levels.get(f"p{number}", ROOM)])
                sound = packet(
                    payload_type=OPUS_PT,
                    sequence=self.sequence,
                    timestamp=960 * self.sequence,
                    ssrc=500 + number,
                    body=self.sequence.to_bytes(4, "big"),
                    extensions={LEVEL_ID: level},
                )
                endpoint.receive_rtp(sound, self.now, self.now)
            self.router.departures.depart(self.now)
            self.router.tick(self.now)
        return self.ear.packets()

    def people(self, heard: list[RtpPacket]) -> set[int]:
        return {self.by_ssrc[one.ssrc] for one in heard}


def test_all_are_heard_while_there_are_places() -> None:
    room = Class(PLACES)
    assert room.people(room.hear(5)) == {0, 1, 2}


def test_no_more_are_heard_at_once_than_there_are_places() -> None:
    room = Class()
    everybody = {f"p{number}": SPEECH for number in range(PEOPLE)}
    room.hear(10)
    heard = room.hear(50, **everybody)
    assert len(heard) == 50 * PLACES
    assert len(room.people(heard)) == PLACES


def test_the_first_syllable_of_who_begins_to_speak_is_whole() -> None:
    room = Class()
    room.hear(100)
    first = room.sequence + 1
    heard = [one for one in room.hear(1, p7=SPEECH) if room.by_ssrc[one.ssrc] == 7]
    said = [int.from_bytes(one.data[one.payload_offset : one.payload_end], "big") for one in heard]
    assert said == [first - 3, first - 2, first - 1, first]
    assert [one.timestamp for one in heard] == [960 * number for number in said]


def test_who_comes_back_continues_the_numbering_and_repeats_nothing() -> None:
    room = Class()
    heard = room.hear(100)
    for speaker in (7, 6, 5, 4, 7, 4, 7):
        heard += room.hear(round(HOLD * 50) + 5, **{f"p{speaker}": SPEECH})
    for number in range(PEOPLE):
        own = [one for one in heard if room.by_ssrc[one.ssrc] == number]
        assert all((after.sequence - before.sequence) & 0xFFFF == 1 for before, after in pairwise(own))
        assert all(after.timestamp > before.timestamp for before, after in pairwise(own))
    assert {4, 5, 6, 7} <= room.people(heard)


def test_a_place_is_kept_between_two_words() -> None:
    room = Class()
    speakers = {"p0": SPEECH, "p1": SPEECH, "p2": SPEECH}
    room.hear(100)
    for _ in range(5):
        room.hear(20, **speakers)
        heard = room.hear(round(HOLD * 50) - 5, p7=SOFT)
        assert room.people(heard) == {0, 1, 2}


def test_a_shout_is_heard_though_all_places_speak() -> None:
    room = Class()
    speakers = {"p0": SPEECH, "p1": SPEECH, "p2": SOFT}
    room.hear(50, **speakers)
    assert room.people(room.hear(10, p7=SHOUT, **speakers)) >= {0, 1, 7}


def test_who_is_paused_leaves_the_place_to_others() -> None:
    room = Class()
    room.hear(10)
    room.router.pause_producer("p0", room.now)
    heard = room.people(room.hear(10))
    assert 0 not in heard
    assert len(heard) == PLACES
