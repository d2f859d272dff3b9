// What the page says about a view: a pure function of the view and the words.

// Which signs and which layout a state has. "mirror" shows the live silhouette,
// "verdict" fills the screen with the result, "notice" has words alone.
const STATES = {
  starting: { scene: "notice", sign: "wait" },
  warming_up: { scene: "notice", sign: "wait" },
  ready: { scene: "mirror", sign: "step_up" },
  guiding: { scene: "mirror", sign: "step_up" },
  measuring: { scene: "mirror", sign: "hold_still" },
  passed: { scene: "verdict", sign: "pass" },
  referred: { scene: "verdict", sign: "refer" },
  unmeasured: { scene: "verdict", sign: "retry" },
  clearing: { scene: "notice", sign: "thanks" },
  out_of_service: { scene: "notice", sign: "out_of_service" },
};

// What to do about it, as a sign, where somebody could not be measured.
const TODO = {
  forehead_covered: "bare_your_forehead",
  turned_away: "face_the_camera",
  too_far: "come_closer",
  kept_moving: "hold_still",
  out_of_place: "come_to_the_middle",
  several_people: "one_at_a_time",
  too_cold: "warm_up",
  too_hot: "wait",
  too_near: "step_back",
  not_sharp: "hold_still",
  unsteady: "hold_still",
};

// own looks up a name in a table, never what every object inherits.
const own = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);

// describe returns {state, guidance, reason, scene, sign, todo, title, text,
// reading, staff, code, progress, badge}. A view with an unknown state is out of service.
export function describe(view, words) {
  const known = own(STATES, view.state) !== undefined;
  const state = known ? view.state : "out_of_service";
  const reason = known ? view.reason ?? "" : "unknown_state";
  const guidance = known ? view.guidance ?? "" : "";
  const look = STATES[state];
  let say = words.states[state];
  if (view.voluntary) say = own(words.voluntary, state) ?? say;
  let sign = look.sign;
  let staff = "";
  let code = "";

  if (state === "out_of_service") {
    const fault = own(words.faults, reason) ?? words.faults.unknown;
    say = { title: say.title, text: fault.text };
    staff = fault.staff;
    code = reason;
  } else if (state === "unmeasured") {
    say = own(words.reasons, reason) ?? unmeasuredByFault(words, reason) ?? say;
  } else if (look.scene === "mirror" && own(words.guidance, guidance) !== undefined) {
    say = words.guidance[guidance];
    sign = guidance;
    if (state === "measuring" && say.text === "") say = { title: say.title, text: words.states.measuring.text };
  }
  return {
    state, guidance, reason, sign, staff, code,
    todo: state === "unmeasured" ? own(TODO, reason) ?? "" : "",
    reading: state === "passed" ? degrees(view.temperature_c, words.lang) : "",
    scene: look.scene,
    title: say.title,
    text: say.text,
    progress: state === "measuring" ? Math.min(1, Math.max(0, Number(view.progress) || 0)) : 0,
    badge: view.source ? own(words.sources, view.source) ?? words.sources.other : "",
  };
}

// degrees says a temperature as the language does; empty for none.
function degrees(value, lang) {
  if (typeof value !== "number") return "";
  return new Intl.NumberFormat(lang, { style: "unit", unit: "celsius", minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);
}

// A fault may end a visit; the visitor is told which, and can do nothing.
function unmeasuredByFault(words, reason) {
  const fault = own(words.faults, reason);
  return fault && { title: words.states.unmeasured.title, text: fault.text };
}
