"""The ways out of the house: a folder each, strangers to one another."""
