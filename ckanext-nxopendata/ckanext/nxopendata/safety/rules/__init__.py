"""Rules as data: what is looked for, how it is proved, what follows (``schemas/safety/*.yaml``)."""
