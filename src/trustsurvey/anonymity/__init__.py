"""The first wall: nothing that says who it was. Pure: no Flask, no SQL."""
