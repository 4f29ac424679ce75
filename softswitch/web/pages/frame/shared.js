// A SharedWorker: one connection to the board for all pages of a browser. Pages say { open: ADDRESS } when they want
// the whole board, and { close: true } when they go; each hears { kind, said } as `follow` of stream.js has them.

import { follow } from "./stream.js";

const PATIENCE = 5000; // ms that a connection may take to come about, before another one is tried

const pages = new Set();
let source = null;
let begun = 0;

onconnect = ({ ports: [page] }) => {
  page.onmessage = ({ data }) => {
    if (data.open) {
      pages.add(page);
      connect(data.open);
      return;
    }
    pages.delete(page);
    if (pages.size) return;
    source?.close();
    source = null;
  };
};

// Whoever comes later needs the whole board: a new connection brings it to all, one that is just being made too.
function connect(address) {
  if (source?.readyState === EventSource.CONNECTING && performance.now() - begun < PATIENCE) return;
  source?.close();
  begun = performance.now();
  const mine = (source = follow(address, (kind, said) => {
    if (mine !== source) return;
    if (kind === "error") source = null;
    for (const page of pages) page.postMessage({ kind, said });
  }));
}
