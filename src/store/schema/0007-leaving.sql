-- Signers who leave: keeper destroys their data once log has journaled the
-- event; what they asked to see; and the second mail to who did not confirm.

CREATE TABLE leaving (
  slot INTEGER PRIMARY KEY,
  ev_seq INTEGER NOT NULL
) STRICT;

-- "What do you hold about me?": the desk opens the record and answers.
CREATE TABLE show_request (
  slot INTEGER PRIMARY KEY,
  petition_id INTEGER NOT NULL,
  hour INTEGER NOT NULL
) STRICT;

-- 0: the first mail of its job, 1: the reminder.
ALTER TABLE mail_queue ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
