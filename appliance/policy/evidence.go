package policy

import (
	"math"

	"lintel/firmware/thermal"
)

// Evidence is what a threshold was worth on the subjects of a clinical study.
type Evidence struct {
	Site Site
	// Threshold is the operating point in degrees Celsius.
	Threshold thermal.Celsius
	// Cameras holds the result of every camera. All of them looked at the same
	// people, so their numbers are never added up.
	Cameras []CameraEvidence
	// HeldOutSensitivity and HeldOutSpecificity come from cross-validation by
	// subject: the threshold is fitted on nine tenths of the people and judged
	// on the tenth. They are the mean over cameras.
	HeldOutSensitivity, HeldOutSpecificity float64
	// SingleSensitivity and SingleSpecificity judge every round on its own
	// instead of a subject's mean, as if each were a visit; mean over cameras.
	SingleSensitivity, SingleSpecificity float64
}

// CameraEvidence counts the subjects of one camera.
type CameraEvidence struct {
	Camera string
	// AUC is the area under the receiver operating characteristic, 0 to 1.
	AUC float64
	// Of Febrile subjects Caught were referred, of Healthy ones Cleared passed.
	Febrile, Caught, Healthy, Cleared int
}

// Proportion is an estimated share with its 95 % confidence interval.
type Proportion struct{ Value, Low, High float64 }

// Sensitivity is the share of febrile subjects that were referred: the mean
// over cameras, with the interval of one camera's number of people.
func (e Evidence) Sensitivity() Proportion {
	return e.mean(func(c CameraEvidence) (int, int) { return c.Caught, c.Febrile })
}

// Specificity is the share of healthy subjects that passed, as
// [Evidence.Sensitivity] for the febrile.
func (e Evidence) Specificity() Proportion {
	return e.mean(func(c CameraEvidence) (int, int) { return c.Cleared, c.Healthy })
}

func (e Evidence) mean(of func(CameraEvidence) (hits, n int)) Proportion {
	var share, people, cameras float64
	for _, c := range e.Cameras {
		if hits, n := of(c); n > 0 {
			share += float64(hits) / float64(n)
			people += float64(n)
			cameras++
		}
	}
	if cameras == 0 {
		return Proportion{math.NaN(), 0, 1}
	}
	return Wilson(share/cameras, people/cameras)
}

// Wilson returns the share p observed on n people with its 95 % Wilson score
// interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927, p. 209). With n of 0
// the share is NaN and the interval 0 to 1.
func Wilson(p, n float64) Proportion {
	if !(n > 0) {
		return Proportion{math.NaN(), 0, 1}
	}
	const z = 1.959964 // two-sided 95 % quantile of the normal distribution
	centre := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return Proportion{p, math.Max(0, centre-half), math.Min(1, centre+half)}
}

// HealthyReferred is how many of 100 healthy visitors a threshold of this
// evidence refers.
func (e Evidence) HealthyReferred() float64 { return 100 * (1 - e.Specificity().Value) }
