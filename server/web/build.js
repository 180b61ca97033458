// Bundles the page and `mediasoup-client` into the directory that sfu-server serves at `/`:
//   src/main.js -> main.js (+ map), src/*.css|html|svg copied, licences of what is bundled -> licences.txt
// and `mediasoup-client` alone into examples/broadcast/lib, whose page is served as it was written.

import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

const here = import.meta.dirname;
const out = path.join(here, "..", "sfu_server", "static");
/** @satisfies {import("esbuild").BuildOptions} */
const BUNDLE = {
  bundle: true,
  format: "esm",
  legalComments: "none",
  minify: true,
  target: ["chrome111", "firefox120", "safari16.4"],
};
const PACKAGE = /^node_modules\/(@[^/]+\/)?[^/]+/;

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const { metafile } = await build({
  entryPoints: [path.join(here, "src", "main.js")],
  outfile: path.join(out, "main.js"),
  absWorkingDir: here,
  metafile: true,
  sourcemap: true,
  ...BUNDLE,
});

for (const name of ["index.html", "style.css", "icon.svg"])
  await copyFile(path.join(here, "src", name), path.join(out, name));

await writeFile(path.join(out, "licences.txt"), await licences(Object.keys(metafile.inputs)));

await build({
  stdin: { contents: 'export { Device } from "mediasoup-client";', resolveDir: here },
  outfile: path.join(here, "..", "..", "examples", "broadcast", "lib", "mediasoup-client.js"),
  absWorkingDir: here,
  ...BUNDLE,
});

/**
 * @param {string[]} inputs paths of the bundled files, relative to this directory
 * @returns {Promise<string>} the licence text of every bundled package
 */
async function licences(inputs) {
  const packages = new Set(inputs.flatMap((file) => PACKAGE.exec(file)?.[0] ?? []));
  const texts = await Promise.all([...packages].sort().map(licence));
  return texts.join("\n\n");
}

/** @param {string} directory of a package, relative to this directory */
async function licence(directory) {
  const { name, version, license } = JSON.parse(
    await readFile(path.join(here, directory, "package.json"), "utf8"),
  );
  const files = await readdir(path.join(here, directory));
  const file = files.find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(path.join(here, directory, file), "utf8") : "";
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}
