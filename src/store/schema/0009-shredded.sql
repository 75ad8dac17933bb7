-- What died of a petition when its time was over (docs/log.md section 2).

CREATE TABLE shredded (
  petition_id INTEGER NOT NULL,
  what INTEGER NOT NULL,             -- enum store_shred
  done_ms INTEGER NOT NULL,
  PRIMARY KEY (petition_id, what)
) STRICT, WITHOUT ROWID;
