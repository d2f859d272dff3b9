// Package config reads the kiosk's configuration: a TOML file and single
// settings as key=value on the command line. One table says which keys there
// are, what they mean and which values are allowed; an unknown key or a value
// out of range is refused with the key, the value and what is allowed.
//
// In: a file and settings. Out: a [Config]. It opens nothing but that file and
// knows no room but the names of the keys.
package config
