"""Debrief asks buyers of closed deals why they decided; `docs/architecture.md` is the map."""
