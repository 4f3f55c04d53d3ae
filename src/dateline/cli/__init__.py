"""The command line: composition root of the house."""
