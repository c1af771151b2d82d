"""What we ask: questionnaires, their frozen versions, and the rules of the way through them."""
