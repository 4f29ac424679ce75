// The stream of a board. A browser keeps six connections at most to one server (HTTP/1.1), and a seventh page would
// wait for ever; so all pages of a browser share one, in a SharedWorker (shared.js), where there are such.

export const KINDS = ["board", "change", "beat"];

// One connection: heard("board" | "change" | "beat", text), and heard("error", refused) once it is gone, `refused`:
// the switch has answered, but with a refusal. Returns it, to be closed.
export function follow(address, heard) {
  const source = new EventSource(address);
  for (const kind of KINDS) source.addEventListener(kind, (event) => heard(kind, event.data));
  source.addEventListener("error", () => {
    const refused = source.readyState === EventSource.CLOSED;
    source.close();
    heard("error", refused);
  });
  return source;
}

// The board for one page: `open()` brings the whole, then what changes; `close()` ends it. Heard as by `follow`.
export class Line {
  #address;
  #heard;
  #port = null;
  #own = null;
  #open = false;

  constructor(address, heard) {
    this.#address = address;
    this.#heard = heard;
    this.#share();
    addEventListener("pagehide", () => this.close());
  }

  open() {
    this.#open = true;
    if (this.#port) return this.#port.postMessage({ open: this.#address });
    this.#own?.close();
    const mine = (this.#own = follow(this.#address, (kind, said) => mine === this.#own && this.#heard(kind, said)));
  }

  close() {
    this.#open = false;
    this.#port?.postMessage({ close: true });
    this.#own?.close();
    this.#own = null;
  }

  // The worker's name: pages of another version, user or address have one of their own.
  #share() {
    const { version, user } = document.documentElement.dataset;
    try {
      const name = `${version} ${user} ${this.#address}`;
      const worker = new SharedWorker("/static/frame/shared.js", { name, type: "module" });
      worker.addEventListener("error", () => this.#alone());
      this.#port = worker.port;
      this.#port.onmessage = ({ data }) => this.#open && this.#heard(data.kind, data.said);
    } catch {
      this.#port = null;
    }
  }

  #alone() {
    if (!this.#port) return;
    this.#port = null;
    if (this.#open) this.open();
  }
}
