-- name: every
select id, name, tone from labels order by fold(name);

-- name: find
select id, name, tone from labels where id = %(id)s;

-- name: create
insert into labels (name, tone) values (%(name)s, %(tone)s) returning id, name, tone;

-- name: change
update labels set name = %(name)s, tone = %(tone)s where id = %(id)s returning id, name, tone;

-- name: delete
delete from labels where id = %(id)s;

-- name: put_on
insert into contact_labels (label_id, contact_id)
select %(label_id)s, c.id from contacts c where c.id = any(%(contact_ids)s)
on conflict do nothing;

-- name: take_off
delete from contact_labels where label_id = %(label_id)s and contact_id = any(%(contact_ids)s);

-- name: keep_only
delete from contact_labels where contact_id = %(contact_id)s and not label_id = any(%(label_ids)s);

-- name: put_all_on
insert into contact_labels (label_id, contact_id)
select l.id, %(contact_id)s from labels l where l.id = any(%(label_ids)s)
on conflict do nothing;
