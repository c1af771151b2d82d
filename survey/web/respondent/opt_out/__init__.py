"""Not being asked: never again, not about this deal, somebody else instead, or all erased."""
