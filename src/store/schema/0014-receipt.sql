-- What a receipt says of a signature that left the count: since when, and why.
CREATE INDEX event_about ON event (slot) WHERE type IN (3, 4, 5);
