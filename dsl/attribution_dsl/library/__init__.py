"""The functions of the language, one module for each family."""
