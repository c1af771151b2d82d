"""What people do to ask: keep campaigns, invite, remind, hold, choose a contact, make links."""
