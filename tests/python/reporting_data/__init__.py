"""Made-up inputs of the reporting tests."""
