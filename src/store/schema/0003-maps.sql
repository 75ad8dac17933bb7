-- Maps: outlines of areas by boundary set, people by place; and an index that
-- finds what moved within the last hour.

CREATE TABLE map (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,             -- 1 hexes, 2 shapes, 3 world
  name TEXT NOT NULL,                -- of the boundary set: "2024"
  credit TEXT,                       -- whose data: shown with the drawing
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  UNIQUE (kind, name)
) STRICT;

CREATE TABLE map_area (
  map_id INTEGER NOT NULL REFERENCES map (id),
  code TEXT NOT NULL,
  name TEXT,
  outline TEXT NOT NULL,             -- SVG path data, formats.md section 8
  PRIMARY KEY (map_id, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE population (
  kind INTEGER NOT NULL,             -- enum store_place_kind
  code TEXT NOT NULL,
  people INTEGER NOT NULL,
  PRIMARY KEY (kind, code)
) STRICT, WITHOUT ROWID;

CREATE INDEX history_by_time ON history (at_ms);
