"""The frozen month: figures with their method, that never change once printed."""
