"""One file per theory that has an audit; its name is that of the theory."""
