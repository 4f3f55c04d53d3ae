"""What the room promises."""
