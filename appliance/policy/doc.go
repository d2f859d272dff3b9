// Package policy decides what a temperature means: below the threshold, above
// it, or not usable. It holds the measurement site, the threshold temperature
// and what that threshold was worth on real subjects.
//
// In comes what was read on a face ([Surface]): out of it a reading, or an
// [Objection] to what is no face. Then in come a reading, its expanded
// uncertainty and, if there is a sensor, the temperature of the room; out comes
// a [Judgement]. The package is pure: no clock, no file, no memory of other
// visitors. For a given uncertainty and room a higher temperature never gets a
// milder judgement, and a kelvin on the face is a kelvin in the score.
//
// It falls back in two ways and no other. Where the room is not known (there is
// no sensor, it is silent, or says what no room has) the reading is judged as it
// is, by a threshold of its own: [Model].Without. Where the maximum of a
// forehead's [Pattern] is missing, the maximum of its middle or the hottest spot
// stands in for it: [Model.Read], at the price of [Model].Losses.
//
// The shipped models are fitted by the command
//
//	go run ./appliance/policy/fit ../shared/data/clinical/flir_dev.csv ../shared/data/clinical/ici_dev.csv > appliance/policy/shipped_table.go
//
// on a clinical study whose facial temperatures are corrected with a reference
// as the kiosk's are (Wang et al., Sensors 2022, 22, 215, doi
// 10.3390/s22010215; data doi 10.13026/3bhc-9065). A subject is febrile from
// an oral temperature of 37.5 degC on. The package trial says how the rounds
// of a subject are combined and how the operating point is chosen. 87 % of the
// study's subjects are under 26 and almost none over 60: nothing is claimed
// for the elderly.
package policy
