"""The REST API: thin, over the same verbs as the pages."""
