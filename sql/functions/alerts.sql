-- An alert with the names of who looked after it and of what it is about.
drop view if exists named_alerts;
create view named_alerts with (security_invoker = true) as
  select a.id, a.kind, a.severity, a.subject, a.key, a.facts, a.first_at, a.last_at, a.times, a.acknowledged_at, a.resolved_at,
         a.by_itself, k.name as acknowledged_by, r.name as resolved_by, coalesce(n.display, c.name, t.name, '') as named
    from alerts a
    left join users k on k.id = a.acknowledged_by
    left join users r on r.id = a.resolved_by
    left join phone_numbers n on n.id = case a.subject when 'number' then a.key::bigint end
    left join campaigns c on c.id = case a.subject when 'campaign' then a.key::bigint end
    left join message_templates t on t.id = case a.subject when 'template' then a.key::bigint end;
