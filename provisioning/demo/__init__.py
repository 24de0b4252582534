"""Belongs to the demonstration and the tests only: simulators and a test authority. Never on a box."""
