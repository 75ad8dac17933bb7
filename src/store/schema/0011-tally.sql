-- The totals by country and area that a closed petition's log ends with.
ALTER TABLE petition ADD COLUMN tally_ev_seq INTEGER; -- its TALLY event
