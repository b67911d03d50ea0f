"""Cases: people apply, ask, correct, object and show; departments answer in time, and the answer takes effect."""
