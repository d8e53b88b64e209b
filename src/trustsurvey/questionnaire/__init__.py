"""The instrument: what is asked and how it is scored. No Flask, no SQL."""
