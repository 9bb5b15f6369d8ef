"""Tickets: what was signed comes back, everything else is refused."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.errors import BadTicket
from rooms.tickets import Ticket, parse, sign

SECRET = b"one secret of thirty-two bytes..."
TICKET = Ticket(session=7, person=11, child=None, seat=5, number=3, link=2, generation=1)


def test_a_ticket_says_what_was_signed() -> None:
    assert parse(SECRET, sign(SECRET, TICKET)) == TICKET


def test_a_ticket_fits_a_header_and_an_address() -> None:
    text = sign(SECRET, TICKET)
    assert len(text) < 100
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


def test_another_secret_does_not_know_the_ticket() -> None:
    with pytest.raises(BadTicket):
        parse(b"another secret of 32 bytes.......", sign(SECRET, TICKET))


def test_a_changed_statement_is_refused() -> None:
    body, signature = sign(SECRET, TICKET).split(".")
    forged = base64.urlsafe_b64encode(b"[7,12,null,5,3,2,1]").decode().rstrip("=")
    assert len(forged) == len(body)
    with pytest.raises(BadTicket):
        parse(SECRET, f"{forged}.{signature}")


@pytest.mark.parametrize("text", ["", ".", "a.b", "é.é", "....", sign(SECRET, TICKET) + "A", "=" * 500])
def test_what_is_no_ticket_is_refused(text: str) -> None:
    with pytest.raises(BadTicket):
        parse(SECRET, text)


@given(st.text(max_size=200))
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    with pytest.raises(BadTicket):
        parse(SECRET, text)
