"""The second factor: codes by time, recovery codes, each taken once."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from school.db import Database, Db
from school.errors import Invalid
from school.factors import actions, queries
from school.factors.errors import FactorIsOn
from school.factors.rules import address, code_at, matching_step, new_secret, step_at
from tests.builders import NOW, add_person
from tests.races import race, winners

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B: SHA-1, the last six digits."""
    assert code_at(RFC_SECRET, step_at(datetime.fromtimestamp(seconds, UTC))) == code


@pytest.mark.parametrize(("drift", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_telephones_clock_may_be_half_a_minute_away(drift: int, taken: bool) -> None:
    step = step_at(NOW) + drift
    assert matching_step(RFC_SECRET, code_at(RFC_SECRET, step), NOW) == (step if taken else None)


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "1234567", "１２３４５６", "000 000"])
def test_what_is_no_code_never_fits(typed: str) -> None:
    assert matching_step(RFC_SECRET, typed, datetime.fromtimestamp(59, UTC)) is None


def test_spaces_inside_a_code_do_not_matter() -> None:
    assert matching_step(RFC_SECRET, " 287 082", datetime.fromtimestamp(59, UTC)) == 1


def test_a_telephone_is_told_who_asks_and_for_whom() -> None:
    assert address("ABC", "ivanov@7", "Школа № 7").startswith("otpauth://totp/%D0%A8")
    assert address("ABC", "ivanov@7", "S").endswith(":ivanov%407?secret=ABC&issuer=S")


async def switched_on(db: Db, person: int) -> tuple[str, list[str]]:
    secret = await actions.begin(db, NOW, person_id=person)
    codes = await actions.enable(db, NOW, person_id=person, code=code_at(secret, step_at(NOW)))
    return secret, codes


async def test_nothing_is_asked_for_before_a_code_has_proved_the_telephone(database: Database) -> None:
    async with database.begin() as db:
        person = await add_person(db)
        secret = await actions.begin(db, NOW, person_id=person)
        with pytest.raises(Invalid) as refusal:
            await actions.enable(db, NOW, person_id=person, code="000000")
        assert (refusal.value.field, refusal.value.reason) == ("code", "wrong_code")
        assert not await queries.is_on(db, person)
        assert not await actions.check(db, NOW, person_id=person, code=code_at(secret, step_at(NOW)))
        again = await actions.begin(db, NOW, person_id=person)
        assert again != secret
        await actions.enable(db, NOW, person_id=person, code=code_at(again, step_at(NOW)))
        assert await queries.is_on(db, person)
        with pytest.raises(FactorIsOn):
            await actions.begin(db, NOW, person_id=person)


async def test_a_code_opens_once_and_never_an_older_one(database: Database) -> None:
    later = NOW + timedelta(minutes=1)
    async with database.begin() as db:
        person = await add_person(db)
        secret, _ = await switched_on(db, person)
        code = code_at(secret, step_at(later))
        # The code that switched it on is used up as well.
        assert not await actions.check(db, NOW, person_id=person, code=code_at(secret, step_at(NOW)))
        assert await actions.check(db, later, person_id=person, code=code)
        assert not await actions.check(db, later, person_id=person, code=code)
        before = code_at(secret, step_at(later) - 1)
        assert not await actions.check(db, later, person_id=person, code=before)


@pytest.mark.parametrize("recovery", [False, True])
async def test_of_fifty_who_use_one_code_at_once_one_comes_in(database: Database, recovery: bool) -> None:
    later = NOW + timedelta(minutes=1)
    async with database.begin() as db:
        person = await add_person(db)
        secret, codes = await switched_on(db, person)
    code = codes[0] if recovery else code_at(secret, step_at(later))

    async def use(db: Db, _: int) -> bool:
        return await actions.check(db, later, person_id=person, code=code)

    assert len(winners(await race(database, use))) == 1


async def test_each_recovery_code_opens_once_for_its_owner_only(database: Database) -> None:
    async with database.begin() as db:
        person, other = await add_person(db), await add_person(db)
        _, codes = await switched_on(db, person)
        await switched_on(db, other)
        assert len(set(codes)) == 10
        assert not await actions.check(db, NOW, person_id=other, code=codes[0])
        assert await actions.check(db, NOW, person_id=person, code=codes[0].upper().replace("-", " "))
        assert not await actions.check(db, NOW, person_id=person, code=codes[0])
        row = await queries.factor(db, person)
        assert row is not None
        assert row.recovery_left == 9


async def test_switched_off_it_opens_nothing_and_can_begin_anew(database: Database) -> None:
    async with database.begin() as db:
        person = await add_person(db)
        _, codes = await switched_on(db, person)
        assert await actions.disable(db, NOW, by=person, person_id=person)
        assert not await actions.disable(db, NOW, by=person, person_id=person)
        assert not await actions.check(db, NOW, person_id=person, code=codes[0])
        assert await queries.factor(db, person) is None
        await switched_on(db, person)


def test_secrets_differ_and_are_base_32() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(len(base64.b32decode(secret)) == 20 for secret in made)
