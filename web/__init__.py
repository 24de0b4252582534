"""Officers' pages: server-rendered, Vietnamese, usable by keyboard, never waiting for a device or a line."""
