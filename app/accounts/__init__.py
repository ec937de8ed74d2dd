"""People who sign in: sign-up, sign-in, sessions."""
