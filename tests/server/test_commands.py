"""The commands, run as a person runs them."""

import asyncio
import io
import socket
import sqlite3
import sys
from pathlib import Path

import pytest

from school.db import Database
from school.people import queries
from school.people.models import Role
from school.people.passwords import verify_password
from server import config, inspection
from server.__main__ import main
from server.config import Settings
from server.inspection import Verdict
from web.assets import Assets

PASSWORD = "Осень-2026"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An installation of this test's own, spoken with in Russian."""
    for name in config.Settings.model_fields:
        monkeypatch.delenv(f"KABINET_{name.upper()}", raising=False)
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    monkeypatch.setenv("KABINET_FOLDER", str(tmp_path / "var"))
    return tmp_path / "var"


def create_admin(monkeypatch: pytest.MonkeyPatch, login: str = "orlova", password: str = PASSWORD) -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
    return main(
        ["create-admin", "--login", login, "--family-name", "Орлова", "--given-name", "Вера",
         "--organisation", "Школа № 7", "--zone", "Asia/Omsk", "--password-stdin"]
    )  # fmt: skip


async def _roles_and_hash(login: str) -> tuple[frozenset[Role], str | None]:
    database = Database.open(config.load().database_url)
    try:
        async with database.read() as db:
            known = await queries.by_login(db, login)
            assert known
            return (await queries.roles(db, [known.person_id]))[known.person_id], known.password_hash
    finally:
        await database.close()


def test_create_admin_makes_somebody_who_can_sign_in(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert create_admin(monkeypatch) == 0
    assert capsys.readouterr().out == "Администратор orlova может входить.\n"
    roles, password_hash = asyncio.run(_roles_and_hash("orlova"))
    assert roles == {Role.ADMINISTRATOR}
    assert verify_password(password_hash, "Осень-2026")


@pytest.mark.parametrize(
    ("login", "password", "line"),
    [
        ("or", "Осень-2026", "--login: от 3 до 100 букв, цифр и знаков . _ - @ +"),
        ("orlova", "коротк", "--password: не меньше 8 знаков"),
    ],
)
def test_create_admin_refuses_what_does_not_fit_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], login: str, password: str, line: str
) -> None:
    assert create_admin(monkeypatch, login, password) == 2
    assert capsys.readouterr().err == line + "\n"


def test_create_admin_refuses_a_login_that_is_taken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    create_admin(monkeypatch)
    assert create_admin(monkeypatch) == 2
    assert capsys.readouterr().err == ("Человек с логином orlova уже есть. Укажите другой: --login.\n")


def test_migrate_makes_the_database_and_may_be_repeated(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate"]) == 0
    assert main(["migrate"]) == 0
    assert capsys.readouterr().out == "База данных приведена к нужной версии.\n" * 2
    assert (folder / "kabinet.db").exists()


def test_migrate_says_in_one_line_that_the_database_is_unreachable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KABINET_DATABASE", "postgresql://nobody:password@127.0.0.1:1/nothing")
    assert main(["migrate"]) == 2
    line = capsys.readouterr().err
    assert line.startswith("База данных недоступна (KABINET_DATABASE): ")
    assert line.count("\n") == 1
    assert "password" not in line


def test_check_tells_a_database_that_was_not_migrated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 1
    assert "✗ База данных старой версии: выполните python -m server migrate" in capsys.readouterr().out


def test_check_finds_a_changed_audit(
    monkeypatch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    create_admin(monkeypatch)
    with sqlite3.connect(folder / "kabinet.db") as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE audit_record SET actor_id = NULL, action = 'other' WHERE id = 2")
    database.close()
    assert main(["check"]) == 1
    assert "✗ Журнал изменён вручную: цепочка обрывается на записи 2." in capsys.readouterr().out


def test_check_finds_a_secret_that_others_read(folder: Path) -> None:
    folder.mkdir()
    (folder / "secret").touch(mode=0o644)
    assert inspection.secret_kept(config.load()).verdict is Verdict.BAD
    (folder / "secret").chmod(0o600)
    assert inspection.secret_kept(config.load()).verdict is Verdict.GOOD


def test_check_finds_a_media_port_that_is_taken() -> None:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as other:
            other.bind(("127.0.0.1", 0))
            port = other.getsockname()[1]
            taken = inspection.media_port(Settings(media_host="127.0.0.1", media_port=port))
        assert taken.verdict is Verdict.BAD
    assert inspection.media_port(Settings(media_host="127.0.0.1", media_port=port)).verdict is Verdict.GOOD
    assert inspection.media_port(Settings()).verdict is Verdict.DOUBTFUL


@pytest.mark.parametrize(
    ("public_url", "verdict"),
    [
        ("", Verdict.GOOD),
        ("https://kabinet.school.ru", Verdict.GOOD),
        ("http://localhost:9000", Verdict.GOOD),
        ("http://kabinet.school.ru", Verdict.BAD),
    ],
)
def test_check_knows_where_browsers_give_a_camera(public_url: str, verdict: Verdict) -> None:
    assert inspection.https(Settings(public_url=public_url)).verdict is verdict


def test_check_finds_a_bundle_that_was_not_built() -> None:
    assert inspection.bundle(Assets()).verdict is Verdict.BAD


def test_check_finds_a_clock_that_is_years_behind() -> None:
    assert inspection.clock(inspection._EARLIEST).verdict is Verdict.GOOD
    assert inspection.clock(inspection._EARLIEST.replace(year=2000)).verdict is Verdict.BAD


def test_an_unknown_command_is_refused_with_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["dance"])
    assert stopped.value.code == 2
    assert "migrate" in capsys.readouterr().err
