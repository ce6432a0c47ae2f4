// The floor: what the least that could be called an end-to-end encrypted image share costs. One page (page.html), WebCrypto
// AES-GCM, a WebP of 1600 px made natively, no stripping, no rules, no padding. Everything is measured against it.
//
//   node floor/server.mjs FOLDER     prints its address
import crypto from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import zlib from "node:zlib";

const folder = process.argv[2];
const here = path.dirname(new URL(import.meta.url).pathname);
const page = zlib.gzipSync(fs.readFileSync(path.join(here, "page.html")));

function keep(request, response) {
  const id = crypto.randomBytes(16).toString("hex");
  const file = fs.createWriteStream(path.join(folder, id));
  request.pipe(file);
  file.on("finish", () => response.writeHead(200, { "Content-Type": "text/plain" }).end(id));
}

function give(id, response) {
  const file = path.join(folder, id);
  if (!fs.existsSync(file)) return response.writeHead(404).end();
  const { size } = fs.statSync(file);
  response.writeHead(200, { "Content-Type": "application/octet-stream", "Content-Length": size });
  return fs.createReadStream(file).pipe(response);
}

const server = http.createServer((request, response) => {
  if (request.method === "POST") return keep(request, response);
  const id = /^\/o\/([0-9a-f]{32})$/.exec(request.url)?.[1];
  if (id) return give(id, response);
  if (request.url !== "/") return response.writeHead(404).end();
  return response
    .writeHead(200, {
      ...{ "Content-Type": "text/html", "Content-Encoding": "gzip", "Content-Length": page.length },
      "Cache-Control": "max-age=3600",
    })
    .end(page);
});
server.listen(0, "127.0.0.1", () => console.log(`127.0.0.1:${server.address().port}`));
