"""The demonstration: a story that can be read, and a long log that can be counted again."""
