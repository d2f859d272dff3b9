package ambient

// The room that a screening thermograph should stand in. Two sources name
// limits, and neither is inside the other: 20 to 24 degC and 10 to 50 %RH (FDA,
// "Thermal Imaging Systems"), 18 to 24 degC and 20 to 75 %RH (the ISO/TR 13154
// based checklist of PMC8654479, table 1). A room that either of them allows is
// taken as it is.
const (
	MinRoom     = 18.0 // degC
	MaxRoom     = 24.0 // degC
	MinRoomPart = 0.10 // relative humidity
	MaxRoomPart = 0.75
)

// Advice says what is wrong with a room. The zero value is unknown.
type Advice uint8

// The advices.
const (
	TooCold Advice = iota + 1
	TooWarm
	TooDry
	TooHumid
)

// String names the advice as /healthz and the staff page do.
func (a Advice) String() string {
	switch a {
	case TooCold:
		return "room_too_cold"
	case TooWarm:
		return "room_too_warm"
	case TooDry:
		return "room_too_dry"
	case TooHumid:
		return "room_too_humid"
	default:
		return "unknown"
	}
}

// Instruction is one sentence for staff.
func (a Advice) Instruction() string {
	switch a {
	case TooCold:
		return "The room is below 18 degC: heat it, and let visitors warm up indoors for 15 minutes."
	case TooWarm:
		return "The room is above 24 degC: cool it, and keep the sun off the kiosk and the visitors."
	case TooDry:
		return "The air is below 10 % of relative humidity: humidify it."
	case TooHumid:
		return "The air is above 75 % of relative humidity: air the room, and look for moisture on the blackbody and the lens."
	default:
		return ""
	}
}

// Advice appends to dst what is wrong with the room; nothing where it is in
// order.
func (r Reading) Advice(dst []Advice) []Advice {
	switch {
	case r.Temperature < MinRoom:
		dst = append(dst, TooCold)
	case r.Temperature > MaxRoom:
		dst = append(dst, TooWarm)
	}
	switch {
	case !r.HasHumidity:
	case r.Humidity < MinRoomPart:
		dst = append(dst, TooDry)
	case r.Humidity > MaxRoomPart:
		dst = append(dst, TooHumid)
	}
	return dst
}
