"""Signing as SendGrid does, with a key made for this run."""

import base64
import json
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.factories import MOMENT

PRIVATE_KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC_KEY = base64.b64encode(
    PRIVATE_KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
).decode()
SIGNED_AT = "1600112502"
SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


def headers_for(body: bytes, *, signed_at: str = SIGNED_AT) -> dict[str, str]:
    signature = PRIVATE_KEY.sign(signed_at.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "Content-Type": "application/json;charset=utf-8",
        SIGNATURE: base64.b64encode(signature).decode(),
        TIMESTAMP: signed_at,
    }


def batch(*events: Any) -> bytes:
    """A body as SendGrid writes it, down to the line end."""
    return json.dumps(list(events), separators=(",", ":")).encode() + b"\r\n"


def told(event: str, **facts: Any) -> dict[str, Any]:
    return {"event": event, "timestamp": int(MOMENT.timestamp()), "sg_event_id": "first"} | facts
