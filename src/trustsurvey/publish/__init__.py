"""Release → bytes. Everything here reads a Release and nothing behind it."""
