-- Changes of a workspace's own rules are told to the audit log, and a file finds the message that it belongs to.

call audited('business_hours', '');
call audited('holidays');
call audited('retention', '');
call audited('workspace_exports', 'status', '{}', '{tables_done,tables_total,rows,bytes}');

create index messages_file on messages (tenant_id, file_id) where file_id is not null;
