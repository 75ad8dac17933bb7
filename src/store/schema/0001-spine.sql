-- The first schema: petitions with all that hangs on them, sealed signatures,
-- mail jobs, events and what the log answered.
--
-- Moments are milliseconds since 1970 UTC, days and hours whole ones since
-- then; null means never.  What a person reads is keyed by language.

PRAGMA application_id = 1346720836; -- 'PETD'

-- ---- petitions ------------------------------------------------------------

CREATE TABLE petition (
  id INTEGER PRIMARY KEY,
  state INTEGER NOT NULL,            -- enum petition_state
  archived INTEGER NOT NULL,
  lang TEXT NOT NULL,                -- the language it was written in
  creator_name TEXT,
  carried_over INTEGER NOT NULL,     -- came along by import
  counted INTEGER NOT NULL DEFAULT 0, -- proven by the log, never recounted
  has_totals INTEGER NOT NULL,
  created_ms INTEGER, updated_ms INTEGER, rejected_ms INTEGER,
  opened_ms INTEGER, closed_ms INTEGER, deadline_ms INTEGER,
  moderation_threshold_ms INTEGER, response_threshold_ms INTEGER,
  response_ms INTEGER, debate_threshold_ms INTEGER,
  debate_scheduled_on INTEGER, scheduled_debate_date INTEGER,
  debate_outcome_ms INTEGER,
  petition_ev_seq INTEGER,           -- its newest PETITION event
  close_ev_seq INTEGER               -- its CLOSE event
) STRICT;

CREATE INDEX petition_by_state ON petition (state);

CREATE TABLE petition_text (
  petition_id INTEGER NOT NULL REFERENCES petition (id),
  lang TEXT NOT NULL,
  action TEXT NOT NULL,
  background TEXT,
  additional_details TEXT,
  committee_note TEXT,
  PRIMARY KEY (petition_id, lang)
) STRICT, WITHOUT ROWID;

CREATE TABLE petition_period (
  petition_id INTEGER PRIMARY KEY REFERENCES petition (id),
  period TEXT,
  government TEXT,
  dissolution_ms INTEGER,
  response_threshold INTEGER NOT NULL,
  debate_threshold INTEGER NOT NULL
) STRICT;

CREATE TABLE response (
  petition_id INTEGER PRIMARY KEY REFERENCES petition (id),
  responded_on INTEGER,
  created_ms INTEGER,
  updated_ms INTEGER
) STRICT;

CREATE TABLE response_text (
  petition_id INTEGER NOT NULL REFERENCES response (petition_id),
  lang TEXT NOT NULL,
  summary TEXT,
  details TEXT,
  PRIMARY KEY (petition_id, lang)
) STRICT, WITHOUT ROWID;

CREATE TABLE debate (
  petition_id INTEGER PRIMARY KEY REFERENCES petition (id),
  debated_on INTEGER,
  transcript_url TEXT,
  video_url TEXT,
  debate_pack_url TEXT,
  public_engagement_url TEXT,
  debate_summary_url TEXT
) STRICT;

CREATE TABLE debate_text (
  petition_id INTEGER NOT NULL REFERENCES debate (petition_id),
  lang TEXT NOT NULL,
  overview TEXT,
  PRIMARY KEY (petition_id, lang)
) STRICT, WITHOUT ROWID;

CREATE TABLE rejection (
  petition_id INTEGER PRIMARY KEY REFERENCES petition (id),
  code TEXT NOT NULL
) STRICT;

CREATE TABLE rejection_text (
  petition_id INTEGER NOT NULL REFERENCES rejection (petition_id),
  lang TEXT NOT NULL,
  details TEXT,
  PRIMARY KEY (petition_id, lang)
) STRICT, WITHOUT ROWID;

CREATE TABLE department (
  id INTEGER PRIMARY KEY,
  acronym TEXT,
  name TEXT NOT NULL,
  url TEXT
) STRICT;

CREATE INDEX department_by_name ON department (name);

CREATE TABLE petition_department (
  petition_id INTEGER NOT NULL REFERENCES petition (id),
  position INTEGER NOT NULL,
  department_id INTEGER NOT NULL REFERENCES department (id),
  PRIMARY KEY (petition_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE petition_topic (
  petition_id INTEGER NOT NULL REFERENCES petition (id),
  position INTEGER NOT NULL,
  code TEXT NOT NULL,
  PRIMARY KEY (petition_id, position)
) STRICT, WITHOUT ROWID;

-- Other parliamentary business.
CREATE TABLE activity (
  petition_id INTEGER NOT NULL REFERENCES petition (id),
  position INTEGER NOT NULL,
  occurred_on INTEGER,
  created_ms INTEGER,
  updated_ms INTEGER,
  PRIMARY KEY (petition_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE activity_text (
  petition_id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  lang TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (petition_id, position, lang),
  FOREIGN KEY (petition_id, position) REFERENCES activity
) STRICT, WITHOUT ROWID;

-- A country, constituency or region as one document named it; members and
-- boundaries change, so one code may have several.
CREATE TABLE place (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,             -- 1 country, 2 constituency, 3 region
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  member TEXT
) STRICT;

CREATE INDEX place_by_code ON place (kind, code);

-- The breakdowns that were carried over, in the order of their document.
CREATE TABLE carried_total (
  petition_id INTEGER NOT NULL REFERENCES petition (id),
  kind INTEGER NOT NULL,
  position INTEGER NOT NULL,
  place_id INTEGER NOT NULL REFERENCES place (id),
  count INTEGER NOT NULL,
  PRIMARY KEY (petition_id, kind, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE history (
  petition_id INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (petition_id, at_ms)
) STRICT, WITHOUT ROWID;

-- ---- signatures -------------------------------------------------------------
-- Millions of rows.  Slots rise with time, so inserts and confirmations stay
-- together; what is looked at often is apart from what is wide.

CREATE TABLE signature (
  slot INTEGER PRIMARY KEY,
  petition_id INTEGER NOT NULL,
  state INTEGER NOT NULL,            -- enum signature_state: what we know
  standing INTEGER NOT NULL,         -- what the log says: 0 nothing yet,
                                     -- 1 counted, 2 invalidated, 3 withdrawn
  hour INTEGER NOT NULL,
  country TEXT NOT NULL,
  area TEXT NOT NULL,
  commitment BLOB NOT NULL,
  ev_seq INTEGER,
  leaf_index INTEGER,
  log_year INTEGER
) STRICT;

-- Rows that wait for their confirmation, to find those that expired.
CREATE INDEX signature_pending ON signature (hour) WHERE state = 0;

CREATE TABLE record (
  slot INTEGER PRIMARY KEY,
  identity BLOB NOT NULL,
  contact BLOB
) STRICT;

-- A job is kept until its signature is confirmed or expires; mail_queue names
-- those the relay has not taken yet.
CREATE TABLE mail_job (
  slot INTEGER PRIMARY KEY,
  job BLOB NOT NULL
) STRICT;

CREATE TABLE mail_queue (
  slot INTEGER PRIMARY KEY
) STRICT;

-- A form id begins with its minute, so inserts stay at the right edge and old
-- ones go by range.
CREATE TABLE form_rid (
  rid BLOB PRIMARY KEY,
  slot INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE epoch (
  id BLOB PRIMARY KEY,
  compartment INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  header BLOB NOT NULL
) STRICT;

-- ---- the log ------------------------------------------------------------------

CREATE TABLE event (
  ev_seq INTEGER PRIMARY KEY,        -- consecutive from 1
  type INTEGER NOT NULL,             -- docs/log.md section 2
  reason INTEGER NOT NULL,
  petition_id INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  target_ev_seq INTEGER NOT NULL,
  count INTEGER NOT NULL,
  c BLOB NOT NULL,
  mac BLOB NOT NULL,
  leaf_index INTEGER,
  log_year INTEGER
) STRICT;

-- Events that have no leaf yet: a petition is closed in the log only when
-- none of its signatures waits.
CREATE INDEX event_waiting ON event (petition_id) WHERE leaf_index IS NULL;

CREATE TABLE checkpoint (
  year INTEGER NOT NULL,
  size INTEGER NOT NULL,
  note TEXT NOT NULL,
  made_ms INTEGER NOT NULL,
  PRIMARY KEY (year, size)
) STRICT, WITHOUT ROWID;

CREATE TABLE document (
  sha256 BLOB PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
