"""Names that try to be more than names: as they were entered, and as every reader must see them.

Line ends, directions and other invisible letters become a space; nothing else changes.
"""

from typing import NamedTuple


class Entry(NamedTuple):
    entered: str
    read: str


def _as_is(*names: str) -> list[Entry]:
    return [Entry(name, name) for name in names]


ENTRIES = [
    # Line ends of every kind, to begin a header or a body of one's own.
    Entry("Ann\r\nBcc: all@evil.example", "Ann Bcc: all@evil.example"),
    Entry("Ann\nSubject: Pay now", "Ann Subject: Pay now"),
    Entry("Ann\rReply-To: x@evil.example", "Ann Reply-To: x@evil.example"),
    Entry("Ann\r\n\r\n<h1>Body</h1>", "Ann <h1>Body</h1>"),
    Entry("Ann\x0bBcc: a@evil.example", "Ann Bcc: a@evil.example"),
    Entry("Ann\x0cBcc: a@evil.example", "Ann Bcc: a@evil.example"),
    Entry("Ann\x85Bcc: a@evil.example", "Ann Bcc: a@evil.example"),
    Entry("Ann\u2028Bcc: a@evil.example", "Ann Bcc: a@evil.example"),
    Entry("Ann\u2029Bcc: a@evil.example", "Ann Bcc: a@evil.example"),
    Entry("Ann\x00\x1b[2JBcc", "Ann [2JBcc"),
    Entry("Ann\x1c\x1d\x1eBcc: a@evil.example", "Ann Bcc: a@evil.example"),
    # Letters that turn or hide what stands beside them.
    Entry("gpj\u202eexe.Ann", "gpj exe.Ann"),
    Entry("\u2066Ann\u2069 \u200fDoe\u200e", "Ann Doe"),
    Entry("An\u200bn\ufeff Doe", "An n Doe"),
    Entry("Ann\xadDoe\u2060X", "Ann Doe X"),
    Entry("Ann\U000e0042\U000e0043", "Ann"),
    # Words that mail programs decode.
    *_as_is(
        "=?utf-8?q?Ann=0D=0ABcc:_all@evil.example?=",
        "=?utf-8?b?QW5uDQpCY2M6IGFsbEBldmlsLmV4YW1wbGU=?= Doe",
        "Ann =?iso-8859-1?q?=E9?=",
        "=?utf-8?q?",
        "%0d%0aBcc: all@evil.example",
        "&#13;&#10;Bcc: all@evil.example",
        "=0D=0ABcc: all@evil.example",
        # What has a meaning in an address.
        '"Ann" <ceo@evil.example>',
        "Ann, Bob <bob@evil.example>",
        "Ann; Bob",
        "Group: a@evil.example, b@evil.example;",
        "Ann (a comment)\\",
        "Ann\\\" <x@evil.example>",
        # What has a meaning in HTML.
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</div></td></table><h1>Ann",
        "<!--",
        "]]><mj-raw>Ann</mj-raw>",
        # What has a meaning in templates, fields, and sheets.
        "{{ 7 * 7 }}{% raw %}",
        "{company}",
        "{promise} {first_name}",
        "${7*7} #{7*7} %s %(name)s",
        "=HYPERLINK(\"https://evil.example\")",
        # What ends a part, a mail, or a conversation.
        "--=_debrief--",
        ".",
        # Names of other scripts, and long ones, which are just names.
        "علي بن محمد الأنصاري",
        "田中 さくら",
        "Zoë Ångström-Łukasiewicz",
        "O’Brien & Søns <GmbH>",
        "مؤسسة " * 42 + "الاختبار",
        "Long Name " * 29 + "Limited",
    ),
]  # fmt: skip
