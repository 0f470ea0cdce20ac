CREATE TABLE `replaced_revision` (
	`replaced_at_ms` integer NOT NULL,
	`revision_id` integer NOT NULL,
	PRIMARY KEY(`replaced_at_ms`, `revision_id`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `stream` ADD `pruned_sequence` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `stream` ADD `pruned_known_at_ms` integer;--> statement-breakpoint
ALTER TABLE `stream` ADD `pruned_trade_date` text;--> statement-breakpoint
CREATE INDEX `assignment_replaced` ON `assignment` (`known_to_ms`) WHERE known_to_ms IS NOT NULL;--> statement-breakpoint
CREATE INDEX `assignment_ended` ON `assignment` (`effective_to`) WHERE known_to_ms IS NULL AND effective_to IS NOT NULL;--> statement-breakpoint
CREATE INDEX `run_started` ON `run` (`mode`,`started_at_ms`);--> statement-breakpoint
-- When they were replaced nobody noted: they are as old as the last publication.
INSERT INTO `replaced_revision`
SELECT coalesce((SELECT `published_at_ms` FROM `stream`), 0), `revision_id` FROM `revision`
WHERE `revision_id` NOT IN (SELECT `head_revision_id` FROM `meter` WHERE `head_revision_id` IS NOT NULL)
  AND `revision_id` NOT IN (SELECT `revision_id` FROM `staged_revision`)
  AND `revision_id` NOT IN (SELECT `revision_id` FROM `staged_head` WHERE `revision_id` IS NOT NULL);
--> statement-breakpoint
DROP VIEW `snapshot_info`;
--> statement-breakpoint
-- From `first_sequence` on every event is there; earlier ones are gone, but for those still needed. The history
-- answers for instants from `history_known_from` on and trade dates after `history_gone_through`; null: for all.
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
