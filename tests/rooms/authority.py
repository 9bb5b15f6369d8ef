"""A certificate authority of the tests' own: what browsers and clients trust once they have been told to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Issued:
    """Who signed (PEM), and the files of what was signed and of its key."""

    authority: str
    certificate: Path
    key: Path


def issue(folder: Path, names: Sequence[str], address: str, now: datetime) -> Issued:
    """A new authority and one server's certificate by it, good for a day."""
    theirs, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = (
        _begun("Authority", "Authority", theirs.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(theirs, hashes.SHA256())
    )
    every = [*map(x509.DNSName, names), x509.IPAddress(ip_address(address))]
    certificate = (
        _begun("Server", "Authority", own.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(every), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(theirs, hashes.SHA256())
    )
    signed = authority.public_bytes(serialization.Encoding.PEM).decode()
    made = Issued(signed, folder / "server.crt", folder / "server.key")
    made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        own.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return made


def _begun(
    subject: str, issuer: str, key: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        subject_name=_named(subject),
        issuer_name=_named(issuer),
        public_key=key,
        serial_number=x509.random_serial_number(),
        not_valid_before=now - _DAY,
        not_valid_after=now + _DAY,
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
