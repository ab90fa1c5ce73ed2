"""What is written about the program, and what makes its pictures."""
