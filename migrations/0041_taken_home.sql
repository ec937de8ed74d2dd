-- Lists of people as files, whatever they are of; what each person of the team did; and a first period to try a plan.

alter table campaign_exports rename to exports;
alter index campaign_exports_campaign rename to exports_campaign;
alter index campaign_exports_kept rename to exports_kept;
alter table exports
  alter column campaign_id drop not null,
  add column subject text not null default 'campaigns' check (subject in ('campaigns', 'contacts')),
  add column name text not null default '',
  -- What the list was narrowed to: the state of recipients; words, a label or ids of contacts.
  add column chosen jsonb not null default '{}',
  add constraint exports_campaign_check check ((subject = 'campaigns') = (campaign_id is not null));
create index exports_latest on exports (tenant_id, subject, created_by, id);
-- A list of contacts holds what its author may see, so it is theirs alone; jobs have nobody signed in.
drop policy own_tenant on exports;
create policy own_tenant on exports using (tenant_id = (select tenant_id())
  and (subject <> 'contacts' or (select viewer_id()) is null or created_by = (select viewer_id())));
call audited('exports', 'name', '{}', '{rows,status,finished_at,file_id,language,time_zone}');

-- One row for each thing that a person did: few beside the messages of campaigns, kept when old messages are forgotten.
create table person_moments (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  user_id bigint not null references users on delete cascade,
  at timestamptz not null,
  what text not null check (what in ('taken', 'sent', 'resolved')),
  -- How long somebody had waited whom this message answered first; null where nobody did.
  seconds integer check (seconds >= 0),
  primary key (tenant_id, id)
);
create index person_moments_at on person_moments (tenant_id, at) include (user_id, what, seconds);
create index person_moments_user on person_moments (user_id);
call protect('person_moments');

select set_config('app.platform', 'on', true);
do $$
declare
  workspace bigint;
begin
  foreach workspace in array (select coalesce(array_agg(id), '{}') from tenants) loop
    perform set_config('app.tenant_id', workspace::text, true), set_config('app.sees_all', 'on', true);
    update exports e set chosen = jsonb_build_object('only', e.filter),
           name = regexp_replace(c.name, '[^\w.-]+', '-', 'g') || '-' || c.id || '.' || e.kind
      from campaigns c where c.id = e.campaign_id;
    -- As note_sent() counts from now on: sql/functions/person_moments.sql.
    insert into person_moments (user_id, at, what, seconds)
      select m.author_id, m.sent_at, 'sent', (
        select extract(epoch from m.at - min(i.at))::integer from messages i
         where i.conversation_id = m.conversation_id and i.direction = 'in' and i.at between m.at - interval '24 hours' and m.at
           and i.at > coalesce((
             select e.at from messages e
              where e.conversation_id = m.conversation_id and e.at <= m.at and e.id <> m.id and e.author_id is not null
                and (e.direction = 'out' and e.status <> 'failed' or e.kind = 'resolved')
              order by e.at desc, e.id desc limit 1), '-infinity'))
        from messages m where m.direction = 'out' and m.author_id is not null and m.sent_at is not null
      union all
      select author_id, at, kind, null from messages
       where direction = 'event' and author_id is not null and kind in ('taken', 'resolved');
  end loop;
  perform set_config('app.tenant_id', '', true), set_config('app.sees_all', '', true);
end $$;
alter table exports drop column filter;

alter table tenants
  -- Until then the plan is on trial; what comes afterwards, and how often the owner was told of the end.
  add column trial_ends_at timestamptz,
  add column trial_leads_to text not null default 'free' check (trial_leads_to in ('free', 'closed')),
  add column trial_told smallint not null default 0;
drop trigger audited on tenants;
call audited('tenants', 'name', '{}', '{trial_told}');
