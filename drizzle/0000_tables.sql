-- In the same transaction as the tables: a file is ours, or it is empty.
PRAGMA application_id = 1297305155;--> statement-breakpoint
CREATE TABLE `sink` (
	`name` text PRIMARY KEY NOT NULL,
	`settled_sequence` integer NOT NULL,
	`created_at_ms` integer NOT NULL,
	`settled_at_ms` integer
) STRICT;
--> statement-breakpoint
CREATE TABLE `event` (
	`sequence` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`type` text NOT NULL,
	`subject` text NOT NULL,
	`partitionkey` text NOT NULL,
	`time_ms` integer NOT NULL,
	`run_id` text NOT NULL,
	`event` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `event_id_unique` ON `event` (`id`);--> statement-breakpoint
CREATE INDEX `event_subject` ON `event` (`subject`);--> statement-breakpoint
CREATE INDEX `event_run_id` ON `event` (`run_id`);--> statement-breakpoint
CREATE TABLE `event_count` (
	`type` text NOT NULL,
	`subject` text NOT NULL,
	`program` text NOT NULL,
	`told` integer NOT NULL,
	PRIMARY KEY(`type`, `subject`, `program`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `staged_event` (
	`run_key` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`id` text NOT NULL,
	`type` text NOT NULL,
	`subject` text NOT NULL,
	`program` text NOT NULL,
	`partitionkey` text NOT NULL,
	`time_ms` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`run_key`, `ordinal`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `assignment` (
	`assignment_id` integer PRIMARY KEY NOT NULL,
	`meter_key` integer NOT NULL,
	`program` text,
	`market_group_id` text NOT NULL,
	`effective_from` text NOT NULL,
	`effective_to` text,
	`known_from_ms` integer NOT NULL,
	`known_to_ms` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `assignment_current_meter` ON `assignment` (`meter_key`) WHERE known_to_ms IS NULL;--> statement-breakpoint
CREATE INDEX `assignment_current_group` ON `assignment` (`market_group_id`,`meter_key`) WHERE known_to_ms IS NULL;--> statement-breakpoint
CREATE INDEX `assignment_history_meter` ON `assignment` (`meter_key`) WHERE known_to_ms IS NOT NULL;--> statement-breakpoint
CREATE INDEX `assignment_history_group` ON `assignment` (`market_group_id`) WHERE known_to_ms IS NOT NULL;--> statement-breakpoint
CREATE TABLE `group_span` (
	`market_group_id` text NOT NULL,
	`effective_from` text NOT NULL,
	`effective_to` text,
	`member_count` integer NOT NULL,
	`members_sha256` text NOT NULL,
	`programs` text NOT NULL,
	`regions` text NOT NULL,
	PRIMARY KEY(`market_group_id`, `effective_from`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `horizon` (
	`transmission_region` text PRIMARY KEY NOT NULL,
	`zone` text NOT NULL,
	`today` text NOT NULL,
	`first_looked_at` text,
	`last_looked_at` text NOT NULL,
	`known_through` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `horizon_day` (
	`transmission_region` text NOT NULL,
	`trade_date` text NOT NULL,
	PRIMARY KEY(`transmission_region`, `trade_date`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `horizon_history` (
	`transmission_region` text NOT NULL,
	`publication` integer NOT NULL,
	`last_looked_at` text NOT NULL,
	PRIMARY KEY(`transmission_region`, `publication`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `market_group` (
	`market_group_id` text PRIMARY KEY NOT NULL,
	`market_group_name` text,
	`version` integer DEFAULT 0 NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `discovered_field` (
	`field_key` text PRIMARY KEY NOT NULL,
	`is_told` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `meter` (
	`meter_key` integer PRIMARY KEY NOT NULL,
	`meter_id` text NOT NULL,
	`head_revision_id` integer,
	`head_fingerprint` text,
	`first_publication` integer,
	`published_through` text,
	`participation_preference` text,
	`is_missing` integer DEFAULT 0 NOT NULL,
	`changed_at_ms` integer,
	`next_boundary_date` text,
	`next_preference_at_ms` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `meter_meter_id_unique` ON `meter` (`meter_id`);--> statement-breakpoint
CREATE INDEX `meter_next_boundary_date` ON `meter` (`next_boundary_date`);--> statement-breakpoint
CREATE INDEX `meter_next_preference_at_ms` ON `meter` (`next_preference_at_ms`);--> statement-breakpoint
CREATE TABLE `revision` (
	`revision_id` integer PRIMARY KEY NOT NULL,
	`meter_key` integer NOT NULL,
	`api_version` text NOT NULL,
	`fingerprint` text NOT NULL,
	`partner_reference` text,
	`transmission_region` text NOT NULL,
	`meter_type` text,
	`tags` text NOT NULL,
	`enrollment_status` text,
	`dispatchable` integer NOT NULL,
	`action_required` integer NOT NULL,
	`required_actions` text NOT NULL,
	`is_archived` integer NOT NULL,
	`added_at` text,
	`added_at_ms` integer,
	`participation` text,
	`document` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `read_window` (
	`window_key` integer PRIMARY KEY NOT NULL,
	`run_key` integer NOT NULL,
	`ordinal` integer NOT NULL,
	`added_from_ms` integer,
	`added_to_ms` integer,
	`is_done` integer DEFAULT 0 NOT NULL,
	`read_at_real_ms` integer,
	`page_count` integer DEFAULT 0 NOT NULL,
	`seen` blob,
	`observations` text
) STRICT;
--> statement-breakpoint
CREATE TABLE `run` (
	`run_key` integer PRIMARY KEY NOT NULL,
	`run_id` text NOT NULL,
	`mode` text NOT NULL,
	`status` text NOT NULL,
	`api_version` text NOT NULL,
	`account` text NOT NULL,
	`host` text NOT NULL,
	`is_rehearsal` integer NOT NULL,
	`extraction_version` integer NOT NULL,
	`started_at_ms` integer NOT NULL,
	`finished_at_ms` integer,
	`published_at_ms` integer,
	`sweep_started_at_ms` integer NOT NULL,
	`started_at_real_ms` integer NOT NULL,
	`is_certified` integer DEFAULT 0 NOT NULL,
	`cursor_ms` integer,
	`report` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `run_run_id_unique` ON `run` (`run_id`);--> statement-breakpoint
CREATE TABLE `staged_revision` (
	`run_key` integer NOT NULL,
	`meter_key` integer NOT NULL,
	`window_ordinal` integer NOT NULL,
	`staged_order` integer NOT NULL,
	`revision_id` integer NOT NULL,
	PRIMARY KEY(`run_key`, `meter_key`, `window_ordinal`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `stream` (
	`id` integer PRIMARY KEY NOT NULL,
	`stream_id` text NOT NULL,
	`api_version` text,
	`account` text,
	`host` text,
	`extraction_version` integer,
	`publication` integer DEFAULT 0 NOT NULL,
	`published_at_ms` integer,
	`last_sequence` integer DEFAULT 0 NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `staged_assignment` (
	`staged_id` integer PRIMARY KEY NOT NULL,
	`run_key` integer NOT NULL,
	`assignment_id` integer,
	`meter_key` integer NOT NULL,
	`program` text,
	`market_group_id` text NOT NULL,
	`effective_from` text NOT NULL,
	`effective_to` text
) STRICT;
--> statement-breakpoint
CREATE INDEX `staged_assignment_group` ON `staged_assignment` (`run_key`,`market_group_id`);--> statement-breakpoint
CREATE TABLE `staged_group` (
	`run_key` integer NOT NULL,
	`market_group_id` text NOT NULL,
	`market_group_name` text,
	`version` integer,
	PRIMARY KEY(`run_key`, `market_group_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `staged_group_span` (
	`run_key` integer NOT NULL,
	`market_group_id` text NOT NULL,
	`effective_from` text NOT NULL,
	`effective_to` text,
	`member_count` integer NOT NULL,
	`members_sha256` text NOT NULL,
	`programs` text NOT NULL,
	`regions` text NOT NULL,
	PRIMARY KEY(`run_key`, `market_group_id`, `effective_from`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `staged_head` (
	`run_key` integer NOT NULL,
	`meter_key` integer NOT NULL,
	`revision_id` integer,
	`participation_preference` text,
	`next_boundary_date` text,
	`next_preference_at_ms` integer,
	`published_through` text,
	`is_changed` integer NOT NULL,
	PRIMARY KEY(`run_key`, `meter_key`)
) STRICT, WITHOUT ROWID;
