"""Tables 1-3 as departments really fill them: reading, matching with the register, writing."""
