"""The configuration: defaults that work, and one clear line for a value that does not."""

from pathlib import Path

import pytest

from server import config
from server.__main__ import main
from server.errors import BadConfiguration
from web.words import load


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting is inherited from whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in config.Settings.model_fields:
        monkeypatch.delenv(f"KABINET_{name.upper()}", raising=False)


def test_without_settings_it_serves_this_machine_only() -> None:
    settings = config.load()
    assert settings.base_url == "http://localhost:8080"
    assert settings.bind_host == "127.0.0.1"
    assert settings.database_url == "sqlite:///var/kabinet.db"
    assert settings.workers == 1
    assert settings.secret is None


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PORT": "9000",
        "PUBLIC_URL": "https://kabinet.example/",
        "DATABASE": "postgresql://k@db/kabinet",
        "ANNOUNCED": "203.0.113.5, 2001:db8::5",
        "TRUSTED_PROXIES": "10.0.0.0/8",
        "TURN_URLS": "turn:turn.school.ru:3478?transport=udp, turns:[2001:db8::5]:443?transport=tcp",
        "TURN_SECRET": "tttt",
        "SECRET": "s" * 32,
        "DEMO": "1",
    }.items():
        monkeypatch.setenv(f"KABINET_{name}", value)
    settings = config.load()
    assert (settings.port, settings.base_url) == (9000, "https://kabinet.example")
    assert settings.announced == ("203.0.113.5", "2001:db8::5")
    assert settings.trusted_proxies == ("10.0.0.0/8",)
    assert settings.turn_urls[1] == "turns:[2001:db8::5]:443?transport=tcp"
    assert settings.demo is True
    assert "ssss" not in repr(settings)
    assert "tttt" not in repr(settings)


REFUSED = [
    ("PORT", "abc", "KABINET_PORT=abc: напишите целое число"),
    ("PORT", "0", "KABINET_PORT=0: должно быть не меньше 1"),
    ("PORT", "70000", "KABINET_PORT=70000: должно быть не больше 65535"),
    ("MEDIA_PORT", "-1", "KABINET_MEDIA_PORT=-1: должно быть не меньше 0"),
    ("MEDIA_HOST", "me", "KABINET_MEDIA_HOST=me: напишите адреса IP через запятую"),
    ("MEDIA_PORT", "8080", "KABINET_PORT и KABINET_MEDIA_PORT должны различаться: оба нужны для TCP"),
    ("WORKERS", "0", "KABINET_WORKERS=0: должно быть не меньше 1"),
    ("ANNOUNCED", "1.2.3", "KABINET_ANNOUNCED=1.2.3: напишите адреса IP через запятую"),
    (
        "TURN_URLS",
        "https://turn.school.ru",
        "KABINET_TURN_URLS=https://turn.school.ru: напишите адреса через запятую, например "
        "turn:turn.school.ru:3478?transport=udp или turns:turn.school.ru:443?transport=tcp",
    ),
    (
        "TURN_URLS",
        "turn:turn.school.ru",
        "KABINET_TURN_URLS и KABINET_TURN_SECRET задаются вместе или не задаются вовсе",
    ),
    ("TRUSTED_PROXIES", "me", "KABINET_TRUSTED_PROXIES=me: напишите адреса IP через запятую"),
    (
        "DATABASE",
        "mysql://user:password@host/db",
        "KABINET_DATABASE: напишите sqlite:///путь или postgresql://пользователь@узел/имя",
    ),
    (
        "PUBLIC_URL",
        "kabinet.school.ru",
        "KABINET_PUBLIC_URL=kabinet.school.ru: "
        "напишите адрес целиком и без пути, например https://kabinet.school.ru",
    ),
    ("SECRET", "short", "KABINET_SECRET: в секрете не меньше 32 знаков"),
    (
        "TLS_KEY",
        "/nowhere.pem",
        "KABINET_TLS_KEY=/nowhere.pem: такого файла нет или его нельзя прочитать",
    ),
    ("LOG", "xml", "KABINET_LOG=xml: напишите одно из: 'console', 'json'"),
    ("LAN", "perhaps", "KABINET_LAN=perhaps: напишите 1 или 0"),
    ("PROT", "1", "KABINET_PROT: такой настройки нет; может быть, KABINET_PORT?"),
    ("XYZZY", "1", "KABINET_XYZZY: такой настройки нет"),
]


@pytest.mark.parametrize(("name", "value", "line"), REFUSED)
def test_a_wrong_value_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, line: str
) -> None:
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv(f"KABINET_{name}", value)
    assert main(["serve"]) == 2
    written = capsys.readouterr()
    assert (written.out, written.err) == ("", line + "\n")


def test_the_line_is_english_on_an_english_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    monkeypatch.setenv("KABINET_PORT", "abc")
    assert main(["check"]) == 2
    assert capsys.readouterr().err == "KABINET_PORT=abc: write a whole number\n"


def test_a_certificate_without_its_key_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    certificate = tmp_path / "cert.pem"
    certificate.touch()
    monkeypatch.setenv("KABINET_TLS_CERTIFICATE", str(certificate))
    with pytest.raises(BadConfiguration) as caught:
        config.load()
    assert caught.value.line(load()["en"]) == (
        "KABINET_TLS_CERTIFICATE and KABINET_TLS_KEY are set together or not at all"
    )


def test_every_setting_is_described_in_the_documentation() -> None:
    text = (Path(__file__).parent.parent.parent / "docs" / "configuration.md").read_text(encoding="utf-8")
    missing = [name for name in config.Settings.model_fields if f"KABINET_{name.upper()}" not in text]
    assert missing == []
