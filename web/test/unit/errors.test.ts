// What a late script threw is an instance of the page's own class of that name, and of no other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../src/api/errors.ts";
import { UpdatedError } from "../../src/lib/lazy.ts";
import { GateError } from "../../src/model/passing.ts";
import { ViewError } from "../../src/model/view-state.ts";

const classes = [ApiError, UpdatedError, GateError, ViewError];

test("errors of late scripts are told by their names", () => {
  for (const one of classes) {
    const copy = Object.assign(new Error("from elsewhere"), { name: one.name });
    for (const other of classes) assert.equal(copy instanceof other, one === other, `${one.name}, ${other.name}`);
  }
  assert.ok(new GateError("full") instanceof GateError && !(new GateError("full") instanceof ViewError));
  for (const nothing of [new Error("plain"), undefined, null, "ApiError", {}])
    for (const one of classes) assert.ok(!((nothing as unknown) instanceof one));
});
