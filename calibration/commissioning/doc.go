// Package commissioning finds out what is particular to one camera in one
// place, writes it down, and says whether the whole measures as it must.
//
// In comes what a person shows the camera: a uniform target that fills the view
// ([Uniform]), targets of several sizes ([FitSizeOfSource]), a reference in its
// place ([Settle]), a second blackbody at several set points ([Assess]). Out
// comes a [Record], signed off by a role on a day, from which [Record.Apply]
// makes the configuration of the calibration, and a list of [Verdict].
//
// No record names a person, and none holds a picture: the map of the field of
// view is refused where it shows more than a uniform target.
package commissioning
