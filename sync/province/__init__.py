"""The province's end of the wire: receiver, its tables, its feed. Shares the rows of appliance; has no pages."""
