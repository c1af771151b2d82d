"""What people ask about asking: campaigns, plans, reminders, and who was asked."""
