import { createHash } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { toSignatures, toWebhookId } from "../../../src/delivery/sign.ts";

const keys = [
  Buffer.from("a key of twenty-four byt").toString("base64"),
  Buffer.alloc(32, 7).toString("base64"),
];

describe("the signature of a request", () => {
  it.each(keys)("is accepted by who holds any one of the keys", (key) => {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const body = '[{"id":"a","data":"ü"}]';
    const headers = {
      "webhook-id": "batch_1",
      "webhook-timestamp": String(nowSeconds),
      "webhook-signature": toSignatures(keys, "batch_1", nowSeconds, body),
    };
    const webhook = new Webhook(`whsec_${key}`);
    expect(webhook.verify(body, headers)).toEqual([{ id: "a", data: "ü" }]);
    expect(() => webhook.verify(`${body} `, headers)).toThrow();
    expect(() => webhook.verify(body, { ...headers, "webhook-id": "batch_2" })).toThrow();
    expect(() => webhook.verify(body, { ...headers, "webhook-timestamp": String(nowSeconds - 1) })).toThrow();
  });

  it("is what the specification's own example says", () => {
    const signature = toSignatures(
      ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
      "msg_p5jXN8AQM9LWM0D4loKWxJek",
      1614265330,
      '{"test": 2432232314}',
    );
    expect(signature).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });
});

describe("the id of a request", () => {
  it("is its one event's own", () => {
    expect(toWebhookId(["abc"])).toBe("abc");
  });

  it("is made of the ids of all of several, in their order", () => {
    const sha256 = createHash("sha256").update("abc\ndef\n").digest("hex");
    expect(toWebhookId(["abc", "def"])).toBe(`batch_${sha256}`);
    expect(toWebhookId(["def", "abc"])).not.toBe(`batch_${sha256}`);
    expect(toWebhookId(["ab", "cdef"])).not.toBe(`batch_${sha256}`);
  });
});
