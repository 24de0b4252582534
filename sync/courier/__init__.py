"""The courier: what the line would carry, on a stick. Bundles and their answers; no second way of taking anything in."""
