-- name: inspection
select at, findings from number_inspections where number_id = %(number_id)s;

-- name: keep_inspection
insert into number_inspections (number_id, findings) values (%(number_id)s, %(findings)s)
on conflict (tenant_id, number_id) do update set at = now(), findings = excluded.findings;

-- name: find
select app_id, app_name, app_secret, product_added_at, access_token, token_expires_at, waba_id, number_id, verify_token,
       verified_at, hooked_at, started_at
  from number_setups;

-- name: begin
insert into number_setups (verify_token) values (%(verify_token)s) on conflict (tenant_id) do nothing;

-- name: note_app
-- Another app has another token.
update number_setups
   set app_id = %(app_id)s, app_name = %(app_name)s, app_secret = %(app_secret)s,
       access_token = case when app_id = %(app_id)s then access_token end,
       hooked_at = case when app_id = %(app_id)s then hooked_at end;

-- name: note_product
update number_setups set product_added_at = case when %(added)s then coalesce(product_added_at, now()) end;

-- name: note_token
update number_setups set access_token = %(access_token)s, token_expires_at = %(expires_at)s;

-- name: note_account
update number_setups set waba_id = %(waba_id)s;

-- name: note_number
-- Its keys rest with the account now.
update number_setups
   set number_id = %(number_id)s, access_token = null, app_secret = null,
       product_added_at = coalesce(product_added_at, now());

-- name: note_hook
update number_setups set hooked_at = now();

-- name: note_verification
-- Meta calls an address and says the verify token alone. Through the platform's door.
update number_setups set verified_at = now() where verify_token = %(verify_token)s returning tenant_id;

-- name: start_anew
delete from number_setups;
