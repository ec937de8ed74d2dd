-- A conversation is one person on one number. What is said in it, notes and events included, are its messages.

create table quick_replies (
  tenant_id bigint not null default tenant_id() references tenants on delete cascade,
  id bigint generated always as identity,
  shortcut text not null check (shortcut ~ '^[a-z0-9_-]{1,40}$'),
  category text not null default '' check (length(category) <= 60),
  body text not null check (length(body) between 1 and 4096),
  created_by bigint references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint quick_replies_shortcut_key unique (tenant_id, shortcut)
);
call protect('quick_replies');

create table conversations (
  tenant_id bigint not null default tenant_id(),
  id bigint generated always as identity,
  contact_id bigint not null,
  number_id bigint not null,
  status text not null default 'open' check (status in ('open', 'resolved')),
  assignee_id bigint references users on delete set null,
  unread integer not null default 0 check (unread >= 0),
  -- The customer service window is open for 24 hours from here.
  last_inbound_at timestamptz,
  last_message_at timestamptz not null default now(),
  snippet text not null default '',
  snippet_kind text not null default 'text',
  snippet_direction text not null default 'in',
  created_at timestamptz not null default now(),
  resolved_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, contact_id) references contacts on delete cascade,
  foreign key (tenant_id, number_id) references phone_numbers,
  constraint conversations_person_key unique (tenant_id, contact_id, number_id)
);
create index conversations_latest on conversations (tenant_id, status, last_message_at desc, id desc);
create index conversations_mine on conversations (tenant_id, assignee_id, status, last_message_at desc, id desc);
create index conversations_unread on conversations (tenant_id) where unread > 0;
alter table conversations set (fillfactor = 80);
alter table conversations enable row level security;
alter table conversations force row level security;
create policy own_tenant on conversations using (tenant_id = (select tenant_id())
  and ((select sees_all()) or assignee_id is null or assignee_id = (select viewer_id())));

create table messages (
  tenant_id bigint not null default tenant_id(),
  id bigint generated always as identity,
  conversation_id bigint not null,
  -- Minted by the browser for what we send, so that the bubble shown at once and the broadcast are one element.
  public_id uuid not null default gen_random_uuid(),
  direction text not null check (direction in ('in', 'out', 'note', 'event')),
  kind text not null,
  text text not null default '',
  payload jsonb not null default '{}',
  file_id bigint,
  wamid text,
  -- The wamid that this one answers to.
  quoted text,
  reaction_theirs text not null default '',
  reaction_ours text not null default '',
  status text not null default 'received' check (status in
    ('received', 'pending', 'sending', 'uncertain', 'sent', 'failed', 'delivered', 'read', 'played')),
  error_code integer,
  error_detail text not null default '',
  author_id bigint references users on delete set null,
  at timestamptz not null default now(),
  edited_at timestamptz,
  revoked_at timestamptz,
  lease_until timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  failed_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, conversation_id) references conversations on delete cascade,
  foreign key (tenant_id, file_id) references files,
  constraint messages_public_key unique (tenant_id, public_id)
);
create index messages_thread on messages (tenant_id, conversation_id, at desc, id desc);
create unique index messages_wamid_key on messages (tenant_id, conversation_id, wamid) where wamid is not null;
create index messages_leased on messages (lease_until) where status = 'sending';
alter table messages enable row level security;
alter table messages force row level security;
-- Who may not see the conversation may not see its messages: the subquery runs under the policy above.
create policy own_tenant on messages using (tenant_id = (select tenant_id()) and ((select sees_all())
  or exists (select from conversations c where c.tenant_id = messages.tenant_id and c.id = messages.conversation_id)));
