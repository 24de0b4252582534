"""Technician's tools: commands, the demonstration, what a box needs to run. Composes everything else."""
