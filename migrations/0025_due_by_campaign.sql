-- A day's ladder or a storm may leave a hundred thousand people waiting for their time: found by campaign and time, not by looking.
drop index campaign_recipients_due;
create index campaign_recipients_due on campaign_recipients (tenant_id, campaign_id, next_attempt_at) where status in ('retry', 'uncertain');
drop index campaign_recipients_leased;
create index campaign_recipients_leased on campaign_recipients (tenant_id, lease_until) where status = 'sending';
