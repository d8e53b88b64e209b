"""Flask: residents, public results, staff."""
