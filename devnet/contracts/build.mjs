// Compiles a contract and writes its bytecode, in hex, with `npm install` done beside this file. `hard`: for the least gas.
// node build.mjs SOURCE CONTRACT deployed|creation OUTPUT [hard]
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import solc from "solc";

const [path, contract, kind, output, effort] = process.argv.slice(2);
const field = { deployed: "deployedBytecode", creation: "bytecode" }[kind];
if (!field || !output || (effort && effort !== "hard")) {
  console.error("expected: node build.mjs SOURCE CONTRACT deployed|creation OUTPUT [hard]");
  process.exit(1);
}
// Sources are named by their path in the repository, so that imports between folders are found.
const root = resolve(import.meta.dirname, "../..");
const name = relative(root, resolve(path));
const imported = (source) => ({ contents: readFileSync(join(root, source), "utf8") });
const input = {
  language: "Solidity",
  sources: { [name]: { content: readFileSync(path, "utf8") } },
  settings: {
    evmVersion: "cancun",
    optimizer: { enabled: true, runs: effort ? 1_000_000 : 200 },
    viaIR: Boolean(effort),
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection: { "*": { "*": [`evm.${field}.object`] } },
  },
};
const { errors = [], contracts } = JSON.parse(solc.compile(JSON.stringify(input), { import: imported }));
for (const { formattedMessage } of errors) console.error(formattedMessage);
if (errors.some(({ severity }) => severity === "error")) process.exit(1);
const code = contracts[name]?.[contract]?.evm[field].object;
if (!code) {
  console.error(`${path} has no contract ${contract}`);
  process.exit(1);
}
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, `${code.match(/.{1,120}/g).join("\n")}\n`);
