"use strict";
// Reads one JSON array `[function, arguments]` a line; answers each with one line: `{"ok": result,
// "inputs": the arguments afterwards}` or `{"error": the error's class}`.

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const readline = require("node:readline");

const functions = loadOrtc();

readline
  .createInterface({ input: process.stdin, crlfDelay: Infinity })
  .on("line", (line) => process.stdout.write(`${JSON.stringify(answer(JSON.parse(line)))}\n`));

function answer([name, inputs]) {
  try {
    return { ok: functions[name](...inputs), inputs };
  } catch (error) {
    return { error: error.constructor.name };
  }
}

// `matchCodecs` is not exported, so the file is loaded with one more export.
function loadOrtc() {
  const filename = require.resolve("mediasoup/ortc");
  const loaded = new Module(filename, module);
  loaded.filename = filename;
  loaded.paths = Module._nodeModulePaths(path.dirname(filename));
  loaded._compile(`${fs.readFileSync(filename, "utf8")}\nexports.matchCodecs = matchCodecs;`, filename);
  // Pipe consumers get the dependency descriptor only after a router was made.
  loaded.exports.generateRouterRtpCapabilities([]);
  return loaded.exports;
}
