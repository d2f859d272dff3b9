// Package inspect looks at the machine and at the kiosk that runs on it, and
// says in plain words whether what the promises rest on is so: what the
// selftest prints and the staff page shows. It changes nothing.
//
// In: a [Subject]. Out: a [Check] for each question. It reads /proc, which a
// test replaces by a folder.
package inspect
