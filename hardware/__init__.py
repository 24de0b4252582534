"""Scanners, tokens and printers, each behind a worker of its own. Knows no dossier, opens no database."""
