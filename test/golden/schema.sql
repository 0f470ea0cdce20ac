CREATE INDEX `assignment_current_group` ON `assignment` (`market_group_id`,`meter_key`,`known_from_ms`,`effective_from`,`effective_to`,`program`,`known_to_ms`) WHERE known_to_ms IS NULL;

CREATE INDEX `assignment_current_meter` ON `assignment` (`meter_key`) WHERE known_to_ms IS NULL;

CREATE INDEX `assignment_ended` ON `assignment` (`effective_to`) WHERE known_to_ms IS NULL AND effective_to IS NOT NULL;

CREATE INDEX `assignment_history_group` ON `assignment` (`market_group_id`,`known_to_ms`,`known_from_ms`,`effective_from`,`effective_to`,`meter_key`,`program`) WHERE known_to_ms IS NOT NULL;

CREATE INDEX `assignment_history_meter` ON `assignment` (`meter_key`) WHERE known_to_ms IS NOT NULL;

CREATE INDEX `assignment_replaced` ON `assignment` (`known_to_ms`) WHERE known_to_ms IS NOT NULL;

CREATE INDEX `delivery_batch_key` ON `delivery` (`batch_key`);

CREATE INDEX `delivery_batch_sink` ON `delivery_batch` (`sink`,`first_sequence`);

CREATE INDEX `delivery_closed` ON `delivery` (`sink`,`partitionkey`) WHERE state <> 'waiting';

CREATE INDEX `delivery_lane` ON `delivery` (`sink`,`partitionkey`,`sequence`);

CREATE INDEX `delivery_run` ON `delivery` (`sink`,`run_id`);

CREATE INDEX `delivery_set_aside` ON `delivery` (`sink`) WHERE state = 'set_aside';

CREATE INDEX `dispatch_check_trade_date` ON `dispatch_check` (`trade_date`);

CREATE UNIQUE INDEX `event_id_unique` ON `event` (`id`);

CREATE INDEX `event_run_id` ON `event` (`run_id`);

CREATE INDEX `event_subject` ON `event` (`subject`);

CREATE INDEX `leap_webhook_received` ON `leap_webhook` (`received_at_ms`);

CREATE INDEX `leap_webhook_subject` ON `leap_webhook` (`subject`,`type`);

CREATE UNIQUE INDEX `leap_webhook_webhook_event_id_unique` ON `leap_webhook` (`webhook_event_id`);

CREATE INDEX `meter_absence` ON `meter` (`meter_key`) WHERE is_missing = 1 OR is_absence_released = 1 OR ended_at_ms IS NOT NULL;

CREATE UNIQUE INDEX `meter_meter_id_unique` ON `meter` (`meter_id`);

CREATE INDEX `meter_next_boundary_date` ON `meter` (`next_boundary_date`);

CREATE INDEX `meter_next_preference_at_ms` ON `meter` (`next_preference_at_ms`);

CREATE INDEX `read_window_run_key` ON `read_window` (`run_key`);

CREATE UNIQUE INDEX `run_run_id_unique` ON `run` (`run_id`);

CREATE INDEX `run_started` ON `run` (`mode`,`started_at_ms`);

CREATE INDEX `staged_assignment_group` ON `staged_assignment` (`run_key`,`market_group_id`);

CREATE UNIQUE INDEX `told_remap_event_id_unique` ON `told_remap` (`event_id`);

CREATE INDEX `told_remap_meter` ON `told_remap` (`meter_id`,`program`,`sequence`);

CREATE INDEX `told_remap_starts` ON `told_remap` (`state`,`starts_at_ms`);

CREATE INDEX `volue_report_event` ON `volue_report` (`host`,`event_id`,`kind`);

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

CREATE TABLE `discovered_field` (
	`field_key` text PRIMARY KEY NOT NULL,
	`is_told` integer NOT NULL
) STRICT;

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

CREATE TABLE `event_count` (
	`type` text NOT NULL,
	`subject` text NOT NULL,
	`program` text NOT NULL,
	`told` integer NOT NULL,
	PRIMARY KEY(`type`, `subject`, `program`)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE `hidden_meter` (
	`meter_key` integer PRIMARY KEY NOT NULL,
	`is_hidden` integer NOT NULL
) STRICT;

CREATE TABLE `horizon` (
	`transmission_region` text PRIMARY KEY NOT NULL,
	`zone` text NOT NULL,
	`today` text NOT NULL,
	`first_looked_at` text,
	`last_looked_at` text NOT NULL,
	`known_through` text NOT NULL
) STRICT;

CREATE TABLE `horizon_day` (
	`transmission_region` text NOT NULL,
	`trade_date` text NOT NULL,
	PRIMARY KEY(`transmission_region`, `trade_date`)
) STRICT, WITHOUT ROWID;

CREATE TABLE `horizon_history` (
	`transmission_region` text NOT NULL,
	`publication` integer NOT NULL,
	`last_looked_at` text NOT NULL,
	PRIMARY KEY(`transmission_region`, `publication`)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE `market_group` (
	`market_group_id` text PRIMARY KEY NOT NULL,
	`market_group_name` text,
	`version` integer DEFAULT 0 NOT NULL
) STRICT;

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
, `transmission_region` text, `enrollment_status` text, `added_at_ms` integer, `missing_since_ms` integer, `ended_at_ms` integer, `is_absence_released` integer DEFAULT 0 NOT NULL) STRICT;

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
, `modified_from_ms` integer, `meter_count` integer) STRICT;

CREATE TABLE `replaced_revision` (
	`replaced_at_ms` integer NOT NULL,
	`revision_id` integer NOT NULL,
	PRIMARY KEY(`replaced_at_ms`, `revision_id`)
) STRICT, WITHOUT ROWID;

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
, `publication` integer DEFAULT 0 NOT NULL, `is_full_chain` integer DEFAULT 0 NOT NULL) STRICT;

CREATE TABLE `sink` (
	`name` text PRIMARY KEY NOT NULL,
	`settled_sequence` integer NOT NULL,
	`created_at_ms` integer NOT NULL,
	`settled_at_ms` integer
, `taken_sequence` integer, `start_sequence` integer DEFAULT 0 NOT NULL, `looked_sequence` integer DEFAULT 0 NOT NULL, `failure_count` integer DEFAULT 0 NOT NULL, `retry_at_ms` integer, `error` text, `error_at_ms` integer, `disabled_at_ms` integer) STRICT;

CREATE TABLE `staged_absence` (
	`run_key` integer NOT NULL,
	`meter_key` integer NOT NULL,
	PRIMARY KEY(`run_key`, `meter_key`)
) STRICT;

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

CREATE TABLE `staged_group` (
	`run_key` integer NOT NULL,
	`market_group_id` text NOT NULL,
	`market_group_name` text,
	`version` integer,
	PRIMARY KEY(`run_key`, `market_group_id`)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE `staged_head` (
	`run_key` integer NOT NULL,
	`meter_key` integer NOT NULL,
	`revision_id` integer,
	`participation_preference` text,
	`next_boundary_date` text,
	`next_preference_at_ms` integer,
	`published_through` text,
	`is_changed` integer NOT NULL, `presence` text,
	PRIMARY KEY(`run_key`, `meter_key`)
) STRICT, WITHOUT ROWID;

CREATE TABLE `staged_plan` (
	`run_key` integer PRIMARY KEY NOT NULL,
	`plan` text NOT NULL
) STRICT;

CREATE TABLE `staged_revision` (
	`run_key` integer NOT NULL,
	`meter_key` integer NOT NULL,
	`window_ordinal` integer NOT NULL,
	`staged_order` integer NOT NULL,
	`revision_id` integer NOT NULL, `is_own` integer DEFAULT 1 NOT NULL,
	PRIMARY KEY(`run_key`, `meter_key`, `window_ordinal`)
) STRICT, WITHOUT ROWID;

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
, `planned_at_ms` integer, `mark` text, `pruned_sequence` integer DEFAULT 0 NOT NULL, `pruned_known_at_ms` integer, `pruned_trade_date` text) STRICT;

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

CREATE VIEW snapshot_assignment_history AS
SELECT m.meter_id, a.program, a.market_group_id, a.effective_from, a.effective_to,
  strftime('%Y-%m-%dT%H:%M:%S', a.known_from_ms / 1000, 'unixepoch') || printf('.%03dZ', a.known_from_ms % 1000)
    AS known_from,
  strftime('%Y-%m-%dT%H:%M:%S', a.known_to_ms / 1000, 'unixepoch') || printf('.%03dZ', a.known_to_ms % 1000)
    AS known_to
FROM assignment a JOIN meter m ON m.meter_key = a.meter_key;

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

CREATE VIEW snapshot_events AS
SELECT sequence, id, type, subject, partitionkey,
  strftime('%Y-%m-%dT%H:%M:%S', time_ms / 1000, 'unixepoch') || printf('.%03dZ', time_ms % 1000) AS time,
  run_id, event
FROM event;

CREATE VIEW snapshot_group_members AS
SELECT d.trade_date, a.market_group_id, g.market_group_name, a.program, m.meter_id, r.partner_reference,
  r.transmission_region
FROM assignment a
JOIN meter m ON m.meter_key = a.meter_key
JOIN revision r ON r.revision_id = m.head_revision_id
JOIN horizon_day d ON d.transmission_region = r.transmission_region
  AND d.trade_date >= a.effective_from AND (a.effective_to IS NULL OR d.trade_date <= a.effective_to)
LEFT JOIN market_group g ON g.market_group_id = a.market_group_id
WHERE a.known_to_ms IS NULL;

CREATE VIEW snapshot_groups AS
WITH group_region AS MATERIALIZED (
  SELECT DISTINCT s.market_group_id, j.value AS transmission_region
  FROM group_span s, json_each(s.regions) j
  WHERE s.member_count > 0 AND EXISTS (
    SELECT 1 FROM horizon_day d
    WHERE d.transmission_region = j.value AND d.trade_date >= s.effective_from
      AND (s.effective_to IS NULL OR d.trade_date <= s.effective_to))
),
region_count AS MATERIALIZED (
  SELECT market_group_id, count(*) AS n FROM group_region GROUP BY market_group_id
),
group_day AS (
  SELECT gr.market_group_id, d.trade_date
  FROM group_region gr
  JOIN region_count c ON c.market_group_id = gr.market_group_id
  JOIN horizon_day d ON d.transmission_region = gr.transmission_region
  GROUP BY gr.market_group_id, d.trade_date
  HAVING count(*) = max(c.n)
)
SELECT gd.trade_date, gd.market_group_id, g.market_group_name, s.programs, s.member_count, s.members_sha256, g.version
FROM group_day gd
JOIN group_span s ON s.market_group_id = gd.market_group_id
  AND gd.trade_date >= s.effective_from AND (s.effective_to IS NULL OR gd.trade_date <= s.effective_to)
JOIN market_group g ON g.market_group_id = gd.market_group_id
WHERE s.member_count > 0 AND NOT EXISTS (
  SELECT 1 FROM json_each(s.regions) j WHERE NOT EXISTS (
    SELECT 1 FROM horizon_day d WHERE d.transmission_region = j.value AND d.trade_date = gd.trade_date));

CREATE VIEW snapshot_info AS
SELECT api_version, account, stream_id, last_sequence,
  strftime('%Y-%m-%dT%H:%M:%S', published_at_ms / 1000, 'unixepoch') || printf('.%03dZ', published_at_ms % 1000)
    AS published_at,
  (SELECT json_group_object(h.transmission_region,
     json_object('first', h.today, 'last', max(h.last_looked_at, h.known_through)))
   FROM horizon h) AS horizons,
  pruned_sequence + 1 AS first_sequence,
  strftime('%Y-%m-%dT%H:%M:%S', pruned_known_at_ms / 1000, 'unixepoch') || printf('.%03dZ', pruned_known_at_ms % 1000)
    AS history_known_from,
  pruned_trade_date AS history_gone_through
FROM stream;

CREATE VIEW snapshot_meters AS
SELECT m.meter_id, r.partner_reference, r.transmission_region, r.meter_type, r.tags, r.enrollment_status,
  r.dispatchable, m.participation_preference, r.action_required, r.required_actions, r.is_archived, m.is_missing,
  CASE WHEN r.added_at_ms IS NULL THEN r.added_at
    ELSE strftime('%Y-%m-%dT%H:%M:%S', r.added_at_ms / 1000, 'unixepoch') || printf('.%03dZ', r.added_at_ms % 1000)
  END AS added_at,
  strftime('%Y-%m-%dT%H:%M:%S', m.changed_at_ms / 1000, 'unixepoch') || printf('.%03dZ', m.changed_at_ms % 1000)
    AS last_changed_at,
  r.document
FROM meter m JOIN revision r ON r.revision_id = m.head_revision_id;

CREATE VIEW snapshot_runs AS
SELECT run_id, mode, status,
  strftime('%Y-%m-%dT%H:%M:%S', started_at_ms / 1000, 'unixepoch') || printf('.%03dZ', started_at_ms % 1000)
    AS started_at,
  strftime('%Y-%m-%dT%H:%M:%S', finished_at_ms / 1000, 'unixepoch') || printf('.%03dZ', finished_at_ms % 1000)
    AS finished_at,
  strftime('%Y-%m-%dT%H:%M:%S', published_at_ms / 1000, 'unixepoch') || printf('.%03dZ', published_at_ms % 1000)
    AS published_at,
  is_certified, report
FROM run;
