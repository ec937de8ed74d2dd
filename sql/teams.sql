-- name: every
-- All, or the one with this id.
select t.id, t.name, t.description, t.tone, t.hands_out, lead.user_id as lead_id, coalesce(u.name, '') as lead,
       exists (select from team_members m where m.team_id = t.id and m.user_id = viewer_id()) as mine,
       coalesce(l.waiting, 0) as waiting, coalesce(l.open, 0) as open
  from teams t
  left join team_members lead on lead.team_id = t.id and lead.leads
  left join users u on u.id = lead.user_id
  left join load_of_teams() l on l.team = t.id
 where %(id)s::bigint is null or t.id = %(id)s
 order by t.place, t.id;

-- name: names
select t.id, t.name, t.tone, exists (select from team_members m where m.team_id = t.id and m.user_id = viewer_id()) as mine
  from teams t order by t.place, t.id;

-- name: create
insert into teams (name, description, tone, hands_out, created_by, place)
values (%(name)s, %(description)s, %(tone)s, %(hands_out)s, %(by)s, (select coalesce(max(place), 0) + 1 from teams))
returning id;

-- name: change
update teams set name = %(name)s, description = %(description)s, tone = %(tone)s, hands_out = %(hands_out)s where id = %(id)s;

-- name: move
-- Changes places with its neighbour; places are counted anew, so that ties and gaps do no harm.
with ordered as (select id, row_number() over (order by place, id) as place from teams),
     moved as (select o.id, o.place, m.place as here, greatest(1, m.place + case when %(up)s then -1 else 1 end) as there
                 from ordered o, ordered m where m.id = %(id)s)
update teams t set place = case when m.place = m.here then m.there when m.place = m.there then m.here else m.place end
  from moved m where t.id = m.id;

-- name: delete
delete from teams where id = %(id)s;

-- name: move_conversations
select move_conversations(%(id)s, %(heir)s);

-- name: people
select s.id, s.name, s.state, s.chosen, l.open, s.capacity, s.own_capacity
  from staff s join load_of(array(select id from staff)) l on l.person = s.id
 order by array_position(array['online', 'busy', 'away', 'offline'], s.state), fold(s.name), s.id;

-- name: person
select s.id, s.name, s.state, s.chosen, l.open, s.capacity, s.own_capacity
  from staff s cross join load_of(array[%(id)s::bigint]) l
 where s.id = %(id)s;

-- name: takers
select id from members where held && %(keys)s::text[] and deactivated_at is null;

-- name: lock
select 1 from availability where user_id = %(id)s for update;

-- name: memberships
select m.team_id, m.user_id, m.leads from team_members m order by m.leads desc, m.team_id, m.user_id;

-- name: add_member
insert into team_members (team_id, user_id, added_by) values (%(team_id)s, %(person)s, %(by)s) on conflict do nothing;

-- name: remove_member
delete from team_members where team_id = %(team_id)s and user_id = %(person)s;

-- name: unseat_lead
update team_members set leads = false where team_id = %(team_id)s and leads and user_id is distinct from %(person)s;

-- name: seat_lead
update team_members set leads = true where team_id = %(team_id)s and user_id = %(person)s;

-- name: set_capacity
update availability set capacity = %(capacity)s where user_id = %(id)s;

-- name: rules
select capacity, incoming_team from team_settings;

-- name: change_rules
insert into team_settings (capacity, incoming_team) values (%(capacity)s, %(incoming_team)s)
on conflict (tenant_id) do update set capacity = excluded.capacity, incoming_team = excluded.incoming_team;
