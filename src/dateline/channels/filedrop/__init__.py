"""What the channels that put files share: what a drop consists of, lanes per endpoint, what faults mean."""
