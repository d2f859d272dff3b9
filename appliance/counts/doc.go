// Package counts keeps how many visits ended how, by the hour, and nothing
// else. In comes one [Outcome] a visit, and one for each second check that staff
// note down; out go hourly tallies and the suppressed, rounded tables that staff
// see.
//
// # What is kept
//
// The file counts.db (SQLite) has one row for every hour in which the kiosk
// ran: the hour in UTC, six numbers and a bit. There is no row about a visit
// and no place where a time finer than the hour could be written. [Store.Add]
// counts in memory; one goroutine, [Store.Run], writes at a fixed cadence (10 s by
// default), into the hour that the clock shows at the writing. It writes the
// same statement when nobody came, adding zeros and flipping a bit, so that
// neither the file's modification time nor the presence of a row tells of a
// visit. A power cut loses one cadence at most.
//
// # Traces
//
// Overwritten content is zeroed (secure_delete), and the write-ahead log is
// cut to nothing after every writing. A rollback journal would lose its old
// pages to the file system at every writing too; no journal at all could lose
// the whole file to a power cut. What a flash medium keeps in blocks that were
// freed is beyond this package: keep the state directory on an encrypted
// partition.
//
// # What an attacker learns
//
// Who reads the file once learns the hourly tallies and the hours in which the
// kiosk ran. In a quiet hour a tally of 1 is one person: the file belongs to
// the kiosk's user alone (mode 0600), and staff see [Store.Export]
// and [Store.ExportChecks] only. Who
// can read the file again and again while the kiosk runs learns the tallies
// by the cadence, as would anybody who stands at the door.
package counts
