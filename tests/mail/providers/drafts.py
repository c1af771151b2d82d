"""One mail to hand over, with everything a mail to a buyer carries."""

from typing import Any

from survey.mail.types import Draft

ATTEMPT = "0123456789abcdef0123456789abcd"
FROM = "research@vendor.example"


def a_draft(**given: Any) -> Draft:
    facts: dict[str, Any] = {
        "to_address": "jane@buyer.example",
        "to_name": "Jané Doe",
        "subject": "Your Atlas decision: what can we learn?",
        "text": "Hello Jane,\n\nhttps://survey.vendor.example/s/TOKEN?choice=price\n",
        "html": '<p>Hello Jané,</p><a href="https://survey.vendor.example/s/TOKEN">Price</a>',
        "from_name": "Ada Lind, Vendor",
        "reply_to": "ada@vendor.example",
        "list_id": "campaign.survey.vendor.example",
        "opt_out_url": "https://survey.vendor.example/o/OTHER",
    }
    return Draft(**facts | given)
