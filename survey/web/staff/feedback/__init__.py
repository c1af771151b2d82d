"""What buyers said, as much of it as each reader may read."""
