// Package gpio drives what the kiosk has on general-purpose lines beside its
// screen: three lamps, a buzzer and the relay of a door; and reads what it has
// there: a presence sensor, a button for staff and a tamper switch. It is the
// one importer of gpiod, and speaks to the kernel's GPIO character device.
//
// In: the state of the page's view, once a frame, by [Panel.Show], and the lines
// that the configuration names. Out: levels, and the debounced inputs.
//
// The room decides nothing: an output follows the state by a table, and never
// tells more than the screen does. Every line is inactive from the moment it is
// requested until a state asks for more, and again on every fault, when it
// stays away for [Patience], on Close, and after the program was killed, when
// the kernel takes the lines back. What a released line does then is the
// board's matter: give every output a resistor that pulls it to its inactive
// level.
package gpio
