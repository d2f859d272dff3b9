package counts

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// What can be derived from everything that is ever shown? A solver knows the
// program, K, and every view at every time: after each day, while hours are kept
// and after they went. It finds every history that agrees with all of it. A
// count of any span of hours is derived as small when it lies within 1 to K-1
// in all of these. No such count may exist.

// publisher writes down all that is ever shown of one outcome. history has a number for each of hoursADay hours of each day; hours are
// kept for so many days.
type publisher func(history []int64, hoursADay int, k int64, hoursFor int) string

// views is this package's own publisher, by the functions that the store uses.
func views(history []int64, hoursADay int, k int64, hoursFor int) string {
	var out []byte
	var open []point
	for day := range int64(len(history) / hoursADay) {
		sum := int64(0)
		for h := range hoursADay {
			sum += history[int(day)*hoursADay+h]
		}
		open = append(open, point{day, sum})
		var hours []point
		for d := max(open[0].at, day-int64(hoursFor)); d <= day; d++ {
			for h := range int64(hoursADay) {
				hours = append(hours, point{d*24 + h, history[d*int64(hoursADay)+h]})
			}
		}
		w, p := publish(open, hours, k)
		if len(w) > 0 {
			open = nil
		}
		// The parts are shown now and the whole when they are gone: whoever looks
		// at both times knows both.
		for _, p := range slices.Concat(w, p) {
			out = fmt.Appendf(out, "%d:%d-%d=%d;", day, p.first, p.beyond, rounded(p.n))
		}
	}
	return string(out)
}

// alone is what many do: every hour of k visits is shown, every smaller one is
// left out, and the day's total is shown.
func alone(history []int64, hoursADay int, k int64, _ int) string {
	var out []byte
	for day := 0; day < len(history); day += hoursADay {
		sum := int64(0)
		for h, n := range history[day : day+hoursADay] {
			if sum += n; n >= k {
				out = fmt.Appendf(out, "%d=%d;", day+h, rounded(n))
			}
		}
		if sum >= k {
			out = fmt.Appendf(out, "day %d=%d;", day, rounded(sum))
		}
	}
	return string(out)
}

// halves is a partition that is cut finer where every piece is large enough, and
// so tells of the small ones by staying coarse.
func halves(history []int64, hoursADay int, k int64, _ int) string {
	var out []byte
	for day := 0; day < len(history); day += hoursADay {
		large, sum := true, int64(0)
		for _, n := range history[day : day+hoursADay] {
			large = large && (n == 0 || n >= k)
			sum += n
		}
		switch {
		case large:
			for h, n := range history[day : day+hoursADay] {
				out = fmt.Appendf(out, "%d=%d;", day+h, rounded(n))
			}
		case sum >= k:
			out = fmt.Appendf(out, "day %d=%d;", day, rounded(sum))
		}
	}
	return string(out)
}

// eachHistory calls f with every history of n numbers whose sum is at most most.
func eachHistory(n int, most int64, f func([]int64)) {
	history := make([]int64, n)
	var fill func(i int, left int64)
	fill = func(i int, left int64) {
		if i == n {
			f(history)
			return
		}
		for v := range left + 1 {
			history[i] = v
			fill(i+1, left-v)
		}
		history[i] = 0
	}
	fill(0, most)
}

// interval is the least and the largest value of a count.
type interval struct{ least, most int64 }

// derived solves exhaustively: it returns a finding for every span of hours
// whose count is known to lie within 1 to k-1, given what is shown.
func derived(show publisher, days, hoursADay int, k, most int64, hoursFor int) (findings []string, histories int) {
	n := days * hoursADay
	known := map[string][]interval{}
	eachHistory(n, most, func(history []int64) {
		histories++
		key := show(history, hoursADay, k, hoursFor)
		spans := known[key]
		first := spans == nil
		if first {
			spans = make([]interval, 0, n*(n+1)/2)
		}
		i := 0
		for from := range n {
			sum := int64(0)
			for to := from; to < n; to++ {
				sum += history[to]
				if first {
					spans = append(spans, interval{sum, sum})
				} else {
					spans[i].least, spans[i].most = min(spans[i].least, sum), max(spans[i].most, sum)
				}
				i++
			}
		}
		known[key] = spans
	})
	for key, spans := range known {
		i := 0
		for from := range n {
			for to := from; to < n; to++ {
				if s := spans[i]; s.least >= 1 && s.most < k {
					findings = append(findings, fmt.Sprintf("k = %d: %q tells that hours %d to %d had %d to %d visits", k, key, from, to, s.least, s.most))
				}
				i++
			}
		}
	}
	return findings, histories
}

func TestNoSmallCountCanBeDerived(t *testing.T) {
	for _, x := range []struct {
		days, hours int
		k, most     int64
		hoursFor    int
	}{
		{1, 5, 3, 10, 30},
		{2, 3, 3, 10, 30},
		{3, 2, 3, 10, 30},
		{4, 1, 3, 12, 30},
		{3, 2, 3, 10, 1},
		{2, 3, 4, 10, 30},
		{2, 2, 5, 17, 30},
		{2, 2, 7, 22, 30}, // a sum of 7 is shown as 5, and stands for 7 alone
		{3, 1, 12, 40, 30},
		{3, 1, 20, 62, 30},
	} {
		findings, histories := derived(views, x.days, x.hours, x.k, x.most, x.hoursFor)
		if len(findings) > 0 {
			t.Errorf("%+v: %d findings, the first: %s", x, len(findings), findings[0])
		}
		if histories < 1000 {
			t.Errorf("%+v: %d histories only", x, histories)
		}
	}
}

// TestDerivingCanFail: the solver sees through two common ways of suppressing.
func TestDerivingCanFail(t *testing.T) {
	for name, show := range map[string]publisher{"small hours left out": alone, "cut finer where possible": halves} {
		if findings, _ := derived(show, 1, 4, 7, 18, 30); len(findings) == 0 {
			t.Errorf("%s: nothing is derived", name)
		}
	}
}

// TestNoSmallCountCanBeDerivedFromLongHistories: for histories too long to try
// all, it is enough to know one other history that shows the same and in which
// the count is none or at least k. That history is given here for every small
// count of many random histories: the visits of a part came all in one hour.
func TestNoSmallCountCanBeDerivedFromLongHistories(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	small := 0
	for range 300 {
		const hoursADay = 6
		k := 3 + random.Int64N(18)
		busy := 1 + random.Int64N(2*k)
		history := make([]int64, hoursADay*(1+random.IntN(30)))
		for i := range history {
			history[i] = max(0, random.Int64N(busy+4)-4)
		}
		hoursFor := 1 + random.IntN(30)
		seen := views(history, hoursADay, k, hoursFor)
		for from := range history {
			to := min(len(history), from+1+random.IntN(hoursADay*2))
			count := sum(history[from:to])
			if count == 0 || count >= k {
				continue
			}
			small++
			other := witness(history, hoursADay, k, hoursFor, from, to)
			if n := sum(other[from:to]); n != 0 && n < k {
				t.Fatalf("k = %d: no history with another count of hours %d to %d than %d is known\n%v", k, from, to, count, history)
			}
			if got := views(other, hoursADay, k, hoursFor); got != seen {
				t.Fatalf("k = %d: %v\nshows %s\n%v\nshows %s", k, history, seen, other, got)
			}
		}
	}
	if small < 1000 {
		t.Errorf("%d small counts only", small)
	}
}

// witness moves the visits of every part into one hour of it: out of the hours
// asked for where that may be, else into them. Visits that are not shown yet are
// left away.
func witness(history []int64, hoursADay int, k int64, hoursFor, from, to int) []int64 {
	out := make([]int64, len(history))
	at := func(hour int64) int { return int(hour/24)*hoursADay + int(min(hour%24, int64(hoursADay))) }
	begin := 0
	for end := hoursADay; end <= len(history); end += hoursADay {
		if sum(history[begin:end]) < k {
			continue
		}
		var hours []point
		for i := begin; i < end; i++ {
			hours = append(hours, point{int64(i/hoursADay*24 + i%hoursADay), history[i]})
		}
		first, beyond := int64(begin/hoursADay*24), int64(end/hoursADay*24)
		parts := cut(hours, first, beyond, k)
		if (end-begin)/hoursADay-1 > hoursFor {
			parts = []part{{first, beyond, sum(history[begin:end])}}
		}
		for i, p := range parts {
			into := at(p.beyond) - 1 // the hour that ended the part
			if i == len(parts)-1 && into >= from && into < to {
				// Any hour of the last day may have ended the last part.
				if earliest := max(at(p.first), end-hoursADay); earliest < from {
					into = earliest
				}
			}
			out[into] = p.n
		}
		begin = end
	}
	return out
}

func sum(numbers []int64) (n int64) {
	for _, v := range numbers {
		n += v
	}
	return n
}

// TestTheSolverKnowsTheStore: what the solver takes for shown is what the store
// shows, day by day.
func TestTheSolverKnowsTheStore(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 5 {
		const hoursADay, days, hoursFor = 3, 12, 30
		history := make([]int64, hoursADay*days)
		for i := range history {
			history[i] = max(0, random.Int64N(12)-5)
		}
		c := &clock{now: monday}
		s := open(t, Config{Dir: t.TempDir(), Now: c.Now, HoursFor: hoursFor})
		live(t, s, c, days, func(day, hour int) tally {
			if hour < hoursADay {
				return tally{history[day*hoursADay+hour]}
			}
			return tally{}
		})
		start := hourOf(monday)
		rows, err := s.db.Query("SELECT first, beyond, shown FROM spans")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var got []string
		for rows.Next() {
			var first, beyond, shown int64
			if err := rows.Scan(&first, &beyond, &shown); err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%d-%d=%d", first-start, beyond-start, shown))
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, view := range strings.Split(strings.TrimSuffix(views(history, hoursADay, DefaultK, hoursFor), ";"), ";") {
			_, span, _ := strings.Cut(view, ":")
			want = append(want, span)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("the store has %v, the solver %v", got, want)
		}
	}
}
