"""SendGrid's own specification of a request to send, where it is at hand."""

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.others import at_hand, is_at_hand

NAME = "sendgrid/tsg_mail_v3.json"
_BODY = "#/components/requestBodies/PostMailSend/content/application~1json/schema"


def complaints(requests: Iterable[dict[str, Any]]) -> list[str]:
    """Where the requests leave the specification; empty is right, and where there is no file."""
    if not is_at_hand(NAME):
        return []
    return [
        f"{error.json_path}: {error.message}"
        for request in requests
        for error in _validator().iter_errors(request)
    ]


@cache
def _validator() -> Draft202012Validator:
    told = json.loads(at_hand(NAME).read_text("utf-8"))
    registry = Registry().with_resource(
        "urn:sendgrid", Resource.from_contents(told, default_specification=DRAFT202012)
    )
    return Draft202012Validator(
        {"$ref": f"urn:sendgrid{_BODY}"},
        registry=registry,
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
