"""What buyers said: drafts nobody reads, answers once sent, and who may read them."""
