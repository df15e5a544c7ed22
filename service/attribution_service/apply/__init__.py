"""Campaigns from files to a server: what would change, and the changing."""
