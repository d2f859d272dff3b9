// Package stream sends the live mirror to the kiosk page: WebRTC data channels
// on the loopback interface, over one UDP socket bound to 127.0.0.1.
//
// In go silhouette masks ([Mirror]) and session descriptions of pages that
// want to see them; out go binary messages (format.go describes every byte).
// The newest mirror wins: a slow page loses frames and blocks nobody. Losing
// every one of them is no harm, the page is whole without the mirror.
//
// The settings make WebRTC work in a network that has no interface but lo, and
// keep it from opening any socket beside its own: loopback candidates only, no
// multicast DNS, no TCP, no STUN or TURN server, and the lite role of ICE, in
// which the answering side sends no connectivity checks, so that no offer can
// make the kiosk send packets to an address of its choice.
package stream
