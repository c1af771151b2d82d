"""Our own people: who may sign in, as what, in which team."""
