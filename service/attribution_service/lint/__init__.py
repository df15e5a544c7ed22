"""Checks the rules in files, and says what is wrong in the files' own lines and columns."""
