"""Use cases, one verb each. They take their collaborators as arguments, own no globals and never commit."""
