-- One look a night over all workspaces finds those that still have a file of an old export.
create policy platform_door on campaign_exports for select using ((select platform()));
create index campaign_exports_kept on campaign_exports (finished_at) where file_id is not null;
