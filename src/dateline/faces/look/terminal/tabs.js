// One tab holds the line for all tabs with the same question: browsers allow few lines to one host. The others
// hear it through a channel; when its tab closes, the next one takes the lock and goes on from its own place.

export async function share({ name, lead, hear, tell }) {
  if (!navigator.locks || typeof BroadcastChannel === "undefined") {
    await lead(() => {});
    return;
  }
  const channel = new BroadcastChannel(name);
  let state = null;
  channel.onmessage = ({ data }) => {
    if (data.ask) {
      if (state) channel.postMessage({ state });
    } else if (state === null) {
      if (data.state) tell({ ...data.state, shared: true });
      if (data.events) hear(data.events, data.facts);
    }
  };
  channel.postMessage({ ask: true });
  await navigator.locks.request(name, async () => {
    state = {};
    tell({ shared: false });
    await lead((message) => {
      if (message.state) state = { ...state, ...message.state };
      channel.postMessage(message);
    });
  });
}
