"""A self-signed certificate for this machine's addresses: enough to try a phone in the same network."""

import os
import socket
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.machine import Address

# Apple's limit for certificates that a browser accepts at all is 825 days; a year is easy to live with.
_LIFETIME = timedelta(days=365)
_RENEW_BEFORE = timedelta(days=14)


def ensure(folder: Path, addresses: list[Address], now: datetime) -> tuple[Path, Path]:
    """The files of certificate and key, made anew when an address is missing or the year is nearly over."""
    certificate, key = folder / "lan.crt", folder / "lan.key"
    if not (key.exists() and _holds(certificate, addresses, now)):
        folder.mkdir(parents=True, exist_ok=True)
        _make(certificate, key, addresses, now)
    return certificate, key


def _holds(path: Path, addresses: list[Address], now: datetime) -> bool:
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        return False
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    known = set(names.get_values_for_type(x509.IPAddress))
    return set(addresses) <= known and now + _RENEW_BEFORE < found.not_valid_after_utc


def _make(certificate: Path, key: Path, addresses: list[Address], now: datetime) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kabinet")])
    alternatives = x509.SubjectAlternativeName(
        [
            x509.DNSName("localhost"),
            x509.DNSName(socket.gethostname()),
            x509.IPAddress(ip_address("127.0.0.1")),
            *(x509.IPAddress(address) for address in addresses),
        ]
    )
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - timedelta(days=1))
        .not_valid_after(now.astimezone(UTC) + _LIFETIME)
        .add_extension(alternatives, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    _write_private(
        key,
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))


def _write_private(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
