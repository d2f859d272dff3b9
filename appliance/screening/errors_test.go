package screening

import (
	"math/rand/v2"
	"testing"
	"time"

	"lintel/appliance/policy"
	"lintel/firmware/thermal"
)

// noise is what readings of one standing visitor do from frame to frame:
// white noise of the pixels, a slow wander with the pose, and now and then a
// reading that hair or a blink of the tracker spoils.
type noise struct {
	random        *rand.Rand
	white, wander float64 // standard deviations in kelvin
	spoilt        float64 // share of the readings
	pose          float64
}

func (n *noise) next() thermal.Celsius {
	const keep = 0.8 // of the wander, from frame to frame
	n.pose = keep*n.pose + n.wander*n.random.NormFloat64()*0.6
	v := n.pose + n.white*n.random.NormFloat64()
	if n.random.Float64() < n.spoilt {
		v -= 0.5 + n.random.Float64()
	}
	return thermal.Celsius(v)
}

// TestWrongVerdictsNearTheThreshold: of 1,000 visitors 0.3 K from the
// threshold at most 1 in 100 gets the verdict of the other side, at the frame
// rate of the field recordings and at that of faster cameras.
func TestWrongVerdictsNearTheThreshold(t *testing.T) {
	const visits, stated = 1000, 0.01
	for _, frame := range []time.Duration{frameTime, 40 * time.Millisecond, 20 * time.Millisecond} {
		for _, still := range []noise{{white: 0.06, wander: 0.08, spoilt: 0.03}, {white: 0.15, wander: 0.1, spoilt: 0.03}} {
			for _, offset := range []thermal.Kelvin{-0.3, 0.3} {
				wrong, none := 0, 0
				random := rand.New(rand.NewPCG(7, 7))
				for range visits {
					n := still
					n.random, n.pose = random, n.wander*random.NormFloat64()
					switch simulated(t, frame, 35.5+thermal.Celsius(offset), &n) {
					case Pass:
						if offset > 0 {
							wrong++
						}
					case Refer:
						if offset < 0 {
							wrong++
						}
					default:
						none++
					}
				}
				if wrong > stated*visits || none > visits/100 {
					t.Errorf("%v a frame, %+v, %+.1f K: %d wrong and %d not measured of %d", frame, still, offset, wrong, none, visits)
				}
			}
		}
	}
}

// simulated is the outcome of a visitor who stands for three seconds.
func simulated(t *testing.T, frame time.Duration, truth thermal.Celsius, n *noise) Verdict {
	m := newMachine(t)
	o := Observation{Reference: true, Faces: make([]Face, 1)}
	for ; o.Time < 3*time.Second; o.Time += frame {
		o.Uptime = o.Time
		o.Faces[0] = measured(1, truth+n.next())
		step, err := m.Step(&o)
		if err != nil {
			t.Fatal(err)
		}
		if step.Verdict != 0 {
			return step.Verdict
		}
	}
	return 0
}

// TestNearTheThresholdTakesLonger: near it more readings are taken than far
// from it, and no more than the limit.
func TestNearTheThresholdTakesLonger(t *testing.T) {
	readings := func(truth thermal.Celsius) (mean float64) {
		const visits = 200
		random := rand.New(rand.NewPCG(3, 3))
		for range visits {
			s := newScript(t)
			n := &noise{random: random, white: 0.1}
			for len(s.verdicts) == 0 {
				s.frames(1, measured(1, truth+n.next()))
			}
			if got := s.verdicts[0].Readings; got > s.m.cfg.Limit {
				t.Fatalf("%d readings", got)
			}
			mean += float64(s.verdicts[0].Readings) / visits
		}
		return mean
	}
	near, far := readings(35.52), readings(37)
	if far > 3.5 || near < far+2 {
		t.Errorf("%.1f readings near the threshold, %.1f far from it", near, far)
	}
}

// TestWhoIsOnTheThresholdIsDecided: a steady reading gets its verdict even
// there, as the threshold's worth was counted.
func TestWhoIsOnTheThresholdIsDecided(t *testing.T) {
	s := newScript(t)
	s.frames(20, measured(1, 35.5))
	s.wantVerdicts(Refer)
}

// TestTheRoomOfAVisitIsOne: a sensor that is lost or jumps while somebody is
// measured moves no threshold under their feet; the next visitor is judged by
// what is known then.
func TestTheRoomOfAVisitIsOne(t *testing.T) {
	warm, err := policy.NewRoom(28)
	if err != nil {
		t.Fatal(err)
	}
	cold, err := policy.NewRoom(18)
	if err != nil {
		t.Fatal(err)
	}
	for name, later := range map[string]policy.Room{"lost": {}, "jumps": cold} {
		s := newScript(t)
		s.o.Room = warm
		s.frames(2, measured(1, 35.6))
		s.o.Room = later
		s.frames(20, measured(1, 35.6))
		s.wantVerdicts(Pass)
		s.frames(40)
		s.frames(20, measured(2, 35.6))
		if s.wantVerdicts(Pass, Refer); t.Failed() {
			t.Errorf("the sensor %s", name)
		}
	}
}

func TestTheRoomMovesTheThreshold(t *testing.T) {
	for _, tt := range []struct {
		room thermal.Celsius
		want Verdict
	}{{20, Refer}, {28, Pass}} {
		room, err := policy.NewRoom(tt.room)
		if err != nil {
			t.Fatal(err)
		}
		s := newScript(t)
		s.o.Room = room
		s.frames(20, measured(1, 35.5))
		s.wantVerdicts(tt.want)
	}
}
