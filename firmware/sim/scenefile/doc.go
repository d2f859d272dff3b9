// Package scenefile reads scenes for package sim from TOML files: the room, the
// blackbody, the camera with its faults, and who walks about.
//
// A file either names one of the built-in scenes with "scene", or describes one
// of its own with any number of [[person]], [[object]] and [[disturbance]]
// tables. Where it does neither, the scene is "visitors"; scene = "own" is an
// empty room. What a file leaves out has the default
// of [sim.Config], whose comments say unit, range and default of every key; a
// zero that is written down means zero. Unknown keys and values out of range
// are refused.
//
// Times are in seconds, temperatures in degrees Celsius, differences in kelvin.
// x, y, width and height of things in the image are in units: pixels of a 120 x
// 160 image, from the top left. People walk in metres before the camera.
//
//	room_c = 25                  # the walls
//	reference_c = 37             # the blackbody
//	netd_k = 0.04
//	length_s = 12                # then all over again
//
//	[emissivity]
//	skin = 0.98
//	reference = 0.96
//
//	[camera]
//	emissivity = 1               # what it is set to: counts are apparent temperatures
//	calibrated_at_c = 22         # three kelvin off by now
//	halo = 0.03                  # small targets read low
//	stuck_pixels = 20
//
//	[ffc]
//	every_s = 60
//	step_k = 1
//
//	[[person]]
//	skin_c = 34.8
//	wears = ["glasses"]          # or hair, hat, hand, other, cap, beanie, hood, headscarf, glasses_up
//	path = [
//	  {x_m = 0.4, distance_m = 3.2},
//	  {seconds = 2.5, x_m = 0, distance_m = 0.55},
//	  {seconds = 4, x_m = 0, distance_m = 0.55},
//	  {seconds = 1, x_m = 0.8, distance_m = 0.7, yaw_deg = 90},
//	]
//
//	[[object]]                   # a cup, from the fifth second on
//	x = 20
//	y = 60
//	width = 9
//	height = 11
//	temperature_c = 48
//	emissivity = 0.9
//	from_s = 5
//
//	[[disturbance]]              # the blackbody is pushed aside for two seconds
//	from_s = 8
//	until_s = 10
//	x = 6
//
// The keys at the top of a file come before its first table: scene, seed, rate,
// width, height, reference_c, second_reference_c, camera_offset_k, drift_k,
// netd_k, ideal, room_c, reflected_c, target_c, length_s. The tables and their
// keys are
//
//	[emissivity]    skin, reference, target, walls
//	[camera]        emissivity, scale, blur_px, halo, pattern_k, shading_k,
//	                correlated_k, stuck_pixels, saturates_at_c, calibrated_at_c,
//	                per_kelvin, responsivity_per_k, housing_swing_k
//	[ffc]           every_s, first_s, stop_s, step_k, settle_s, fade_s, lines_k,
//	                silent
//	[[person]]      skin_c, height_m, wears, depth, passes_by, start_s, and path, a
//	                list of seconds, x_m, distance_m, yaw_deg, pitch_deg
//	[[object]]      x, y, width, height, round, temperature_c, emissivity,
//	                from_s, until_s, in_front, behind
//	[[disturbance]] from_s, until_s, x, y, warmer_k, warms_k_per_min, size, oval,
//	                uneven_k, missing
//
// It is apart from sim because the appliance may simulate and has no use for
// files of scenes.
package scenefile
