"""The ground that every feature stands on: database, pages, jobs, live updates, languages."""
