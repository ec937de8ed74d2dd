"""Teams, who is there, and how much each person takes."""
