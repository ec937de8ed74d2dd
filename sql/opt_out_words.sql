-- name: current
select marketing, everything, back, confirms, marketing_text, everything_text, back_text from opt_out_words;

-- name: keep
insert into opt_out_words (marketing, everything, back, confirms, marketing_text, everything_text, back_text)
values (%(marketing)s, %(everything)s, %(back)s, %(confirms)s, %(marketing_text)s, %(everything_text)s, %(back_text)s)
on conflict (tenant_id) do update
  set marketing = excluded.marketing, everything = excluded.everything, back = excluded.back, confirms = excluded.confirms,
      marketing_text = excluded.marketing_text, everything_text = excluded.everything_text, back_text = excluded.back_text;

-- name: forget
delete from opt_out_words;

-- name: language
select language from tenants where id = tenant_id();
