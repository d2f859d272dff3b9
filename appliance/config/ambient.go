package config

// Ambient describes the room.
type Ambient struct {
	// RoomC is a fixed temperature, Sensor the name of a sensor; one of the two.
	RoomC   float64
	Sensor  string
	MaxAgeS float64
}

func defaultAmbient() Ambient { return Ambient{MaxAgeS: 60} }

func (a *Ambient) keys() []Key {
	return []Key{
		number(&a.RoomC, "ambient.room_c", "Temperature of the room in degrees Celsius, where it is kept steady and there is no sensor. Left out: not known, and healthy people are referred more often.", 15, 35),
		named(&a.Sensor, "ambient.sensor", "Sensor of the room: auto takes the one that measures humidity too; lintel devices lists the names.", "auto, the name of a sensor, or none", func(string) bool { return true }),
		number(&a.MaxAgeS, "ambient.max_age_s", "Seconds for which a reading of the sensor holds.", 10, 600),
	}
}
