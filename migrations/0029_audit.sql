-- Who changed what: written by triggers in the transaction of the change, and only ever added to.

create table audit_log (
  tenant_id bigint not null references tenants on delete cascade,
  id bigint generated always as identity,
  at timestamptz not null default now(),
  actor text not null check (actor in ('person', 'token', 'assistant', 'platform', 'command')),
  user_id bigint,
  -- As it was then: people leave, and their name stays true.
  actor_name text not null default '',
  -- What was done: a table and a verb (quick_replies.update), a word of ours (account.sign_in) or the route that was asked.
  action text not null,
  subject_id bigint,
  subject_name text not null default '',
  before jsonb,
  after jsonb,
  rows integer not null default 1,
  route text not null default '',
  reason text not null default '',
  address text not null default '',
  agent text not null default '',
  request_id text not null default '',
  primary key (tenant_id, id)
);
create index audit_log_person on audit_log (tenant_id, user_id, id);
create index audit_log_action on audit_log (tenant_id, action, id);
create index audit_log_subject on audit_log (tenant_id, action, subject_id, id);
create index audit_log_at on audit_log (tenant_id, at);

alter table audit_log enable row level security;
alter table audit_log force row level security;
create policy own_tenant on audit_log for select using (tenant_id = (select tenant_id()));
create policy own_entries on audit_log for insert with check (tenant_id = (select tenant_id()));
create policy platform_door on audit_log for select using ((select platform()));
create policy platform_entries on audit_log for insert with check ((select platform()));
-- Forgetting what is old enough, and taking a whole workspace down, say so in a setting.
create policy forgetting on audit_log for delete using (tenant_id = (select tenant_id()) or (select platform()));

create function only_added_to() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and (current_setting('app.forgets', true) = 'workspace'
      or (current_setting('app.forgets', true) = 'old' and old.at < now() - interval '30 days')) then
    return old;
  end if;
  raise exception 'the audit log is only added to' using errcode = 'insufficient_privilege';
end $$;
create trigger only_added_to before update or delete on audit_log for each row execute function only_added_to();

create procedure audited(watched regclass, named text default 'name', secret text[] default '{}', quiet text[] default '{}')
  language plpgsql as $$
begin
  -- Work that nobody in particular does (jobs, webhooks, imports) has no actor, and pays only for this question.
  execute format('create trigger audited after insert or update or delete on %s for each row
    when (current_setting(''app.actor'', true) <> '''') execute function audit_row(%L, %L, %L)', watched, named, secret, quiet);
end $$;

-- The body is in sql/functions/audit.sql.
create function audit_row() returns trigger language plpgsql as $$ begin return null; end $$;

call audited('quick_replies', 'shortcut');
call audited('labels');
call audited('contacts', 'name', '{email,variables}', '{updated_at}');
call audited('contact_identities', '', '{value}');
call audited('contact_labels', '');
call audited('contact_imports', 'label', '{}', '{bytes_done,rows_done,sheet}');
call audited('consent_events', 'how', '{address,text}');
call audited('opt_out_words', '');
call audited('message_templates');
call audited('campaigns', 'name', '{}', '{announced_at}');
call audited('campaign_variants', '');
call audited('phone_numbers', 'display', '{}', '{checked_at,last_inbound_at}');
call audited('wabas', 'waba_id', '{access_token,app_secret}');
call audited('pacing', '', '{}', '{tokens,refilled_at}');
call audited('sending_caps', '', '{}', '{tokens,refilled_at}');
call audited('portfolios');
call audited('api_tokens', 'name', '{token_hash}', '{used_at}');
call audited('roles');
call audited('member_roles', 'preset');
call audited('memberships', '');
call audited('tenants');
