package config

// Privacy says what the kiosk asks of the machine before it vouches for it.
type Privacy struct {
	Network string
	Sandbox string
}

// The values of the keys privacy.network and privacy.sandbox.
const (
	NetworkAllow  = "allow"
	NetworkFault  = "fault"
	NetworkRefuse = "refuse"

	SandboxOff     = "off"
	SandboxAuto    = "auto"
	SandboxRequire = "require"
)

func defaultPrivacy() Privacy { return Privacy{Network: NetworkAllow, Sandbox: SandboxAuto} }

func (p *Privacy) keys() []Key {
	return []Key{
		oneOf(&p.Network, "privacy.network", "What becomes of a network interface other than lo. allow: nothing. fault: it is told. refuse: the kiosk does not start, or ends; a kiosk's image sets this.", NetworkAllow, NetworkFault, NetworkRefuse),
		oneOf(&p.Sandbox, "privacy.sandbox", "Whether the program closes files, TCP and its memory to itself and others. auto: as far as the kernel can. require: or not start; a kiosk's image sets this. off: for debugging, and told as a fault.", SandboxOff, SandboxAuto, SandboxRequire),
	}
}
