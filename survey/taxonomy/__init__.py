"""The tree of reasons that decide deals, in frozen releases."""
