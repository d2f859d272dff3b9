package sandbox

import (
	"fmt"
	"net"
)

// OtherInterfaces names the network interfaces that are not loopback.
func OtherInterfaces() ([]string, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("cannot list the network interfaces: %w", err)
	}
	var others []string
	for _, i := range all {
		if i.Flags&net.FlagLoopback == 0 {
			others = append(others, i.Name)
		}
	}
	return others, nil
}
