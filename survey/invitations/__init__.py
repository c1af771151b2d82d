"""Who is asked about which deal, when, by which link; who is not asked, and why."""
