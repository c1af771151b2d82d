"""Tests that keep the house: layers, routes, templates, migrations, settings, sizes, words."""
