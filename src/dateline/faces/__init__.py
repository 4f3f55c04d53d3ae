"""What people see: newsroom, portal, console, preferences, reports, API."""
