-- The public face: one row means the same in every release; columns may be added.
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
--> statement-breakpoint
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
--> statement-breakpoint
-- A group is shown on the days that the regions of all its members in the horizon have.
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
--> statement-breakpoint
CREATE VIEW snapshot_assignment_history AS
SELECT m.meter_id, a.program, a.market_group_id, a.effective_from, a.effective_to,
  strftime('%Y-%m-%dT%H:%M:%S', a.known_from_ms / 1000, 'unixepoch') || printf('.%03dZ', a.known_from_ms % 1000)
    AS known_from,
  strftime('%Y-%m-%dT%H:%M:%S', a.known_to_ms / 1000, 'unixepoch') || printf('.%03dZ', a.known_to_ms % 1000)
    AS known_to
FROM assignment a JOIN meter m ON m.meter_key = a.meter_key;
--> statement-breakpoint
CREATE VIEW snapshot_events AS
SELECT sequence, id, type, subject, partitionkey,
  strftime('%Y-%m-%dT%H:%M:%S', time_ms / 1000, 'unixepoch') || printf('.%03dZ', time_ms % 1000) AS time,
  run_id, event
FROM event;
--> statement-breakpoint
CREATE VIEW snapshot_info AS
SELECT api_version, account, stream_id, last_sequence,
  strftime('%Y-%m-%dT%H:%M:%S', published_at_ms / 1000, 'unixepoch') || printf('.%03dZ', published_at_ms % 1000)
    AS published_at,
  (SELECT json_group_object(h.transmission_region,
     json_object('first', h.today, 'last', max(h.last_looked_at, h.known_through)))
   FROM horizon h) AS horizons
FROM stream;
--> statement-breakpoint
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
