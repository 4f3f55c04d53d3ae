"""Where an edge takes the wire log from: one port, over HTTP, over NATS, or over either."""
