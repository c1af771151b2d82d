"""Roles of our own people."""

from enum import StrEnum


class Role(StrEnum):
    """What a user may do. Admin: everything. Manager: figures, reports, campaigns. Analyst: answers
    and their coding. Seller: own deals as the buyer allowed, and team totals. Viewer: figures only.
    """

    ADMIN = "admin"
    MANAGER = "manager"
    ANALYST = "analyst"
    SELLER = "seller"
    VIEWER = "viewer"
