// A voice application that answers with what the `twilio` package's VoiceResponse writes: each path
// is a document with a verb of its own, or all attributes of one. Prints its port.
"use strict";

const http = require("http");
const VoiceResponse = require("twilio/lib/twiml/VoiceResponse");

// A path's document; `asked` are the parameters of the request.
const documents = {
  "/menu": (response) => {
    const gather = response.gather({
      action: "/chosen", method: "POST", numDigits: 1, timeout: 5, finishOnKey: "#", input: "dtmf",
    });
    gather.say({ voice: "alice", language: "en-GB" }, "Press one for sales.");
    gather.pause({ length: 1 });
    gather.play({ loop: 2 }, "/music.mp3");
    response.say("Nothing was pressed.");
  },
  "/chosen": (response, asked) => {
    response.say(`You pressed ${asked.get("Digits")}.`);
    response.hangup().parameter({ name: "reason", value: "done" });
  },
  "/speech": (response) => {
    const gather = response.gather({
      input: "dtmf speech", action: "/heard", language: "en-US", hints: "table, booking",
      speechTimeout: "auto", speechModel: "phone_call", enhanced: true, profanityFilter: false,
      partialResultCallback: "/partial", actionOnEmptyResult: true,
    });
    gather.say("What can we do for you?");
  },
  "/heard": (response, asked) => {
    response.say(`You said ${asked.get("SpeechResult")}.`);
  },
  "/ssml": (response) => {
    const say = response.say({ voice: "Polly.Joanna-Neural" });
    say.break({ strength: "weak", time: "100ms" });
    say.emphasis({ level: "moderate" }, "Words");
    say.lang({ "xml:lang": "es-MX" }, "Hola");
    say.p("A paragraph");
    say.phoneme({ alphabet: "ipa", ph: "pɪˈkɑːn" }, "pecan");
    say.prosody({ pitch: "-10%", rate: "85%", volume: "-6dB" }, "Slow");
    say.s("A sentence");
    say.sayAs({ "interpret-as": "spell-out" }, "ABC");
    say.sub({ alias: "alias" }, "sub");
    say.w({ role: "amazon:VB" }, "read");
  },
  "/record": (response) => {
    response.record({
      action: "/recorded", method: "POST", timeout: 3, finishOnKey: "#", maxLength: 30,
      playBeep: true, trim: "trim-silence", recordingStatusCallback: "/recording-status",
      recordingStatusCallbackEvent: "in-progress completed absent",
      recordingStatusCallbackMethod: "POST", transcribe: true, transcribeCallback: "/transcribed",
    });
    response.say("Nothing was said.");
  },
  "/recorded": (response, asked) => {
    response.say(`Recorded ${asked.get("RecordingDuration")} seconds, ended by ${asked.get("Digits")}.`);
  },
  "/dial": (response) => {
    const dial = response.dial({
      action: "/dialled", method: "POST", timeout: 15, timeLimit: 600, callerId: "+14155550100",
      hangupOnStar: true, record: "record-from-answer-dual", answerOnBridge: true, ringTone: "uk",
      recordingStatusCallback: "/recording-status", trim: "do-not-trim", sequential: true,
    });
    dial.number({
      url: "/whisper", method: "POST", sendDigits: "ww12", statusCallback: "/leg-status",
      statusCallbackEvent: "initiated ringing answered completed", statusCallbackMethod: "POST",
    }, "+14155550111");
    dial.sip({ username: "ann", password: "secret", statusCallback: "/leg-status" },
      "sip:bob@example.com?X-Tag=one");
    const client = dial.client({ statusCallback: "/leg-status" });
    client.identity("carol");
    client.parameter({ name: "level", value: "gold" });
  },
  "/dial-text": (response) => {
    response.dial({ action: "/dialled" }, "+14155550122");
  },
  "/dial-and-go-on": (response) => {
    response.dial("+14155550133");
    response.say("The other side is gone.");
  },
  "/whisper": (response) => {
    response.say("A call for you.");
  },
  "/dialled": (response, asked) => {
    response.say(`The call was ${asked.get("DialCallStatus")}.`);
  },
  "/conference": (response) => {
    response.dial({ action: "/dialled" }).conference({
      muted: false, beep: "onEnter", startConferenceOnEnter: true, endConferenceOnExit: true,
      maxParticipants: 10, waitUrl: "/wait", waitMethod: "POST", record: "do-not-record",
      trim: "trim-silence", statusCallback: "/room-status", participantLabel: "caller",
      statusCallbackEvent: "start end join leave mute hold", statusCallbackMethod: "POST",
      jitterBufferSize: "small", region: "us1",
    }, "Support");
  },
  "/wait": (response) => {
    response.say("Please wait.");
    response.play("/music.mp3");
  },
  "/enqueue": (response) => {
    response.enqueue({ action: "/queued", method: "POST", waitUrl: "/wait", waitUrlMethod: "POST" },
      "support");
  },
  "/enqueue-task": (response) => {
    response.enqueue({ workflowSid: "WW1", action: "/queued" })
      .task({ priority: 5, timeout: 30 }, '{"skill":"sales"}');
  },
  "/queued": (response, asked) => {
    response.say(`The queue says ${asked.get("QueueResult")}.`);
  },
  "/dial-queue": (response) => {
    response.dial({ action: "/dialled" }).queue({ url: "/whisper", method: "POST" }, "support");
  },
  "/leave": (response) => {
    response.leave();
  },
  "/redirect": (response) => {
    response.redirect({ method: "POST" }, "chosen?from=redirect");
  },
  "/reject": (response) => {
    response.reject({ reason: "busy" }).parameter({ name: "code", value: "603" });
  },
  "/pause": (response) => {
    response.pause({ length: 30 });
    response.play({ digits: "1w2" });
    response.say("Half a minute has passed.");
  },
  "/connect": (response) => {
    const connect = response.connect({ action: "/connected", method: "POST" });
    const stream = connect.stream({
      url: "wss://media.example.com/stream", name: "both", track: "inbound_track",
      statusCallback: "/stream-status", statusCallbackMethod: "POST",
    });
    stream.parameter({ name: "customer", value: "gold" });
  },
  "/connected": (response) => {
    response.say("The stream is over.");
  },
  "/relay": (response) => {
    const relay = response.connect({ action: "/connected" }).conversationRelay({
      url: "wss://relay.example.com/", welcomeGreeting: "Hello", language: "en-US",
    });
    relay.language({ code: "sv-SE", ttsProvider: "amazon", voice: "Elin-Neural" });
    relay.parameter({ name: "customer", value: "gold" });
  },
  "/agents": (response) => {
    const agent = response.connect({ action: "/connected" }).virtualAgent({ connectorName: "agent" });
    agent.config({ name: "language", value: "en-us" });
    agent.parameter({ name: "customer", value: "gold" });
  },
  "/assistants": (response) => {
    const assistant = response.connect().assistant({ id: "aia_1", welcomeGreeting: "Hello" });
    assistant.language({ code: "sv-SE" });
    assistant.parameter({ name: "customer", value: "gold" });
    response.connect().autopilot("UA1");
    response.connect().conversation({ serviceInstanceSid: "IS1" });
    response.say("Nobody could help.");
  },
  "/rooms": (response) => {
    response.connect().room({ participantIdentity: "ann" }, "room");
    response.say("There are no rooms.");
  },
  "/start": (response) => {
    const start = response.start();
    start.stream({ name: "listen", url: "wss://media.example.com/stream", track: "both_tracks" });
    response.start().siprec({ name: "siprec", connectorName: "recorder" })
      .parameter({ name: "customer", value: "gold" });
    const transcription = response.start().transcription({
      name: "text", statusCallbackUrl: "/text", track: "both_tracks",
    });
    transcription.config({ name: "model", value: "long" });
    transcription.parameter({ name: "customer", value: "gold" });
    response.say("Started.");
    response.stop().stream({ name: "listen" });
    response.stop().siprec({ name: "siprec" });
    response.stop().transcription({ name: "text" });
    response.say("Stopped.");
  },
  "/refer": (response) => {
    response.refer({ action: "/referred", method: "POST" }).sip("sip:alice@example.com?X-Tag=one");
  },
  "/referred": (response, asked) => {
    response.say(`The transfer was ${asked.get("ReferCallStatus")}.`);
  },
  "/pay": (response) => {
    const pay = response.pay({
      action: "/paid", paymentConnector: "Default", chargeAmount: "20.45", maxAttempts: 2,
      validCardTypes: "visa mastercard", currency: "usd", description: "Shoes",
    });
    const prompt = pay.prompt({ for: "payment-card-number", attempt: "1", cardType: "visa" });
    prompt.say("Please enter your card number.");
    prompt.pause({ length: 1 });
    prompt.play("/beep.mp3");
    pay.parameter({ name: "order", value: "7" });
  },
  "/paid": (response, asked) => {
    response.say(`The payment says ${asked.get("Result")}.`);
  },
  "/sms": (response) => {
    response.sms({ to: "+14155550100", from: "+14155550199", action: "/texted" }, "Hello");
  },
  "/texted": (response, asked) => {
    response.say(`The message is ${asked.get("SmsStatus")}.`);
  },
  "/odd-dials": (response) => {
    response.dial().sim("DE1");
    response.dial().whatsApp("+14155550144");
    const application = response.dial().application({ customerId: "AC1" });
    application.applicationSid("AP1");
    application.parameter({ name: "a", value: "b" });
    response.say("Nobody was called.");
  },
  "/misplaced": (response) => {
    response.prompt({ for: "expiration-date" }).say("Month and year, please.");
    response.queue("support");
    response.say("Nothing of that is a verb.");
  },
  "/echo": (response) => {
    response.echo();
    response.say("There was no echo.");
  },
  "/comments": (response) => {
    response.commentBefore("before");
    response.comment("inside");
    response.say("Ångström & <tags> are \"escaped\".");
    response.commentAfter("after");
  },
  "/partial": () => {},
  "/recording-status": () => {},
  "/transcribed": () => {},
  "/leg-status": () => {},
  "/room-status": () => {},
  "/stream-status": () => {},
  "/text": () => {},
};

const server = http.createServer((request, answer) => {
  const url = new URL(request.url, "http://voice.example");
  let body = "";
  request.on("data", (bytes) => { body += bytes; });
  request.on("end", () => {
    const asked = new URLSearchParams(body);
    for (const [name, value] of url.searchParams) asked.append(name, value);
    const write = documents[url.pathname];
    if (write === undefined) {
      answer.writeHead(404, { "Content-Type": "text/plain" }).end("there is no such document\n");
      return;
    }
    const response = new VoiceResponse();
    write(response, asked);
    answer.writeHead(200, { "Content-Type": "text/xml" }).end(response.toString());
  });
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit(0));  // ends with the test that started it
