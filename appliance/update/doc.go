// Package update is how the appliance's image is updated: what a bundle is,
// which ones are refused, and the words that the unprivileged kiosk and root's
// small program exchange.
//
// # A bundle
//
// It is one of RAUC's in the verity format: a squashfs, its hash tree, and a
// signed message (CMS, RFC 5652) that holds the manifest. The image has the
// owner's certificate and trusts nobody else; [lintel/appliance/update/owner]
// makes it. RAUC checks the signature and installs. This package reads the same
// file, so that what is wrong with it is told before anything is written:
// truncated, unsigned, of another key, altered, for another board, older.
//
// # Who does what
//
// The kiosk's program can start nothing and may not read what is plugged in. It
// writes a [Request] into its own run folder, where a systemd path unit sees it;
// root's lintel-update reads it, does it, and writes a [Report] into its run
// folder, which the program may only read. A bundle is named by its path, and
// root takes none that does not lie on a medium that was mounted read-only.
//
// # Never older without asking
//
// A bundle older than the version that runs is refused unless the request says
// that staff want it, for which the page asks for the PIN once more. A version
// that does not come up is left by itself: GRUB counts the tries, and a slot
// whose health was not told in time is marked bad.
package update
