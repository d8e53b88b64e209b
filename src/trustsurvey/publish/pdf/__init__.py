"""The report as a PDF, by reportlab: text shaped by HarfBuzz in any script, charts as vectors, tagged for screen readers."""
