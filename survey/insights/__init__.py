"""What the answers say: coverage, reasons, rivals, months; counted by deals, shown with care."""
