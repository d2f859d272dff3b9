// Package radiometry turns temperatures into in-band radiance and back, and
// holds what lies between a target and a camera: emissivity, reflection and
// air. A camera adds up power, not temperature, so every correction is made in
// radiance.
//
// # Units
//
// Wavelengths are in micrometres, radiances in W m^-2 sr^-1 within the band,
// temperatures in degrees Celsius.
//
// [Band.Radiance] integrates Planck's law and is exact; it serves simulation
// and tests. A [Curve] is its fast fit for the frame path, good to
// [CurveError] from [CurveFrom] to [CurveTo]; it allocates nothing.
//
// # Example of a chain
//
//	object    L(T)
//	leaves it e L(T) + (1 - e) L(Treflected)
//	camera    tau (the above) + (1 - tau) L(Tair)      [Path.Apparent]
//
// [Path.Object] undoes it.
package radiometry
