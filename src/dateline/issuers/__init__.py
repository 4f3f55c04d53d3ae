"""Who sends: organisations, the people of the house, their sign-in."""
