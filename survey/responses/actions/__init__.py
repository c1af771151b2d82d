"""What is done with answers: buyers give, change and delete them, people release, we thank."""
