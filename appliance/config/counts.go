package config

import (
	"fmt"
	"strconv"
)

// Counts says how the counts are kept and shown.
type Counts struct {
	K            int
	EveryS       int
	HoursForDays int
	DaysForDays  int
}

func defaultCounts() Counts { return Counts{K: 5, EveryS: 10, HoursForDays: 30, DaysForDays: 400} }

func (c *Counts) keys() []Key {
	return []Key{
		whole(&c.K, "counts.k", "Smallest number of visits that is shown to anybody. A change holds from the present day on.", 3, 20),
		whole(&c.EveryS, "counts.every_s", "Seconds from one writing of the counts to the next, whether or not anybody came.", 1, 3600),
		whole(&c.HoursForDays, "counts.hours_for_days", "For how many days hours are kept.", 1, 90),
		whole(&c.DaysForDays, "counts.days_for_days", "For how many days the sums of days are kept.", 31, 4000),
	}
}

// whole is a key with a range of whole numbers.
func whole(p *int, name, doc string, low, high int) Key {
	k := Key{Name: name, Doc: doc, Allowed: fmt.Sprintf("%d to %d", low, high), Value: strconv.Itoa(*p)}
	k.put = func(v any) error {
		i, ok := v.(int64)
		if !ok || i < int64(low) || i > int64(high) {
			return refuse(name, v, k.Allowed)
		}
		*p = int(i)
		return nil
	}
	return k
}
