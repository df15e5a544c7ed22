"""Where the state is kept: an interface, a store in memory, and one in SQL."""
