"""The province's pages: same login, frame and components as a commune's; its own accounts and its own colour of header."""
