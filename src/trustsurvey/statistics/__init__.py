"""Pure arrays: NumPy in, frozen results out. No Flask, no SQL, no questionnaire."""
