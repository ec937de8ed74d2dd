"""The audit log, read: who changed what, when and from where. Triggers write it (sql/functions/audit.sql)."""
