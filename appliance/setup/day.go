package setup

import (
	"time"

	"lintel/calibration"
	"lintel/calibration/commissioning"
)

// firstYear is before any of these kiosks: a clock before it was never set.
const firstYear = 2026

// today returns a function that tells the day by the clock now, the machine's
// where it is nil. A day before the kiosk was commissioned, or before there were
// any, is not known: the clock was not set since the battery ran empty.
func today(now func() time.Time, record *commissioning.Record) func() calibration.Date {
	if now == nil {
		now = time.Now
	}
	return func() calibration.Date {
		day := calibration.DateOf(now())
		if day.Year < firstYear || record != nil && day.Before(record.Date) {
			return calibration.Date{}
		}
		return day
	}
}

// CertificateOn says whether the certificate of a commissioned reference holds at
// a time by the machine's clock.
func CertificateOn(r *commissioning.Record, now time.Time) calibration.Fault {
	c := calibration.Certificate{Expires: r.Reference.Expires}
	return c.On(today(func() time.Time { return now }, r)())
}

// asTime returns the noon of a day, the zero time where it is not known.
func asTime(d calibration.Date) time.Time {
	if d == (calibration.Date{}) {
		return time.Time{}
	}
	return time.Date(d.Year, time.Month(d.Month), d.Day, 12, 0, 0, 0, time.UTC)
}
