"""What an installation makes at its first start: the secret and, for a local network, a certificate."""

import ssl
import stat
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from pydantic import SecretStr

from server import certificate
from server.config import Settings
from server.secret import SecretUnreadable, path_of, secret

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ADDRESS = ip_address("192.0.2.7")


def test_the_secret_is_made_once_and_only_its_user_reads_it(tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path / "var")
    first = secret(settings)
    assert len(first) == 32
    assert secret(settings) == first
    assert stat.S_IMODE(path_of(settings).stat().st_mode) == 0o600
    assert [path.name for path in settings.folder.iterdir()] == ["secret"]


def test_a_secret_that_is_set_is_used(tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path, secret=SecretStr("s" * 40))
    assert secret(settings) == b"s" * 40
    assert list(tmp_path.iterdir()) == []


def test_a_spoiled_secret_is_refused_instead_of_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("not hexadecimal")
    with pytest.raises(SecretUnreadable):
        secret(Settings(folder=tmp_path))


def test_the_certificate_is_for_this_machines_addresses_and_kept(tmp_path: Path) -> None:
    files = certificate.ensure(tmp_path, [ADDRESS], NOW)
    made = x509.load_pem_x509_certificate(files[0].read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert ADDRESS in names.get_values_for_type(x509.IPAddress)
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    assert stat.S_IMODE(files[1].stat().st_mode) == 0o600
    certificate.ensure(tmp_path, [ADDRESS], NOW + timedelta(days=30))
    assert x509.load_pem_x509_certificate(files[0].read_bytes()) == made
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(*files)


@pytest.mark.parametrize(
    ("address", "later"),
    [(ip_address("192.0.2.8"), timedelta(0)), (ADDRESS, timedelta(days=360))],
)
def test_a_new_address_and_an_old_certificate_make_a_new_one(
    tmp_path: Path, address: certificate.Address, later: timedelta
) -> None:
    files = certificate.ensure(tmp_path, [ADDRESS], NOW)
    before = files[0].read_bytes()
    certificate.ensure(tmp_path, [address], NOW + later)
    assert files[0].read_bytes() != before
