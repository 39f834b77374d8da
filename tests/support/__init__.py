"""What several tests use; imported as `support`, with tests/ on the path."""
