"""What those who applied think of the answer: from 1 to 5, once a case."""
