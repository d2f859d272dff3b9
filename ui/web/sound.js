// Sound cues. Whoever stands by hears that a visit has begun and that it is
// over, never how: every outcome has the same tone.

const BEGIN = [{ hertz: 440, at: 0, seconds: 0.12 }];
const OVER = [
  { hertz: 523.25, at: 0, seconds: 0.16 },
  { hertz: 659.25, at: 0.18, seconds: 0.3 },
];
const CUES = { measuring: BEGIN, passed: OVER, referred: OVER, unmeasured: OVER };
const LOUDNESS = 0.2;

export class Sound {
  #context = null;
  #last = "";
  #begun = false;

  // state is told every state that is shown.
  state(name) {
    if (name === this.#last) return;
    this.#last = name;
    // Measuring may come and go within a visit; it is one visit all the same.
    if (name === "measuring" && this.#begun) return;
    if (name === "measuring") this.#begun = true;
    else if (name !== "guiding") this.#begun = false;
    if (Object.hasOwn(CUES, name)) this.#play(CUES[name]);
  }

  #play(notes) {
    this.#context ??= new AudioContext();
    const { currentTime, destination } = this.#context;
    for (const note of notes) {
      const oscillator = this.#context.createOscillator();
      const gain = this.#context.createGain();
      const start = currentTime + note.at;
      oscillator.type = "sine";
      oscillator.frequency.value = note.hertz;
      // In and out softly: a click would startle.
      gain.gain.setValueAtTime(0, start);
      gain.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
      gain.gain.linearRampToValueAtTime(0, start + note.seconds);
      oscillator.connect(gain).connect(destination);
      oscillator.start(start);
      oscillator.stop(start + note.seconds);
    }
  }
}
