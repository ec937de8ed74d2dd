-- What Meta says of a number besides its quality, and the portfolio that every account has from the start.

alter table phone_numbers
  -- Meta's review of the display name; '' while nobody has asked.
  add column name_status text not null default '',
  -- AVAILABLE, LIMITED or BLOCKED in Meta's words, and its own sentence for why.
  add column can_send text not null default 'AVAILABLE',
  add column obstacle text not null default '',
  -- Also used in the WhatsApp Business app, which slows it down.
  add column coexists boolean not null default false;

-- An account counts as its own portfolio until Meta names the one it belongs to.
create function new_portfolio() returns bigint language sql volatile as 'insert into portfolios default values returning id';
alter table wabas alter column portfolio_row set default new_portfolio();

-- Rates that somebody had chosen before there was a column to say so. pacing has no door for the platform.
alter table pacing no force row level security;
update pacing set by_hand = true, level = 'CUSTOM'
 where (level, per_second, burst) not in (('STANDARD', 70, 100), ('HIGH', 800, 1000), ('COEXISTENCE', 18, 20));
alter table pacing force row level security;
