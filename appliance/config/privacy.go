package config

// Privacy says what the kiosk asks of the machine before it vouches for it.
type Privacy struct {
	RequireNoNetwork bool
	Sandbox          bool
}

func defaultPrivacy() Privacy { return Privacy{Sandbox: true} }

func (p *Privacy) keys() []Key {
	return []Key{
		boolean(&p.RequireNoNetwork, "privacy.require_no_network", "Refuse to start where there is a network interface other than lo, and go out of service when one appears. The kiosk's image sets it."),
		boolean(&p.Sandbox, "privacy.sandbox", "Close the file system and the network to the program itself (Landlock). Off is for debugging, and told as a fault."),
	}
}
