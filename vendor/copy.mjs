// Copies the parts that our pages load from node_modules into build/vendor/, and makes the bundles of ECharts and of the scanner.
// Nothing of it is committed; Django's staticfiles serves the folder as /static/vendor/.
import { build } from "esbuild";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

const target = "build/vendor";
mkdirSync(`${target}/icons`, { recursive: true });

const files = {
  "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
  "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
  "htmx.org/dist/htmx.min.js": "htmx.min.js",
};
for (const [from, to] of Object.entries(files)) {
  // The source maps are not shipped: a reference to one would break the manifest of hashed names.
  const text = readFileSync(`node_modules/${from}`, "utf8");
  writeFileSync(`${target}/${to}`, text.replace(/(\/\/|\/\*)# sourceMappingURL=.*?(\*\/)?\s*$/, ""));
}

const names = readFileSync("vendor/icons.txt", "utf8").split("\n").map((line) => line.trim());
for (const name of names.filter((name) => name && !name.startsWith("#"))) {
  copyFileSync(`node_modules/@tabler/icons/icons/outline/${name}.svg`, `${target}/icons/${name}.svg`);
}

await build({
  entryPoints: ["vendor/charts.mjs"],
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "echarts",
  legalComments: "inline",
  outfile: `${target}/echarts.min.js`,
});

await build({
  entryPoints: ["vendor/scanner.mjs"],
  bundle: true,
  minify: true,
  format: "esm",
  legalComments: "inline",
  outfile: `${target}/scanner.min.js`,
});
