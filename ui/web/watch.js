// Watches over the page itself, whatever becomes of its scripts: what did not
// load is loaded anew once the program answers, and a page that staff walked
// away from gives the screen back to the visitors.

(() => {
  const EVERY = 1000;
  // What the page says without its scripts shall be read before it is tried again.
  const FIRST = 4000;
  // A page that has not come to life by then never will.
  const ALIVE_WITHIN = 15_000;
  // The staff pages have shorter times of their own.
  const HOME_AFTER = 180_000;

  let failed = false;
  let touched = performance.now();
  addEventListener("error", (event) => (failed ||= event.target instanceof HTMLScriptElement || event.target instanceof HTMLLinkElement), true);
  for (const name of ["pointerdown", "keydown", "wheel", "scroll"]) addEventListener(name, () => (touched = performance.now()), { passive: true });

  const look = async () => {
    const now = performance.now();
    const dead = document.getElementById("dead") !== null && (failed || now > ALIVE_WITHIN);
    const left = location.pathname !== "/" && now - touched > HOME_AFTER;
    if (dead || left) {
      try {
        // A browser that is sent to a program that is gone shows a page of its own.
        const answer = await fetch("/healthz", { signal: AbortSignal.timeout(EVERY) });
        if (answer.ok && left) location.assign("/");
        else if (answer.ok) location.reload();
      } catch {
        // The program is gone, or not yet there.
      }
    }
    setTimeout(look, EVERY);
  };
  setTimeout(look, FIRST);
})();
