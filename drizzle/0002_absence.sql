CREATE TABLE `hidden_meter` (
	`meter_key` integer PRIMARY KEY NOT NULL,
	`is_hidden` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `staged_absence` (
	`run_key` integer NOT NULL,
	`meter_key` integer NOT NULL,
	PRIMARY KEY(`run_key`, `meter_key`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `staged_plan` (
	`run_key` integer PRIMARY KEY NOT NULL,
	`plan` text NOT NULL
) STRICT;
--> statement-breakpoint
ALTER TABLE `meter` ADD `transmission_region` text;--> statement-breakpoint
ALTER TABLE `meter` ADD `enrollment_status` text;--> statement-breakpoint
ALTER TABLE `meter` ADD `added_at_ms` integer;--> statement-breakpoint
ALTER TABLE `meter` ADD `missing_since_ms` integer;--> statement-breakpoint
ALTER TABLE `meter` ADD `ended_at_ms` integer;--> statement-breakpoint
ALTER TABLE `meter` ADD `is_absence_released` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `meter_absence` ON `meter` (`meter_key`) WHERE is_missing = 1 OR is_absence_released = 1 OR ended_at_ms IS NOT NULL;--> statement-breakpoint
ALTER TABLE `read_window` ADD `modified_from_ms` integer;--> statement-breakpoint
ALTER TABLE `read_window` ADD `meter_count` integer;--> statement-breakpoint
CREATE INDEX `read_window_run_key` ON `read_window` (`run_key`);--> statement-breakpoint
ALTER TABLE `run` ADD `publication` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `run` ADD `is_full_chain` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `staged_head` ADD `presence` text;--> statement-breakpoint
ALTER TABLE `staged_revision` ADD `is_own` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `stream` ADD `planned_at_ms` integer;--> statement-breakpoint
UPDATE `stream` SET `planned_at_ms` = `published_at_ms`;--> statement-breakpoint
UPDATE `meter` SET (`transmission_region`, `enrollment_status`, `added_at_ms`) =
  (SELECT r.transmission_region, r.enrollment_status, r.added_at_ms FROM revision r WHERE r.revision_id = head_revision_id)
WHERE head_revision_id IS NOT NULL;
