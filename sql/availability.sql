-- name: find
select s.state, s.chosen, s.away_after, l.open, s.capacity
  from staff s cross join load_of(array[%(id)s::bigint]) l
 where s.id = %(id)s;

-- name: choose
update availability set state = %(state)s, chosen = %(chosen)s, active_at = now(), seen_at = now(),
       changed_at = case when state = %(state)s then changed_at else now() end
 where user_id = %(id)s;

-- name: rest_after
update availability set away_after = %(minutes)s where user_id = %(id)s;

-- name: note_activity
-- Whether they came back.
update availability
   set active_at = now(), seen_at = now(), state = case when chosen is null then 'online' else state end,
       changed_at = case when chosen is null and state <> 'online' then now() else changed_at end
 where user_id = %(id)s
   and (active_at is null or active_at < now() - interval '50 seconds' or (chosen is null and state <> 'online'))
returning changed_at = now();

-- name: note_seen
update availability set seen_at = now()
 where (tenant_id, user_id) in (select * from unnest(%(tenants)s::bigint[], %(people)s::bigint[]))
   and (seen_at is null or seen_at < now() - interval '45 seconds');

-- name: settle
-- Requests note their moment in the session, once a minute. A choice of their own stays.
with looked as (
  select a.tenant_id, a.user_id, a.state as was, case
           when coalesce(greatest(a.seen_at, s.seen_at), '-infinity') < now() - %(gone)s then 'offline'
           when coalesce(a.active_at, '-infinity') < now() - make_interval(mins => a.away_after) then 'away'
           else 'online' end as state
    from availability a
    left join lateral (select max(seen_at) as seen_at from sessions
                        where user_id = a.user_id and tenant_id = a.tenant_id and kind = 'browser') s on true
   where a.chosen is null and (a.state <> 'offline' or a.seen_at > now() - %(gone)s)
), changed as (
  update availability a set state = l.state, changed_at = now() from looked l
   where a.tenant_id = l.tenant_id and a.user_id = l.user_id and l.state <> l.was and a.state = l.was and a.chosen is null
  returning a.tenant_id
)
select distinct tenant_id from changed;
