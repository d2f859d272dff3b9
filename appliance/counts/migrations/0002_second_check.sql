-- How the second checks of those who were referred ended, in the hour in which
-- staff noted it down.
ALTER TABLE hours ADD COLUMN cleared INTEGER NOT NULL DEFAULT 0 CHECK (cleared >= 0);
ALTER TABLE hours ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0 CHECK (confirmed >= 0);
ALTER TABLE hours ADD COLUMN not_done INTEGER NOT NULL DEFAULT 0 CHECK (not_done >= 0);
