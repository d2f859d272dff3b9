// Package counts keeps how many visits ended how, by the hour, and nothing
// else. In comes one [Outcome] a visit, and one for each second check that staff
// note down; out go hourly tallies and the suppressed, rounded rows that staff
// see.
//
// # What is kept
//
// The file counts.db (SQLite, schema in migrations) has five tables:
//
//	hours     a row for every hour in which the kiosk ran: six numbers, kept for a month
//	days      the same for every day of UTC, kept for 400 of them
//	undated   the same for all time in which the clock could not be trusted
//	spans     what staff see: outcome, from hour, to hour, a number
//	writings  how many writings there were
//
// There is no row about a visit and no place where a time finer than the hour
// could be written. [Store.Add] counts in memory; one goroutine, [Store.Run],
// writes at a fixed cadence (10 s by default), into the hour that the clock
// shows at the writing. It writes the same statements when nobody came, adding
// zeros and flipping a bit, so that neither the file's modification time nor
// the size of its log nor the presence of a row tells of a visit. Each writing
// is one transaction with a serial number: a power cut or a kill loses one
// cadence at most, and a writing of which the disk did not say whether it was
// kept is looked up before it is made again.
//
// # Clock
//
// Hours and days are those of UTC: no hour is there twice or never when
// daylight saving begins or ends, and another time zone cuts nothing anew. A
// clock from before 2026 was never set. A clock more than two hours behind the
// newest hour written is wrong. What is counted then goes to undated, is never
// shown, and [FaultClock] is told until the clock is right; where it was ahead
// for long and was put right, move the file away. A clock up to two hours back
// counts on in the newest hour: days that are over never change. What is too
// old goes when the kiosk ran for a week after it became so, and not because a
// clock was set ahead for less.
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
// # Faults
//
// The file is checked when it is opened. A damaged one is set aside and a new
// one begun ([FaultSetAside]); so is one that was damaged or exchanged while
// the kiosk ran, as far as SQLite notices. A disk that is full, read-only or
// fails is told ([FaultNotWritten]); the counts stay in memory and are written
// when it is well again. Screening goes on with each of these. Another
// program's database, or a newer one of ours, is refused at the start.
//
// # What an attacker learns
//
// Who reads the file once learns the tallies and the hours in which the
// kiosk ran. In a quiet hour a tally of 1 is one person: the file belongs to
// the kiosk's user alone (mode 0600), and staff see [Store.Published] only. Who
// can read the file again and again while the kiosk runs learns the tallies
// by the cadence, as would anybody who stands at the door.
package counts
