-- name: tell
update tenants set trial_told = case when trial_ends_at < now() + %(day)s then 2 else 1 end
 where suspended_at is null and trial_ends_at > now()
   and (trial_told < 1 and trial_ends_at < now() + %(week)s or trial_told < 2 and trial_ends_at < now() + %(day)s)
returning id, trial_ends_at, trial_leads_to;

-- name: end
select end_trials();
