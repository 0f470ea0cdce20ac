CREATE TABLE `told_remap` (
	`sequence` integer PRIMARY KEY NOT NULL,
	`event_id` text NOT NULL,
	`meter_id` text NOT NULL,
	`program` text NOT NULL,
	`effective_from` text NOT NULL,
	`told_at_ms` integer NOT NULL,
	`starts_at_ms` integer NOT NULL,
	`state` text NOT NULL,
	`reported_at_ms` integer,
	`reason` text,
	`overdue_at_ms` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `told_remap_event_id_unique` ON `told_remap` (`event_id`);--> statement-breakpoint
CREATE INDEX `told_remap_meter` ON `told_remap` (`meter_id`,`program`,`sequence`);--> statement-breakpoint
CREATE INDEX `told_remap_starts` ON `told_remap` (`state`,`starts_at_ms`);--> statement-breakpoint
CREATE TABLE `delivery` (
	`sink` text NOT NULL,
	`sequence` integer NOT NULL,
	`partitionkey` text NOT NULL,
	`run_id` text NOT NULL,
	`state` text NOT NULL,
	`batch_key` integer,
	`attempt_count` integer DEFAULT 0 NOT NULL,
	`set_aside_at_ms` integer,
	`status` integer,
	`answer` text,
	`error` text,
	PRIMARY KEY(`sink`, `sequence`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `delivery_lane` ON `delivery` (`sink`,`partitionkey`,`sequence`);--> statement-breakpoint
CREATE INDEX `delivery_batch_key` ON `delivery` (`batch_key`);--> statement-breakpoint
CREATE INDEX `delivery_run` ON `delivery` (`sink`,`run_id`);--> statement-breakpoint
CREATE INDEX `delivery_closed` ON `delivery` (`sink`,`partitionkey`) WHERE state <> 'waiting';--> statement-breakpoint
CREATE INDEX `delivery_set_aside` ON `delivery` (`sink`) WHERE state = 'set_aside';--> statement-breakpoint
CREATE TABLE `delivery_batch` (
	`batch_key` integer PRIMARY KEY NOT NULL,
	`sink` text NOT NULL,
	`webhook_id` text NOT NULL,
	`first_sequence` integer NOT NULL,
	`attempt_count` integer DEFAULT 0 NOT NULL,
	`first_sent_at_ms` integer,
	`next_attempt_at_ms` integer,
	`part_depth` integer DEFAULT 0 NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `delivery_batch_sink` ON `delivery_batch` (`sink`,`first_sequence`);--> statement-breakpoint
ALTER TABLE `sink` ADD `taken_sequence` integer;--> statement-breakpoint
ALTER TABLE `sink` ADD `start_sequence` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `sink` ADD `looked_sequence` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `sink` ADD `failure_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `sink` ADD `retry_at_ms` integer;--> statement-breakpoint
ALTER TABLE `sink` ADD `error` text;--> statement-breakpoint
ALTER TABLE `sink` ADD `error_at_ms` integer;--> statement-breakpoint
ALTER TABLE `sink` ADD `disabled_at_ms` integer;--> statement-breakpoint
ALTER TABLE `stream` ADD `mark` text;