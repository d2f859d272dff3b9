// The connection to the kiosk's events. It reconnects by itself and tells when
// the kiosk has been silent for too long.

// The kiosk sends a heartbeat twice a second. After this many milliseconds
// without a word from it, what is on the screen may no longer be true: within
// 2 s the page says so.
const SILENT_AFTER = 1600;
const CHECK_EVERY = 100;
const RETRY_AFTER = 500;

// follow calls onView with every view, onConnect at every (re)connection, and
// onSilent once when the kiosk falls silent.
export function follow({ onView, onConnect, onSilent }) {
  let source = null;
  let heard = performance.now();
  let silent = false;
  let newest = null;

  const hear = () => {
    heard = performance.now();
    if (silent && newest !== null) {
      silent = false;
      onView(newest);
    }
  };
  const connect = () => {
    source?.close();
    source = new EventSource("/events");
    source.addEventListener("open", onConnect);
    source.addEventListener("heartbeat", hear);
    source.addEventListener("view", (event) => {
      newest = JSON.parse(event.data);
      silent = false;
      hear();
      onView(newest);
    });
    source.addEventListener("error", () => {
      // After some errors a browser gives up for good, so it is never left to
      // reconnect by itself.
      source.close();
      newest = null;
      setTimeout(connect, RETRY_AFTER);
    });
  };
  connect();
  setInterval(() => {
    if (silent || performance.now() - heard < SILENT_AFTER) return;
    silent = true;
    onSilent();
  }, CHECK_EVERY);
}
