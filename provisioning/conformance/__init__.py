"""The conformance test: plays a device against any receiver of sync/1 and says of each article of docs/sync.md whether it holds."""
