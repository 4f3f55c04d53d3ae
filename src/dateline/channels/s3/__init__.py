"""S3 and compatible stores: objects put whole, never over somebody else's."""
