"""Message templates: drafts, checks, review by the provider."""
