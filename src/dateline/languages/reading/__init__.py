"""What a text says to a machine: its numbers, sums, dates, times, addresses and names, in fifteen languages."""
