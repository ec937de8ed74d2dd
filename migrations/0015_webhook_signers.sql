-- Whose app secret signed a webhook: it speaks for these workspaces only. Null for the platform's own app, which speaks for all.

alter table intake_events add column signers bigint[];
