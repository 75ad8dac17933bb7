-- What is searched: the lexemes of each petition's texts (domain/lexeme.h),
-- in all the languages it has, and FTS5's index of them.
--
-- A change of texts only notes which petition is due; the index is brought up
-- to date before that transaction is committed (store/sqlite/search_index.c).
-- So a program that knows nothing of lexemes may change texts as well: what
-- it leaves due is done by the next transaction of ours.

-- Lexemes with a space between them; "~" stands for a stop word.
CREATE TABLE search_text (
  petition_id INTEGER PRIMARY KEY,
  action TEXT NOT NULL,
  background TEXT NOT NULL,
  additional_details TEXT NOT NULL
) STRICT;

-- Lexemes are taken as they are: whatever may stand in one is a letter.
CREATE VIRTUAL TABLE search USING fts5 (
  action, background, additional_details,
  content = 'search_text', content_rowid = 'petition_id',
  tokenize = "ascii tokenchars '!#$%&()*+,-./:;=?@[]_~'"
);

-- One row for each lexeme: in how many petitions it is.
CREATE VIRTUAL TABLE search_lexeme USING fts5vocab (search, row);

CREATE TABLE search_due (
  petition_id INTEGER PRIMARY KEY
) STRICT;

-- The languages that texts are in: what is asked for is read in each.
CREATE TABLE search_lang (
  lang TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TRIGGER search_text_new AFTER INSERT ON petition_text BEGIN
  INSERT OR IGNORE INTO search_due VALUES (NEW.petition_id);
END;

CREATE TRIGGER search_text_changed AFTER UPDATE ON petition_text BEGIN
  INSERT OR IGNORE INTO search_due VALUES (OLD.petition_id);
  INSERT OR IGNORE INTO search_due VALUES (NEW.petition_id);
END;

CREATE TRIGGER search_text_gone AFTER DELETE ON petition_text BEGIN
  INSERT OR IGNORE INTO search_due VALUES (OLD.petition_id);
END;

INSERT INTO search_due SELECT DISTINCT petition_id FROM petition_text;
