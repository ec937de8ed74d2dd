"""Conversations with customers: the thread, the composer, quick replies."""
