"""For machines that watch this one: alive, ready, measured."""
