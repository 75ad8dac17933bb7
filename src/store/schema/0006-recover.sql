-- What a restore needs: a log that was lost is made again from here, so each
-- leaf's hour stands here too; and petitions that take no signatures until
-- somebody accepts that keeper forgot who signed them.

ALTER TABLE event ADD COLUMN leaf_hour INTEGER;

CREATE TABLE petition_paused (
  petition_id INTEGER PRIMARY KEY
) STRICT;
