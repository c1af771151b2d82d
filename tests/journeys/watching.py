"""An eye on a page: what it does that nobody asked of it."""

from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Dialog, Error, Page, Request


@dataclass
class Watch:
    """What a page did that nobody asked of it."""

    dialogs: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    """Of its scripts, and what the browser complains of; an answer that refuses (422) is none."""

    def note_refused(self, address: str) -> None:
        self.refused.append(address)

    def over(self, page: Page, ours: str) -> None:
        def refuse(dialog: Dialog) -> None:
            self.dialogs.append(f"{page.url}: {dialog.message}")
            dialog.dismiss()

        def asks(request: Request) -> None:
            if not request.url.startswith(ours):
                self.foreign.append(request.url)

        def says(message: ConsoleMessage) -> None:
            if message.type == "error" and "status of 422" not in message.text:
                self.errors.append(f"{page.url}: {message.text}")

        def fails(error: Error) -> None:
            self.errors.append(f"{page.url}: {error}")

        page.on("dialog", refuse)
        page.on("request", asks)
        page.on("console", says)
        page.on("pageerror", fails)
        page.expose_function("tellRefused", self.note_refused)
        page.add_init_script(
            "addEventListener('securitypolicyviolation', found => tellRefused(found.blockedURI))"
        )
