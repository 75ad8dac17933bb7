-- What the likeness of petitions is reckoned from, beside the index of 0008:
-- where each lexeme stands, and how long the texts are, in lexemes.

CREATE VIRTUAL TABLE search_place USING fts5vocab (search, instance);

CREATE TABLE search_size (
  petition_id INTEGER PRIMARY KEY,
  action INTEGER NOT NULL,
  background INTEGER NOT NULL,
  additional_details INTEGER NOT NULL
) STRICT;

CREATE TABLE search_total (
  texts INTEGER NOT NULL,
  action INTEGER NOT NULL,
  background INTEGER NOT NULL,
  additional_details INTEGER NOT NULL
) STRICT;
INSERT INTO search_total VALUES (0, 0, 0, 0);

CREATE TRIGGER search_size_new AFTER INSERT ON search_size BEGIN
  UPDATE search_total SET texts = texts + 1, action = action + NEW.action,
    background = background + NEW.background,
    additional_details = additional_details + NEW.additional_details;
END;

CREATE TRIGGER search_size_gone AFTER DELETE ON search_size BEGIN
  UPDATE search_total SET texts = texts - 1, action = action - OLD.action,
    background = background - OLD.background,
    additional_details = additional_details - OLD.additional_details;
END;

-- One more than there are spaces: the empty text counts as one, too.
CREATE TRIGGER search_text_put AFTER INSERT ON search_text BEGIN
  INSERT INTO search_size VALUES (NEW.petition_id,
    length(NEW.action) - length(replace(NEW.action, ' ', '')) + 1,
    length(NEW.background) - length(replace(NEW.background, ' ', '')) + 1,
    length(NEW.additional_details)
      - length(replace(NEW.additional_details, ' ', '')) + 1);
END;

CREATE TRIGGER search_text_dropped AFTER DELETE ON search_text BEGIN
  DELETE FROM search_size WHERE petition_id = OLD.petition_id;
END;

INSERT INTO search_size SELECT petition_id,
  length(action) - length(replace(action, ' ', '')) + 1,
  length(background) - length(replace(background, ' ', '')) + 1,
  length(additional_details) - length(replace(additional_details, ' ', '')) + 1
  FROM search_text;
