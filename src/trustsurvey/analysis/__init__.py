"""The plan: from a wave's records to a Release. No Flask, no SQL."""
