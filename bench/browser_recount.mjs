// browser_recount.mjs - how long the page "Count it yourself" takes in
// Chromium.  usage: browser_recount.mjs FOLDER, which log_make has filled.
// Playwright is looked for in tests/browser; run it from there.
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const { chromium } = createRequire(join(here, "../tests/browser/"))("playwright-core");
const script = readFileSync(join(here, "../src/page/assets/recount.js"));
const folder = process.argv[2];
const page = `<!doctype html><html lang="en"><title>recount</title>
<div id="recount" data-petition="7"><button hidden>Count</button>
<progress hidden></progress>
<p data-recount="good" hidden>counted <b data-value="total"></b></p>
<p data-recount="unsure" hidden>counted, unsigned <b data-value="total"></b></p>
<p data-recount="bad" hidden>fault <b data-value="place"></b></p>
<p data-recount="trouble" hidden>trouble <b data-value="place"></b></p></div>
<script src="/recount.js"></script>`;

const server = createServer((request, answer) => {
	const path = join(folder, normalize(request.url));
	if (request.url === "/") {
		answer.setHeader("Content-Type", "text/html").end(page);
	} else if (request.url === "/recount.js") {
		answer.setHeader("Content-Type", "text/javascript").end(script);
	} else if (existsSync(path) && statSync(path).isFile()) {
		createReadStream(path).pipe(answer);
	} else {
		answer.writeHead(404).end();
	}
});
/* The log's name is 127.0.0.1, and the page asks for its own. */
await new Promise((resolve) => server.listen(80, "127.0.0.1", resolve));
const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
	args: ["--headless", "--no-sandbox", "--disable-gpu"] });
const tab = await browser.newPage();
await tab.goto("http://127.0.0.1/");
const start = performance.now();
await tab.click("button");
await tab.waitForSelector("p[data-recount]:not([hidden])",
	{ timeout: 600000 });
const seconds = (performance.now() - start) / 1000;
const heap = await tab.evaluate(() => performance.memory.usedJSHeapSize);
console.log(`${await tab.innerText("p[data-recount]:not([hidden])")}: ` +
	`${seconds.toFixed(1)} s, ${(heap / 1048576).toFixed(0)} MiB of heap`);
await browser.close();
server.close();
