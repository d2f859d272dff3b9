// The live mirror: one WebRTC data channel to the kiosk on this machine. When
// it fails the page goes on without it and tries again.

import { newer, parse } from "./format.js";

const RETRY_AFTER = 2000;
const CONNECT_WITHIN = 5000;
// Without a message for this long the picture is wiped. A camera is silent for
// about 2 s while it corrects itself.
const STALE_AFTER = 3000;

export class Mirror {
  #connection = null;
  #retry = 0;
  #stale = 0;
  #newest = null;
  #live = false;
  #onFrame;
  #onOff;

  // onFrame gets every frame that is newer than the last; onOff is called when
  // there is nothing live to show any more.
  constructor({ onFrame, onOff }) {
    this.#onFrame = onFrame;
    this.#onOff = onOff;
  }

  // connect starts over, whatever there was.
  connect() {
    this.#drop();
    if (typeof RTCPeerConnection === "undefined") return;
    const connection = new RTCPeerConnection();
    this.#connection = connection;
    const again = () => {
      if (this.#connection === connection) this.#again();
    };
    this.#retry = setTimeout(again, CONNECT_WITHIN);
    const channel = connection.createDataChannel("mirror", {
      negotiated: true,
      id: 0,
      ordered: false,
      maxRetransmits: 0,
    });
    channel.binaryType = "arraybuffer";
    channel.onopen = () => clearTimeout(this.#retry);
    channel.onclose = again;
    channel.onmessage = (event) => {
      if (this.#connection === connection) this.#receive(event.data);
    };
    connection.onconnectionstatechange = () => {
      if (connection.connectionState === "failed" || connection.connectionState === "disconnected") again();
    };
    this.#negotiate(connection).catch(again);
  }

  async #negotiate(connection) {
    await connection.setLocalDescription();
    await gathered(connection);
    const response = await fetch("/mirror", {
      method: "POST",
      headers: { "Content-Type": "application/sdp" },
      body: connection.localDescription.sdp,
    });
    if (!response.ok) throw new Error(`the kiosk refused the mirror: ${response.status}`);
    await connection.setRemoteDescription({ type: "answer", sdp: await response.text() });
  }

  #receive(data) {
    const frame = data instanceof ArrayBuffer ? parse(data) : null;
    if (frame === null || (this.#newest !== null && !newer(frame.seq, this.#newest))) return;
    this.#newest = frame.seq;
    if (frame.width === 0) {
      this.#off();
      return;
    }
    this.#live = true;
    clearTimeout(this.#stale);
    this.#stale = setTimeout(() => this.#off(), STALE_AFTER);
    this.#onFrame(frame);
  }

  #again() {
    this.#drop();
    this.#retry = setTimeout(() => this.connect(), RETRY_AFTER);
  }

  #drop() {
    clearTimeout(this.#retry);
    const connection = this.#connection;
    this.#connection = null;
    this.#newest = null;
    connection?.close();
    this.#off();
  }

  #off() {
    clearTimeout(this.#stale);
    if (!this.#live) return;
    this.#live = false;
    this.#onOff();
  }
}

// gathered waits until the offer names every address it has.
function gathered(connection) {
  if (connection.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    connection.addEventListener("icegatheringstatechange", () => {
      if (connection.iceGatheringState === "complete") resolve();
    });
  });
}
