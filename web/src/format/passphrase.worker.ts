// The passphrase's worker: Argon2id keeps one core busy for a while. It is ended after one passphrase.
import { isFormatError } from "./errors.ts";
import { blind, finalize, type Question, stretch } from "./passphrase.ts";
import type { PassphraseAnswer, PassphraseCall } from "./passphrase-protocol.ts";

const post = (answer: PassphraseAnswer) => self.postMessage(answer);
let question: Question | undefined;

function answer(call: PassphraseCall): PassphraseAnswer {
  if (call.op === "blind") {
    question = blind(call.id, call.passphrase);
    return { is: "element", element: question.element };
  }
  if (!question) throw new Error("blind comes first");
  const y = finalize(question, call.evaluated);
  return { is: "pw", pw: stretch(y, call.id, (done) => post({ is: "progress", done })) };
}

self.onmessage = ({ data }: MessageEvent<PassphraseCall>) => {
  try {
    post(answer(data));
  } catch (error) {
    const code = isFormatError(error) ? error.code : "failed";
    post({ is: "failed", code, message: error instanceof Error ? error.message : "" });
  }
};

post({ is: "ready" });
