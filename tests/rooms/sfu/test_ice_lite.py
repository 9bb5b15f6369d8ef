"""ICE-lite: checks in, answers out, the nominated address kept."""

import pytest
from aioice import stun

from rooms.sfu import ice_lite
from rooms.sfu.ice_lite import MAX_ADDRESSES, Credentials, IceLite

HOME = ("192.0.2.1", 5000)
MOBILE = ("198.51.100.7", 6000)


def check(
    credentials: Credentials, *, nominate: bool = False, role: str = "ICE-CONTROLLING", password: str = ""
) -> ice_lite.BindingRequest:
    """What a browser with these credentials sends, as the worker reads it."""
    message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{credentials.ufrag}:theirs"
    message.attributes["PRIORITY"] = 1
    message.attributes[role] = 7
    if nominate:
        message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity((password or credentials.password).encode())
    return ice_lite.parse(bytes(message))


def test_an_authentic_check_is_answered_with_the_address_it_came_from() -> None:
    ice = IceLite()
    request = check(ice.current)
    answer = ice.answer(request, HOME, 1.0)
    assert answer is not None
    read = stun.parse_message(answer)
    assert read.message_class == stun.Class.RESPONSE
    assert read.transaction_id == request.message.transaction_id
    assert read.attributes["XOR-MAPPED-ADDRESS"] == HOME
    assert read.check_message_integrity(ice.current.password.encode())
    assert (ice.addresses, ice.chosen, ice.heard(HOME)) == ([HOME], None, 1.0)


@pytest.mark.parametrize(
    ("seen", "named"),
    [("fe80::1%eth0", "fe80::1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::1")],
)
def test_an_answer_names_the_address_as_the_browser_knows_it(seen: str, named: str) -> None:
    ice = IceLite()
    answer = ice.answer(check(ice.current), (seen, 5000, 0, 0), 1.0)
    assert answer is not None
    assert stun.parse_message(answer).attributes["XOR-MAPPED-ADDRESS"] == (named, 5000)


def test_a_check_with_a_wrong_password_is_met_with_silence_and_forgotten() -> None:
    ice = IceLite()
    assert ice.answer(check(ice.current, nominate=True, password="guess"), HOME, 1.0) is None
    assert (ice.addresses, ice.chosen) == ([], None)


def test_a_check_for_somebody_else_is_met_with_silence() -> None:
    ice = IceLite()
    assert ice.answer(check(Credentials()), HOME, 1.0) is None


def test_the_last_nomination_counts() -> None:
    ice = IceLite()
    ice.answer(check(ice.current, nominate=True), HOME, 1.0)
    ice.answer(check(ice.current), MOBILE, 2.0)
    assert ice.chosen == HOME
    ice.answer(check(ice.current, nominate=True), MOBILE, 3.0)
    assert ice.chosen == MOBILE


def test_after_a_restart_the_old_credentials_serve_until_the_new_ones_are_used() -> None:
    ice = IceLite()
    old = ice.current
    new = ice.restart()
    assert ice.ufrags == [new.ufrag, old.ufrag]
    assert ice.answer(check(old), HOME, 1.0) is not None
    assert ice.answer(check(new), MOBILE, 2.0) is not None
    assert ice.answer(check(old), HOME, 3.0) is None
    assert ice.ufrags == [new.ufrag]


def test_a_peer_that_claims_to_be_controlled_hears_of_the_role_conflict() -> None:
    ice = IceLite()
    answer = ice.answer(check(ice.current, role="ICE-CONTROLLED"), HOME, 1.0)
    assert answer is not None
    assert stun.parse_message(answer).error_code == 487
    assert ice.addresses == []


def test_no_more_addresses_are_kept_than_allowed_and_the_chosen_one_stays() -> None:
    ice = IceLite()
    ice.answer(check(ice.current, nominate=True), HOME, 0.0)
    for number in range(MAX_ADDRESSES * 3):
        ice.answer(check(ice.current), ("192.0.2.9", 1000 + number), 1.0 + number)
    assert len(ice.addresses) == MAX_ADDRESSES
    assert HOME in ice.addresses
    assert ice.last_heard == MAX_ADDRESSES * 3


def test_the_answer_is_never_longer_than_the_question() -> None:
    ice = IceLite()
    for nominate in (True, False):
        request = check(ice.current, nominate=nominate)
        for address in (HOME, ("2001:db8:1:2:3:4:5:6", 65535, 0, 0)):
            answer = ice.answer(request, address, 1.0)
            assert answer is not None
            assert len(answer) <= request.size


def unsigned(**attributes: object) -> bytes:
    message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    message.attributes.update(attributes)
    message.add_fingerprint()
    return bytes(message)


def signed(method: stun.Method, kind: stun.Class, name: str) -> bytes:
    message = stun.Message(message_method=method, message_class=kind, attributes={"USERNAME": name})
    message.add_message_integrity(b"key")
    return bytes(message)


def tampered(message: bytes) -> bytes:
    """The same with another last byte of its fingerprint."""
    return message[:-1] + bytes([message[-1] ^ 1])


@pytest.mark.parametrize(
    "data",
    [
        b"\0",
        b"\0\1\0\0",
        bytes(20),
        unsigned(),
        unsigned(USERNAME="a:b"),
        signed(stun.Method.BINDING, stun.Class.RESPONSE, "a:b"),
        signed(stun.Method.BINDING, stun.Class.INDICATION, "a:b"),
        signed(stun.Method.ALLOCATE, stun.Class.REQUEST, "a:b"),
        signed(stun.Method.BINDING, stun.Class.REQUEST, "without a colon"),
        signed(stun.Method.BINDING, stun.Class.REQUEST, "a:b")[:-8],
        tampered(signed(stun.Method.BINDING, stun.Class.REQUEST, "a:b")),
        # A PRIORITY of two bytes makes the library raise struct.error.
        b"\0\1\0\x08\x21\x12\xa4\x42" + bytes(12) + b"\0\x24\0\2\0\0\0\0",
    ],
    ids=[
        "one byte",
        "half a header",
        "zeros",
        "unsigned",
        "unsigned with a name",
        "a response",
        "an indication",
        "another method",
        "a name without a colon",
        "cut short",
        "tampered",
        "a short priority",
    ],
)
def test_what_is_not_an_ice_check_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the contract promises no more than the type
        ice_lite.parse(data)
