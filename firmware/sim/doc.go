// Package sim is a radiometric twin of a camera before an entrance: a room, a
// blackbody, and people who walk up, stand and leave, as a [thermal.Source].
// In goes a [Config] (scene, seed, surfaces, camera), out come frames of
// counts and, for tests, training and the bench program, a [Truth] beside
// every frame and the true temperature of every pixel
// ([Source.Temperatures]). Nothing of it depends on anything but the Config:
// frame n of a scene and seed is the same in every run.
//
// # What is simulated
//
// A map of true temperatures and one of emissivities are drawn. In this order:
//
//   - Every surface sends e L(T) + (1 - e) L(surroundings), with L the radiance
//     of Planck's law in the band of 8 to 14 um. The surroundings have one
//     temperature, that of the walls or Config.Reflected.
//   - Who moves is smeared along the way, as a bolometer follows with a delay.
//   - The lens blurs, and its halo takes from small targets what it spreads
//     around them.
//   - The camera stretches the distance to its shutter and adds radiance: an
//     offset that wanders, follows the housing and steps at flat-field
//     corrections, a fixed pattern, noise, and noise that neighbours share.
//     What is said of these in kelvin holds for an object at the temperature
//     of the blackbody; on colder ones it is somewhat more.
//   - Radiance is turned into temperature as if everything had the emissivity
//     that the camera is set to, and rounded to counts. Stuck pixels stay as
//     they are.
//
// Skin, clothes, hair and glasses share one emissivity; their patterns of
// temperature are drawn as a camera sees them. The air takes and adds nothing.
// By default the camera is set to the 0.98 that skin and blackbody have, so
// that both read their true temperature plus the error of the camera.
//
// # Units
//
// Scenes are laid out in units of the image: one unit is a pixel of a 120 x 160
// image. Larger and smaller sensors see the same scene in more or fewer pixels,
// wider ones more of the room.
package sim
