-- name: facts
select coalesce((select email_confirmed_at is not null from users where id = viewer_id()), false) as email,
       exists (select from phone_numbers where disconnected_at is null) as number,
       exists (select from message_templates where status = 'approved') as template,
       exists (select from message_templates where status = 'pending') as template_waits,
       exists (select from contacts) as contacts,
       exists (select from messages where direction = 'out' and status in ('sent', 'delivered', 'read', 'played')) as message,
       (select count(*) from memberships where deactivated_at is null) > 1 or exists (select from invitations) as colleague,
       exists (select from campaigns where launched_at is not null) as campaign,
       (select first_steps_dismissed_at is not null from tenants) as dismissed;

-- name: dismiss
update tenants set first_steps_dismissed_at = case when %(dismissed)s then now() end;
