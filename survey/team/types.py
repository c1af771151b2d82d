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


REPORT_ROLES = (Role.ADMIN, Role.MANAGER, Role.ANALYST, Role.VIEWER)
"""Who may open the monthly report. Sellers read their own deals and the totals of their team."""
