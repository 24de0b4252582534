"""Both ends of the wire between a commune and its province. Never imports hardware."""
