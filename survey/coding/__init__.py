"""Reasons found in answers, by the buyer's click or by a person, with the quote they rest on."""
