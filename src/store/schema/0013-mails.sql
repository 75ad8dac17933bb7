-- The language of a job's mails, that of the form; and first mails are found
-- without looking at reminders.
ALTER TABLE mail_job ADD COLUMN lang TEXT NOT NULL DEFAULT '';

CREATE INDEX mail_queue_kind ON mail_queue(kind, slot);
