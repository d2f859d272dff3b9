// Package staff answers the staff pages: how visits ended, what the threshold
// is worth, how the reference and the camera are, what this machine keeps, and
// how to carry the counts away. It shows and asks what others decide and keep;
// what it needs of them is declared here and given with [Config].
//
// # The door
//
// A PIN stands before every page. There is none to begin with: who stands at
// the kiosk when it is first started sets it. It is kept as an argon2id hash.
// Wrong PINs cost time: from the third on 5 s, doubled with each, 15 minutes
// from the tenth on. The number of wrong ones is kept with the hash, so that
// pulling the plug gains nothing.
//
// Whoever enters gets a random token, which the page keeps in memory alone and
// sends in the header Authorization. There is no cookie: a page from elsewhere
// has nothing to ride on, so the token is the guard against forged requests
// too. A session ends by itself when nobody has touched the page for three
// minutes, after an hour in any case, and when the page is left or reloaded.
package staff
