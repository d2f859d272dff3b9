-- The sums of whole days since 1970-01-01 UTC, kept longer than the hours.
-- settled says that the day is over and its part of the table of spans made.
CREATE TABLE days (
  day        INTEGER PRIMARY KEY CHECK (day >= 0),
  pass       INTEGER NOT NULL CHECK (pass >= 0),
  refer      INTEGER NOT NULL CHECK (refer >= 0),
  unmeasured INTEGER NOT NULL CHECK (unmeasured >= 0),
  cleared    INTEGER NOT NULL CHECK (cleared >= 0),
  confirmed  INTEGER NOT NULL CHECK (confirmed >= 0),
  not_done   INTEGER NOT NULL CHECK (not_done >= 0),
  settled    INTEGER NOT NULL CHECK (settled IN (0, 1)),
  turn       INTEGER NOT NULL CHECK (turn IN (0, 1))
) STRICT;
INSERT INTO days SELECT hour / 24, sum(pass), sum(refer), sum(unmeasured), sum(cleared), sum(confirmed), sum(not_done), 0, 0 FROM hours GROUP BY hour / 24;

-- What was counted while the clock could not be trusted: never shown.
CREATE TABLE undated (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  pass       INTEGER NOT NULL CHECK (pass >= 0),
  refer      INTEGER NOT NULL CHECK (refer >= 0),
  unmeasured INTEGER NOT NULL CHECK (unmeasured >= 0),
  cleared    INTEGER NOT NULL CHECK (cleared >= 0),
  confirmed  INTEGER NOT NULL CHECK (confirmed >= 0),
  not_done   INTEGER NOT NULL CHECK (not_done >= 0),
  turn       INTEGER NOT NULL CHECK (turn IN (0, 1))
) STRICT;
INSERT INTO undated VALUES (1, 0, 0, 0, 0, 0, 0, 0);

-- What staff see, made once when a day is over and never changed: so many
-- visits ended so from the hour first up to, and not with, the hour beyond.
-- A whole span is made of whole days; the others are its parts.
CREATE TABLE spans (
  outcome INTEGER NOT NULL CHECK (outcome BETWEEN 1 AND 6),
  whole   INTEGER NOT NULL CHECK (whole IN (0, 1)),
  first   INTEGER NOT NULL CHECK (first >= 0),
  beyond  INTEGER NOT NULL CHECK (beyond > first),
  shown   INTEGER NOT NULL CHECK (shown > 0 AND shown % 5 = 0),
  PRIMARY KEY (outcome, whole, first)
) STRICT, WITHOUT ROWID;

-- How many writings there were: a writing of which it is not known whether it
-- was kept is told by it, and never made twice.
CREATE TABLE writings (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  serial INTEGER NOT NULL CHECK (serial >= 0)
) STRICT;
INSERT INTO writings VALUES (1, 0);
