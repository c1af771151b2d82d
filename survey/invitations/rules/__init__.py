"""Pure decisions about asking: which deals, whom, when, and whom not and why."""
