DROP INDEX `assignment_current_group`;--> statement-breakpoint
DROP INDEX `assignment_history_group`;--> statement-breakpoint
CREATE INDEX `assignment_current_group` ON `assignment` (`market_group_id`,`meter_key`,`known_from_ms`,`effective_from`,`effective_to`,`program`,`known_to_ms`) WHERE known_to_ms IS NULL;--> statement-breakpoint
CREATE INDEX `assignment_history_group` ON `assignment` (`market_group_id`,`known_to_ms`,`known_from_ms`,`effective_from`,`effective_to`,`meter_key`,`program`) WHERE known_to_ms IS NOT NULL;