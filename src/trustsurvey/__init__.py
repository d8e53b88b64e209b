"""Anonymous, multilingual community-trust surveys: from a resident's phone to a report a department can hold."""

__version__ = "0.1.0"
