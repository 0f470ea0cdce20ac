CREATE TABLE `dispatch_check` (
	`level` text NOT NULL,
	`event_id` text NOT NULL,
	`trade_date` text NOT NULL,
	`target_id` text NOT NULL,
	`start_ms` integer NOT NULL,
	`end_ms` integer NOT NULL,
	`is_cancelled` integer NOT NULL,
	`is_voluntary` integer NOT NULL,
	`test` text NOT NULL,
	`event_types` text NOT NULL,
	`programs` text NOT NULL,
	`sent_at_ms` integer NOT NULL,
	`sent_basis` text NOT NULL,
	`verdict` text NOT NULL,
	`is_counted` integer NOT NULL,
	`dispatched_count` integer NOT NULL,
	`published_count` integer NOT NULL,
	`missing_here_count` integer NOT NULL,
	`missing_there_count` integer NOT NULL,
	`missing_here` text NOT NULL,
	`missing_there` text NOT NULL,
	`told_at_ms` integer,
	`content_sha256` text NOT NULL,
	`drift_sha256` text,
	`first_checked_at_ms` integer NOT NULL,
	`checked_at_ms` integer NOT NULL,
	PRIMARY KEY(`level`, `event_id`, `trade_date`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `dispatch_check_trade_date` ON `dispatch_check` (`trade_date`);--> statement-breakpoint
CREATE TABLE `leap_webhook` (
	`ordinal` integer PRIMARY KEY NOT NULL,
	`webhook_event_id` text NOT NULL,
	`type` text NOT NULL,
	`subject` text NOT NULL,
	`fact` text NOT NULL,
	`received_at_ms` integer,
	`copy_count` integer NOT NULL,
	`imported_at_ms` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `leap_webhook_webhook_event_id_unique` ON `leap_webhook` (`webhook_event_id`);--> statement-breakpoint
CREATE INDEX `leap_webhook_subject` ON `leap_webhook` (`subject`,`type`);--> statement-breakpoint
CREATE INDEX `leap_webhook_received` ON `leap_webhook` (`received_at_ms`);--> statement-breakpoint
CREATE TABLE `volue_report` (
	`report_id` text PRIMARY KEY NOT NULL,
	`host` text NOT NULL,
	`event_id` text NOT NULL,
	`kind` text NOT NULL,
	`body` text NOT NULL,
	`state` text NOT NULL,
	`attempt_count` integer NOT NULL,
	`made_at_ms` integer NOT NULL,
	`sent_at_ms` integer,
	`answered_at_ms` integer,
	`status` integer,
	`volue_id` text,
	`problem` text
) STRICT;
--> statement-breakpoint
CREATE INDEX `volue_report_event` ON `volue_report` (`host`,`event_id`,`kind`);--> statement-breakpoint
-- How dispatches compare with what was published: one row a timeslot and trade date.
CREATE VIEW snapshot_dispatch_checks AS
SELECT level, event_id, trade_date, CASE level WHEN 'group' THEN target_id END AS market_group_id,
  CASE level WHEN 'meter' THEN target_id END AS meter_id, verdict, is_counted,
  strftime('%Y-%m-%dT%H:%M:%S', start_ms / 1000, 'unixepoch') || printf('.%03dZ', start_ms % 1000) AS start_time,
  strftime('%Y-%m-%dT%H:%M:%S', end_ms / 1000, 'unixepoch') || printf('.%03dZ', end_ms % 1000) AS end_time,
  strftime('%Y-%m-%dT%H:%M:%S', sent_at_ms / 1000, 'unixepoch') || printf('.%03dZ', sent_at_ms % 1000) AS sent_at,
  sent_basis AS sent_at_basis, is_cancelled, is_voluntary, nullif(test, '') AS test,
  event_types AS dispatch_event_types,
  programs, dispatched_count, published_count, missing_here_count, missing_there_count, missing_here, missing_there,
  strftime('%Y-%m-%dT%H:%M:%S', told_at_ms / 1000, 'unixepoch') || printf('.%03dZ', told_at_ms % 1000) AS told_at,
  strftime('%Y-%m-%dT%H:%M:%S', checked_at_ms / 1000, 'unixepoch') || printf('.%03dZ', checked_at_ms % 1000) AS checked_at
FROM dispatch_check;
