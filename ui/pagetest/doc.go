// Package pagetest drives the pages in a real Chromium, inside a network
// namespace that has no interface but lo, as a kiosk has it. Tests use it; no
// program does.
//
// A test has two halves. The Go half runs the server, or the whole appliance,
// and answers commands; the other half is a script in this folder that drives
// the browser with playwright-core:
//
//	func TestSomething(t *testing.T) {
//		pagetest.InLoopbackNamespace(t, func() {
//			url := startTheServer(t)
//			pagetest.Script(t, "something.mjs", "KIOSK_URL="+url)
//		})
//	}
//
// The body runs in a process of its own, the test binary started anew in the
// namespace, so what the test did before it is not there. Chromium, node and
// their children are inside as well: a page that tried to reach anything but
// 127.0.0.1 would fail.
//
// In a script, browser.mjs opens the page and collects what it showed:
//
//	import { openPage, shown, until } from "./browser.mjs";
//	const kiosk = await openPage(process.env.KIOSK_URL);
//	await until(kiosk.page, ["ready", "guiding", "measuring", "passed"], 30_000);
//	await kiosk.close();
//
// From the page's first moment on, window.__states gets an entry {at, state,
// guidance, reason, mirror} whenever one of the body's data attributes changes,
// so that a state which lasts a few milliseconds is not missed. until waits for
// these states in this order, others in between allowed; an entry of the list
// may also be an object such as {state: "unmeasured", reason: "too_cold"}.
// shown returns the whole log.
//
// A script asks its test for something with await ask("name", argument); the
// test answers with the [Commands] given to [ScriptWith]. The script passes
// when it ends with status 0; an assertion that throws ends it otherwise.
//
// The tests need node, the packages of package-lock.json (npm ci, which
// `make test` runs) and /usr/bin/chromium, and skip, saying so, without them.
// LINTEL_CHROMIUM names another browser. With LINTEL_SHOTS set to a folder,
// scripts leave a picture of every state there.
package pagetest
