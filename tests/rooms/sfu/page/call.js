// A page that publishes and watches through mediasoup-client. `ask(method, ...)` reaches the worker.
import { Device } from "mediasoup-client";

const device = new Device();
const transports = {};
const producers = {};
const watched = {};

async function transport(direction) {
  if (transports[direction]) return transports[direction];
  const parameters = await ask("transport", direction);
  const made = direction === "send" ? device.createSendTransport(parameters) : device.createRecvTransport(parameters);
  made.on("connect", ({ dtlsParameters }, done, failed) => {
    ask("connect", made.id, dtlsParameters).then(done, failed);
  });
  made.on("produce", ({ kind, rtpParameters }, done, failed) => {
    ask("produce", made.id, kind, rtpParameters).then((id) => done({ id }), failed);
  });
  transports[direction] = made;
  return made;
}

// The fake microphone beeps once a second; this hums in syllables, so that Opus takes it for a voice.
function speech() {
  const context = new AudioContext();
  const source = new OscillatorNode(context, { type: "sawtooth", frequency: 120 });
  const mouth = new BiquadFilterNode(context, { type: "bandpass", frequency: 700, Q: 1 });
  const syllables = new GainNode(context, { gain: 0.5 });
  const rhythm = new OscillatorNode(context, { frequency: 4 });
  const made = new MediaStreamAudioDestinationNode(context);
  rhythm.connect(new GainNode(context, { gain: 0.4 })).connect(syllables.gain);
  const volume = new GainNode(context);
  window.volume = volume.gain;
  source.connect(mouth).connect(syllables).connect(volume).connect(made);
  source.start();
  rhythm.start();
  return made.stream.getAudioTracks()[0];
}

window.join = async (routerRtpCapabilities) => {
  await device.load({ routerRtpCapabilities });
};

window.capabilities = () => device.recvRtpCapabilities;

window.publish = async (kind, encodings) => {
  const constraints = kind === "video" ? { video: { width: 1280, height: 720 } } : { audio: true };
  const stream = await navigator.mediaDevices.getUserMedia(constraints);
  const [given] = stream.getTracks();
  // Firefox's fake microphone hums by itself, and its AudioContext needs a loudspeaker.
  const track = kind === "video" || navigator.userAgent.includes("Firefox") ? given : speech();
  const codecOptions = kind === "audio" ? { opusFec: true, opusDtx: true, opusNack: true } : {};
  const made = await (await transport("send")).produce({ track, encodings, codecOptions });
  producers[made.id] = made;
  return { id: made.id, rtpParameters: made.rtpParameters };
};

// Speak or be silent; the time, comparable with other pages'.
window.speak = (loud) => {
  window.volume.value = loud ? 1 : 0;
  return performance.timeOrigin + performance.now();
};

// The time at which something is heard above the comfort noise.
window.heard = async (id) => {
  const reader = new MediaStreamTrackProcessor({ track: watched[id].consumer.track }).readable.getReader();
  for (;;) {
    const { value } = await reader.read();
    const samples = new Float32Array(value.numberOfFrames);
    value.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
    value.close();
    if (samples.some((one) => Math.abs(one) > 0.02)) break;
  }
  await reader.cancel();
  return performance.timeOrigin + performance.now();
};

window.watch = async (producer, width, height) => {
  const receiving = await transport("recv");
  const answer = await ask("consume", receiving.id, producer, device.recvRtpCapabilities);
  const consumer = await receiving.consume({ ...answer, producerId: producer });
  const element = document.createElement(answer.kind);
  element.srcObject = new MediaStream([consumer.track]);
  element.muted = true;
  element.autoplay = true;
  document.body.append(element);
  watched[consumer.id] = { consumer, element };
  if (width) await ask("size", consumer.id, width, height);
  await ask("resume", consumer.id);
  element.play();
  return consumer.id;
};

// How much sound is to wait before it is played, in milliseconds; null: as the browser thinks best.
window.target = (id, milliseconds) => {
  watched[id].consumer.rtpReceiver.jitterBufferTarget = milliseconds;
  return watched[id].consumer.rtpReceiver.jitterBufferTarget;
};

window.seen = async (id) => {
  const { consumer, element } = watched[id];
  const report = [...(await consumer.getStats()).values()].find((each) => each.type === "inbound-rtp");
  return {
    width: element.videoWidth || 0,
    height: element.videoHeight || 0,
    frames: report?.framesDecoded ?? 0,
    dropped: report?.framesDropped ?? 0,
    lost: report?.packetsLost ?? 0,
    packets: report?.packetsReceived ?? 0,
    bytes: report?.bytesReceived ?? 0,
    freezes: report?.freezeCount ?? 0,
    frozen: report?.totalFreezesDuration ?? 0,
    nacks: report?.nackCount ?? 0,
    requests: report?.pliCount ?? 0,
    mended: report?.retransmittedPacketsReceived ?? 0,
    energy: report?.totalAudioEnergy ?? 0,
    sounded: report?.totalSamplesReceived ?? 0,
    concealed: (report?.concealedSamples ?? 0) - (report?.silentConcealedSamples ?? 0),
    silent: report?.silentConcealedSamples ?? 0,
    concealments: report?.concealmentEvents ?? 0,
    corrected: report?.fecPacketsReceived ?? 0,
    buffered: report?.jitterBufferDelay ?? 0,
    emitted: report?.jitterBufferEmittedCount ?? 0,
    playout: report?.estimatedPlayoutTimestamp ?? 0,
  };
};

// How it went, second by second and in the worst moments: see `Course` in browser_call.py.
window.follow = (picture, sound) => {
  const course = { shown: [], samples: [], begun: performance.now() };
  const { element } = watched[picture];
  const next = (now) => {
    course.shown.push([Math.round(now - course.begun), element.videoWidth]);
    element.requestVideoFrameCallback(next);
  };
  element.requestVideoFrameCallback(next);
  const sample = async () => {
    const at = Math.round(performance.now() - course.begun);
    const [heard, shown] = await Promise.all([seen(sound), seen(picture)]);
    course.samples.push({ at, heard, shown });
  };
  course.timer = setInterval(sample, 100);
  window.course = course;
};

window.followed = () => {
  clearInterval(course.timer);
  return { shown: course.shown, samples: course.samples, lasted: Math.round(performance.now() - course.begun) };
};

window.elapsed = () => Math.round(performance.now() - course.begun);

window.until = async (id, least) => {
  for (;;) {
    const found = await seen(id);
    if (Object.entries(least).every(([name, value]) => found[name] >= value)) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
};

window.sent = async (id) => {
  const reports = [...(await producers[id].getStats()).values()].filter((each) => each.type === "outbound-rtp");
  return reports.map(({ rid, frameWidth, framesEncoded, nackCount, pliCount, retransmittedPacketsSent }) => ({
    rid, frameWidth, framesEncoded, nackCount, pliCount, retransmittedPacketsSent,
  }));
};

window.way = async (direction) => {
  const report = await transports[direction].getStats();
  const transport = [...report.values()].find((each) => each.type === "transport");
  const pair = report.get(transport.selectedCandidatePairId);
  const { protocol, port, relayProtocol } = report.get(pair.localCandidateId);
  return { protocol, port, address: report.get(pair.remoteCandidateId).address, relay: relayProtocol ?? "" };
};

window.restart = async (direction) => {
  const { iceParameters, iceServers } = await ask("restart", transports[direction].id);
  await transports[direction].updateIceServers({ iceServers });
  await transports[direction].restartIce({ iceParameters });
};
