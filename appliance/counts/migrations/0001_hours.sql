-- hour counts whole hours since 1970-01-01T00:00Z: minutes have no place in it.
-- turn flips at every writing, so that the page differs even when nobody came:
-- SQLite does not write a page that stays the same.
CREATE TABLE hours (
  hour       INTEGER PRIMARY KEY CHECK (hour >= 0),
  pass       INTEGER NOT NULL CHECK (pass >= 0),
  refer      INTEGER NOT NULL CHECK (refer >= 0),
  unmeasured INTEGER NOT NULL CHECK (unmeasured >= 0),
  turn       INTEGER NOT NULL CHECK (turn IN (0, 1))
) STRICT;
