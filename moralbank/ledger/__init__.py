"""The kernel: accounts, events, transfers, hash chain. Nothing else moves value."""
