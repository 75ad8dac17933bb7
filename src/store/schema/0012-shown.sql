-- When a desk has answered who asked what is held about them; null: it waits.
-- Asking again after that makes it wait again.
ALTER TABLE show_request ADD COLUMN answered_ms INTEGER;
