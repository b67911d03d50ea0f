"""The funding rule as a list (分工方案二（五）3): whom it meets, which projects ask for funds, and who is exempt."""
