"""Whether an event really comes from SendGrid: ECDSA over the timestamp and the body's raw bytes.

SendGrid's own verifier takes text instead of bytes, raises on malformed base64 and takes any kind
of key; this one answers yes or no, whatever comes in (docs/decisions/0017-taking-receipts-in.md).
"""

import base64
import binascii
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from survey.kit.errors import SurveyError

SIGNATURE_HEADER = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP_HEADER = "X-Twilio-Email-Event-Webhook-Timestamp"


class KeyNotReadable(SurveyError):
    """The verification key in the settings is none."""


def is_signed(body: bytes, *, signature: str, timestamp: str, key: str) -> bool:
    """Whether the owner of the key signed exactly this. A key that is not readable signed nothing.

    The moment of signing may be long past: what could not be delivered is sent for a day.
    """
    try:
        body.decode()  # SendGrid signs UTF-8 only
        signed = base64.b64decode(signature, validate=True)
        verification_key(key).verify(signed, timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, KeyNotReadable, ValueError):
        return False
    return True


@lru_cache(maxsize=4)
def verification_key(text: str) -> ec.EllipticCurvePublicKey:
    """The key as SendGrid shows it: base64 on one line; lines of a PEM file are taken too.

    Raises `KeyNotReadable`.
    """
    lines = text.replace("\\n", "\n").splitlines()
    encoded = "".join(line.strip() for line in lines if not line.startswith("-----"))
    try:
        key = load_der_public_key(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise KeyNotReadable(_NO_KEY) from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyNotReadable(_NO_KEY)
    return key


_NO_KEY = (
    "SURVEY_SENDGRID_WEBHOOK_PUBLIC_KEY is not a verification key: copy it whole from the page of "
    "SendGrid’s signed event webhook; it begins with MFkw."
)
