"""What a certificate says of itself: its number, and from when to when it is valid.

Python's `ssl` tells that of a peer's certificate and not of our own. Of the DER encoding
(X.690) that certificates have, this reads the few fields in front of it.
"""

import binascii
import re
from datetime import UTC, datetime
from typing import Final

import attrs

_PEM: Final = re.compile(
    rb"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----(.+?)-----END (?:TRUSTED |X509 )?CERTIFICATE"
    rb"-----",
    re.DOTALL,
)
_INTEGER: Final = 0x02
_SEQUENCE: Final = 0x30
_VERSION: Final = 0xA0
_FORMS: Final = {0x17: "%y%m%d%H%M%SZ", 0x18: "%Y%m%d%H%M%SZ"}
"""How the two kinds of time are written (RFC 5280, section 4.1.2.5)."""

_LONG: Final = 0x80
_LENGTHS: Final = 4
"""Bytes that the length of a field may take: four are far more than a certificate has."""


@attrs.frozen
class CertificateFacts:
    """It is valid from *begins* to *ends*, in UTC.

    *serial* is its number in hexadecimal as ``openssl x509 -serial`` writes it, in whole bytes.
    """

    serial: str
    begins: datetime
    ends: datetime


def facts_of(pem: bytes) -> CertificateFacts:
    """Return what the first certificate in *pem* says. Raises ``ValueError`` if there is none."""
    found = _PEM.search(pem)
    if found is None:
        raise ValueError('has no certificate in PEM format ("-----BEGIN CERTIFICATE-----")')
    try:
        return _facts(binascii.a2b_base64(found[1]))
    except (ValueError, IndexError):
        raise ValueError("has a certificate that cannot be read") from None


def _facts(der: bytes) -> CertificateFacts:
    certificate = _Fields(der).take(_SEQUENCE)
    fields = _Fields(_Fields(certificate).take(_SEQUENCE))
    if fields.next_tag == _VERSION:
        fields.take(_VERSION)
    serial = int.from_bytes(fields.take(_INTEGER))
    fields.take(_SEQUENCE)  # how it is signed
    fields.take(_SEQUENCE)  # by whom
    validity = _Fields(fields.take(_SEQUENCE))
    return CertificateFacts(_in_bytes(serial), validity.time(), validity.time())


def _in_bytes(number: int) -> str:
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8)).hex().upper()


class _Fields:
    """The fields of a sequence, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def next_tag(self) -> int:
        return self._data[0]

    def take(self, tag: int) -> bytes:
        """Return the content of the next field, which is to have *tag*."""
        data = self._data
        if data[0] != tag:
            raise ValueError(f"expected a field {tag:#x}, not {data[0]:#x}")
        begin, length = 2, data[1]
        if length & _LONG:
            count = length - _LONG
            if not 0 < count <= _LENGTHS:
                raise ValueError("a field of unknown length")
            begin, length = 2 + count, int.from_bytes(data[2 : 2 + count])
        end = begin + length
        if end > len(data):
            raise ValueError("a field that does not end")
        self._data = data[end:]
        return data[begin:end]

    def time(self) -> datetime:
        """Take a time, which may be of either kind."""
        tag = self.next_tag
        text = self.take(tag).decode("ascii")
        return datetime.strptime(text, _FORMS.get(tag, "")).replace(tzinfo=UTC)
