"""The months: what arrived, what it says, and which are frozen."""
