"""The instant: hold, lift, wire log and the public index that pages and feeds read."""
