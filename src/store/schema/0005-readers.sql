-- Who could open what, and since when: one row for each time that a recipient
-- stood in the declarations without a gap (docs/log.md section 6).

CREATE TABLE reader (
  compartment INTEGER NOT NULL,      -- docs/formats.md section 1
  recipient TEXT NOT NULL,
  who TEXT NOT NULL,
  since_ms INTEGER NOT NULL,
  until_ms INTEGER,                  -- null: it still stands there
  PRIMARY KEY (compartment, recipient, since_ms)
) STRICT, WITHOUT ROWID;
