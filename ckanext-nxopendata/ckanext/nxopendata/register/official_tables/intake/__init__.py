"""Tables 1-5 as departments really fill them: reading, matching with the register, writing."""
