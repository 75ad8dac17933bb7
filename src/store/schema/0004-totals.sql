-- Where signatures come from: exact totals that follow the log, and what of
-- them the public sees.

-- counted: signatures of the petition from there that the log counts.
-- published: what it was when the figures of the petition last moved.  Kind as
-- in table place: 1 country, 2 constituency.
CREATE TABLE place_total (
  petition_id INTEGER NOT NULL REFERENCES petition (id),
  kind INTEGER NOT NULL,
  code TEXT NOT NULL,
  counted INTEGER NOT NULL,
  published INTEGER NOT NULL,
  PRIMARY KEY (petition_id, kind, code)
) STRICT, WITHOUT ROWID;

CREATE INDEX place_total_by_place ON place_total (kind, code);
CREATE INDEX carried_total_by_place ON carried_total (place_id);

-- How many changes a petition has that its published figures do not show, and
-- the day of the first of them.
CREATE TABLE place_waiting (
  petition_id INTEGER PRIMARY KEY REFERENCES petition (id),
  changes INTEGER NOT NULL,
  since_day INTEGER NOT NULL
) STRICT;

INSERT INTO place_total
  SELECT petition_id, 1, country, count(*), count(*) FROM signature
  WHERE standing = 1 GROUP BY petition_id, country;
INSERT INTO place_total
  SELECT petition_id, 2, area, count(*), count(*) FROM signature
  WHERE standing = 1 AND area <> '' GROUP BY petition_id, area;

-- An empty member is a vacant seat, null one that nobody told us.
ALTER TABLE area ADD COLUMN member_url TEXT;
ALTER TABLE area ADD COLUMN region_name TEXT;
