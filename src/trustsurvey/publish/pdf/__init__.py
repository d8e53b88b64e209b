"""The report as a PDF by reportlab."""
