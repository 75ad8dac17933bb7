-- The reading side: periods, what an institution lists (topics, areas, regions,
-- countries), and indexes for lists of petitions.

-- A parliament.  Without a dissolution it is the one that sits.
CREATE TABLE period (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,         -- "2015-2017"
  government TEXT,
  dissolution_ms INTEGER,
  response_threshold INTEGER NOT NULL,
  debate_threshold INTEGER NOT NULL
) STRICT;

-- Those that archived petitions brought along.
INSERT OR IGNORE INTO period (name, government, dissolution_ms,
    response_threshold, debate_threshold)
  SELECT period, government, dissolution_ms, response_threshold,
    debate_threshold
  FROM petition_period WHERE period IS NOT NULL ORDER BY dissolution_ms;

CREATE INDEX petition_period_by_name ON petition_period (period);

CREATE TABLE topic (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX petition_topic_by_code ON petition_topic (code);

-- A constituency between two days, as the institution lists it.
CREATE TABLE area (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  member TEXT,
  party TEXT,
  region_code TEXT,
  start_on INTEGER,
  end_on INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE region (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE country (
  code TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  start_on INTEGER,
  end_on INTEGER
) STRICT, WITHOUT ROWID;

-- Most lists are in this order, and all are of what the public may see: open,
-- closed or rejected.
CREATE INDEX petition_by_count ON petition
  (archived, carried_over + counted DESC, created_ms DESC)
  WHERE state IN (6, 7, 8);
