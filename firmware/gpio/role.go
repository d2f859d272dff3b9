package gpio

// Role is what a line is for. The zero value is unknown.
type Role uint8

// The roles: outputs first, then inputs.
const (
	RoleUnknown Role = iota
	// PassLamp is lit while the screen shows PASS.
	PassLamp
	// ReferLamp is lit while the screen shows REFER.
	ReferLamp
	// OutOfServiceLamp is lit while the kiosk cannot screen.
	OutOfServiceLamp
	// Buzzer sounds when a visit has ended, the same for every outcome:
	// bystanders learn nothing from it.
	Buzzer
	// DoorRelay releases a door after PASS; see [Door].
	DoorRelay
	// Presence is active while somebody stands in front of the kiosk.
	Presence
	// StaffButton is active while it is pressed.
	StaffButton
	// Tamper is active while the housing is open.
	Tamper

	roleCount
)

// Roles lists every role in order.
func Roles() []Role {
	var all []Role
	for r := PassLamp; r < roleCount; r++ {
		all = append(all, r)
	}
	return all
}

// Output says that the line is driven, not read.
func (r Role) Output() bool { return r >= PassLamp && r <= DoorRelay }

// String names the role as the configuration does.
func (r Role) String() string {
	switch r {
	case PassLamp:
		return "pass_lamp"
	case ReferLamp:
		return "refer_lamp"
	case OutOfServiceLamp:
		return "out_of_service_lamp"
	case Buzzer:
		return "buzzer"
	case DoorRelay:
		return "door_relay"
	case Presence:
		return "presence"
	case StaffButton:
		return "staff_button"
	case Tamper:
		return "tamper"
	default:
		return "unknown"
	}
}

// Door says what its lock does without power, and with that what an inactive
// relay means. The zero value is unknown.
type Door uint8

// The two kinds of lock.
const (
	// FailSecure: the lock stays locked without power. The relay is active to
	// release the door.
	FailSecure Door = iota + 1
	// FailSafe: the lock opens without power. The relay is active to hold the
	// door while the kiosk is in service, and drops to release it: a fault or a
	// power cut locks nobody in.
	FailSafe
)

// String names the kind as the configuration does.
func (d Door) String() string {
	switch d {
	case FailSecure:
		return "fail_secure"
	case FailSafe:
		return "fail_safe"
	default:
		return "unknown"
	}
}
