// Package sim is a simulated camera in front of a simulated entrance: a room,
// a blackbody, and people who walk up, stand and leave, as a [thermal.Source].
// In goes a [Config] (scene, seed, camera), out come frames of centikelvin
// counts and, for tests, training and the bench program, a [Truth] beside
// every frame. Nothing of it depends on anything but the Config: frame n of a
// scene and seed is the same in every run.
//
// # What is simulated
//
// A temperature map in degrees Celsius is drawn, blurred by the lens, shifted
// by the error of the camera, sampled with noise and rounded to counts. The map
// holds apparent temperatures: emissivity, reflection and air are left out, so
// that a target at T reads T after the offset is corrected. The error of the
// camera adds in-band radiance, as that of a lens or a housing does, so that
// in kelvin it is somewhat larger on colder objects. The lens has no halo: the
// size-of-source effect ends a few pixels from an edge.
//
// # Units
//
// Scenes are laid out in units of the image: one unit is a pixel of a 120 x 160
// image. Larger and smaller sensors see the same scene in more or fewer pixels,
// wider ones more of the room.
package sim
