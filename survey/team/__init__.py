"""Our own people: who they are, which team they sell in, and what their role lets them do."""
