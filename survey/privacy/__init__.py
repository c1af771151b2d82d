"""A person's own data: told to them, erased when they ask, and who must never be mailed again."""
