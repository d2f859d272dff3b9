// Package ambient reads the temperature and the humidity of the room from the
// files in which the kernel gives its sensors: industrial I/O
// (/sys/bus/iio/devices, Documentation/ABI/testing/sysfs-bus-iio) and hardware
// monitoring (/sys/class/hwmon, Documentation/hwmon/sysfs-interface.rst).
//
// In: the name of a sensor. Out: a [Reading] with its time, or why there is
// none, and what staff can do about a room that is no room for screening
// ([Reading.Advice]).
//
// A board has many thermometers, of its processor above all. Only a sensor that
// measures humidity too is taken for that of the room unasked ("auto"); any
// other must be named. The sensor belongs in the air of the room: inside of the
// housing it reads the housing.
package ambient
