// Package blackbody reads the temperature that the controller of a blackbody
// reports over a serial line, so that calibration need not take the
// certificate's word for it all day.
//
// In: a serial device. Out: the last [Reading], as long as it is fresh. What is
// silent for longer than the time-out, reports a fault or is another blackbody
// than the configured one has no reading, and then there is no valid reference.
//
// # The protocol
//
// The controller sends one sentence at least once a second, unasked, at 9600
// baud unless configured otherwise, 8 data bits, no parity, 1 stop bit, no flow
// control. The framing is that of NMEA 0183: a dollar sign, fields separated by
// commas, an asterisk, the exclusive or of all bytes between those two as two
// hexadecimal digits, carriage return and line feed (a line feed alone is
// taken too), at most 82 bytes in all:
//
//	$PLNTL,BB,SERIAL,TEMPERATURE,SETPOINT,STATE*HH
//
//	SERIAL       serial number as on the certificate: up to 20 letters, digits,
//	             full stops and hyphens; may be empty
//	TEMPERATURE  true radiance temperature of the surface in degrees Celsius, as
//	             a decimal number such as 36.984, -40 to 150
//	SETPOINT     the temperature that the controller holds, the same way
//	STATE        S steady, W on the way to the set point, F fault: the
//	             temperature is not to be used
//
// such as
//
//	$PLNTL,BB,BB-1207,36.984,37.000,S*18
//
// Other sentences and damaged ones are passed over. Nothing is sent to the
// controller. One that speaks otherwise needs a small converter in between.
package blackbody
