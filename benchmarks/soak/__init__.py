"""The service under half of its load for a long time: does anything grow that must not?"""
